"""How many chats start in a second: the form, who it is, where it goes, until the staff has them before its eyes.

Two hundred customers at once, each from an address of its own, start one chat after the other; half fit a profile
exactly, half fit none. The time runs until the count of waiting chats on every viewer's socket says that all are there.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from . import crowd as crowds
from . import house, results
from .figures import Line, Spread, growth, table
from .floor import Floor
from .messages import threads_for
from .wire import Http, Socket

PROMISED = 300  # a second, with 100,000 profiles
_PER_ADDRESS = 50  # sixty in ten minutes are allowed
_COUNT = re.compile(rb'id=\\"waiting-all\\"[^>]*?data-count=\\"(\d+)\\"')
_PATIENCE = 120.0  # seconds that the last may take


@dataclass(slots=True)
class Found:
    """What came of it; seconds until all were answered, and until all were seen by everybody."""

    profiles: int
    started: int = 0
    answered: float = 0
    seen: float = 0
    answers: Spread | None = None
    all_seen: bool = False


def main(arguments: Sequence[str]) -> int:
    """Run for each number of profiles, and print."""
    parser = argparse.ArgumentParser(prog="./dev bench starts", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--profiles", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--at-once", type=int, default=200)
    parser.add_argument("--starts", type=int, default=2000)
    options = parser.parse_args(arguments)
    every = []
    for profiles in options.profiles:
        every.append(_measure(profiles, options.at_once, options.starts))
        title = f"{options.starts} starts, {options.at_once} at once, {profiles} profiles"
        print(table(title, _lines(every[-1])), flush=True)
    print("time for each grows", growth(options.profiles, [found.seen for found in every]), "with the profiles")
    print(results.keep("starts", {"runs": [asdict(found) for found in every]}))
    return 0


def _measure(profiles: int, at_once: int, starts: int) -> Found:
    with tempfile.TemporaryDirectory() as folder:
        port = house.free_port()
        crowd = crowds.gather(Path(folder), f"http://127.0.0.1:{port}", chats=1, profiles=profiles)
        with house.serving(Path(folder), port, RAPPORT_THREADS=str(max(128, threads_for(1, 1)))):
            return asyncio.run(_start(Floor([port], crowd), Found(profiles), at_once, starts))


async def _start(floor: Floor, found: Found, at_once: int, starts: int) -> Found:
    counts: dict[Socket, int] = {}
    complete = asyncio.Event()
    await floor.open(page="/inbox/waiting", customers=0)
    begun = time.perf_counter()

    def listen(socket: Socket) -> None:
        def told(text: bytes, at: float) -> None:
            for count in _COUNT.findall(text):
                counts[socket] = int(count)
                if int(count) >= starts and all(c >= starts for c in counts.values()):
                    found.seen = at - begun
                    complete.set()

        counts[socket], socket.on_text = 0, told

    for viewer in floor.viewers:
        listen(viewer)
    numbers, times = iter(range(starts)), []

    async def customer(place: int) -> None:
        connection = await Http.connect(floor.port, _address(place, 0))
        for done, number in enumerate(numbers, start=1):
            who = number % found.profiles if number % 2 else found.profiles + number
            typed = {"name": crowds.person_name(who), "email": crowds.mail(who), "phone": "", "message": "Hello?"}
            started = time.perf_counter()
            answer = await connection.ask(floor.start(typed))
            assert answer.status == 200, (answer.status, answer.body[:300])
            times.append(answer.at - started)
            if done % _PER_ADDRESS == 0 or not connection.is_open:
                await connection.close()
                connection = await Http.connect(floor.port, _address(place, done))
        await connection.close()

    await asyncio.gather(*(customer(place) for place in range(at_once)))
    found.started, found.answered, found.answers = len(times), time.perf_counter() - begun, Spread.of(times)
    try:
        async with asyncio.timeout(_PATIENCE):
            await complete.wait()
        found.all_seen = True
    except TimeoutError:
        found.seen = time.perf_counter() - begun
    await floor.close()
    return found


def _address(place: int, done: int) -> str:
    return f"127.{1 + done // _PER_ADDRESS}.{place // 250}.{1 + place % 250}"


def _lines(found: Found) -> list[Line]:
    promised = f"≥ {PROMISED}" if found.profiles == 100_000 else ""
    seen = f"{found.started / found.seen:.0f}" if found.all_seen else "not all in time"
    return [
        Line("answered a second", f"{found.started / found.answered:.0f}"),
        Line("seen by everybody, a second", seen, promised),
        Line("ms to the answer", str(found.answers), "p50 / p95 / p99"),
    ]

"""What thousands of idle sockets cost: memory of each, pages meanwhile, and the longest pause.

Each is the socket of a customer who waits in an open chat and writes nothing. While they are open, a manager's page is
asked for, and `/healthz`, which does no work, every few milliseconds: its slowest answer is the longest pause.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from . import crowd as crowds
from . import house, processes, results
from .figures import Line, Spread, growth, table
from .floor import Floor, several
from .messages import threads_for
from .wire import Http, request

KILOBYTES, PAUSE, PAUSE_AT = 60, 50, 5000
_BEAT = 0.005  # seconds


@dataclass(slots=True)
class Found:
    """What so many sockets cost; times in seconds."""

    asked: int
    opened: int = 0
    kilobytes: float = 0  # each
    seconds: float = 0  # to open all
    threads: int = 0
    pages: Spread | None = None
    beats: Spread | None = None
    why: str = ""  # it could not be measured


def main(arguments: Sequence[str]) -> int:
    """Run for each count, and print."""
    parser = argparse.ArgumentParser(prog="./dev bench sockets", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, nargs="+", default=[1000, 2500, 5000, 10000])
    parser.add_argument("--seconds", type=float, default=10, help="how long they stay")
    options = parser.parse_args(arguments)
    every = []
    for count in options.count:
        every.append(_measure(count, options.seconds))
        print(table(f"{count} idle sockets", _lines(every[-1])), flush=True)
    measured = [found for found in every if found.opened and not found.why]
    print("memory in all grows", growth([f.opened for f in measured], [f.kilobytes * f.opened for f in measured]))
    print(results.keep("sockets", {"counts": [asdict(found) for found in every]}))
    return 0


def _measure(count: int, seconds: float) -> Found:
    with tempfile.TemporaryDirectory() as folder:
        port = house.free_port()
        crowd = crowds.gather(Path(folder), f"http://127.0.0.1:{port}", chats=count, viewers=1)
        try:
            threads = threads_for(count, len(crowd.associates))
            with house.serving(Path(folder), port, RAPPORT_THREADS=str(threads)) as pid:
                return asyncio.run(_hold(Floor([port], crowd), pid, count, seconds))
        except house.NotServing as error:
            return Found(count, why=str(error).strip().splitlines()[-1])


async def _hold(floor: Floor, pid: int, count: int, seconds: float) -> Found:
    found = Found(count)
    await floor.open(customers=0)
    family = processes.family(pid)
    before, begun = processes.memory(family), time.perf_counter()

    async def one(number: int) -> None:
        try:
            chat = floor.crowd.chats[number]
            floor.customers[chat.public_id] = await floor.customer_socket(chat)
        except OSError as error:
            found.why = f"some were refused: {error}"

    await several(one(number) for number in range(count))
    found.opened, found.seconds = len(floor.customers), time.perf_counter() - begun
    found.kilobytes = (processes.memory(family) - before) / 1024 / max(1, found.opened)
    found.threads = processes.threads(family)
    page = floor.page_of(floor.crowd.viewers[0], "/inbox/waiting")
    beat = request("GET", "/healthz", {"Host": "127.0.0.1"})
    pages, beats = await asyncio.gather(_ask(floor.port, page, 0.1, seconds), _ask(floor.port, beat, _BEAT, seconds))
    found.pages, found.beats = Spread.of(pages), Spread.of(beats)
    await floor.close()
    return found


async def _ask(port: int, asked: bytes, every: float, seconds: float) -> list[float]:
    connection, times, ends = await Http.connect(port), [], time.perf_counter() + seconds
    while time.perf_counter() < ends:
        started = time.perf_counter()
        answer = await connection.ask(asked)
        assert answer.status == 200, answer.head
        times.append(answer.at - started)
        await asyncio.sleep(every)
    await connection.close()
    return times


def _lines(found: Found) -> list[Line]:
    if found.pages is None or found.beats is None:
        return [Line("not measured", found.why)]
    promised = f"≤ {PAUSE}" if found.asked <= PAUSE_AT else ""
    return [
        Line("opened", f"{found.opened}", str(found.asked)),
        Line("KB each", f"{found.kilobytes:.0f}", f"≤ {KILOBYTES}"),
        Line("opened a second", f"{found.opened / found.seconds:.0f}"),
        Line("threads of the server", f"{found.threads}"),
        Line("ms to a page meanwhile", str(found.pages), "p50 / p95 / p99"),
        Line("ms of the longest pause", f"{found.beats.most:.0f}", promised),
        *([Line("not all", found.why)] if found.why else []),
    ]

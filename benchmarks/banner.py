"""How soon a customer's changed details stand in the associate's banner, with other chats open.

Each chat is linked to the profile that it fitted. The customer saves another telephone number; the time runs until the
associate's socket gets the context panel with the banner that contradicts the profile with it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from . import crowd as crowds
from . import house, results
from .figures import Line, Spread, growth, table
from .floor import Floor
from .messages import LONGEST, threads_for
from .wire import Pool

P50, P99 = 5, 30
_GIVEN = re.compile(rb'data-testid=\\"conflict-given\\">(.*?)</dd>')
_NO_DIGIT = re.compile(rb"<[^>]*>|\D")


def main(arguments: Sequence[str]) -> int:
    """Run for each number of open chats, and print."""
    parser = argparse.ArgumentParser(prog="./dev bench banner", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--chats", type=int, nargs="+", default=[100, 300, 1000])
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--rate", type=float, default=10, help="changes a second")
    options = parser.parse_args(arguments)
    spreads = []
    for chats in options.chats:
        times = _measure(chats, options.changes, options.rate)
        spreads.append(Spread.of(times))
        told = [
            Line("ms to the banner, p50", f"{spreads[-1].p50:.1f}", f"≤ {P50}"),
            Line("p95", f"{spreads[-1].p95:.1f}"),
            Line("p99", f"{spreads[-1].p99:.1f}", f"≤ {P99}"),
            Line("lost", str(options.changes - len(times)), "0"),
        ]
        print(table(f"{options.changes} changes with {chats} open chats, {options.rate:g} a second", told), flush=True)
    print("p50 grows", growth(options.chats, [spread.p50 for spread in spreads]), "with the open chats")
    figures = {str(chats): [s.p50, s.p95, s.p99, s.most] for chats, s in zip(options.chats, spreads, strict=True)}
    print(results.keep("banner", {"ms_by_chats": figures}))
    return 0


def _measure(chats: int, changes: int, rate: float) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        port = house.free_port()
        crowd = crowds.gather(Path(folder), f"http://127.0.0.1:{port}", chats=chats, linked=True)
        threads = threads_for(chats, len(crowd.associates))
        with house.serving(Path(folder), port, RAPPORT_THREADS=str(threads)):
            return asyncio.run(_change(Floor([port], crowd), changes, rate))


async def _change(floor: Floor, changes: int, rate: float) -> list[float]:
    begun: dict[bytes, float] = {}
    times: list[float] = []

    def told(text: bytes, at: float) -> None:
        for given in _GIVEN.findall(text):
            started = begun.pop(_NO_DIGIT.sub(b"", given), None)
            if started is not None:
                times.append(at - started)

    await floor.open(on_associate=told, kinds=("context",), customers=0)
    pool, chance = Pool(floor.port), random.Random(5)
    tasks: list[asyncio.Task[None]] = []

    async def change(number: int) -> None:
        index = number % len(floor.crowd.chats)
        phone = f"+3367{number:07d}"
        typed = {"name": crowds.person_name(index), "email": crowds.mail(index), "phone": phone}
        request = floor.details(floor.crowd.chats[index], typed)
        begun[phone[1:].encode()] = time.perf_counter()
        answer = await pool.ask(request)
        assert answer.status == 200, (answer.status, answer.body[:300])

    for number in range(changes):
        tasks.append(asyncio.create_task(change(number)))
        await asyncio.sleep(chance.expovariate(rate))
    await asyncio.gather(*tasks)
    ends = time.perf_counter() + LONGEST
    while begun and time.perf_counter() < ends:
        await asyncio.sleep(0.05)
    await floor.close()
    await pool.close()
    return times

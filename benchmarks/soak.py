"""Whether anything grows: customers come, write, go and break off for minutes, and the server is looked at meanwhile.

Each cycle opens the socket of a customer, sends some messages, waits for them, and leaves: with a goodbye or, every
third time, without one. Every few seconds memory, threads and descriptors of the server are read from /proc, and the
connections that it holds to PostgreSQL and Redis where there are any. What counts is what the last third has more than
the middle one: the first is for warming up.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from . import crowd as crowds
from . import house, processes, results
from .crowd import Chat
from .figures import Line, table
from .floor import Floor
from .messages import ID, threads_for
from .wire import Pool, Socket

KILOBYTES = 1.0  # that a message may leave behind in the process
_EVERY = 5.0  # seconds between two looks
_WORKERS = 8  # customers who come and go at the same time
_MESSAGES = 4  # of each, before she leaves


@dataclass(frozen=True, slots=True)
class Look:
    """What the server holds at a moment."""

    seconds: float
    memory: int  # bytes
    threads: int
    descriptors: int
    peers: int  # connections to PostgreSQL and Redis
    messages: int  # that have been sent until now


@dataclass(slots=True)
class Soaked:
    """What came of it."""

    looks: list[Look] = field(default_factory=list)
    cycles: int = 0
    messages: int = 0
    missing: int = 0
    refused: int = 0


def main(arguments: Sequence[str]) -> int:
    """Run, and print; the exit code is 1 when something grows."""
    parser = argparse.ArgumentParser(prog="./dev bench soak", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--chats", type=int, default=200)
    parser.add_argument("--viewers", type=int, default=5)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        port = house.free_port()
        crowd = crowds.gather(
            Path(folder), f"http://127.0.0.1:{port}", chats=options.chats, viewers=options.viewers
        )
        threads = threads_for(options.chats, len(crowd.associates))
        with house.serving(Path(folder), port, RAPPORT_THREADS=str(threads)) as pid:
            soaked = asyncio.run(_Soak(Floor([port], crowd), pid).through(options.minutes * 60))
    told, grows = _lines(soaked)
    print(table(f"{soaked.cycles} cycles in {options.minutes:g} minutes, {soaked.messages} messages", told))
    print(results.keep("soak", asdict(soaked)))
    return 1 if grows else 0


class _Soak:
    def __init__(self, floor: Floor, pid: int) -> None:
        self.floor, self.pid = floor, pid
        self.found = Soaked()
        self.pool = Pool(floor.port)
        self.chance = random.Random(3)

    async def through(self, seconds: float) -> Soaked:
        await self.floor.open(customers=0)
        self.begun = time.perf_counter()
        ends = self.begun + seconds
        chats = self.floor.crowd.chats
        shares = [chats[place::_WORKERS] for place in range(_WORKERS)]
        await asyncio.gather(self._look(ends), *(self._come_and_go(share, ends) for share in shares))
        await self.floor.close()
        await self.pool.close()
        return self.found

    async def _look(self, ends: float) -> None:
        family = processes.family(self.pid)
        while (now := time.perf_counter()) < ends:
            self.found.looks.append(
                Look(
                    now - self.begun, processes.memory(family), processes.threads(family),
                    processes.descriptors(family), processes.peers(family), self.found.messages,
                )
            )  # fmt: skip
            await asyncio.sleep(_EVERY)

    async def _come_and_go(self, chats: list[Chat], ends: float) -> None:
        cycle = 0
        while time.perf_counter() < ends:
            await self._visit(chats[cycle % len(chats)], abruptly=cycle % 3 == 2)
            cycle += 1

    async def _visit(self, chat: Chat, *, abruptly: bool) -> None:
        expected: set[bytes] = set()
        complete = asyncio.Event()

        def told(text: bytes, at: float) -> None:
            expected.difference_update(ID.findall(text))
            if not expected:
                complete.set()

        socket: Socket = await self.floor.customer_socket(chat, told)
        names = [f"m{self.found.cycles}{number}{self.chance.randrange(10**9)}" for number in range(_MESSAGES)]
        expected.update(name.encode() for name in names)
        complete.clear()
        for name in names:
            answer = await self.pool.ask(self.floor.message_of_customer(chat, name, f"Is {name} still there?"))
            if answer.status == 200:
                self.found.messages += 1
            else:
                self.found.refused += 1
                expected.discard(name.encode())
        await self._leave(socket, expected, complete, abruptly)

    async def _leave(self, socket: Socket, expected: set[bytes], complete: asyncio.Event, abruptly: bool) -> None:
        try:
            async with asyncio.timeout(10):
                while expected:
                    await complete.wait()
        except TimeoutError:
            self.found.missing += len(expected)
        await (socket.abort() if abruptly else socket.close())
        self.found.cycles += 1


def _lines(soaked: Soaked) -> tuple[list[Line], bool]:
    """Return the table, and whether something grows."""
    third = len(soaked.looks) // 3
    if not third:
        return [Line("looks", str(len(soaked.looks)), "three at least")], True
    middle, last = soaked.looks[third : 2 * third], soaked.looks[-third:]

    def more(what: str) -> float:
        return float(sum(getattr(b, what) - getattr(a, what) for a, b in zip(middle, last, strict=True)) / third)

    sent = more("messages")
    each = more("memory") / 1024 / sent if sent else 0.0
    left = [more("threads"), more("descriptors"), more("peers")]
    told = [
        Line("KB that a message leaves in the process", f"{each:.2f}", f"≤ {KILOBYTES:g}"),
        Line("MB at the end", f"{last[-1].memory / 2**20:.0f}"),
        Line("threads more than before", f"{left[0]:+.1f}", f"≤ {_WORKERS}"),
        Line("descriptors more than before", f"{left[1]:+.1f}", f"≤ {_WORKERS}"),
        Line("connections to PostgreSQL and Redis more", f"{left[2]:+.1f}", f"≤ {_WORKERS}"),
        Line("messages missing, refused", f"{soaked.missing}, {soaked.refused}", "0, 0"),
    ]
    return told, each > KILOBYTES or max(left) > _WORKERS or soaked.missing > 0

"""One run of messages: some people write, at a rate or as many at a time, and everything that arrives is counted.

One message is: received, validated, stored in one committed transaction, rendered, and pushed to 1 customer, 1
associate and 20 who look at the inbox. Customers and associates take turns in writing, by POST with session, CSRF token
and limits. A latency is from the sending to the arrival of the fragment with the message's id: on the sender's own
socket, and on that of the other side. A message is lost when something of it is missing after ten seconds.
"""

from __future__ import annotations

import asyncio
import random
import re
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from . import crowd as crowds
from . import house, processes
from .figures import Spread
from .floor import Floor, OnText
from .wire import Socket

LONGEST = 10.0  # seconds
PER_CHAT = 2.5  # messages a second of one side at most: thirty in ten seconds are allowed
ID = re.compile(rb'data-client-id=\\?"(m\d+)\\?"')  # in JSON, or as it is
_BODY = "Yes, in blue and in green. Shall I put one aside for you until tomorrow evening?"


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked of a house: so many a second or, when `rate` is 0, so many in flight all the time."""

    chats: int = 1000
    rate: float = 0
    in_flight: int = 100
    seconds: float = 20
    warm: float = 2  # seconds that come first and are not counted
    profiles: int = 0
    closed: int = 0
    viewers: int = crowds.VIEWERS
    idle: int = 0  # customers who have a socket and write nothing
    processes: int = 1  # that serve, all on one core
    database: str = ""  # the address of an empty one; else SQLite in a folder of its own
    settings: dict[str, str] = field(default_factory=dict)  # of the server's environment


@dataclass(slots=True)
class Run:
    """What came of it. Latencies are in seconds, `server`, `generator` and `others` are shares of one core.

    `others` is what anybody else took of the server's core meanwhile.
    """

    load: Load
    answer: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    other: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)  # by which the generator itself missed the moment to send
    sent: int = 0
    lost: int = 0
    refused: int = 0
    inbox_frames: float = 0  # a second, to all viewers together
    seconds: float = 0
    server: float = 0
    generator: float = 0
    others: float = 0
    memory_before: int = 0
    memory_after: int = 0

    @property
    def rate(self) -> float:
        """Return the messages a second that arrived whole."""
        return len(self.answer) / self.seconds

    def as_data(self) -> dict[str, Any]:
        asked = ("chats", "rate", "in_flight", "seconds", "profiles", "closed", "viewers", "idle", "processes")
        spreads = {name: Spread.of(getattr(self, name)) for name in ("answer", "own", "other", "late")}
        plain = ("sent", "lost", "refused", "seconds", "server", "generator", "others")
        return {
            **{name: getattr(self, name) for name in plain},
            "rate": self.rate,
            "memory_grown": self.memory_after - self.memory_before,
            **{name: [s.p50, s.p95, s.p99, s.most] for name, s in spreads.items()},
            "load": {name: getattr(self.load, name) for name in asked},
        }


@dataclass(slots=True)
class _Sent:
    at: float
    by_customer: bool
    done: asyncio.Future[None]
    counts: bool
    answer: float = 0
    customer: float = 0
    associate: float = 0

    def look(self) -> None:
        if self.answer and self.customer and self.associate and not self.done.done():
            self.done.set_result(None)


def run(load: Load) -> Run:
    """Make a house, serve it, write into it, and take it down."""
    with tempfile.TemporaryDirectory() as folder:
        ports = [house.free_port() for _ in range(load.processes)]
        origin = f"http://127.0.0.1:{ports[0]}"
        crowd = crowds.gather(
            Path(folder), origin, database=load.database,
            chats=load.chats + load.idle, profiles=load.profiles, closed=load.closed, viewers=load.viewers,
        )
        settings = load.settings | {
            "RAPPORT_THREADS": str(threads_for(len(crowd.chats), len(crowd.associates))),
            "RAPPORT_BASE_URL": origin,  # as behind a proxy, all have the same
        }
        if load.database:
            settings["RAPPORT_DATABASE_URL"] = load.database
        with ExitStack() as served:
            pids = [served.enter_context(house.serving(Path(folder), port, **settings)) for port in ports]
            return asyncio.run(Writing(load, Floor(ports, crowd), pids).through())


def threads_for(customers: int, associates: int) -> int:
    """Return the threads that a server needs for these sockets: it gives a third to the staff at most."""
    staff = 3 * (associates + crowds.VIEWERS + 1)
    return max(64, 12 + staff, 12 + -(-customers * 3 // 2))


class Place(Protocol):
    """Where people write: the floor of our shop, or that of a peer. What a message is, its pools know."""

    crowd: Any  # with `chats`
    viewers: list[Socket]

    def pools(self) -> tuple[Any, Any]: ...

    def message_of_customer(self, chat: Any, client_id: str, body: str) -> Any: ...

    def message_of_associate(self, chat: Any, client_id: str, body: str) -> Any: ...

    async def open(self, *, on_customer: OnText, on_associate: OnText) -> None: ...

    async def close(self) -> None: ...


class Writing:
    """People who write at a place, to the server with these process ids."""

    def __init__(self, load: Load, floor: Place, pids: list[int]) -> None:
        self.load, self.floor, self.pids = load, floor, pids
        self.found = Run(load)
        self.of_customers, self.of_staff = floor.pools()
        self.sent: dict[bytes, _Sent] = {}
        self.counted_from = 0.0
        self.chats = floor.crowd.chats[: load.chats]
        random.Random(7).shuffle(self.chats)

    async def through(self) -> Run:
        """Open the place, write for as long as is asked, close it, and say what was seen."""
        await self.floor.open(on_customer=self._customer_has, on_associate=self._associate_has)
        family = [pid for served in self.pids for pid in processes.family(served)]
        self.counted_from = time.perf_counter() + self.load.warm
        ends = self.counted_from + self.load.seconds
        asyncio.get_running_loop().call_later(self.load.warm, self._begin, family)
        await (self._at_a_rate(ends) if self.load.rate else self._in_flight(ends))
        self._end(family)
        await self.floor.close()
        await self.of_customers.close()
        await self.of_staff.close()
        return self.found

    def _begin(self, family: list[int]) -> None:
        self.found.memory_before = processes.memory(family)
        self.begun = (time.perf_counter(), processes.cpu_seconds(family), time.process_time(), self._frames())
        self.busy = processes.busy_seconds(processes.FOR_THE_SERVER)

    def _end(self, family: list[int]) -> None:
        at, server, generator, frames = self.begun
        found = self.found
        found.seconds = time.perf_counter() - at
        found.server = (processes.cpu_seconds(family) - server) / found.seconds
        found.generator = (time.process_time() - generator) / found.seconds
        busy = (processes.busy_seconds(processes.FOR_THE_SERVER) - self.busy) / found.seconds
        found.others = max(0.0, busy - found.server)
        found.inbox_frames = (self._frames() - frames) / found.seconds
        found.memory_after = processes.memory(family)

    def _frames(self) -> int:
        return sum(viewer.messages for viewer in self.floor.viewers)

    async def _at_a_rate(self, ends: float) -> None:
        """Send at moments left to chance: whoever writes does not wait for anybody else."""
        chance, tasks, due, number = random.Random(11), set(), time.perf_counter(), 0
        while due < ends:
            wait = due - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            if due >= self.counted_from:
                self.found.late.append(max(0.0, time.perf_counter() - due))
            task = asyncio.create_task(self._write(number))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            number += 1
            due += chance.expovariate(self.load.rate)
        if tasks:
            await asyncio.wait(tasks)

    async def _in_flight(self, ends: float) -> None:
        numbers = iter(range(10**9))

        async def one_after_another() -> None:
            while time.perf_counter() < ends:
                await self._write(next(numbers))

        await asyncio.gather(*(one_after_another() for _ in range(self.load.in_flight)))

    async def _write(self, number: int) -> None:
        chat, name = self.chats[number // 2 % len(self.chats)], f"m{number}"
        by_customer = number % 2 == 0
        make = self.floor.message_of_customer if by_customer else self.floor.message_of_associate
        request = make(chat, name, _BODY)
        at = time.perf_counter()
        message = _Sent(at, by_customer, asyncio.get_running_loop().create_future(), at >= self.counted_from)
        self.sent[name.encode()] = message
        self.found.sent += message.counts
        answer = await (self.of_customers if by_customer else self.of_staff).ask(request)
        if answer.status != 200:
            self.found.refused += 1
            del self.sent[name.encode()]
            return
        message.answer = answer.at
        message.look()
        try:
            async with asyncio.timeout(LONGEST):
                await message.done
        except TimeoutError:
            self.found.lost += message.counts
        else:
            self._count(message)
        del self.sent[name.encode()]

    def _count(self, message: _Sent) -> None:
        if not message.counts:
            return
        own, other = message.customer, message.associate
        if not message.by_customer:
            own, other = other, own
        self.found.answer.append(message.answer - message.at)
        self.found.own.append(own - message.at)
        self.found.other.append(other - message.at)

    def _customer_has(self, text: bytes, at: float) -> None:
        for name in ID.findall(text):
            if message := self.sent.get(name):
                message.customer = message.customer or at
                message.look()

    def _associate_has(self, text: bytes, at: float) -> None:
        for name in ID.findall(text):
            if message := self.sent.get(name):
                message.associate = message.associate or at
                message.look()

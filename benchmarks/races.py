"""Everybody at once for one thing: thirty starts of one visitor, fifty Accepts, links that move while both sides write.

Of each round one chat has to come, with one associate; whoever was too late is told so, and of what was written while
the link moved everything is stored once. With SQLite in one process, and with PostgreSQL and Redis in three.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from webapp.domain.chats import lifecycle
from webapp.domain.tables import Conversation, Message
from webapp.domain.upkeep import invariants

from . import crowd as crowds
from . import house, results
from .crowd import Chat, Crowd, Staff
from .figures import Line, Spread, table
from .floor import Floor
from .two_processes import POSTGRES, REDIS, empty
from .wire import Answer, Http

STARTS, ACCEPTS = 30, 50
PROMISED = 500  # ms in which those who were too late are told so, p95
_PROCESSES = {"sqlite": 1, "postgresql": 3}
_WRITTEN, _MOVES = 12, 12  # in each chat: messages of each side, and what is done to its link
_AT_ONCE = 8  # chats whose links move
_ROUTED = 60.0  # seconds in which all chats that were started have to wait to be accepted


@dataclass(slots=True)
class Found:
    """What came of it: rounds with another end than one chat, or one winner, are named in `wrong`."""

    rounds: int
    wrong: list[str] = field(default_factory=list)
    late: list[float] = field(default_factory=list)  # seconds until somebody was told that it was too late
    answers: Counter[str] = field(default_factory=Counter)
    written: dict[str, set[str]] = field(default_factory=dict)  # by chat: what was acknowledged
    broken: dict[str, int] = field(default_factory=dict)


def main(arguments: Sequence[str]) -> int:
    """Race on each database, and print; fails if anything is other than promised."""
    parser = argparse.ArgumentParser(prog="./dev bench races", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--databases", nargs="+", choices=tuple(_PROCESSES), default=list(_PROCESSES))
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--postgres", default=POSTGRES, help="where a database may be made, and dropped afterwards")
    parser.add_argument("--redis", default=REDIS)
    options = parser.parse_args(arguments)
    kept, is_right = {}, True
    for name in options.databases:
        with empty(options.postgres if name == "postgresql" else "") as address:
            settings = {"RAPPORT_DATABASE_URL": address, "RAPPORT_REDIS_URL": options.redis} if address else {}
            found = _race(options.rounds, _PROCESSES[name], address, settings)
        print(table(f"{name}, {_PROCESSES[name]} of them, {options.rounds} rounds", _lines(found)), flush=True)
        for said in (*found.wrong[:5], *found.broken):
            print("   ", said)
        kept[name] = {"late": [Spread.of(found.late).p95], "answers": dict(found.answers), "wrong": found.wrong}
        is_right = is_right and not found.wrong and not found.broken
    print(results.keep("races", kept))
    return 0 if is_right else 1


def _race(rounds: int, processes: int, database: str, settings: dict[str, str]) -> Found:
    found = Found(rounds)
    with tempfile.TemporaryDirectory() as folder:
        ports = [house.free_port() for _ in range(processes)]
        origin = f"http://127.0.0.1:{ports[0]}"
        crowd = crowds.gather(
            Path(folder), origin, chats=rounds, profiles=rounds, viewers=ACCEPTS, database=database
        )
        with house.opened(Path(folder), database):
            for conversation in Conversation.select():  # everybody starts anew
                lifecycle.end(conversation, by=None)
        with ExitStack() as served:
            for port in ports:
                served.enter_context(
                    house.serving(Path(folder), port, **settings, RAPPORT_BASE_URL=origin, RAPPORT_THREADS="128")
                )
            asyncio.run(_Race(ports, crowd, found, Path(folder), database).through())
        with house.opened(Path(folder), database):
            found.broken = {promise: len(rows) for promise, rows in invariants.broken().items()}
            _count_stored(found)
    return found


class _Race:
    def __init__(self, ports: list[int], crowd: Crowd, found: Found, folder: Path, database: str) -> None:
        self.ports, self.crowd, self.found = ports, crowd, found
        self.folder, self.database = folder, database
        self.floor = Floor(ports, crowd)
        self.chance = random.Random(7)

    async def through(self) -> None:
        http = await Http.connect(self.ports[0])
        await self.floor.look_at_widget(http)
        for staff in self.crowd.viewers:
            await self.floor.know(staff, http)
        await http.close()
        started = await self.start()
        accepted = await self.accept(await self.routed(started))
        for first in range(0, len(accepted), _AT_ONCE):
            await asyncio.gather(*(self.move(*each) for each in accepted[first : first + _AT_ONCE]))

    async def everybody(self, count: int, mark: int = 0) -> list[Http]:
        """Connect so many, each from an address of its own, to the processes in turn."""
        ports = cycle(self.ports)
        return [await Http.connect(next(ports), f"127.{1 + mark}.0.{1 + place}") for place in range(count)]

    async def start(self) -> list[Chat]:
        """Thirty starts of each visitor; return the chats that were started, with whose they are."""
        crowd: list[Http] = []
        for number, chat in enumerate(self.crowd.chats):
            if number % 25 == 0:  # each address may start sixty chats in ten minutes
                await _leave(crowd)
                crowd = await self.everybody(STARTS, number // 25)
            typed = {"name": "", "email": "", "phone": "", "message": f"Hello from {number}"}
            asked = self.floor.start(typed, chat)
            answers = await asyncio.gather(*(http.ask(asked) for http in crowd))
            self.note("start", answers)
        await _leave(crowd)
        return self.crowd.chats

    async def routed(self, chats: Sequence[Chat]) -> list[str]:
        """Wait until each visitor has a chat that waits, and return their ids; more than one of a visitor is wrong."""
        opened = Conversation.select(Conversation.public_id).where(Conversation.state == "waiting")
        with house.opened(self.folder, self.database):
            async with asyncio.timeout(_ROUTED):
                while opened.where(Conversation.routed_at.is_null(False)).count() < len(chats):
                    await asyncio.sleep(0.2)
            found = [str(row.public_id) for row in opened]
        if len(found) != len(chats):
            self.found.wrong.append(f"{len(found)} chats were started by {len(chats)} visitors")
        return found

    async def accept(self, waiting: Sequence[str]) -> list[tuple[Staff, str]]:
        """Fifty Accepts of each chat; return who has it."""
        accepted: list[tuple[Staff, str]] = []
        crowd = await self.everybody(ACCEPTS)
        for public_id in waiting:
            asked = [
                self.floor.by_staff(staff, "POST", f"/conversations/{public_id}/acceptance")
                for staff in self.crowd.viewers
            ]
            begun = asyncio.get_running_loop().time()
            answers = await asyncio.gather(*(http.ask(one) for http, one in zip(crowd, asked, strict=True)))
            took = [answer.at - begun for answer in answers]
            self.note("accept", answers)
            winners = [staff for staff, one in zip(self.crowd.viewers, answers, strict=True) if one.status == 200]
            self.found.late += [seconds for seconds, one in zip(took, answers, strict=True) if one.status == 409]
            if len(winners) != 1 or {one.status for one in answers} != {200, 409}:
                self.found.wrong.append(f"{public_id}: {len(winners)} winners, {Counter(a.status for a in answers)}")
            accepted += [(staff, public_id) for staff in winners]
        await _leave(crowd)
        return accepted

    async def move(self, staff: Staff, public_id: str) -> None:
        """Write on both sides of a chat while others link it, move its link and take it back."""
        chat = Chat(public_id, self.token_of(public_id), staff, None)
        written = self.found.written.setdefault(public_id, set())
        sides = (self.floor.message_of_customer, self.floor.message_of_associate)

        async def write(port: int, side: int) -> None:
            http = await Http.connect(port)
            for number in range(_WRITTEN):
                client_id = f"r{side}-{public_id}-{number}"
                answer = await http.ask(sides[side](chat, client_id, f"Number {number}"))
                self.note("write", [answer])
                if answer.status == 200:
                    written.add(client_id)
            await http.close()

        async def link(port: int, by: Staff) -> None:
            http = await Http.connect(port)
            for _ in range(_MOVES):
                path = f"/conversations/{public_id}/link"
                if self.chance.random() < 0.3:
                    asked = self.floor.by_staff(by, "DELETE", path)
                else:
                    profile = self.chance.randrange(1, self.found.rounds + 1)
                    asked = self.floor.by_staff(by, "POST", path, {"profile": str(profile)})
                self.note("link", [await http.ask(asked)])
            await http.close()

        ports = cycle(self.ports)
        others = self.chance.sample(self.crowd.viewers, 2)
        await asyncio.gather(
            *(write(next(ports), side) for side in (0, 1)), *(link(next(ports), by) for by in (staff, *others))
        )

    def token_of(self, public_id: str) -> str:
        """Return the token of the visitor whose chat it is: visitors are numbered in their order."""
        with house.opened(self.folder, self.database):
            visitor = Conversation.get(Conversation.public_id == public_id).visitor_id
        return self.crowd.chats[visitor - 1].token

    def note(self, what: str, answers: Sequence[Answer]) -> None:
        """Count the answers, and name each that says that we have failed."""
        self.found.answers.update(f"{what} {answer.status}" for answer in answers)
        self.found.wrong += [f"{what}: {a.status} {a.body[:80]!r}" for a in answers if a.status >= 500]


async def _leave(crowd: Sequence[Http]) -> None:
    await asyncio.gather(*(http.close() for http in crowd))


def _count_stored(found: Found) -> None:
    for public_id, written in found.written.items():
        rows = Message.select(Message.client_id).join(Conversation).where(Conversation.public_id == public_id)
        stored = Counter(row.client_id for row in rows if row.client_id)
        found.wrong += [f"{public_id}: {id} is stored {stored[id]} times" for id in written if stored[id] != 1]


def _lines(found: Found) -> list[Line]:
    written = sum(len(ids) for ids in found.written.values())
    late = Spread.of(found.late)
    return [
        Line("other than one chat, one winner, each message once", str(len(found.wrong)), "0"),
        Line("promises of the database that are broken", str(len(found.broken)), "0"),
        Line("ms until it is said that it was too late, p95", f"{late.p95:.0f}", f"≤ {PROMISED}"),
        Line("messages acknowledged while links moved", str(written)),
        *(Line(f"answers to {what}", str(count)) for what, count in sorted(found.answers.items())),
    ]

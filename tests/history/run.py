"""One run: people who talk, something that breaks things meanwhile, and what everybody has at the end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from benchmarks.figures import Line

from . import book, checker
from .book import Book, History
from .browser import Browser, Shop
from .checker import Finding
from .moments import until
from .people import Associate, Customer
from .servers import KEY, House, Server
from .stored import stored, unsound

STAFF = ("alice", "bruno", "dana")
CHATS_OF_ONE = 50  # that one socket may watch


@dataclass(frozen=True, slots=True)
class Size:
    """How much is said."""

    chats: int = 4
    messages: int = 10  # of each side in each chat
    pause: float = 0.1  # seconds between two messages of one person, on average
    settle: float = 20  # seconds that all may take to be the same again
    longest: float = 120  # seconds until those who still wait for an answer give up

    @property
    def total(self) -> int:
        """Return how many messages there will be, besides those of the forms."""
        return 2 * self.chats * self.messages


@dataclass(slots=True)
class Scene:
    """What whoever breaks things has to do with."""

    house: House
    servers: list[Server]
    faults: Book
    people: list[Browser] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    talking: bool = True

    @property
    def acknowledged(self) -> int:
        """Return how many messages are acknowledged so far."""
        return sum(person.book.acknowledged for person in self.people)

    @property
    def put_off(self) -> int:
        """Return how many tries have come to nothing so far."""
        return sum(person.book.put_off for person in self.people)

    async def after(self, messages: int, within: float = 60) -> bool:
        """Wait until so many more are acknowledged, or nobody talks any more; say whether they were."""
        wanted = self.acknowledged + messages
        await until(lambda: not self.talking or self.acknowledged >= wanted, within)
        return self.acknowledged >= wanted


@dataclass(slots=True)
class Outcome:
    """What came of a run."""

    history: History
    findings: list[Finding]
    settled: float | None  # seconds from the last answer until everybody had everything; None: never
    starts: int  # of processes
    also: list[Line] = field(default_factory=list)  # what this run was about, besides


Wreck = Callable[[Scene], Awaitable[None]]


async def run(
    house: House, servers: Sequence[Server], size: Size, wreck: Wreck, *, url: str,
    shop: Shop | None = None,
) -> Outcome:
    """Let people talk while `wreck` breaks things; `url` is the database, as the servers know it."""
    with ExitStack() as closing:
        folder = house.folder / "history"
        folder.mkdir()

        def book_of(who: str) -> Book:
            made = Book(folder, who)
            closing.callback(made.close)
            return made

        scene = Scene(house, list(servers), book_of("faults"))
        customers, staff = await _gather(scene, shop or Shop(house.port, house.base_url, KEY), book_of, size)
        settled, rows = await _talk(scene, _talks(customers, staff, size), size, wreck, url)
    history = History(book.read(folder), rows)
    findings = checker.check(history) + [Finding("unsound", "", "", what) for what in unsound(url, house.before)]
    return Outcome(history, findings, settled, sum(server.starts for server in servers))


async def _talk(
    scene: Scene, talking: list[Coroutine[Any, Any, None]], size: Size, wreck: Wreck, url: str
) -> tuple[float | None, list[book.Stored]]:
    """Return how long it took until everybody had everything (None: never), and what is stored."""
    tasks = [asyncio.create_task(person.live()) for person in scene.people]
    try:
        await until(lambda: all(person.connected for person in scene.people), 30)
        tasks.append(breaking := asyncio.create_task(_break(scene, wreck)))
        tasks += (talks := [asyncio.create_task(talk) for talk in talking])
        _, late = await asyncio.wait(talks, timeout=size.longest)
        scene.talking = False
        for task in late:  # what becomes of these, nobody knows
            task.cancel()
        await breaking
        ended = book.now()
        rows = await asyncio.to_thread(stored, url, scene.house.before)
        whole = await until(lambda: _all_the_same(scene.people, rows), size.settle)
        settled = book.now() - ended
        rows = await asyncio.to_thread(stored, url, scene.house.before)  # what was under way may have arrived meanwhile
        for person in scene.people:
            person.leave()
        await asyncio.gather(*(task for task in tasks if task not in late))  # what went wrong in them is raised here
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return settled if whole else None, rows


async def _break(scene: Scene, wreck: Wreck) -> None:
    await wreck(scene)
    scene.faults.fault("all is well")


async def _gather(
    scene: Scene, shop: Shop, book_of: Callable[[str], Book], size: Size
) -> tuple[list[Customer], list[Associate]]:
    """Start the chats and accept them, while all is well."""
    customers = []
    for number in range(size.chats):
        # From addresses of their own: how many chats one address may start is limited.
        source = f"127.0.{1 + number // 250}.{1 + number % 250}"
        customer = Customer(shop, book_of(f"customer-{number}"), source=source)
        await customer.start(f"Customer Number{number}", "Hello!")
        customers.append(customer)
    staff = []
    for name, first in zip(STAFF, range(0, size.chats, CHATS_OF_ONE), strict=False):
        associate = Associate(shop, book_of(name))
        await associate.sign_in(f"{name}@maison.example")
        await associate.accept([customer.chat for customer in customers[first : first + CHATS_OF_ONE]])
        staff.append(associate)
    scene.people += [*customers, *staff]
    return customers, staff


def _talks(customers: list[Customer], staff: list[Associate], size: Size) -> list[Coroutine[Any, Any, None]]:
    async def customer_talks(customer: Customer) -> None:
        chance = random.Random(customer.book.who)
        for number in range(1, size.messages + 1):
            await customer.rest(chance.expovariate(1 / size.pause))
            await customer.say(number)

    async def associate_talks(associate: Associate, chat: str, number: int) -> None:
        chance = random.Random(chat)
        for turn in range(size.messages):
            await associate.rest(chance.expovariate(1 / size.pause))
            await associate.say(chat, number * size.messages + turn + 1)

    talks: list[Coroutine[Any, Any, None]] = [customer_talks(customer) for customer in customers]
    for associate in staff:
        talks += [associate_talks(associate, chat, number) for number, chat in enumerate(associate.logs)]
    return talks


def _all_the_same(people: list[Browser], rows: list[book.Stored]) -> bool:
    there: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for row in rows:
        there.setdefault((row.chat, row.lane), []).append((row.lane, row.seq))
    return all(
        person.connected and person.has(chat, there.get((chat, lane), []))
        for person in people for chat in person.logs for lane in person.lanes
    )  # fmt: skip



"""A peer with everybody connected to it: the same people who are on the floor of our own shop."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any

from ..floor import OnText, several
from ..wire import Pool, Socket, request
from .designs import CHATS_OF_ONE
from .speaking import Language, Person

_TOKEN = re.compile(rb'name="csrf-token" content="([^"]*)"')
_COOKIE = re.compile(rb"\r\nset-cookie: *([^;\r]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Crowd:
    """The chats, by number: chat n + 1 is that of customer n."""

    chats: list[int]


class Place:
    """Where people write: see `Place` in benchmarks/messages.py."""

    def __init__(self, language: Language, chats: int, viewers: int) -> None:
        self.language, self.crowd = language, Crowd(list(range(chats)))
        self.viewers: list[Socket] = []
        self._count = viewers
        self._customers: dict[int, Person] = {}
        self._associates: dict[int, Person] = {}

    def pools(self) -> tuple[Any, Any]:
        """Return what customers send on, and what associates do."""
        return self.language.pool(), self.language.pool()

    async def open(self, *, on_customer: OnText, on_associate: OnText) -> None:
        """Sign everybody in, and open their sockets."""
        pages = Pool(self.language.port)

        async def enter(role: str, number: int, topic: str, on_text: OnText | None) -> Person:
            headers = {"Host": f"127.0.0.1:{self.language.port}"}
            answer = await pages.ask(request("GET", f"/enter/{role}/{number}", headers))
            token = _TOKEN.search(answer.body)
            assert token, (answer.status, answer.body[:500])
            cookie = b"; ".join(_COOKIE.findall(answer.head)).decode()
            person = Person(cookie, token[1].decode())
            person.socket = await self.language.listen(person, topic, on_text)
            return person

        async def customer(number: int) -> None:
            self._customers[number] = await enter("customer", number, "mine", on_customer)

        for number in range(self._count):
            viewer = await enter("viewer", number, "inbox", None)
            assert viewer.socket
            self.viewers.append(viewer.socket)
        for number in range(-(-len(self.crowd.chats) // CHATS_OF_ONE)):
            self._associates[number] = await enter("associate", number, "mine", on_associate)
        await several(customer(number) for number in self.crowd.chats)
        await pages.close()

    def message_of_customer(self, chat: int, client_id: str, body: str) -> object:
        return self.language.message(self._customers[chat], chat + 1, client_id, body)

    def message_of_associate(self, chat: int, client_id: str, body: str) -> object:
        return self.language.message(self._associates[chat // CHATS_OF_ONE], chat + 1, client_id, body)

    async def close(self) -> None:
        """Close all sockets."""
        people = (*self._customers.values(), *self._associates.values())
        sockets = [*self.viewers, *(person.socket for person in people if person.socket)]
        await asyncio.gather(*(socket.close() for socket in sockets))

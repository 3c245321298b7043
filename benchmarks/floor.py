"""The floor of the shop: everybody of a crowd, connected to a server, with what each sends made ready."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Coroutine, Iterable, Sequence
from itertools import cycle
from typing import Any
from urllib.parse import urlencode

from .crowd import Chat, Crowd, Staff
from .house import KEY
from .wire import Answer, Http, Pool, Socket, request

QUERY = "?" + urlencode({"key": KEY, "locale": "en", "zone": "UTC"})
_FORM = "application/x-www-form-urlencoded"
_AT_ONCE = 32  # that connect
_TOKEN = re.compile(rb'X-CSRF-Token":"([0-9a-f]+)"')
_TOPIC = re.compile(rb'data-watch="([\w:-]+)"')

OnText = Callable[[bytes, float], None]


class Floor:
    """The sockets that are open, and the requests of whoever sends."""

    def __init__(self, ports: Sequence[int], crowd: Crowd) -> None:
        """Customers go to all processes but the last, the staff to the last: between them news has to cross."""
        self.port, self.staff_port, self.crowd = ports[0], ports[-1], crowd
        self._customers_go_to = cycle(ports[:-1] or ports)
        self.customers: dict[str, Socket] = {}  # by the public id of their chat
        self.associates: dict[int, Socket] = {}
        self.viewers: list[Socket] = []
        self._widget_token = ""
        self._tokens: dict[int, str] = {}  # of the forms of a session, by associate

    async def open(
        self,
        *,
        on_customer: OnText | None = None,
        on_associate: OnText | None = None,
        customers: int | None = None,
        kinds: tuple[str, ...] = ("conversation",),
        page: str = "/inbox/all",
    ) -> None:
        """Connect customers (so many, or all), associates and viewers, each at the page that they would look at.

        An associate watches these kinds of topic of each of her chats; a viewer whatever the page says.
        """
        http = await Http.connect(self.staff_port)
        await self.look_at_widget(http)
        chats: dict[int, list[Chat]] = {}
        for chat in self.crowd.chats:
            chats.setdefault(chat.associate.id, []).append(chat)
        for staff in self.crowd.associates:
            await self.know(staff, http)
            watched = {f"{kind}:{chat.public_id}": {"after": 1} for chat in chats[staff.id] for kind in kinds}
            self.associates[staff.id] = await self._staff_socket(staff, watched, on_associate)
        for staff in self.crowd.viewers:
            seen = await http.ask(self._page(page, staff))
            topics: dict[str, Any] = {topic.decode(): {} for topic in _TOPIC.findall(seen.body)}
            self.viewers.append(await self._staff_socket(staff, topics, None))
        await http.close()
        await several(self._customer(chat, on_customer) for chat in self.crowd.chats[:customers])

    async def look_at_widget(self, http: Http) -> None:
        """Load the widget as a customer does, for the token of its forms."""
        self._widget_token = _found(_TOKEN, await http.ask(request("GET", f"/widget/frame{QUERY}", self._plain())))

    async def know(self, staff: Staff, http: Http) -> None:
        """Load a page as somebody of the staff, for the token of her forms."""
        self._tokens[staff.id] = _found(_TOKEN, await http.ask(self._page("/inbox/mine", staff)))

    async def _customer(self, chat: Chat, on_text: OnText | None) -> None:
        self.customers[chat.public_id] = await self.customer_socket(chat, on_text)

    async def customer_socket(self, chat: Chat, on_text: OnText | None = None) -> Socket:
        """Open the socket of a customer, who has the first line of the chat."""
        headers = self._plain() | {"Cookie": _visitor(chat)}
        socket = await Socket.connect(next(self._customers_go_to), f"/widget/live{QUERY}", headers, on_text)
        await _watch(socket, {f"chat:{chat.public_id}": {"after": 1}})
        return socket

    async def _staff_socket(self, staff: Staff, topics: dict[str, Any], on_text: OnText | None) -> Socket:
        headers = self._plain() | {"Cookie": f"rapport={staff.token}"}
        socket = await Socket.connect(self.staff_port, "/live", headers, on_text)
        await _watch(socket, topics)
        return socket

    def pools(self) -> tuple[Pool, Pool]:
        """Return the connections on which customers send, and those of the staff."""
        return Pool(self.port), Pool(self.staff_port)

    def message_of_customer(self, chat: Chat, client_id: str, body: str) -> bytes:
        """Return the request by which a customer sends a message."""
        headers = self._form(self._widget_token, _visitor(chat))
        path = f"/widget/chats/{chat.public_id}/messages{QUERY}"
        return request("POST", path, headers, urlencode({"body": body, "client_id": client_id}).encode())

    def message_of_associate(self, chat: Chat, client_id: str, body: str) -> bytes:
        """Return the request by which the associate of a chat sends a message."""
        typed = {"body": body, "client_id": client_id}
        return self.by_staff(chat.associate, "POST", f"/conversations/{chat.public_id}/messages", typed)

    def by_staff(self, staff: Staff, method: str, path: str, typed: dict[str, str] | None = None) -> bytes:
        """Return the request by which somebody of the staff, who is known, does something."""
        headers = self._form(self._tokens[staff.id], f"rapport={staff.token}")
        return request(method, path, headers, urlencode(typed or {}).encode())

    def details(self, chat: Chat, typed: dict[str, str]) -> bytes:
        """Return the request by which a customer changes her details."""
        headers = self._form(self._widget_token, _visitor(chat))
        return request("POST", f"/widget/chats/{chat.public_id}/details{QUERY}", headers, urlencode(typed).encode())

    def start(self, typed: dict[str, str], chat: Chat | None = None) -> bytes:
        """Return the request by which somebody starts a chat: whoever had this one, or whom nobody knows."""
        headers = self._form(self._widget_token, _visitor(chat) if chat else "")
        return request("POST", f"/widget/chats{QUERY}", headers, urlencode(typed).encode())

    def page_of(self, staff: Staff, path: str) -> bytes:
        """Return the request by which somebody of the staff opens a page."""
        return self._page(path, staff)

    def _page(self, path: str, staff: Staff) -> bytes:
        return request("GET", path, self._plain() | {"Cookie": f"rapport={staff.token}"})

    def _plain(self) -> dict[str, str]:
        return {"Host": self.crowd.origin.partition("//")[2], "Origin": self.crowd.origin}

    def _form(self, token: str, cookie: str) -> dict[str, str]:
        headers = self._plain() | {"X-CSRF-Token": token, "HX-Request": "true", "Content-Type": _FORM}
        return headers | {"Cookie": cookie} if cookie else headers

    async def close(self) -> None:
        """Close all sockets."""
        everybody = (*self.customers.values(), *self.associates.values(), *self.viewers)
        await asyncio.gather(*(socket.close() for socket in everybody))


async def several(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do all of it, a few at a time."""
    free = asyncio.Semaphore(_AT_ONCE)

    async def one(work: Coroutine[Any, Any, None]) -> None:
        async with free:
            await work

    await asyncio.gather(*map(one, works))


async def _watch(socket: Socket, topics: dict[str, Any]) -> None:
    socket.send(json.dumps({"watch": topics}))
    await socket.caught_up()


def _visitor(chat: Chat) -> str:
    return f"rapport_visitor_1={chat.token}"  # the first site of the house


def _found(pattern: re.Pattern[bytes], answer: Answer) -> str:
    found = pattern.search(answer.body)
    assert found, (answer.status, answer.body[:500])
    return found[1].decode()

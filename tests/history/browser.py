"""A browser in small: it keeps its cookie, asks again when it does not know, and its socket comes back.

What it sends is what the pages' own scripts send, with cookie, token and origin; what it does about a failure is what
static/js/shared/composer.js and live.js do: the same message under the same id until the answer is known, and on each
new socket how far its log has come.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from benchmarks.wire import Answer, Http, Socket, request

from .book import Acknowledged, Book, Failed, Holds, PutOff, Saw, Tried, Wire, now
from .log import Log, added, pushed
from .moments import moment

_TOKEN = re.compile(r'X-CSRF-Token":"([0-9a-f]+)"|name="csrf_token" value="([0-9a-f]+)"')
_COOKIE_PART = re.compile(rb"\r\nset-cookie: *([^;\r]+)", re.IGNORECASE)
AT_EASE = 30.0  # seconds that one waits for an answer while nothing is broken
_FORM = "application/x-www-form-urlencoded"


@dataclass(slots=True)
class Shop:
    """Where everybody connects, by what name, and how patient they are while things break, in seconds."""

    port: int  # of the server, or of what stands before it
    base_url: str
    key: str
    patience: float = 3.0  # with one answer
    opens: float = 15.0  # until a socket is there and all of what was missed has come, as in live-socket.js
    soonest: float = 0.1  # until it is tried again; twice as long each time
    latest: float = 2.0
    beat: float = 30.0  # of silence until it is asked whether the socket still answers


class Browser:
    """Somebody's browser; `over` ends everything that waits."""

    lanes = ["public"]

    def __init__(self, shop: Shop, book: Book, *, source: str = "127.0.0.1") -> None:
        self.shop, self.book, self.source = shop, book, source
        self.logs: dict[str, Log] = {}
        self.over = asyncio.Event()
        self.connected = False
        self._idle: list[Http] = []  # connections on which nothing is asked
        self._token = ""
        self._cookies: dict[str, str] = {}
        self._socket: Socket | None = None
        self._heard = asyncio.Event()
        self._chance = random.Random(book.who)

    async def ask(
        self, method: str, path: str, fields: dict[str, str] | None = None, *, patience: float = AT_EASE
    ) -> Answer:
        """Ask once. Raises OSError or TimeoutError when it is not known what came of it."""
        async with asyncio.timeout(patience):
            http = await self._connection()
            body = urlencode(fields or {}).encode()
            try:
                answer = await http.ask(request(method, path, self._headers(fields), body))
            except BaseException:
                http.abort()
                raise
            self._idle.append(http)
        for cookie in _COOKIE_PART.findall(answer.head):
            name, _, value = cookie.decode().partition("=")
            self._cookies[name] = value
        return answer

    async def _connection(self) -> Http:
        while self._idle:
            http = self._idle.pop()
            if http.is_open:
                return http
        return await Http.connect(self.shop.port, self.source)

    async def page(self, path: str) -> str:
        """Load a page, whose forms can be sent from now on; it has to be there."""
        answer = await self.ask("GET", path)
        page = answer.body.decode()
        assert answer.status == 200, (path, answer.status, page[:500])
        if found := _TOKEN.search(page):
            self._token = found[1] or found[2]
        return page

    def _headers(self, fields: dict[str, str] | None) -> dict[str, str]:
        headers = {"Host": self.shop.base_url.partition("//")[2]}
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        if fields is not None:
            headers |= {"Origin": self.shop.base_url, "X-CSRF-Token": self._token, "Content-Type": _FORM}
            headers |= {"HX-Request": "true"}
        return headers

    def for_socket(self) -> dict[str, str]:
        """Return the headers with which a socket is asked for."""
        return self._headers(None) | {"Origin": self.shop.base_url}

    async def deliver(self, chat: str, author: str, path: str, id: str, body: str) -> None:
        """Send a message until it is known what came of it, or all is over."""
        self.book.write(Tried(now(), self.book.who, chat, author, id, body))
        pause = self.shop.soonest
        while not self.over.is_set():
            status, after, seq = await self._try(path, chat, {"body": body, "client_id": id})
            if seq:
                self.book.write(Acknowledged(now(), self.book.who, chat, author, id, seq))
                return
            if status and status < 500 and status != 429:
                self.book.write(Failed(now(), self.book.who, chat, author, id, status))
                return
            self.book.write(PutOff(now(), self.book.who, chat, id, status, after))
            await self.rest(max(after, pause * self._chance.uniform(0.5, 1)))
            pause = min(2 * pause, self.shop.latest)

    async def _try(self, path: str, chat: str, fields: dict[str, str]) -> tuple[int, float, int]:
        """Return the status (0 when there was no answer), the seconds to wait, and the number of the line, or 0."""
        try:
            answer = await self.ask("POST", path, fields, patience=self.shop.patience)
        except (OSError, TimeoutError):
            return 0, 0, 0
        after = re.search(rb"\r\nretry-after: *(\d+)", answer.head, re.IGNORECASE)
        seq = 0
        if answer.status == 200:
            text = answer.body.decode()
            seq = next((place[1] for _, place in added(text) if place[2] == fields["client_id"]), 0)
            self._merge(text)
        return answer.status, float(after[1]) if after else 0, seq

    async def stay_live(self, path: str) -> None:
        """Keep a socket open until all is over, and open another when it is gone."""
        pause = self.shop.soonest
        while not self.over.is_set():
            with suppress(OSError, TimeoutError):
                await self._connect(path)
                pause = self.shop.soonest
                await self._listen()
            self._down()
            await self.rest(pause * self._chance.uniform(0.5, 1))
            pause = min(2 * pause, self.shop.latest)

    async def _connect(self, path: str) -> None:
        async with asyncio.timeout(self.shop.opens):
            self._socket = await Socket.connect(self.shop.port, path, self.for_socket(), self._hear)
            self._watch()
            await self._socket.caught_up()
        self.connected = True
        self.book.write(Wire(now(), self.book.who, True))

    async def _listen(self) -> None:
        """Ask from time to time whether anybody is there: a connection may be dead without anybody knowing."""
        assert self._socket
        ends = asyncio.create_task(self._socket.ended()), asyncio.create_task(self.over.wait())
        try:
            while not (await asyncio.wait(ends, timeout=self.shop.beat, return_when=asyncio.FIRST_COMPLETED))[0]:
                if not self._heard.is_set():
                    self._watch()
                    async with asyncio.timeout(self.shop.patience):
                        await self._heard.wait()
                self._heard.clear()
        finally:
            for end in ends:
                end.cancel()

    def _watch(self) -> None:
        assert self._socket
        self._socket.send(json.dumps({"watch": self.watched()}))

    def watched(self) -> dict[str, Any]:
        """Return the topics of the document, each with what it has."""
        raise NotImplementedError

    def _down(self) -> None:
        if self._socket:
            self._socket.abort_now()
        self._socket = None
        if self.connected:
            self.connected = False
            self.book.write(Wire(now(), self.book.who, False))

    def _hear(self, message: bytes, at: float) -> None:
        self._heard.set()
        self._merge(pushed(message))

    def _merge(self, fragments: str) -> None:
        for chat, place in added(fragments):
            if chat in self.logs and self.logs[chat].take(place):
                self.book.write(Saw(now(), self.book.who, chat, place))

    async def doze(self, path: str, tabs: int) -> list[Socket]:
        """Open the same in more tabs, which fall asleep with their connections open: they read no more."""
        asleep = []
        for _ in range(tabs):
            socket = await Socket.connect(self.shop.port, path, self.for_socket())
            socket.send(json.dumps({"watch": self.watched()}))
            await socket.caught_up()
            socket.pause()
            asleep.append(socket)
        return asleep

    async def rest(self, seconds: float) -> None:
        """Do nothing for so long, unless all is over before."""
        await moment(seconds, unless=self.over)

    def has(self, chat: str, places: list[tuple[str, int]]) -> bool:
        """Say whether its log of the chat has lines at all these places."""
        return {place[:2] for place in self.logs[chat].places}.issuperset(places)

    def leave(self) -> None:
        """Write down what there is to see, and go."""
        for chat, log in self.logs.items():
            held = Holds(now(), self.book.who, chat, self.connected, self.lanes, list(log.places))
            self.book.write(held)
        self.over.set()
        while self._idle:
            self._idle.pop().abort()

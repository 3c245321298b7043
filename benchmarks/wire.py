"""The wire as the load generator speaks it: HTTP kept alive and WebSockets, on asyncio's own protocols.

Nothing is parsed that is not looked at, so that the generator needs little of the core on which it runs. Times are of
`time.perf_counter`, taken when the bytes arrive.
"""

from __future__ import annotations

import asyncio
import base64
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_GOODBYE = 5.0  # seconds
_PING, _CLOSE, _TEXT = 0x9, 0x8, (0x0, 0x1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `at` is when all of it had arrived."""

    status: int
    head: bytes
    body: bytes
    at: float

    def cookie(self) -> str:
        """Return name and value of the cookie that was set, or ""."""
        found = re.search(rb"\r\nset-cookie: *([^;\r]+)", self.head, re.IGNORECASE)
        return found[1].decode() if found else ""


class Http(asyncio.Protocol):
    """One connection; it asks one thing at a time."""

    def __init__(self) -> None:
        self.is_open = False
        self._gone = asyncio.Event()
        self._arrived = bytearray()
        self._answer: asyncio.Future[Answer] | None = None
        self._transport: Any = None

    @classmethod
    async def connect(cls, port: int, source: str = "127.0.0.1") -> Http:
        """Connect from an address of one's own, if need be: limits count by address."""
        loop = asyncio.get_running_loop()
        return (await loop.create_connection(cls, "127.0.0.1", port, local_addr=(source, 0)))[1]

    async def ask(self, request: bytes) -> Answer:
        """Send the bytes of a request, and wait for its answer. Raises ConnectionError."""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    async def close(self) -> None:
        """Close, and wait until it is."""
        self._transport.close()
        await self._gone.wait()

    def abort(self) -> None:
        """Break off at once, whatever is still under way."""
        self.is_open = False
        self._transport.abort()

    def connection_made(self, transport: Any) -> None:
        self._transport, self.is_open = transport, True

    def data_received(self, data: bytes) -> None:
        at = time.perf_counter()
        self._arrived += data
        head, gap, rest = bytes(self._arrived).partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not gap or len(rest) < (size := int(length[1]) if length else 0) or self._answer is None:
            return
        self._arrived.clear()
        answer, self._answer = self._answer, None
        if not answer.done():
            answer.set_result(Answer(int(head[9:12]), head, rest[:size], at))
        if b"connection: close" in head.lower():
            self.is_open = False
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False
        self._gone.set()
        if self._answer and not self._answer.done():
            self._answer.set_exception(error or ConnectionResetError("closed without an answer"))


class Pool:
    """Connections kept alive, as a proxy keeps them: as many as are asked on at the same time, and no more."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[Http] = []

    async def ask(self, request: bytes) -> Answer:
        """Ask on the connection that was used last; on a new one when all are busy, or when the server let it go."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open:
                try:
                    return await self._ask(connection, request)
                except ConnectionResetError:
                    continue  # it was about to be closed; what was sent twice is stored once
        return await self._ask(await Http.connect(self._port), request)

    async def _ask(self, connection: Http, request: bytes) -> Answer:
        answer = await connection.ask(request)
        if connection.is_open:
            self._idle.append(connection)
        return answer

    async def close(self) -> None:
        """Close the connections, of which none may be busy."""
        while self._idle:
            await self._idle.pop().close()


class Socket(asyncio.Protocol):
    """One WebSocket; `on_text` is told of each message (its bytes) and when it came."""

    def __init__(self, on_text: Callable[[bytes, float], None] | None = None) -> None:
        self.on_text = on_text
        self.messages = self.bytes = 0
        self.closed: int | None = None  # with which code; 1006 for none
        self._gone = asyncio.Event()
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._arrived = bytearray()
        self._text = bytearray()
        self._transport: Any = None

    @classmethod
    async def connect(
        cls, port: int, path: str, headers: dict[str, str], on_text: Callable[[bytes, float], None] | None = None
    ) -> Socket:
        """Open a socket. Raises ConnectionError for an answer that is no handshake."""
        loop = asyncio.get_running_loop()
        made = (await loop.create_connection(lambda: cls(on_text), "127.0.0.1", port))[1]
        key = base64.b64encode(os.urandom(16)).decode()
        asked = {"Upgrade": "websocket", "Connection": "Upgrade"}
        asked |= {"Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13"}
        made._transport.write(request("GET", path, headers | asked))
        try:
            await made._opened
        except asyncio.CancelledError:  # nobody waits any more, and nobody has it
            made._transport.abort()
            raise
        return made

    def send(self, text: str) -> None:
        """Send a text message."""
        self._transport.write(text_frame(text))

    def pause(self) -> None:
        """Read no more, as a tab does whose machine has gone to sleep."""
        self._transport.pause_reading()

    async def caught_up(self) -> None:
        """Wait for the first message: what answers the command."""
        await self._first

    async def ended(self) -> None:
        """Wait until it is closed, by whomever."""
        await self._gone.wait()

    async def close(self) -> None:
        """Say goodbye with 1000, and wait for the server's; break off when it does not come."""
        self._transport.write(b"\x88\x82\0\0\0\0\x03\xe8")
        try:
            async with asyncio.timeout(_GOODBYE):
                await self._gone.wait()
        except TimeoutError:
            await self.abort()

    async def abort(self) -> None:
        """Break off without a goodbye, as a phone does in a tunnel."""
        self.abort_now()
        await self._gone.wait()

    def abort_now(self) -> None:
        """Break off, and do not wait until it is done."""
        self._transport.abort()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = self.closed or 1006
        self._gone.set()
        for waited in (self._opened, self._first):
            if not waited.done():
                waited.set_exception(ConnectionResetError(f"closed with {self.closed}"))
                waited.exception()  # not everybody waits

    def data_received(self, data: bytes) -> None:
        at = time.perf_counter()
        self.bytes += len(data)
        self._arrived += data
        if not self._opened.done() and not self._shake():
            return
        found = frames(self._arrived)
        if found:
            del self._arrived[: found[-1][3]]
        for opcode, final, payload, _ in found:
            self._take(opcode, final, payload, at)

    def _shake(self) -> bool:
        head, gap, _ = bytes(self._arrived).partition(b"\r\n\r\n")
        if not gap:
            return False
        if b" 101 " not in head[:16]:
            self._opened.set_exception(ConnectionRefusedError(head[:32].decode("latin-1")))
            self._transport.close()
            return False
        del self._arrived[: len(head) + 4]
        self._opened.set_result(None)
        return True

    def _take(self, opcode: int, final: bool, payload: bytes, at: float) -> None:
        if opcode in _TEXT:
            self._text += payload
            if final:
                whole = bytes(self._text)
                self._text.clear()
                self._told(whole, at)
        elif opcode == _PING:
            self._transport.write(bytes([0x8A, 0x80 | len(payload)]) + b"\0\0\0\0" + payload)
        elif opcode == _CLOSE:
            self.closed = int.from_bytes(payload[:2], "big") or 1005
            self._transport.write(bytes([0x88, 0x80 | len(payload)]) + b"\0\0\0\0" + payload)

    def _told(self, text: bytes, at: float) -> None:
        self.messages += 1
        if not self._first.done():
            self._first.set_result(None)
        if self.on_text:
            self.on_text(text, at)


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """Return the bytes of a request; what it is for is said once, before the clock runs."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def text_frame(text: str) -> bytes:
    """Return the frame of a text message, masked as a browser has to."""
    data, mask = text.encode(), os.urandom(4)
    size = len(data)
    head = bytes([0x81, 0x80 | size]) if size < 126 else b"\x81\xfe" + size.to_bytes(2, "big")
    return head + mask + _masked(data, mask)


def frames(arrived: bytes | bytearray) -> list[tuple[int, bool, bytes, int]]:
    """Take apart the whole frames of a server in these bytes: opcode, final or not, payload, and where each ends."""
    found = []
    at, most = 0, len(arrived)
    while most - at >= 2:
        size, begin = arrived[at + 1] & 0x7F, at + 2
        if size == 126:
            size, begin = int.from_bytes(arrived[at + 2 : at + 4], "big"), at + 4
        elif size == 127:
            size, begin = int.from_bytes(arrived[at + 2 : at + 10], "big"), at + 10
        if begin > most or begin + size > most:
            break
        found.append((arrived[at] & 0x0F, bool(arrived[at] & 0x80), bytes(arrived[begin : begin + size]), begin + size))
        at = begin + size
    return found


def _masked(data: bytes, mask: bytes) -> bytes:
    whole = (mask * (len(data) // 4 + 1))[: len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(whole, "big")).to_bytes(len(data), "big")

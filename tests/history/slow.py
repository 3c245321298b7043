"""Who reads slowly, or not at all: a phone in a lift. What comes of it, and what the others notice.

Each has a small window and the segments of a real network: over a loopback the kernel would take megabytes for it.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
from contextlib import suppress
from itertools import pairwise
from typing import Any

from benchmarks.figures import Line, Spread
from benchmarks.wire import Socket, frames, request, text_frame

from .book import Fault, History, Saw, Tried, now
from .browser import Browser
from .log import Log, added, pushed
from .moments import moment, until
from .people import Associate, Customer
from .run import Scene, Wreck
from .servers import Server

RATE = 1024  # bytes a second
WITH, WITHOUT = "all of the slow are there", "people are among themselves"
_PATIENCE = 90.0  # seconds until the server has to have closed them: 25 to a ping, 20 to its answer, and some
_WINDOW, _SEGMENT = 4096, 1400  # bytes


class Slow:
    """A socket of somebody's that reads so many bytes a second, or nothing."""

    def __init__(self, of: Browser, rate: int) -> None:
        self.of, self.rate = of, rate
        self.closed = False
        self.log = Log(list(of.logs[of.chat].places) if isinstance(of, Customer) else [])
        self._arrived = bytearray()
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _WINDOW)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, _SEGMENT)
        self._socket.setblocking(False)

    async def open(self, path: str, watched: dict[str, Any]) -> None:
        """Connect, say what is watched, and read no more than the answer to the handshake."""
        loop = asyncio.get_running_loop()
        await loop.sock_connect(self._socket, ("127.0.0.1", self.of.shop.port))
        key = base64.b64encode(os.urandom(16)).decode()
        asked = {"Upgrade": "websocket", "Connection": "Upgrade"}
        headers = self.of.for_socket() | asked | {"Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13"}
        await loop.sock_sendall(self._socket, request("GET", path, headers))
        while b"\r\n\r\n" not in self._arrived:
            self._arrived += await loop.sock_recv(self._socket, 256)
        head, _, rest = bytes(self._arrived).partition(b"\r\n\r\n")
        assert b" 101 " in head[:16], head
        self._arrived = bytearray(rest)
        await loop.sock_sendall(self._socket, text_frame(json.dumps({"watch": watched})))

    async def read(self) -> None:
        """Read as slowly as it does, until the server has had enough of it."""
        while self.rate and not self.closed:
            await self._take(self.rate)
            await moment(1.0)

    async def read_all(self) -> None:
        """Wake up: read what is left, as fast as it comes, until the end or until nothing has come for a while."""
        with suppress(TimeoutError):
            while not self.closed:
                async with asyncio.timeout(5):
                    await self._take(64 * 1024)
        self._socket.close()

    async def _take(self, most: int) -> None:
        try:
            data = await asyncio.get_running_loop().sock_recv(self._socket, most)
        except OSError:  # reset
            data = b""
        self.closed = not data
        self._arrived += data
        for opcode, final, payload, _ in (found := frames(self._arrived)):
            if opcode == 0x1 and final:
                for _chat, place in added(pushed(payload)):
                    self.log.take(place)
        if found:
            del self._arrived[: found[-1][3]]


def slow_among(server: Server, each: int, after: int, told: list[Line]) -> Wreck:
    """Let so many of each kind join once so many messages are said: half look at an inbox, half are customers' tabs."""

    async def wreck(scene: Scene) -> None:
        scene.faults.fault(WITHOUT)
        await scene.after(after, within=300)
        scene.faults.fault("the slow come")
        open_ = [await _sockets(server)]
        everybody = await _open(scene, each)
        reading = [asyncio.create_task(one.read()) for one in everybody]
        scene.faults.fault(WITH)
        open_.append(await _sockets(server))
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                while await _sockets(server) > open_[0]:
                    await moment(1.0)
        open_.append(await _sockets(server))
        scene.faults.fault(f"the server has closed all but {open_[-1] - open_[0]}")
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
        await asyncio.gather(*(one.read_all() for one in everybody))
        for kind, rate in (("never read", 0), ("read 1 KB a second", RATE)):
            for name, of in (("the inbox", Associate), ("a chat", Customer)):
                those = [one for one in everybody if one.rate == rate and isinstance(one.of, of)]
                closed = sum(one.closed for one in those)
                told.append(Line(f"{kind}, {name}: closed", f"{closed} of {len(those)}"))
        told.append(Line("sockets, of a thread each: before, with them, after", " / ".join(map(str, open_))))
        back = await _comes_back(next(one for one in everybody if isinstance(one.of, Customer) and not one.rate))
        told.append(Line("lines that one missed, and has once it is back", back))

    return wreck


async def _sockets(server: Server) -> int:
    """Return how many the process says that it serves: each has a thread of its own."""
    told = await asyncio.to_thread(server.figures)
    return sum(int(float(line.split()[-1])) for line in told.splitlines() if line.startswith("rapport_sockets{"))


async def _open(scene: Scene, each: int) -> list[Slow]:
    customers = [person for person in scene.people if isinstance(person, Customer)]
    staff = [person for person in scene.people if isinstance(person, Associate)]
    everybody = []
    for number in range(each):
        for rate in (0, RATE):
            of = (customers if number % 2 else staff)[number // 2 % len(customers if number % 2 else staff)]
            everybody.append(one := Slow(of, rate))
            if isinstance(of, Customer):
                await one.open(of.socket, of.watched())
            else:
                await one.open("/live", {"inbox:all": {}})
    return everybody


async def _comes_back(one: Slow) -> str:
    """Open another socket with what it has, and say when all that its person has has come."""
    of = one.of
    assert isinstance(of, Customer)
    begun, missed = now(), len(of.logs[of.chat].places) - len(one.log.places)

    def hear(message: bytes, at: float) -> None:
        for _chat, place in added(pushed(message)):
            one.log.take(place)

    again = await Socket.connect(of.shop.port, of.socket, of.for_socket(), hear)
    again.send(json.dumps({"watch": {f"chat:{of.chat}": {"after": one.log.cursor()["after"]}}}))
    there = await until(lambda: set(one.log.places) >= set(of.logs[of.chat].places), 10)
    again.abort_now()
    return f"{missed} in {now() - begun:.2f} s" if there else "never"


def beside(history: History) -> list[Line]:
    """Return how long lines took to the other side without the slow, and with them."""
    marks = [deed for deed in history.deeds if isinstance(deed, Fault)]
    spans = {mark.what: (mark.at, later.at) for mark, later in pairwise(marks)}
    sent = {(deed.chat, deed.id): deed for deed in history.deeds if isinstance(deed, Tried)}
    found: dict[str, list[float]] = {WITHOUT: [], WITH: []}
    for deed in history.deeds:
        tried = sent.get((deed.chat, deed.place[2])) if isinstance(deed, Saw) and deed.place[2] else None
        if tried and isinstance(deed, Saw) and tried.who != deed.who:
            for what, times in found.items():
                if what in spans and spans[what][0] <= tried.at < spans[what][1]:
                    times.append(deed.at - tried.at)
    without, beside_them = Spread.of(found[WITHOUT]), Spread.of(found[WITH])
    ratio = beside_them.p95 / without.p95 if without.p95 else 0.0
    return [
        Line("ms to the other side, without the slow", str(without)),
        Line("ms to the other side, with them", str(beside_them)),
        Line("p95 with them, by p95 without", f"{ratio:.2f}", "≤ 1.2"),
    ]

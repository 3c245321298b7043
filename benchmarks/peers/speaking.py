"""How one speaks to each peer: a form by POST and a socket that listens, JSON on a socket, or socket.io's packets.

A language says how a socket is opened and what a message looks like. Where it goes out on the socket, its "answer" is
its sending: what counts is the fragment that comes back.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from ..floor import OnText
from ..wire import Answer, Pool, Socket, request


@dataclass(slots=True)
class Person:
    """Somebody who is signed in, and her socket once it is open."""

    cookie: str
    token: str
    socket: Socket | None = None


class Language:
    """What all have in common: sockets with a cookie and an origin."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.origin = f"http://127.0.0.1:{port}"

    def headers(self, person: Person) -> dict[str, str]:
        return {"Host": f"127.0.0.1:{self.port}", "Origin": self.origin, "Cookie": person.cookie}

    async def listen(self, person: Person, topic: str, on_text: OnText | None) -> Socket:
        """Open the socket of a person, and wait until it listens: the server's first word says so."""
        socket = await Socket.connect(self.port, f"/live/{topic}", self.headers(person), on_text)
        await socket.caught_up()
        return socket

    def message(self, person: Person, chat: int, client_id: str, body: str) -> Any:
        """Return what `pool().ask` takes."""
        raise NotImplementedError

    def pool(self) -> Any:
        """Return what messages are sent on."""
        return _Sockets()


class Form(Language):
    """A form by POST, as browsers send it; sockets only listen."""

    def message(self, person: Person, chat: int, client_id: str, body: str) -> bytes:
        headers = self.headers(person) | {"X-CSRF-Token": person.token}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        sent = urlencode({"body": body, "client_id": client_id}).encode()
        return request("POST", f"/chats/{chat}/messages", headers, sent)

    def pool(self) -> Pool:
        return Pool(self.port)


class Channels(Language):
    """JSON, as a consumer of Channels takes it."""

    def message(self, person: Person, chat: int, client_id: str, body: str) -> tuple[Socket, str]:
        assert person.socket
        return person.socket, json.dumps({"chat": chat, "client_id": client_id, "body": body})


class SocketIo(Language):
    """Packets of socket.io 4 in text: Engine.IO's 0 to 4, then socket.io's 0 for entering and 2 for an event."""

    _PATH = "/socket.io/?EIO=4&transport=websocket"

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self._acknowledged = 0

    async def listen(self, person: Person, topic: str, on_text: OnText | None) -> Socket:
        entered: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def heard(text: bytes, at: float) -> None:
            if text == b"2":
                socket.send("3")
            elif text.startswith(b'42["ready"') and not entered.done():
                entered.set_result(None)
            elif on_text:
                on_text(text, at)

        socket = await Socket.connect(self.port, self._PATH, self.headers(person), heard)
        await socket.caught_up()
        socket.send("40" + json.dumps({"token": person.token}))
        async with asyncio.timeout(10):
            await entered
        return socket

    def message(self, person: Person, chat: int, client_id: str, body: str) -> tuple[Socket, str]:
        assert person.socket
        self._acknowledged += 1
        return person.socket, f"42{self._acknowledged}" + json.dumps(["message", chat, body, client_id])


class _Sockets:
    """Sends on the sockets that are open already."""

    async def ask(self, message: tuple[Socket, str]) -> Answer:
        socket, text = message
        socket.send(text)
        return Answer(200, b"", b"", time.perf_counter())

    async def close(self) -> None:
        pass

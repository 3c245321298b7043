"""The other end of a WebSocket, byte by byte: a browser, or somebody who only pretends to be one."""

from __future__ import annotations

import json
import os
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

from webapp.live.connection import Connection
from webapp.live.socket import LiveSocket

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
PATIENCE = 10.0  # seconds; nothing here takes that long unless it is broken

HANDSHAKE = {
    "Host": "chat.example.com",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits",
}


def masked(payload: bytes, key: bytes = b"\x01\x02\x03\x04") -> bytes:
    stream = (key * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(payload), "big")


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0, mask: bool = True) -> bytes:
    first = (0x80 if fin else 0) | (rsv << 4) | opcode
    size, flag = len(payload), 0x80 if mask else 0
    if size < 126:
        head = struct.pack("!BB", first, flag | size)
    elif size < 65536:
        head = struct.pack("!BBH", first, flag | 126, size)
    else:
        head = struct.pack("!BBQ", first, flag | 127, size)
    return head + (b"\x01\x02\x03\x04" + masked(payload) if mask else payload)


class Peer:
    """A client's end of a TCP or local socket."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.sock.settimeout(PATIENCE)
        self.status = 0
        self.headers = ""
        self.served: threading.Thread | None = None
        self._input = sock.makefile("rb")

    @classmethod
    def connect(cls, port: int, path: str = "/live", **headers: str | None) -> Peer:
        """Ask a server for a socket; a header given as None is left out."""
        peer = cls(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
        wanted = HANDSHAKE | {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"{name}: {value}" for name, value in wanted.items() if value is not None]
        peer.sock.sendall("\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]).encode("latin-1"))
        peer.read_head()
        return peer

    def read_head(self) -> None:
        """Read the answer to the handshake."""
        status = self._input.readline()
        self.status = int(status.split()[1])
        while (line := self._input.readline()) not in (b"\r\n", b""):
            self.headers += line.decode("latin-1").lower()

    def write(self, *frames: bytes) -> None:
        self.sock.sendall(b"".join(frames))

    def say(self, *texts: str) -> None:
        self.write(*(frame(TEXT, text.encode()) for text in texts))

    def watch(self, *topics: str) -> None:
        self.say(json.dumps({"watch": {topic: {} for topic in topics}}))

    def read(self) -> tuple[int, bytes]:
        """Read one frame: opcode and payload. Raises EOFError when the server is gone."""
        first, size = self._exactly(2)
        assert first & 0x80, "the server never fragments"
        assert not first & 0x70, "no extension was negotiated"
        assert not size & 0x80, "a server does not mask"
        if size == 126:
            (size,) = struct.unpack("!H", self._exactly(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", self._exactly(8))
        return first & 0x0F, self._exactly(size)

    def text(self) -> str:
        """Read the next message, answering pings meanwhile."""
        while True:
            opcode, payload = self.read()
            if opcode == PING:
                self.write(frame(PONG, payload))
            elif opcode != PONG:
                assert opcode == TEXT, f"closed with {payload!r}"
                return payload.decode()

    def content(self) -> str:
        """Read the next push and return its HTML."""
        message: dict[str, Any] = json.loads(self.text())
        assert message["swap"] == "none"
        return str(message["content"])

    def close_code(self) -> int:
        """Read on until the server says goodbye, answer, and see it hang up; return the code."""
        return self.goodbye()[0]

    def goodbye(self) -> tuple[int, str]:
        """As `close_code`; return the reason as well."""
        while True:
            opcode, payload = self.read()
            if opcode == CLOSE:
                break
        try:
            self.write(frame(CLOSE, payload[:2]))
            assert self._input.read() == b""
        except (BrokenPipeError, ConnectionResetError):
            pass  # it did not wait for the answer
        return struct.unpack("!H", payload[:2])[0], payload[2:].decode()

    def hang_up(self) -> None:
        """Vanish without a goodbye, and see that the server notices."""
        self._input.close()
        self.sock.close()
        if self.served is not None:
            self.served.join(PATIENCE)
            assert not self.served.is_alive(), "a connection outlived its browser"

    def _exactly(self, size: int) -> bytes:
        data = self._input.read(size)
        if len(data) < size:
            raise EOFError
        return data


Pair = Callable[..., tuple[LiveSocket, Peer]]
Visit = Callable[..., tuple[Connection, Peer]]


def environ_of(end: socket.socket) -> dict[str, Any]:
    """Return what a WSGI server says of a handshake that came in on this socket."""
    headers = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in HANDSHAKE.items()}
    return {"werkzeug.socket": end, **headers}


def letters(size: int) -> str:
    """Return text of that many bytes in which a lost or doubled piece shows."""
    return os.urandom(size // 2).hex()

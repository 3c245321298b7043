"""The network between people and servers, which may fail: a TCP proxy of our own.

Where real networks lose packets, TCP sends them again; so a cut holds the bytes back, and those of connections that
live until it is mended arrive late, in order. A connection may also be torn (RST), or die on one side only.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from contextlib import suppress

from .moments import moment

_CHUNK = 64 * 1024  # bytes


class _Line:
    """One connection: the half to the person, and ours to the server."""

    def __init__(self, near: asyncio.StreamWriter, far: asyncio.StreamWriter) -> None:
        self.near, self.far = near, far
        self.dead = False  # what comes is swallowed

    def halves(self) -> tuple[asyncio.StreamWriter, asyncio.StreamWriter]:
        return self.near, self.far


class Network:
    """Everybody's way to the server at `target`; people come by `port`."""

    def __init__(self, target: int) -> None:
        self.target, self.port = target, 0
        self.delay = (0.0, 0.0)  # seconds, between these
        self.rate = 0  # bytes a second from the server to each person; 0 is no limit
        self.lines: set[_Line] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self._chance = random.Random(3)
        self._listener: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> Network:
        """Let people come."""
        self._listener = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    async def close(self) -> None:
        """Tear everything down."""
        assert self._listener
        self._listener.close()
        self.tear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def hold(self) -> None:
        """Let nothing pass in either direction, new connections included."""
        self._flows.clear()

    def mend(self) -> None:
        """Let everything pass again."""
        self.delay, self.rate = (0.0, 0.0), 0
        self._flows.set()

    def tear(self) -> None:
        """Reset every connection, on both sides."""
        for line in list(self.lines):
            for half in line.halves():
                _reset(half)

    def kill_far_halves(self) -> None:
        """Let the server's side of every connection die, and tell nobody on the other."""
        for line in list(self.lines):
            line.dead = True
            _reset(line.far)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        with suppress(OSError, asyncio.CancelledError):
            await self._flows.wait()
            back, forth = await asyncio.open_connection("127.0.0.1", self.target)
            line = _Line(writer, forth)
            self.lines.add(line)
            try:
                await asyncio.gather(self._pump(line, reader, forth, 0), self._pump(line, back, writer, 1))
            finally:
                self.lines.discard(line)
                forth.transport.abort()
        writer.transport.abort()
        self._tasks.discard(task)

    async def _pump(self, line: _Line, source: asyncio.StreamReader, sink: asyncio.StreamWriter, back: int) -> None:
        with suppress(OSError):
            while data := await source.read(self.rate if back and self.rate else _CHUNK):
                await self._flows.wait()
                if seconds := 1.0 if back and self.rate else self._chance.uniform(*self.delay):
                    await moment(seconds)
                if not line.dead:
                    sink.write(data)
                    await sink.drain()
        if line.dead and back:
            await asyncio.Event().wait()  # the person's half stays, and hears nothing
        with suppress(OSError):
            sink.close()


def _reset(half: asyncio.StreamWriter) -> None:
    connection: socket.socket | None = half.get_extra_info("socket")
    if connection is not None and connection.fileno() >= 0:
        with suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # RST, not FIN
    half.transport.abort()

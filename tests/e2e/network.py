"""What lies between one person's browser and the program, and may fail: an HTTP proxy of our own.

Each browser is given its own, so that all it fetches, and its socket, comes through here. It can be held up for a while
(nothing is lost, as when a train goes through a tunnel and TCP sends again), cut (whatever was open, or is opened
meanwhile, is dead for ever, and nobody is told: a network that was changed, a laptop that slept), or torn (RST).
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress

CHUNK = 64 * 1024  # bytes


class Line:
    """One connection: the browser's half, ours to the program, and whether anything still passes."""

    def __init__(self, near: socket.socket, *, dead: bool) -> None:
        self.near, self.dead = near, dead
        self.far: socket.socket | None = None
        self.loses_answer = self.is_tunnel = False  # a browser asks a proxy for a tunnel when it opens a socket

    def tear(self) -> None:
        for half in filter(None, (self.near, self.far)):
            with suppress(OSError):
                half.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # RST, not FIN
                half.shutdown(socket.SHUT_RD)  # wakes who reads, so that the descriptor is really closed
            half.close()


class Network:
    """One browser's way to the program at `port`."""

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._flows = threading.Event()
        self._flows.set()
        self._is_cut = False
        self._loses = b""
        self.lost_answers = 0
        self._timer: threading.Timer | None = None
        self._lines: list[Line] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._threads: list[threading.Thread] = []
        self._begin(self._accept)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def hold(self, seconds: float | None = None) -> None:
        """Let nothing pass; what is sent waits, for so long or until `mend`."""
        self._flows.clear()
        self._mends_after(seconds)

    def cut(self, seconds: float | None = None) -> None:
        """Swallow what is sent, for ever, on all connections that are open, or opened for so long or until `mend`."""
        with self._lock:
            self._is_cut = True
            for line in self._lines:
                line.dead = True
        self._mends_after(seconds)

    def mend(self) -> None:
        """Let what waits pass, and new connections be made."""
        with self._lock:
            self._is_cut = False
        self._flows.set()

    def _mends_after(self, seconds: float | None) -> None:
        if seconds is not None:
            self._timer = threading.Timer(seconds, self.mend)
            self._timer.start()

    def is_back(self) -> None:
        """Wait until its time is over."""
        assert self._timer
        self._timer.join()

    def tear(self, *, sockets: bool = True) -> None:
        """Reset every connection, or all but sockets, as a browser does with what it keeps when its device wakes."""
        with self._lock:
            torn = [line for line in self._lines if sockets or not line.is_tunnel]
            self._lines = [line for line in self._lines if line not in torn]
        for line in torn:
            line.tear()

    def lose_the_answer_to(self, path: str) -> None:
        """Pass the next POST to an address with this in it, and reset the connection instead of passing the answer."""
        self._loses = path.encode()

    def close(self) -> None:
        """End it, with all that is open."""
        if self._timer:
            self._timer.cancel()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._flows.set()
        self.tear()
        for thread in self._threads[:]:
            thread.join(timeout=5)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                with self._lock:
                    line = Line(near, dead=self._is_cut)
                    self._lines.append(line)
                self._begin(self._serve, line)

    def _begin(self, work: Callable[..., None], *arguments: object) -> None:
        self._threads.append(threading.Thread(target=work, args=arguments, daemon=True))
        self._threads[-1].start()

    def _serve(self, line: Line) -> None:
        with suppress(OSError):
            first = line.near.recv(CHUNK)
            line.is_tunnel = first.startswith(b"CONNECT ")
            self._flows.wait()
            if line.dead:
                self._swallow(line)
                return
            line.far = socket.create_connection(self._target)
            if line.is_tunnel:
                line.near.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            elif first:
                self._look(line, first)
                line.far.sendall(first)
            answers = threading.Thread(target=self._pump, args=(line, line.far, line.near), daemon=True)
            answers.start()
            self._pump(line, line.near, line.far)
            answers.join()
        line.tear()  # also where the program does not answer

    def _pump(self, line: Line, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                self._flows.wait()
                if line.dead:
                    continue
                if source is line.near:
                    self._look(line, data)
                elif line.loses_answer:
                    self.lost_answers += 1
                    break
                sink.sendall(data)
        if not line.dead:
            line.tear() if line.loses_answer else self._finish(sink)

    def _swallow(self, line: Line) -> None:
        while line.near.recv(CHUNK):
            pass

    def _finish(self, sink: socket.socket) -> None:
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _look(self, line: Line, data: bytes) -> None:
        head = data.partition(b"\r\n")[0]
        if self._loses and head.startswith(b"POST ") and self._loses in head:
            self._loses, line.loses_answer = b"", True

"""One WebSocket: the only module that touches simple-websocket and wsproto.

simple-websocket writes without a lock and without looking how much was written, always accepts compression,
limits nothing and never pings. `LiveSocket` keeps its handshake and its reader thread and replaces the rest.
Two threads serve a socket: the server's own runs the handler and writes messages; the reader takes what
arrives, and pings.
"""

from __future__ import annotations

import select
import socket
import threading
import time
from contextlib import suppress
from functools import partial
from typing import Any

from simple_websocket import ConnectionClosed, Server
from wsproto import events
from wsproto.connection import ConnectionState
from wsproto.frame_protocol import FrameProtocol
from wsproto.utilities import LocalProtocolError

from webapp.live.bucket import TokenBucket

__all__ = ["ConnectionClosed", "LiveSocket", "encode_text"]

MAX_MESSAGE = 64 * 1024  # bytes
MAX_UNREAD = 64  # messages
GONE = 1006  # never sent: there is nobody to send it to


def encode_text(text: str) -> bytes:
    """Frame a text message as a server sends it; the same bytes may go to any number of sockets."""
    return bytes(FrameProtocol(client=False, extensions=[]).send_data(text))


class LiveSocket(Server):  # type: ignore[misc]
    """A WebSocket whose frames are never torn, and whose peer can neither flood nor stall us.

    Times are seconds: a frame is written within `send_timeout`, a ping or close answered within its timeout.
    What the peer does wrong closes with 1002 (not the protocol), 1003 (binary), 1007 (not UTF-8), 1008 (too
    many unread messages, pings or fragments), 1009 (over 64 KiB) or 1013 (does not read, or does not pong).
    """

    def __init__(
        self,
        environ: dict[str, Any],
        *,
        ping_interval: float = 25,
        pong_timeout: float = 20,
        send_timeout: float = 20,
        close_timeout: float = 2,
    ) -> None:
        self.pong_timeout, self.send_timeout, self.close_timeout = pong_timeout, send_timeout, close_timeout
        self._lock = threading.Lock()  # held while wsproto's state changes and the bytes of it are written
        self._first = threading.Lock()
        self._ending: tuple[int, str, float] | None = None  # code, reason, when
        self._parted = self._garbled = False
        self._parts: list[str] = []
        self._size = 0  # bytes of _parts
        self._small = TokenBucket(rate=10, burst=100)
        self._awaiting_pong = False
        self._due = time.monotonic() + ping_interval
        super().__init__(environ, ping_interval=ping_interval, thread_class=partial(threading.Thread, daemon=True))

    def send(self, data: str) -> None:
        """Write a text message; block for `send_timeout` at most. Raises ConnectionClosed."""
        self.send_frame(encode_text(data))

    def send_frame(self, frame: bytes) -> None:
        """Write a frame made by `encode_text`; block for `send_timeout` at most. Raises ConnectionClosed."""
        with self._lock:
            self._check_open()
            try:
                self._transmit(frame)
            except OSError:
                self.close(GONE, "gone")
                self._check_open()

    def wake(self) -> None:
        """Make `wait` return."""
        self.event.set()

    def wait(self) -> None:
        """Block until there may be a message to read, somebody called `wake`, or the socket closes."""
        self.event.wait()
        self.event.clear()

    def unread(self) -> str | None:
        """Return the oldest unread message, or None when there is none. Raises ConnectionClosed."""
        self._check_open()
        return self.input_buffer.pop(0) if self.input_buffer else None

    def close(self, reason: int | None = None, message: str | None = None) -> None:
        """Decide that the socket closes, and with which code; the first one wins. Never blocks.

        The handler's thread says goodbye: its next call here raises ConnectionClosed, and `finish` follows.
        """
        with self._first:
            if self._ending is None:
                self._ending = (reason or 1011, message or "", time.monotonic())
                self.connected = False
        self.event.set()

    def finish(self) -> None:
        """Say goodbye and wait a little for the peer's; call it last, from the handler's thread."""
        self.close()
        self._part()
        self.thread.join(self.close_timeout)
        self._shut(socket.SHUT_RDWR)  # the WSGI server owns the descriptor and closes it
        self.thread.join()

    def _handle_events(self) -> bool:
        """Accept the handshake without extensions: compression costs 100 KB a socket, and invites bombs."""
        for _request in self.ws.events():
            self.sock.setblocking(False)
            self._transmit(self.ws.send(events.AcceptConnection()))
        return True

    def _check_open(self) -> None:
        if self._ending is not None:
            raise ConnectionClosed(*self._ending[:2])

    def _shut(self, how: int) -> None:
        with suppress(OSError):  # the peer may have been faster
            self.sock.shutdown(how)

    def _transmit(self, data: bytes) -> None:
        """Write all of `data`, or shut the socket: half a frame would garble what follows. Raises OSError."""
        started, rest = time.monotonic(), memoryview(data)
        try:
            while rest:
                try:
                    rest = rest[self.sock.send(rest) :]
                except BlockingIOError:
                    if time.monotonic() > self._deadline(started):
                        self.close(1013, "does not read")
                        raise TimeoutError from None
                    self._poll(select.POLLOUT, min(0.25, self.close_timeout))
        except OSError:
            self._shut(socket.SHUT_RDWR)
            raise

    def _deadline(self, started: float) -> float:
        if self._ending is None:
            return started + self.send_timeout
        return max(started, self._ending[2]) + self.close_timeout

    def _poll(self, event: int, timeout: float) -> bool:
        poll = select.poll()
        poll.register(self.sock, event)
        return bool(poll.poll(max(0.0, timeout) * 1000))

    def _part(self) -> None:
        """Write the close frame, once, and say that nothing follows it."""
        with self._lock:
            if self._parted or self._ending is None or self._ending[0] == GONE:
                return
            self._parted = True
            try:
                self._transmit(self.ws.send(events.CloseConnection(*self._ending[:2])))
            except (OSError, LocalProtocolError):
                return
            self._shut(socket.SHUT_WR)

    def _thread(self) -> None:
        """Read until the peer is gone, then tell the handler."""
        with suppress(OSError):
            while self._pump():
                pass
        self.close(GONE, "gone")

    def _pump(self) -> bool:
        """Read once, or ping when it is time; say whether to go on."""
        if self._poll(select.POLLIN, self._due - time.monotonic()):
            data = self.sock.recv(16 * 1024)
            if not data:
                return False
            self._take(data)
        if self._ending is not None:  # read on for the peer's goodbye; unread bytes would reset the connection
            self._due = self._ending[2] + self.close_timeout
            return time.monotonic() < self._due and self.ws.state is not ConnectionState.CLOSED
        if time.monotonic() >= self._due:
            self._heartbeat()
        return True

    def _heartbeat(self) -> None:
        if self._awaiting_pong:
            self._refuse(1013, "no pong")
            return
        self._say(events.Ping())
        self._awaiting_pong, self._due = True, time.monotonic() + self.pong_timeout

    def _say(self, event: events.Event) -> None:
        with self._lock:
            if self.ws.state is ConnectionState.OPEN:
                self._transmit(self.ws.send(event))

    def _refuse(self, code: int, reason: str) -> None:
        self.close(code, reason)
        self._part()

    def _take(self, data: bytes) -> None:
        with self._lock:
            if self._garbled or self.ws.state is ConnectionState.CLOSED:
                return
            self.ws.receive_data(data)
            arrived = list(self.ws.events())
        for event in arrived:
            if self._ending is None:
                self._take_event(event)

    def _take_event(self, event: events.Event) -> None:
        match event:
            case events.TextMessage():
                self._take_text(event)
            case events.BytesMessage():
                self._refuse(1003, "text only")
            case events.Ping() if not self._small.take():
                self._refuse(1008, "too many pings")
            case events.Ping():
                self._say(event.response())
            case events.Pong():
                self._awaiting_pong, self._due = False, time.monotonic() + self.ping_interval
            case events.CloseConnection():  # the peer's own or, while still open, wsproto's verdict
                self._garbled = self.ws.state is ConnectionState.OPEN
                self._refuse(event.code, "")

    def _take_text(self, event: events.TextMessage) -> None:
        self._parts.append(event.data)
        self._size += len(event.data.encode())
        if self._size > MAX_MESSAGE:
            self._refuse(1009, "too big")
        elif event.message_finished:
            self._deliver("".join(self._parts))
        elif event.frame_finished and not self._small.take():
            self._refuse(1008, "too many fragments")

    def _deliver(self, message: str) -> None:
        self._parts, self._size = [], 0
        if len(self.input_buffer) >= MAX_UNREAD:
            self._refuse(1008, "too many unread messages")
            return
        self.input_buffer.append(message)
        self.event.set()

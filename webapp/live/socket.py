"""One WebSocket: the only module that touches simple-websocket and wsproto.

simple-websocket writes without a lock and without looking how much was written, always accepts compression,
limits nothing, never pings, and takes a thread to read. `LiveSocket` keeps its handshake and replaces the rest.

One thread serves a socket: the server's own, which runs the handler and writes. What arrives is read by the `Ear` of
the process, which never waits: what it has to answer (a pong, a goodbye) it writes if that is possible at once, and
leaves to the handler otherwise.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from typing import Any

from simple_websocket import ConnectionClosed, Server
from wsproto import events
from wsproto.connection import ConnectionState
from wsproto.utilities import LocalProtocolError

from webapp.live.bucket import TokenBucket
from webapp.live.ear import ear
from webapp.live.writer import Writer, encode_text

__all__ = ["ConnectionClosed", "LiveSocket"]

MAX_MESSAGE = 64 * 1024  # bytes
MAX_UNREAD = 64  # messages
GONE = 1006  # never sent: there is nobody to send it to


class LiveSocket(Server):  # type: ignore[misc]
    """A WebSocket whose frames are never torn, and whose peer can neither flood nor stall us.

    Times are seconds: a frame is written within `send_timeout`, a ping or close answered within its timeout.
    What the peer does wrong closes with 1002 (not the protocol), 1003 (binary), 1007 (not UTF-8), 1008 (too
    many unread messages, pings or fragments), 1009 (over 64 KiB) or 1013 (does not read, or does not pong).
    """

    ws: Any  # of wsproto: the handshake, and then the connection

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
        self._state = threading.Lock()  # held while wsproto thinks; never while anything is written
        self._first = threading.Lock()
        self._over = threading.Event()  # nothing more is read
        self._ending: tuple[int, str, float] | None = None  # code, reason, when
        self._parted = self._deaf = False
        self._parts: list[str] = []
        self._size = 0  # bytes of _parts
        self._small = TokenBucket(rate=10, burst=100)
        self._awaiting_pong = False
        self._due = time.monotonic() + ping_interval
        super().__init__(environ, ping_interval=ping_interval, thread_class=_NoThread)
        self.ws = self.ws.connection  # the handshake is over: what it needed is as much as all else of a socket
        ear.listen(self, self._due)

    def send(self, data: str) -> None:
        """Write a text message; block for `send_timeout` at most. Raises ConnectionClosed."""
        self.send_frame(encode_text(data))

    def send_frame(self, frame: bytes) -> None:
        """Write a frame made by `encode_text`; block for `send_timeout` at most. Raises ConnectionClosed."""
        try:
            self._writer.write(frame, self._check_open)
        except OSError:
            self.close(GONE, "gone")
            self._check_open()

    def send_now(self, frame: bytes) -> bool:
        """Write a frame made by `encode_text` unless it would have to wait for anything; say whether it was written."""
        return self._ending is None and self._writer.write_now(frame)

    def wake(self) -> None:
        """Make `wait` return."""
        self.event.set()

    def wait(self) -> None:
        """Block until there may be a message to read, somebody called `wake`, or the socket closes."""
        self.event.wait()
        self.event.clear()
        if self._writer.waits:
            self._writer.answer()

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

    @property
    def closed_with(self) -> int | None:
        """Return the code with which it was decided that the socket closes: the peer's, when the peer was first."""
        return self._ending[0] if self._ending else None

    def finish(self) -> None:
        """Say goodbye and wait a little for the peer's; call it last, from the handler's thread."""
        self.close()
        self._part()
        self._over.wait(self.close_timeout)
        ear.ignore(self)
        self._writer.shut(socket.SHUT_RDWR)  # the WSGI server owns the descriptor and closes it

    def _handle_events(self) -> bool:
        """Accept the handshake without extensions: compression costs 100 KB a socket, and invites bombs."""
        for _request in self.ws.events():
            self.sock.setblocking(False)
            self._writer = Writer(
                self.sock, deadline=self._deadline, late=lambda: self.close(1013, "does not read"), wake=self.wake
            )
            self._writer.transmit(self.ws.send(events.AcceptConnection()))
        return True

    def _check_open(self) -> None:
        if self._ending is not None:
            raise ConnectionClosed(*self._ending[:2])

    def _deadline(self, started: float) -> float:
        if self._ending is None:
            return started + self.send_timeout
        return max(started, self._ending[2]) + self.close_timeout

    def _part(self) -> None:
        """Write the close frame, once, and say that nothing follows it."""
        if self._say_goodbye():
            self._writer.answer()

    def _say_goodbye(self) -> bool:
        """Put the close frame to what is to be written: once, and if anybody can hear it; say whether it was now."""
        with self._state:
            if self._parted or self._ending is None or self._ending[0] == GONE:
                return False
            self._parted = True
            with suppress(LocalProtocolError):
                self._writer.queue(bytes(self.ws.send(events.CloseConnection(*self._ending[:2]))), last=True)
        return True

    def hear(self) -> float | None:
        """Read once, for the ear; return when to look again at the latest, or None when there is no more to read."""
        try:
            data = self.sock.recv(4 * 1024)  # of the smallest frames it takes 20 ms to take that much apart
        except BlockingIOError:
            return self._next_look()
        except OSError:
            data = b""
        if not data:
            self._gone()
            return None
        if not self._deaf:
            self._take(data)
        return self._next_look()

    def due(self) -> float | None:
        """Ping, or give up waiting, for the ear; return when to look again, or None."""
        if self._ending is None and time.monotonic() >= self._due:
            self._heartbeat()
        return self._next_look()

    def _next_look(self) -> float | None:
        if self._ending is not None:  # read on for the peer's goodbye; unread bytes would reset the connection
            patience = self._ending[2] + self.close_timeout
            if time.monotonic() >= patience or self.ws.state is ConnectionState.CLOSED:
                self._gone()
                return None
            return patience
        return self._due

    def _gone(self) -> None:
        self.close(GONE, "gone")
        self._over.set()

    def _heartbeat(self) -> None:
        if self._awaiting_pong:
            self._refuse(1013, "no pong")
            return
        self._say(events.Ping())
        self._awaiting_pong, self._due = True, time.monotonic() + self.pong_timeout

    def _say(self, event: events.Event) -> None:
        with self._state:
            if self.ws.state is not ConnectionState.OPEN:
                return
            self._writer.queue(bytes(self.ws.send(event)))
        self._writer.answer_soon()

    def _refuse(self, code: int, reason: str) -> None:
        """Close for what the peer did; the goodbye is written at once if it can be, else by the handler."""
        self._deaf = True  # whatever else it sends is thrown away unread: it costs us nothing
        self.close(code, reason)
        if self._say_goodbye():
            self._writer.answer_soon()

    def _take(self, data: bytes) -> None:
        with self._state:
            if self.ws.state is ConnectionState.CLOSED:
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


class _NoThread:
    """Stands where simple-websocket would start a thread that reads."""

    name = ""

    def __init__(self, target: object) -> None:
        pass

    def start(self) -> None:
        """Nothing: the ear reads."""

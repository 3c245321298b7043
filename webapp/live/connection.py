"""One browser: its viewer, the topics that it watches, its commands, and the queue of what it is to be told.

The queue keeps a slow reader from slowing anybody else: whoever has news puts a frame into it and goes on,
and the connection's own thread writes. A reader for whom it overflows is dropped, comes back and catches up.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock

from webapp.live.bucket import TokenBucket
from webapp.live.socket import ConnectionClosed, LiveSocket
from webapp.live.writer import encode_text

MAX_FRAMES = 256
MAX_BYTES = 1024 * 1024
MAX_TOPICS = 50
MAX_CURSOR = 2**31
MAX_TOPIC = 100  # characters
TOPIC = re.compile(r"[a-z]+:[A-Za-z0-9_-]+")

HERE = '{"here":true}'  # a browser's question whether anybody is at the other end, and the answer to it

Cursor = dict[str, int]


@dataclass(frozen=True)
class Watch:
    """A command: the topics that are in the document now, each with what the document has of it."""

    topics: dict[str, Cursor]


@dataclass(frozen=True)
class Typing:
    """A command: something is being typed into the composer of this topic, and what it is nobody is told."""

    topic: str


Command = Watch | Typing


class Connection:
    """One browser: its WebSocket, its viewer (any hashable object) and the topics that it watches."""

    def __init__(self, socket: LiveSocket, viewer: Hashable, clock: Callable[[], float] = time.monotonic) -> None:
        self.viewer = viewer
        self.topics: dict[str, Cursor] = {}
        self._socket = socket
        self._allowance = TokenBucket(rate=10, burst=30, clock=clock)
        self._lock = Lock()
        self._queue: list[bytes] = []
        self._queued = 0  # bytes
        self._idle = False  # its thread waits, so that whoever has news may write it

    def send(self, frame: bytes | str) -> None:
        """Queue a text, or a frame of `encode_text`; never block. When the queue is full, close with 1013."""
        data = encode_text(frame) if isinstance(frame, str) else frame
        if not self._socket.connected:
            return
        with self._lock:
            if self._idle and not self._queue and self._socket.send_now(data):
                return  # most frames go this way: waking a thread for each costs more than writing it
            fits = len(self._queue) < MAX_FRAMES and self._queued + len(data) <= MAX_BYTES
            if fits:
                self._queue.append(data)
                self._queued += len(data)
        if fits:
            self._socket.wake()
        else:
            self.close(1013, "does not read")

    def write(self, frame: bytes | str) -> None:
        """Write ahead of the queue, and block until it is written: for `run`'s `on_command`, to catch up.

        Raises ConnectionClosed.
        """
        self._socket.send_frame(encode_text(frame) if isinstance(frame, str) else frame)

    def close(self, code: int, reason: str = "") -> None:
        """Close with this code (the first one wins) and forget what is queued; never block."""
        self._socket.close(code, reason)
        with self._lock:
            self._queue.clear()
            self._queued = 0

    @property
    def closed_with(self) -> int | None:
        """Return the code with which the socket has closed, or None while it is open."""
        return self._socket.closed_with

    def queued(self) -> tuple[int, int]:
        """Return how much waits to be read: frames, and their bytes."""
        with self._lock:
            return len(self._queue), self._queued

    def run(self, on_command: Callable[[Command], None]) -> None:
        """Obey commands and write what is queued until the socket closes; the socket's handler calls this.

        Nothing queued is written while `on_command` runs. So when it subscribes, reads the backlog and writes
        it, what was pushed meanwhile follows the backlog.
        """
        try:
            while True:
                self._rest()
                while (text := self._socket.unread()) is not None:
                    self._obey(text, on_command)
                self._drain()
        except ConnectionClosed:
            return

    def _rest(self) -> None:
        with self._lock:
            self._idle = not self._queue
        self._socket.wait()
        with self._lock:
            self._idle = False

    def _obey(self, text: str, on_command: Callable[[Command], None]) -> None:
        if not self._allowance.take():
            self.close(1008, "too many commands")
            return
        if text == HERE:  # a browser does not see pings, and its socket outlives a cut network by minutes
            self.write(HERE)
            return
        try:
            command = parse_command(text)
        except ValueError:
            self.close(1008, "unknown command")
            return
        on_command(command)

    def _drain(self) -> None:
        while (frame := self._next()) is not None:
            self._socket.send_frame(frame)

    def _next(self) -> bytes | None:
        with self._lock:
            if not self._queue:
                return None
            frame = self._queue.pop(0)
            self._queued -= len(frame)
            return frame


def parse_command(text: str) -> Command:
    """Read a command: `{"watch": {topic: {"after": int, "after_staff": int}}}`, both cursors optional, or
    `{"typing": topic}`.

    Raises ValueError for everything else, and for more than 50 topics or an odd name.
    """
    try:
        command = json.loads(text)
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(command, dict) or len(command) != 1:
        raise ValueError("not one command")
    if "typing" in command:
        return Typing(_one_topic(command["typing"]))
    if "watch" not in command:
        raise ValueError("unknown command")
    topics = command["watch"]
    if not isinstance(topics, dict) or len(topics) > MAX_TOPICS:
        raise ValueError("not topics")
    if not all(_is_topic(topic) and _is_cursor(cursor) for topic, cursor in topics.items()):
        raise ValueError("not a topic")
    return Watch(topics)


def _one_topic(name: object) -> str:
    if not isinstance(name, str) or not _is_topic(name):
        raise ValueError("not a topic")
    return name


def _is_topic(name: str) -> bool:
    return len(name) <= MAX_TOPIC and TOPIC.fullmatch(name) is not None


def _is_cursor(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() <= {"after", "after_staff"}
        and all(type(number) is int and 0 <= number <= MAX_CURSOR for number in value.values())
    )

"""The one thread of a process that reads what all browsers send, and says when a socket's time is up.

A thread for each socket would be as many stacks as there are browsers. Whoever is heard must therefore neither block
nor take long: what it cannot do at once, it leaves to the thread that serves it.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import selectors
import socket
import threading
import time
from contextlib import suppress
from typing import Protocol

_PAUSE = 0.05  # seconds, so that a fault which stays does not take the whole processor
log = logging.getLogger(__name__)


class Heard(Protocol):
    """What the ear listens to; both calls return when to be called again at the latest, or None: no more."""

    sock: socket.socket

    def hear(self) -> float | None:
        """Something has arrived, or the peer is gone."""

    def due(self) -> float | None:
        """The moment has come that was given last; on the monotonic clock."""


class Ear:
    """Listens to any number of sockets."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: list[tuple[float, int, Heard]] = []  # a heap; a socket that has gone stays until its time
        self._numbers = itertools.count()
        self._next: dict[Heard, float] = {}
        self._selector: selectors.BaseSelector | None = None

    def listen(self, heard: Heard, until: float) -> None:
        """Listen to a socket from now on; the first call starts the thread: one does not survive a fork."""
        with self._lock:
            selector = self._selector or self._begin()
            selector.register(heard.sock, selectors.EVENT_READ, heard)
            self._at(heard, until)
        self._knock()  # it may sleep past the moment that was given

    def ignore(self, heard: Heard) -> None:
        """Listen no more; before the socket is closed, for its number may be given to another."""
        with self._lock:
            if self._next.pop(heard, None) is not None and self._selector is not None:
                with suppress(KeyError, ValueError):  # its descriptor is gone already
                    self._selector.unregister(heard.sock)

    def _begin(self) -> selectors.BaseSelector:
        self._selector = selectors.DefaultSelector()
        self._door, self._knocker = socket.socketpair()
        self._door.setblocking(False)
        self._knocker.setblocking(False)
        self._selector.register(self._door, selectors.EVENT_READ, None)
        threading.Thread(target=self._loop, args=(self._selector,), name="live-ear", daemon=True).start()
        return self._selector

    def _knock(self) -> None:
        try:
            self._knocker.send(b"!")
        except BlockingIOError:
            pass  # it has been knocked at often enough

    def _at(self, heard: Heard, when: float) -> None:
        if self._next.get(heard) != when:
            self._next[heard] = when
            heapq.heappush(self._times, (when, next(self._numbers), heard))

    def _loop(self, selector: selectors.BaseSelector) -> None:
        while True:
            try:
                self._listen_once(selector)
            except Exception:  # whatever it is, all other browsers are still to be heard
                log.exception("the ear stumbled")
                time.sleep(_PAUSE)

    def _listen_once(self, selector: selectors.BaseSelector) -> None:
        for key, _ in selector.select(self._patience()):
            if key.data is None:
                self._open_door()
            else:
                self._ask(key.data, key.data.hear)
        for heard in self._late():
            self._ask(heard, heard.due)

    def _open_door(self) -> None:
        try:
            self._door.recv(4096)
        except BlockingIOError:
            pass

    def _patience(self) -> float | None:
        with self._lock:
            return max(0.0, self._times[0][0] - time.monotonic()) if self._times else None

    def _late(self) -> list[Heard]:
        """Take those whose moment has come, and not been moved since."""
        found = []
        with self._lock:
            while self._times and self._times[0][0] <= time.monotonic():
                when, _, heard = heapq.heappop(self._times)
                if self._next.get(heard) == when:
                    found.append(heard)
                    self._next[heard] = float("inf")  # until it says when
        return found

    def _ask(self, heard: Heard, question: object) -> None:
        try:
            when = question()  # type: ignore[operator]
        except Exception:
            log.exception("a socket could not be listened to")
            when = None
        if when is None:
            self.ignore(heard)
            return
        with self._lock:
            if heard in self._next:
                self._at(heard, when)


ear = Ear()

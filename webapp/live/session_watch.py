"""Ends the sockets of sessions that ended elsewhere: in another process, or because their time was up.

What ends in this process is an event, and acts at once. What a command of the house does is only in the database; so
while there are sockets of the staff, a thread looks there once a second.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .connection import Connection

SIGNED_OUT = 4401

log = logging.getLogger(__name__)


class SessionWatch:
    """The connections of sessions, and the thread that asks which of the sessions go on."""

    def __init__(self, going_on: Callable[[set[int]], set[int]], *, interval: float = 1.0) -> None:
        self._going_on = going_on
        self._interval = interval  # seconds
        self._changed = threading.Condition()
        self._sessions: dict[Connection, int] = {}
        self._thread: threading.Thread | None = None
        self._stopped = False

    @contextmanager
    def over(self, connection: Connection, session: int) -> Iterator[None]:
        """Close the connection when its session ends before the block does."""
        with self._changed:
            self._sessions[connection] = session
            self._changed.notify_all()
        self._start()
        try:
            yield
        finally:
            with self._changed:
                del self._sessions[connection]

    def stop(self) -> None:
        """End the thread when it has finished what it is doing."""
        with self._changed:
            self._stopped, thread = True, self._thread
            self._changed.notify_all()
        if thread is not None:
            thread.join()

    def _start(self) -> None:
        # Only now, and not with the application: a thread does not survive the fork of a server.
        with self._changed:
            if self._thread is None or not self._thread.is_alive():
                self._stopped = False
                self._thread = threading.Thread(target=self._loop, name="session-watch", daemon=True)
                self._thread.start()

    def _loop(self) -> None:
        while not self._stopped:
            self._pause()
            try:
                self._look()
            except Exception:
                log.exception("could not look which sessions go on")

    def _pause(self) -> None:
        """Sleep until there is somebody to look after, and then for the interval."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self._sessions)
            self._changed.wait_for(lambda: self._stopped, self._interval)

    def _look(self) -> None:
        with self._changed:
            watched = dict(self._sessions)
        if not watched:
            return
        going_on = self._going_on(set(watched.values()))
        for connection, session in watched.items():
            if session not in going_on:
                connection.close(SIGNED_OUT, "signed out")

"""What is done once a customer has been answered: identifying and routing, and counting candidates.

On a thread of its own and a moment later, so that how long the answer took tells nobody whether a profile was found.
What was left undone when a process ended is found in the database when the next one starts.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from .domain.chats import requests
from .domain.db import database
from .domain.events import ChatAsked, DetailsChanged
from .domain.identity import linking

DELAY = 0.03  # seconds: by then the answer is on its way
_PATIENCE = 60.0  # seconds between two looks for what was left undone
_TRIES = 5
log = logging.getLogger(__name__)


class Afterwards:
    """The work that waits, and the thread that does it, in order."""

    def __init__(self, delay: float = DELAY) -> None:
        self.delay = delay
        self._waiting: deque[tuple[float, Callable[[], None]]] = deque()  # due when, on the monotonic clock
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stopped = False

    def note(self, happened: Sequence[object]) -> None:
        """Take note of what happened; cheap, for it is called between a commit and its answer."""
        works = [work for event in happened if (work := _work_for(event))]
        if works:
            self._add(works)

    def catch_up(self) -> None:
        """Take up what a process that ended has left undone, and go on in a thread from now on."""
        with _connected():
            self._add([_routing(id) for id in requests.unrouted()])

    def drain(self) -> None:
        """Do all that waits, now, on this thread."""
        while (work := self._next(now=True)) is not None:
            self._do(work)

    def stop(self) -> None:
        """End the thread when it has finished what it is doing."""
        with self._changed:
            self._stopped, thread = True, self._thread
            self._changed.notify_all()
        if thread is not None:
            thread.join()

    def _add(self, works: list[Callable[[], None]]) -> None:
        with self._changed:
            self._waiting.extend((time.monotonic() + self.delay, work) for work in works)
            self._changed.notify_all()
            # Started here, and not with the application: a thread does not survive the fork of a server.
            if self._thread is None or not self._thread.is_alive():
                self._stopped = False
                self._thread = threading.Thread(target=self._loop, name="afterwards", daemon=True)
                self._thread.start()

    def _loop(self) -> None:
        while not self._stopped:
            work = self._next()
            if work is not None:
                self._do(work)
            elif not self._stopped:
                self._look_for_more()

    def _next(self, *, now: bool = False) -> Callable[[], None] | None:
        """Return the next work when it is due; None when there has been none for a while, or, with `now`, at once."""
        with self._changed:
            quiet_until = time.monotonic() + _PATIENCE
            while not self._stopped:
                due = self._waiting[0][0] if self._waiting else quiet_until
                left = due - time.monotonic()
                if self._waiting and (now or left <= 0):
                    return self._waiting.popleft()[1]
                if now or left <= 0:
                    return None
                self._changed.wait(left)
            return None

    def _do(self, work: Callable[[], None]) -> None:
        for attempt in range(1, _TRIES + 1):
            try:
                with _connected():
                    work()
                return
            except Exception:
                log.exception("What follows an answer failed, attempt %d of %d", attempt, _TRIES)

    def _look_for_more(self) -> None:
        try:
            self.catch_up()
        except Exception:
            log.exception("Could not look for chats that are not routed yet")


@contextmanager
def _connected() -> Iterator[None]:
    """Connect this thread, unless it is connected."""
    opened = database.connect(reuse_if_open=True)
    try:
        yield
    finally:
        if opened:
            database.close()


def _work_for(event: object) -> Callable[[], None] | None:
    if isinstance(event, ChatAsked):
        return _routing(event.conversation)
    if isinstance(event, DetailsChanged):
        conversation = event.conversation
        return lambda: linking.recount(conversation)
    return None


def _routing(conversation: int) -> Callable[[], None]:
    return lambda: requests.route(conversation)

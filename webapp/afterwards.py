"""What is done once a customer has been answered: identifying and routing, and counting candidates.

On a thread of its own and a moment later, so that how long the answer took tells nobody whether a profile was found.
A chat that was left unrouted, because a process ended or the tries were used up, is found in the database again.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from .domain.chats import requests
from .domain.db import database
from .domain.events import ChatAsked, DetailsChanged, PersonErased
from .domain.identity import linking

# Seconds until it is begun. By the first the answer is on its way; up to the second it is left to chance when, or who
# sends something at the right moment would feel it wait for the writing of a link.
SOONEST, LATEST = 0.05, 1.2
_LOOK_EVERY = 60.0  # seconds between two looks for chats that were left unrouted
_TRIES = 5
_PAUSE = 0.5  # seconds after the first try that failed; twice as long after each further one
_chance = random.SystemRandom()
log = logging.getLogger(__name__)


@dataclass(order=True, slots=True)
class _Work:
    """Something to do; `due` is on the monotonic clock."""

    due: float
    number: int
    do: Callable[[], None] = field(compare=False)
    tries: int = field(default=0, compare=False)


class Afterwards:
    """The work that waits, and the thread that does it: what was due first, first."""

    def __init__(self, soonest: float = SOONEST, latest: float = LATEST, look_every: float = _LOOK_EVERY) -> None:
        self.soonest, self.latest = soonest, latest
        self._look_every = look_every
        self._look_at = time.monotonic() + look_every
        self._numbers = itertools.count()
        self._waiting: list[_Work] = []  # a heap
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stopped = False

    def note(self, happened: Sequence[object]) -> None:
        """Take note of what happened; cheap, for it is called between a commit and its answer."""
        works = [work for event in happened if (work := _work_for(event))]
        if works:
            self._add(works)

    def catch_up(self) -> None:
        """Take up what was left unrouted, and go on in a thread from now on."""
        with _connected():
            self._add([_routing(id) for id in requests.unrouted()])

    def drain(self) -> None:
        """Do all that waits, now, on this thread."""
        while True:
            with self._changed:
                if not self._waiting:
                    return
                work = heapq.heappop(self._waiting)
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
            for work in works:
                due = time.monotonic() + _chance.uniform(self.soonest, self.latest)
                heapq.heappush(self._waiting, _Work(due, next(self._numbers), work))
            self._changed.notify_all()
            # Started here, and not with the application: a thread does not survive the fork of a server.
            if self._thread is None or not self._thread.is_alive():
                self._stopped = False
                self._thread = threading.Thread(target=self._loop, name="afterwards", daemon=True)
                self._thread.start()

    def _loop(self) -> None:
        while not self._stopped:
            if time.monotonic() >= self._look_at:
                self._look_at = time.monotonic() + self._look_every
                self._look_for_more()
            elif work := self._next():
                self._do(work)

    def _next(self) -> _Work | None:
        """Wait for the next work that is due, at most until it is time to look for more."""
        with self._changed:
            due = min(self._look_at, self._waiting[0].due if self._waiting else self._look_at)
            left = due - time.monotonic()
            if left > 0 and not self._stopped:
                self._changed.wait(left)
            ready = self._waiting and self._waiting[0].due <= time.monotonic() and not self._stopped
            return heapq.heappop(self._waiting) if ready else None

    def _do(self, work: _Work) -> None:
        try:
            with _connected():
                work.do()
        except Exception:
            work.tries += 1
            log.exception("What follows an answer failed, try %d of %d", work.tries, _TRIES)
            if work.tries < _TRIES:
                work.due = time.monotonic() + _PAUSE * 2 ** (work.tries - 1)
                with self._changed:
                    heapq.heappush(self._waiting, work)

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
    if isinstance(event, PersonErased):
        return linking.recount_all
    return None


def _routing(conversation: int) -> Callable[[], None]:
    return lambda: requests.route(conversation)

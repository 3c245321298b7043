"""What is done once a customer has been answered: identifying and routing, and counting candidates.

On a thread of its own and a moment later, so that how long the answer took tells nobody whether a profile was found.
A chat that a process left unrouted when it ended is found in the database again, by any process and within seconds.
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
from functools import partial

from .domain.chats import requests
from .domain.db import database
from .domain.events import ChatAsked, DetailsChanged, PersonErased
from .domain.identity import linking

# Seconds until it is begun. By the first the answer is on its way; up to the second it is left to chance when, or who
# sends something at the right moment would feel it wait for the writing of a link.
SOONEST, LATEST = 0.05, 1.2
_LOOK_EVERY = 3.0  # seconds between two looks for chats that were left unrouted
_LEFT_AFTER = 2.0  # seconds after which a chat is thought to be left: until then it is on another process' list
_TRIES = 5  # of other work than routing, which is tried until it is done
_PAUSE, _LONGEST_PAUSE = 0.5, 60.0  # seconds after the first try that failed; twice as long after each further one
_chance = random.SystemRandom()
log = logging.getLogger(__name__)


@dataclass(order=True, slots=True)
class _Work:
    """Something to do; `due` is on the monotonic clock."""

    due: float
    number: int
    do: Callable[[], None] = field(compare=False)
    routes: int | None = field(default=None, compare=False)  # a chat
    tries: int = field(default=0, compare=False)


class Afterwards:
    """The work that waits, and the thread that does it: what was due first, first."""

    def __init__(
        self,
        soonest: float = SOONEST,
        latest: float = LATEST,
        look_every: float = _LOOK_EVERY,
        left_after: float = _LEFT_AFTER,
    ) -> None:
        self.soonest, self.latest = soonest, latest
        self._look_every, self._left_after = look_every, left_after
        self._look_at = time.monotonic() + look_every
        self._numbers = itertools.count()
        self._waiting: list[_Work] = []  # a heap
        self._routing: set[int] = set()  # chats that are in it, or being routed
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stopped = False

    def note(self, happened: Sequence[object]) -> None:
        """Take note of what happened; cheap, for it is called between a commit and its answer."""
        routed = [event.conversation for event in happened if isinstance(event, ChatAsked)]
        others = [work for event in happened if (work := _work_for(event))]
        if routed or others:
            self._add(routed, others)

    def catch_up(self) -> None:
        """Take up what was left unrouted, and go on in a thread from now on."""
        with _connected():
            self._add(requests.unrouted(self._left_after))

    def drain(self) -> None:
        """Do all that waits, now, on this thread; what fails is not tried again here, but waits on."""
        failed: set[int] = set()
        while True:
            with self._changed:
                work = min((work for work in self._waiting if work.number not in failed), default=None)
                if work is None:
                    return
                self._waiting.remove(work)
                heapq.heapify(self._waiting)
            failed.add(work.number)
            self._do(work)

    def stop(self) -> None:
        """End the thread when it has finished what it is doing."""
        with self._changed:
            self._stopped, thread = True, self._thread
            self._changed.notify_all()
        if thread is not None:
            thread.join()

    def _add(self, routed: Sequence[int], others: Sequence[Callable[[], None]] = ()) -> None:
        with self._changed:
            for chat in routed:
                if chat not in self._routing:
                    self._routing.add(chat)
                    self._push(partial(requests.route, chat), chat)
            for do in others:
                self._push(do)
            self._changed.notify_all()
            # Started here, and not with the application: a thread does not survive the fork of a server.
            if self._thread is None or not self._thread.is_alive():
                self._stopped = False
                self._thread = threading.Thread(target=self._loop, name="afterwards", daemon=True)
                self._thread.start()

    def _push(self, do: Callable[[], None], routes: int | None = None) -> None:
        due = time.monotonic() + _chance.uniform(self.soonest, self.latest)
        heapq.heappush(self._waiting, _Work(due, next(self._numbers), do, routes))

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
            log.exception("What follows an answer failed, try %d", work.tries)
            if work.routes is not None or work.tries < _TRIES:
                work.due = time.monotonic() + min(_PAUSE * 2 ** (work.tries - 1), _LONGEST_PAUSE)
                with self._changed:
                    heapq.heappush(self._waiting, work)
                return
        if work.routes is not None:
            with self._changed:
                self._routing.discard(work.routes)

    def begin(self) -> None:
        """Take up what was left unrouted, or do so later when the database is away, and go on in a thread."""
        self._look_for_more()
        self._add([])

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
    if isinstance(event, DetailsChanged):
        conversation = event.conversation
        return lambda: linking.recount(conversation)
    if isinstance(event, PersonErased):
        return linking.recount_all
    return None

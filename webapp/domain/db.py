"""How a verb runs, and when its events are told.

A verb is a function that changes something. It runs in one transaction, says what happened with `emit()`, and
that is told to the listeners after the commit, in commit order, or never. For other processes it is written into
the outbox, in the same transaction.

SQLite has one writer, and every commit waits for the disk. So verbs that come while a commit is under way
share the next one: the first in line leads, runs them all, each in a savepoint, and commits once. There is no
thread to start, to stop or to lose.

PostgreSQL groups commits by itself: there each verb is a transaction of its own, told by whoever made it, so that
one may be told before another that was committed first. As on SQLite it is alone, by a lock, so that what it has
read is still so when it writes. Only verbs that change one conversation, or one visitor, and are marked so
(`verb_of`) run beside those of others; they are the ones that come by the thousand. What they read before they were
called may have changed while they waited: they begin by reading it anew.

A verb within another is covered by the locks of that one. If that one runs beside others, and the verb within is
marked too, it takes its own lock as well, unless it is the same; a verb within that is not marked is not alone then.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial, wraps
from random import random
from typing import Any, Generic, Literal, ParamSpec, TypeVar

from peewee import DoesNotExist, _savepoint

from . import outbox
from .errors import NotFound
from .storage import Lock, database, is_deadlock, is_postgresql, lock_also, place_to_write, transaction

__all__ = ["database", "emit", "listeners", "verb", "verb_of"]

P = ParamSpec("P")
R = TypeVar("R")

listeners: list[
    Callable[[list[object]], None]
] = []  # they take note and return at once: everybody waits for them
_KINDS = {"conversation": 1, "visitor": 2}  # of locks
watchers: list[Callable[[int, float, bool], None]] = []  # of each transaction: its verbs, seconds, whether it was kept
_PAUSES = (0.01, 0.05, 0.25)  # seconds before each further try of a verb that others kept from its locks
log = logging.getLogger(__name__)


class _Here(threading.local):
    events: list[object] | None = None  # of the verb that runs on this thread
    locks: frozenset[Lock] | None = None  # beside which others run; None: it is alone


_here = _Here()


def emit(event: object) -> None:
    """Say what happened; it is told once the verb is committed."""
    assert _here.events is not None, "only a verb has something to tell"
    _here.events.append(event)


def verb(function: Callable[P, R]) -> Callable[P, R]:
    """Make each call one transaction or, within another verb, one savepoint of that verb's transaction."""
    return _verb(function, lambda *_: None)


def verb_of(kind: Literal["conversation", "visitor"]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a verb that changes only the conversation, or visitor, that is its first argument: a row, an id or None.

    Beside it run verbs of others, so it must rely on nothing else that such a verb may change.
    """

    def lock(args: Sequence[Any]) -> Lock:
        return _KINDS[kind], getattr(args[0], "id", args[0])

    return lambda function: _verb(function, lock)


def _verb(function: Callable[P, R], lock: Callable[[Sequence[Any]], Lock | None]) -> Callable[P, R]:
    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        work = _Work(partial(function, *args, **kwargs))
        outer = _here.events
        if outer is not None:
            with _holding(lock(args)), database.atomic():
                work.run()
            outer += work.events
        elif is_postgresql():
            _commit_locked(work, lock(args))
        else:
            _line.join(work)
        return work.outcome()

    return call


@contextmanager
def _holding(lock: Lock | None) -> Iterator[None]:
    """Hold the lock of a verb within another, too, when that one does not cover it.

    A savepoint that is undone lets go of the locks that were taken in it: so this is done before it begins.
    """
    held = _here.locks
    if lock is not None and lock[1] is not None and held is not None and lock not in held:
        lock_also(lock)
        _here.locks = held | {lock}
    try:
        yield
    finally:
        _here.locks = held


class _Work(Generic[R]):
    """One call of a verb, and what came of it."""

    result: R
    error: BaseException | None = None
    leads = False

    def __init__(self, function: Callable[[], R]) -> None:
        self.function = function
        self.context = copy_context()  # another request may run it: its log lines stay ours
        self.events: list[object] = []
        self.turn = threading.Event()

    def begin_again(self) -> None:
        """Forget what came of it, if anything: it was undone."""
        self.error = None
        self.events = []

    def run(self) -> None:
        outer, _here.events = _here.events, self.events
        try:
            self.result = self.context.run(self.function)
        finally:
            _here.events = outer

    def outcome(self) -> R:
        if isinstance(self.error, DoesNotExist):  # a row that was looked up before has been erased since
            raise NotFound from self.error
        if self.error is not None:
            raise self.error
        return self.result


def _commit(works: list[_Work[Any]], lock: Lock | None = None) -> None:
    """Commit the works together. One that fails undoes itself only; if the commit fails, all have failed."""
    kept, began = None, time.monotonic()
    try:
        with transaction(lock):
            if len(works) == 1:
                works[0].run()
            else:
                for work in works:
                    _attempt(work)
            happened = [event for work in works if not work.error for event in work.events]
            kept = outbox.write(happened)
    except BaseException as error:
        outbox.doubt(kept)  # a connection that breaks in a commit does not tell whether it was made
        for work in works:
            work.error = work.error or error
        _watch(len(works), began, is_kept=False)
    else:
        _watch(len(works), began, is_kept=True)
        _tell(happened)


def _commit_locked(work: _Work[Any], lock: Lock | None) -> None:
    """Commit the work by itself; when two were in each other's way and it was undone, do it again after a pause."""
    for pause in (*_PAUSES, None):
        work.begin_again()
        with place_to_write():
            _here.locks = None if lock is None else frozenset({lock})
            try:
                _commit([work], lock)
            finally:
                _here.locks = None
        if pause is None or not is_deadlock(work.error):
            return
        time.sleep(pause * (0.5 + random()))  # each another while, or the two would meet again


def _attempt(work: _Work[Any]) -> None:
    try:
        with _savepoint(database, "work"):  # Peewee would make up a name, and SQLite read the statement anew
            work.run()
    except BaseException as error:
        work.error = error
        if (
            not database.connection().in_transaction
        ):  # disk full and its like: SQLite has undone the others too
            raise


def _watch(works: int, began: float, *, is_kept: bool) -> None:
    for watch in watchers:
        watch(works, time.monotonic() - began, is_kept)


def _tell(events: list[object]) -> None:
    for listener in listeners if events else ():
        try:
            listener(events)
        except Exception:
            log.exception("Committed, but a listener failed")


class _Line:
    """Works waiting for the next commit. The first to come leads; when it is done, the next in line does."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.works: list[_Work[Any]] = []
        self.led = False

    def join(self, work: _Work[Any]) -> None:
        with self.lock:
            self.works.append(work)
            work.leads, self.led = not self.led, True
        if not work.leads:
            work.turn.wait()  # until another has done it, or it is ours to lead
        if work.leads:
            self.lead()

    def lead(self) -> None:
        with self.lock:
            works, self.works = self.works, []
        _commit(works)
        with self.lock:
            self.led = bool(self.works)
            for heir in self.works[:1]:
                heir.leads = True
                heir.turn.set()
        for work in works:
            work.turn.set()


_line = _Line()

"""The database: how it is opened, how a verb runs, and when its events are told.

A verb is a function that changes something. It runs in one transaction, says what happened with `emit()`, and
that is told to the listeners after the commit, in commit order, or never.

SQLite has one writer, and every commit waits for the disk. So verbs that come while a commit is under way
share the next one: the first in line leads, runs them all, each in a savepoint, and commits once. There is no
thread to start, to stop or to lose.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextvars import copy_context
from functools import partial, wraps
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar

from peewee import DatabaseProxy, DoesNotExist
from playhouse.pool import PooledSqliteDatabase

from .errors import NotFound

P = ParamSpec("P")
R = TypeVar("R")

database: Any = DatabaseProxy()
listeners: list[
    Callable[[list[object]], None]
] = []  # they take note and return at once: everybody waits for them
log = logging.getLogger(__name__)


def open_sqlite(path: Path) -> None:
    """Point the application at the SQLite file, which is made on the first connection.

    `IMMEDIATE`, because a transaction that reads and then writes fails at once on SQLite, whatever the
    timeout. `synchronous=FULL`, because what was acknowledged must survive the loss of power.
    """
    database.initialize(
        PooledSqliteDatabase(
            str(path),
            pragmas={"journal_mode": "wal", "synchronous": "full", "foreign_keys": 1, "secure_delete": 1},
            lock_type="IMMEDIATE",
            check_same_thread=False,
            timeout=5,
            max_connections=64,
            stale_timeout=300,
        )
    )


class _Here(threading.local):
    events: list[object] | None = None  # of the verb that runs on this thread


_here = _Here()


def emit(event: object) -> None:
    """Say what happened; it is told once the verb is committed."""
    assert _here.events is not None, "only a verb has something to tell"
    _here.events.append(event)


def verb(function: Callable[P, R]) -> Callable[P, R]:
    """Make each call one transaction or, within another verb, one savepoint of that verb's transaction."""

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        work = _Work(partial(function, *args, **kwargs))
        outer = _here.events
        if outer is None:
            _line.join(work)
        else:
            with database.atomic():
                work.run()
            outer += work.events
        return work.outcome()

    return call


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


def _commit(works: list[_Work[Any]]) -> None:
    """Commit the works together. One that fails undoes itself only; if the commit fails, all have failed."""
    try:
        with database.atomic():
            if len(works) == 1:
                works[0].run()
            else:
                for work in works:
                    _attempt(work)
    except BaseException as error:
        for work in works:
            work.error = work.error or error
    else:
        _tell([event for work in works if not work.error for event in work.events])


def _attempt(work: _Work[Any]) -> None:
    try:
        with database.atomic():
            work.run()
    except BaseException as error:
        work.error = error
        if (
            not database.connection().in_transaction
        ):  # disk full and its like: SQLite has undone the others too
            raise


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

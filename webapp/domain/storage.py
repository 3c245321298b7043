"""The database itself: SQLite or PostgreSQL, how it is opened, and what its troubles mean."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from peewee import DatabaseProxy, InterfaceError, OperationalError
from playhouse.pool import MaxConnectionsExceeded, PooledSqliteDatabase

from . import postgresql

database: Any = DatabaseProxy()

TROUBLES = (OperationalError, InterfaceError, MaxConnectionsExceeded)
FULL: Final = "full"  # no room for what was to be stored
AWAY: Final = "away"  # busy, restarting, or out of reach: it is worth trying again in a moment

_PATIENCE = 5  # seconds for a connection, for a place among those who write, or for whoever else writes
_FOR_READING = 4  # of PostgreSQL's connections, one in so many is never waited with
Lock = tuple[int, int | None]  # a kind, and which of them; None: one that nobody else knows yet

_HOUSE = 7_262_775  # the lock that is shared by verbs which may run beside others; any number of our own
_DEADLOCK = "40P01"  # PostgreSQL's codes
_DISK_FULL = ("53100",)
# Nobody waits longer than this for a statement; and a process that stops in the middle lets its locks go.
_LIMITS = " ".join(
    f"-c {limit}"
    for limit in (
        "statement_timeout=15s", "lock_timeout=5s", "idle_in_transaction_session_timeout=15s", "synchronous_commit=on",
    )
)


class _Places:
    """How many may write at a time, each with a connection that waits for locks; others wait without one."""

    def __init__(self) -> None:
        self.free = threading.Semaphore()


_places = _Places()


def open_database(url: str, *, connections: int = 64) -> None:
    """Point the application at a database, by `sqlite:///` and a path, or by a `postgresql://` address.

    Nothing is connected yet; the file of SQLite is made with the first connection. `connections` is the most that
    this process has at a time: who needs one more waits for 5 seconds. On PostgreSQL a quarter of them, two at least,
    is kept for those who only read.
    """
    _places.free = threading.Semaphore(max(1, connections - max(2, connections // _FOR_READING)))
    if url.startswith("sqlite:///"):
        database.initialize(_sqlite(Path(url.removeprefix("sqlite:///")), connections))
    else:
        database.initialize(_postgresql(url, connections))


def is_postgresql() -> bool:
    """Say which of the two databases it is."""
    return isinstance(database.obj, postgresql.Pool)


@contextmanager
def transaction(lock: Lock | None = None) -> Iterator[None]:
    """Open a transaction that is alone, or alone with what `lock` names while others go on beside it.

    SQLite has one writer: there it is always alone.
    """
    with database.atomic():
        if is_postgresql():
            _lock(lock)
        yield


def _lock(lock: Lock | None) -> None:
    if lock is None:
        database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (_HOUSE,))
    elif lock[1] is None:
        database.execute_sql("SELECT pg_advisory_xact_lock_shared(%s)", (_HOUSE,))
    else:
        both = "SELECT pg_advisory_xact_lock_shared(%s), pg_advisory_xact_lock(%s, %s)"
        database.execute_sql(both, (_HOUSE, *lock))


def lock_also(lock: Lock) -> None:
    """Take one more lock for what is left of a transaction that goes on beside others; PostgreSQL only."""
    database.execute_sql("SELECT pg_advisory_xact_lock(%s, %s)", lock)


@contextmanager
def place_to_write() -> Iterator[None]:
    """Wait for a place among those who write, and keep it; PostgreSQL only, and outside of any transaction.

    Whoever has to wait gives her connection back meanwhile: one slow verb that is alone would otherwise be waited for
    with all there are, and nobody could read, nor be told of anything. Raises `MaxConnectionsExceeded` after 5 seconds.
    """
    places = _places.free
    has_one = places.acquire(blocking=False)
    try:
        if not has_one:
            with _without_connection():
                has_one = places.acquire(timeout=_PATIENCE)
        if not has_one:
            raise MaxConnectionsExceeded("Too many want to write.")
        yield
    finally:
        if has_one:
            places.release()


@contextmanager
def _without_connection() -> Iterator[None]:
    """Be without a connection for a while; the blocks that this thread is in for one find another when they go on."""
    blocks = database._state.ctx  # which Peewee forgets when it closes
    database.close()
    try:
        yield
    finally:
        try:
            database.connect()
        finally:
            database._state.ctx = blocks


def is_deadlock(error: BaseException | None) -> bool:
    """Say whether a transaction was undone only because it and another waited for each other."""
    return isinstance(error, OperationalError) and _code(error) == _DEADLOCK


def trouble(error: BaseException) -> str | None:
    """Return what is wrong with the database: `FULL`, `AWAY`, or None when it is something else."""
    if not isinstance(error, TROUBLES):
        return None
    # SQLite takes everything back by itself when it is full; that there is nothing to roll back is what comes out.
    whole: list[BaseException] = [error]
    while whole[-1].__context__ is not None:
        whole.append(whole[-1].__context__)
    if any(_code(each) in _DISK_FULL or "database or disk is full" in str(each) for each in whole):
        return FULL
    return AWAY


def _code(error: BaseException) -> str:
    """Return PostgreSQL's code of an error; Peewee keeps the driver's own error in `orig`."""
    return str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")


def _sqlite(path: Path, connections: int) -> PooledSqliteDatabase:
    """`IMMEDIATE`, because a transaction that reads and then writes fails at once on SQLite, whatever the timeout.

    `synchronous=FULL`, because what was acknowledged must survive the loss of power.
    """
    return PooledSqliteDatabase(
        str(path),
        pragmas={
            "journal_mode": "wal",
            "synchronous": "full",
            "foreign_keys": 1,
            "secure_delete": 1,
            "busy_timeout": _PATIENCE * 1000,
        },
        lock_type="IMMEDIATE",
        check_same_thread=False,
        timeout=_PATIENCE,
        max_connections=connections,
        stale_timeout=300,
    )


def _postgresql(url: str, connections: int) -> postgresql.Pool:
    return postgresql.Pool(
        url,
        prefer_psycopg3=True,
        max_connections=connections,
        timeout=_PATIENCE,
        stale_timeout=300,
        options=_LIMITS,
        application_name="rapport",
    )

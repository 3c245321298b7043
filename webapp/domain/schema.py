"""Bringing the database to the schema of this version, one process at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playhouse.migrations import Runner

from .storage import database, is_postgresql

_LOCK = 7_262_774  # any number that no other program uses in this database
MIGRATIONS = Path(__file__).parents[1] / "migrations"


def migrate(lock_file: Path) -> list[str]:
    """Apply the migrations that are missing and return their names; others who try meanwhile wait.

    `lock_file` stands beside a file of SQLite; PostgreSQL keeps the lock itself.
    """
    with database.connection_context(), _alone(lock_file):
        return list(_runner().up())


def revert() -> list[str]:
    """Take the newest migration back and return its name."""
    with database.connection_context():
        return list(_runner().down())


def pending() -> list[str]:
    """Return the names of migrations that are not applied yet."""
    with database.connection_context():
        return [migration.name for migration in _runner().status() if not migration.applied]


def current() -> str:
    """Return the name of the newest migration that is applied, or nothing in an empty database."""
    with database.connection_context():
        return max((migration.name for migration in _runner().status() if migration.applied), default="")


def newest() -> str:
    """Return the name of the newest migration that this program knows: the schema it was made for."""
    return max(file.stem for file in MIGRATIONS.glob("[0-9]*.py"))


def _runner() -> Runner:
    return Runner(database.obj, str(MIGRATIONS))


@contextmanager
def _alone(lock_file: Path) -> Iterator[None]:
    if is_postgresql():  # for as long as this connection lasts, if the process dies
        database.execute_sql("SELECT pg_advisory_lock(%s)", (_LOCK,))
        try:
            yield
        finally:
            database.execute_sql("SELECT pg_advisory_unlock(%s)", (_LOCK,))
        return
    with lock_file.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

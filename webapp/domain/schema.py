"""Bringing the database to the schema of this version, one process at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playhouse.migrations import Runner

from .db import database

MIGRATIONS = Path(__file__).parents[1] / "migrations"


def migrate(lock_file: Path) -> list[str]:
    """Apply the migrations that are missing and return their names; others who try meanwhile wait."""
    with _alone(lock_file), database.connection_context():
        return list(_runner().up())


def revert() -> list[str]:
    """Take the newest migration back and return its name."""
    with database.connection_context():
        return list(_runner().down())


def pending() -> list[str]:
    """Return the names of migrations that are not applied yet."""
    with database.connection_context():
        return [migration.name for migration in _runner().status() if not migration.applied]


def _runner() -> Runner:
    return Runner(database.obj, str(MIGRATIONS))


@contextmanager
def _alone(lock_file: Path) -> Iterator[None]:
    with lock_file.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

"""Whether somebody works here: a server holds a lock in the data folder for as long as it lives, however it dies."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from .archive import Unusable

_LOOKS, _BETWEEN_LOOKS = 10, 0.2  # at who works with a database, and the seconds between
FILE = "serving.lock"


@contextmanager
def serving(data_dir: Path) -> Iterator[None]:
    """Hold the lock; any number of servers hold it together. What they fork holds it too."""
    with (data_dir / FILE).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextmanager
def by_us_alone(data_dir: Path) -> Iterator[None]:
    """Hold the lock alone: a server that is started meanwhile waits. Raises `Unusable` when there is one."""
    with (data_dir / FILE).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unusable("a Rapport works with this database: stop it first") from None
        yield


class _Database(Protocol):
    def is_used(self) -> bool:
        """Say whether somebody beside us works with it."""


def stays_used(database: _Database) -> bool:
    """Say whether somebody works with the database; who has just gone may still be counted for a moment."""
    for _ in range(_LOOKS):
        if not database.is_used():
            return False
        time.sleep(_BETWEEN_LOOKS)
    return True

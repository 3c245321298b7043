"""Is this process ready to serve? What a proxy asks before it sends anybody here, and what an operator looks at.

Ready means that messages can be kept: a row can be written within a second, the schema is the program's, the disk has
room. Without Redis, or with little room left, it is ready and `degraded`: customers are served, somebody should look.
"""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from redis import Redis, RedisError

from .config import Settings
from .domain import schema
from .domain.db import database
from .domain.upkeep import probe

PATIENCE = 1.0  # seconds that the database has to keep a row
KEPT = 1.0  # seconds that an answer holds: asking often writes no more often
FULL = 8 * 1024 * 1024  # bytes free; below, nothing large can be kept, and SQLite soon keeps nothing
LOW = 512 * 1024 * 1024  # bytes free, or a tenth of a small disk; below, somebody should make room

State = Literal["ready", "degraded", "not_ready", "ending"]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """What was found: a word for each check, never an address, a path or an error's text."""

    state: State
    checks: dict[str, str]

    @property
    def serves(self) -> bool:
        """Say whether customers may be sent here."""
        return self.state in ("ready", "degraded")


class Readiness:
    """The checks of one process; asked from many threads, made by one at a time."""

    def __init__(self, settings: Settings, *, patience: float = PATIENCE, kept: float = KEPT) -> None:
        self._settings, self.patience, self._kept = settings, patience, kept
        self._lock = threading.Lock()
        self._running: _Answer | None = None
        self._ending = False

    def end(self) -> None:
        """From now on nobody is to be sent here: the process has been told to end."""
        self._ending = True

    def report(self) -> Report:
        """Return what was found, at most a second ago; it takes hardly longer than `patience`, whatever hangs."""
        if self._ending:
            return Report("ending", {})
        answer = self._answer()
        # A database that hangs keeps one thread, however many ask, and says so to each of them in time.
        kept = answer.wait(self.patience)
        checks = {
            "database": kept or "slow",
            "disk": disk(self._settings.data_dir),
            "redis": answer.redis or "slow",
        }
        if checks["database"] != "ok" or checks["disk"] == "full":
            return Report("not_ready", checks)
        return Report("ready" if set(checks.values()) <= {"ok", "unused"} else "degraded", checks)

    def _answer(self) -> _Answer:
        with self._lock:
            running = self._running
            if running is None or running.is_older_than(self._kept):
                running = self._running = _Answer(self._settings.redis_url)
            return running


class _Answer:
    """One look at what may hang, on a thread of its own."""

    def __init__(self, redis_at: str) -> None:
        self.redis = "" if redis_at else "unused"
        self._redis_at = redis_at
        self._database = ""
        self._done = threading.Event()
        self._done_at = 0.0
        threading.Thread(target=self._look, name="readiness", daemon=True).start()

    def is_older_than(self, seconds: float) -> bool:
        """Say whether it was finished so long ago; one that still hangs is not begun a second time."""
        return self._done.is_set() and time.monotonic() - self._done_at > seconds

    def wait(self, seconds: float) -> str:
        """Return what came of the database, or nothing when it has not answered in time."""
        self._done.wait(seconds)
        return self._database

    def _look(self) -> None:
        try:
            self._database = _database()
            self.redis = self.redis or ("ok" if redis_answers(self._redis_at) else "failing")
        finally:
            self._done_at = time.monotonic()
            self._done.set()


def _database() -> str:
    try:
        if schema.pending():
            return "old_schema"
        with database.connection_context():
            probe.write()
    except Exception as error:  # whatever it is, nobody is to be sent here
        log.warning("The database is not as it should be: %s", type(error).__name__)
        return "failing"
    return "ok"


def redis_answers(url: str) -> bool:
    """Say whether Redis can be reached."""
    try:
        with Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=0.5) as redis:
            redis.ping()
    except (RedisError, OSError, ValueError) as error:
        log.warning("Redis is not as it should be: %s", type(error).__name__)
        return False
    return True


def disk(folder: Path) -> str:
    """Say whether the disk of the data folder has room: `ok`, `low` or `full`."""
    try:
        usage = shutil.disk_usage(folder)
        writable = os.access(folder, os.W_OK)
    except OSError:
        return "full"  # it cannot be written to, whatever the reason
    if usage.free < FULL or not writable:
        return "full"
    return "low" if usage.free < min(LOW, usage.total // 10) else "ok"

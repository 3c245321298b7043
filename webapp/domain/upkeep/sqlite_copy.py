"""Copying a database of SQLite while it is used, and putting a copy in its place."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from .archive import Unusable, sync_folder

KIND = "sqlite"
_PATIENCE = 30.0  # seconds


class Sqlite:
    """The file of an installation."""

    kind = KIND

    def __init__(self, path: Path) -> None:
        self._path = path

    def copy(self, to: Path) -> dict[str, int]:
        """Write a copy of this moment, the log included, and return its rows by table; nobody has to wait for it.

        In one step: with steps in between, each commit of another process would begin it anew, and it might never end.
        """
        source = f"{self._path.absolute().as_uri()}?mode=ro"
        try:
            with closing(sqlite3.connect(source, timeout=_PATIENCE, uri=True)) as live, _opened(to) as copy:
                live.backup(copy, pages=-1)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file
                return counts(copy)
        except sqlite3.Error as error:
            raise Unusable(f"{self._path} cannot be copied: {error}") from error

    def counts(self) -> dict[str, int]:
        """Return rows by table."""
        with _opened(self._path) as connection:
            return counts(connection)

    def is_empty(self) -> bool:
        """Say whether nothing would be lost by replacing it."""
        if not self._path.exists() or not self._path.stat().st_size:
            return True
        try:
            there = self.counts()
        except sqlite3.Error:
            return False  # whatever it is
        return not (there.get("store") or there.get("associate"))

    def is_used(self) -> bool:
        """Say whether somebody beside us works with it; what no program of ours says, its locks tell."""
        if not self._path.exists():
            return False
        try:
            with closing(sqlite3.connect(self._path, timeout=0, isolation_level=None)) as connection:
                connection.execute("PRAGMA locking_mode = EXCLUSIVE")
                connection.execute("BEGIN EXCLUSIVE")
                connection.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return True
        except sqlite3.Error:
            return False  # damaged: that is no reason to keep it
        return False

    @contextmanager
    def scratch(self, dump: Path, folder: Path) -> Iterator[str]:
        """Give the address of a database like the copy, for looking and for mending; it is gone afterwards."""
        path = folder / "scratch.db"
        shutil.copyfile(dump, path)
        path.chmod(0o600)
        yield f"sqlite:///{path}"

    def replace(self, dump: Path) -> str:
        """Put the copy in the place of the database, which is kept beside it; return what to say of that."""
        kept = self._path.with_name(self._path.name + ".before-restore")
        for ending in ("", "-wal", "-shm"):  # the log belongs to the old file: beside the new one it would destroy it
            old = Path(f"{self._path}{ending}")
            if old.exists():
                old.replace(Path(f"{kept}{ending}"))
        unfinished = self._path.with_name(f".{self._path.name}.unfinished")
        shutil.copyfile(dump, unfinished)
        unfinished.chmod(0o600)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(self._path)
        sync_folder(self._path.parent)
        return f"What was there is now {kept}: delete it when all is well, for it has people's chats." * kept.exists()


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Return rows by table."""
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return {
        str(name): int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])
        for (name,) in sorted(names.fetchall())
    }


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)) as connection:
        yield connection

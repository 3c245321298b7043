"""Taking what was erased off the disk.

Deleted rows are overwritten with zeros (`secure_delete`), but not what SQLite left behind when it moved rows from page
to page long before: fragments of them can stay in unused space. Only writing the file anew is sure to leave nothing.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from typing import Final

from ..storage import database, is_postgresql

# What is still on the disk: nothing; something, for the database was in use; fragments in a file too large to rewrite;
# what PostgreSQL keeps in its own logs until it writes over them.
GONE: Final = "gone"
BUSY: Final = "busy"
LARGE: Final = "large"
SERVER: Final = "server"
STATES = (GONE, BUSY, LARGE, SERVER)

_PATIENCE = 3.0  # seconds for readers to finish
_A_TRY = 0.25  # seconds that a try keeps writers waiting
LARGEST = 64 * 1024 * 1024  # bytes: rewritten in two seconds, also on a slow machine; writers give up after five


def forget_on_disk(*, largest: int | None = LARGEST) -> str:
    """Leave nothing of erased rows in the database's files; returns what could not be done yet, or `GONE`.

    Call it after the verb has committed. A file larger than `largest` is not rewritten, for writers wait meanwhile;
    None has no limit.
    """
    if is_postgresql():
        database.execute_sql("VACUUM")  # its space is free to be written over; more is not ours to do
        return SERVER
    path = str(database.obj.database)
    with closing(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = 1")
        connection.execute("PRAGMA synchronous = FULL")
        is_small = largest is None or os.path.getsize(path) <= largest
        rewritten = is_small and _rewrite(connection)
        if not _empty_the_log(connection):
            return BUSY
        return GONE if rewritten else LARGE if not is_small else BUSY


def _rewrite(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("VACUUM")
    except sqlite3.OperationalError:  # somebody writes for long, or there is no room for a second file
        return False
    return True


def _empty_the_log(connection: sqlite3.Connection) -> bool:
    """Write the log back and cut it to nothing; readers who still need it are waited for, but not for ever."""
    connection.execute(f"PRAGMA busy_timeout = {int(_A_TRY * 1000)}")
    until = time.monotonic() + _PATIENCE
    while True:
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not busy:
            return True
        if time.monotonic() > until:
            return False
        time.sleep(_A_TRY / 5)  # let the writers in who waited

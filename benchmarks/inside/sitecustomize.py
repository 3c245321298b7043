"""Found by Python at the start of a server that is measured: what a benchmark changes, and the product does not know.

BENCH_COMMIT_MS: milliseconds added to each commit on SQLite, while the writer is locked, as by a slow disk.
"""

from __future__ import annotations

import os
import sqlite3
import time
from typing import Any


def slow_down(seconds: float) -> None:
    """Let each COMMIT take so much longer, on every connection that is opened from now on."""

    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, *values: Any) -> Any:
            if sql.startswith("COMMIT"):
                time.sleep(seconds)
            return super().execute(sql, *values)

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

        def commit(self) -> None:
            if self.in_transaction:
                time.sleep(seconds)
            super().commit()

    connect: Any = sqlite3.connect
    sqlite3.connect = lambda *values, **named: connect(*values, **{"factory": Connection} | named)


if os.environ.get("BENCH_COMMIT_MS"):
    slow_down(float(os.environ["BENCH_COMMIT_MS"]) / 1000)

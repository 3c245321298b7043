"""What is in the database at the end, read past the program: by SQL, and nothing else.

Run as a program it prints the same for a database that only a process elsewhere can see.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from .book import Stored

_LINES = """SELECT c.public_id, m.lane, m.seq, m.author, coalesce(m.client_id, ''), m.body
FROM message AS m JOIN conversation AS c ON c.id = m.conversation_id"""


def stored(url: str, before: Sequence[str] = ()) -> list[Stored]:
    """Return every line of every conversation; `before` goes before the command that looks, where one is needed."""
    return [Stored(*row) for row in query(url, _LINES, before)]


def unsound(url: str, before: Sequence[str] = ()) -> list[str]:
    """Return what the database itself finds wrong with its file; PostgreSQL looks when it starts."""
    if not url.startswith("sqlite:///"):
        return []
    found = [str(row[0]) for row in query(url, "PRAGMA integrity_check", before)]
    return [] if found == ["ok"] else found


def query(url: str, sql: str, before: Sequence[str] = ()) -> list[tuple[Any, ...]]:
    """Ask a database, SQLite or PostgreSQL, in a connection of its own."""
    if before:
        command = [*before, sys.executable, "-m", "tests.history.stored", url, sql]
        environ = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}  # the command may change the folder
        asked = subprocess.run(command, env=environ, capture_output=True, check=True, timeout=60)
        return [tuple(row) for row in json.loads(asked.stdout)]
    if url.startswith("sqlite:///"):
        with closing(sqlite3.connect(Path(url.removeprefix("sqlite:///")), timeout=30)) as file:
            return file.execute(sql).fetchall()
    import psycopg

    with psycopg.connect(url) as server:
        return server.execute(sql).fetchall()  # type: ignore[arg-type]


if __name__ == "__main__":
    print(json.dumps(query(sys.argv[1], sys.argv[2])))

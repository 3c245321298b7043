"""Can something be written? Asked by readiness and by `rapport doctor`, and answered by doing it."""

from __future__ import annotations

import secrets

from ..db import database, verb
from ..storage import is_postgresql
from ..tables import Counter


def write() -> None:
    """Write a row and take it away again, in one transaction that reaches the disk; nothing is left of it.

    On SQLite it waits in the same line as everybody's messages, and no longer. On PostgreSQL it keeps nobody waiting,
    and waits for nobody: while a verb that is alone takes its time, the database is as it should be.
    """
    if is_postgresql():
        with database.atomic():
            _write()
    else:
        _write_in_line()


def _write() -> None:
    name = f"probe-{secrets.token_hex(8)}"  # random: two processes that ask at the same moment do not meet
    Counter.insert(name=name, value=0).execute()
    Counter.delete().where(Counter.name == name).execute()


_write_in_line = verb(_write)

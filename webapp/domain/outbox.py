"""What happened, written with the commit that made it so: from here other processes learn of it.

Also what a process committed and could tell nobody any more, because it was killed, is here. Rows are read by their
ids. Those of PostgreSQL do not appear in their order: an id that is not there yet may come later, so it is asked
for again until it does, or until no transaction can be that old.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from peewee import Case, fn

from . import clock, events
from .prepared import given, prepared
from .tables import Outbox

_columns = [Outbox.process, Outbox.happened, Outbox.at]
_insert = prepared(Outbox.insert({column: given(column.name, like=column) for column in _columns}).returning(Outbox.id))
_MISSING = 16  # ids for which the query that runs with every commit of another process has a place
_LATEST = 60.0  # seconds after which a missing id will not come: longer than any transaction may last
_LOOK_BACK = 1000  # ids before the newest that may still be missing when a reader begins
_KEPT = 3600.0  # seconds that rows are kept for those who are late
log = logging.getLogger(__name__)


class _Row(NamedTuple):
    """One commit: what it tells, which is nothing to the process whose it is; and the oldest that there is."""

    id: int
    told: str
    oldest: int


def _rows(own: Any, wanted: Any) -> Any:
    told = Case(None, [(own, "")], Outbox.happened)
    return Outbox.select(Outbox.id, told, Outbox.select(fn.MIN(Outbox.id))).where(wanted).order_by(Outbox.id)


_places = [f"missing_{number}" for number in range(_MISSING)]
_usual = prepared(
    _rows(
        Outbox.process == given("me"),
        (Outbox.id > given("highest")) | Outbox.id.in_([given(place, like=Outbox.id) for place in _places]),
    )
)


class _Me:
    """This process, and those of its own rows of which it does not know whether they were committed."""

    def __init__(self) -> None:
        self.name = secrets.token_hex(8)
        self.doubted: dict[int, float] = {}  # since when, on the monotonic clock


_me = _Me()
os.register_at_fork(after_in_child=lambda: _me.__init__())  # type: ignore[misc]


class Behind(Exception):
    """What happened meanwhile has been tidied away unread: whoever relies on it has to begin anew."""


def write(happened: Sequence[object]) -> int | None:
    """Write down what happened, within its transaction; return the row, or None when there is nothing to tell."""
    told = events.to_text(happened)
    if not told:
        return None
    return int(_insert.rows(process=_me.name, happened=told, at=clock.now())[0][0])


def doubt(row: int | None) -> None:
    """Take note that nobody knows whether this row was committed: readers of this process look."""
    if row is not None:
        _me.doubted[row] = time.monotonic()


def _doubted() -> list[int]:
    return [row for row, since in list(_me.doubted.items()) if since > time.monotonic() - _LATEST]


class Reader:
    """Reads what other processes committed, each row once, from the moment of `begin` on."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._highest = 0
        self._missing: dict[int, float] = {}  # until when they may come
        self._marks: list[tuple[float, int]] = []  # when which id was the highest
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Start from now: what is committed later is read."""
        with self._lock:
            self._start()

    def read(self) -> list[object]:
        """Return what happened in other processes since, commit by commit.

        Raises `Behind` once when rows that were not read are gone.
        """
        with self._lock:
            found: list[object] = []
            doubted = _doubted()
            rows = self._rows(doubted)
            if rows and 0 < self._highest < rows[0].oldest - 1:
                self._start()
                raise Behind
            for row in rows:
                if row.id in doubted:  # one that is doubted since then was read as our own, and told to nobody
                    _me.doubted.pop(row.id, None)
                self._count(row.id)
                found += _events_of(row)
            self._missing = {id: until for id, until in self._missing.items() if until > self._monotonic()}
            return found

    def trim(self) -> int:
        """Delete rows that everybody has had an hour to read, but never the newest; return how many."""
        now = self._monotonic()
        with self._lock:
            old = [id for when, id in self._marks if when < now - _KEPT]
            self._marks = [(when, id) for when, id in self._marks if when >= now - _KEPT] + [(now, self._highest)]
        return int(Outbox.delete().where(Outbox.id < max(old)).execute()) if old else 0

    def _start(self) -> None:
        self._highest = Outbox.select(fn.MAX(Outbox.id)).scalar() or 0
        first = max(1, self._highest - _LOOK_BACK)
        there = {row.id for row in Outbox.select(Outbox.id).where(Outbox.id >= first)}
        self._miss(set(range(first, self._highest)) - there)

    def _rows(self, doubted: Sequence[int]) -> list[_Row]:
        if doubted or len(self._missing) > _MISSING:
            # One that is doubted may have been read as our own before it was.
            wanted: Any = (Outbox.id > self._highest) | Outbox.id.in_([*self._missing, *doubted])
            rows = _rows((Outbox.process == _me.name) & Outbox.id.not_in(doubted), wanted).tuples()
        else:
            ids = dict(zip(_places, [*self._missing, *[0] * _MISSING], strict=False))
            rows = _usual.rows(me=_me.name, highest=self._highest, **ids)
        return [_Row(*row) for row in rows]

    def _count(self, id: int) -> None:
        if id <= self._highest:
            self._missing.pop(id, None)
            return
        self._miss(set(range(max(self._highest + 1, id - _LOOK_BACK), id)))
        self._highest = id

    def _miss(self, ids: set[int]) -> None:
        until = self._monotonic() + _LATEST
        self._missing |= dict.fromkeys(ids, until)


def _events_of(row: _Row) -> list[object]:
    """Read what a row tells; one that nobody can read is no reason to keep the others back."""
    try:
        return events.from_text(row.told)
    except (ValueError, TypeError):
        log.error("Row %d of the outbox cannot be read", row.id)
        return []

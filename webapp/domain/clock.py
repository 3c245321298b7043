"""What time it is. One place, so that every moment is UTC, and so that a story can be told in the past."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_set_to: ContextVar[datetime | None] = ContextVar("set_to", default=None)


def now() -> datetime:
    """Return the present moment in UTC."""
    return _set_to.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let `now()` be this moment: for demo data, whose chats lie in the past."""
    token = _set_to.set(moment)
    try:
        yield
    finally:
        _set_to.reset(token)

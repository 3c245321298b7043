"""What a process keeps in memory of what people gave, so as not to work it out again; and how it is forgotten.

A result is kept by all that it was made from: so none is ever out of date. But who has been erased must be gone from
memory as well, in every process: each forgets when it hears of it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")

LATE = 60.0  # seconds after which nobody works any more on what was read before
_kept: list[Any] = []


def remembered(most: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep the results of a pure function for so many different arguments, those used last."""

    def keep(function: Callable[P, R]) -> Callable[P, R]:
        keeping = lru_cache(maxsize=most)(function)
        _kept.append(keeping)
        return cast("Callable[P, R]", keeping)

    return keep


class _Later:
    """Forgets once more, for those who had read it before it was erased and were still working on it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def start(self) -> None:
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = threading.Timer(LATE, _forget)
            self._timer.daemon = True
            self._timer.start()


_later = _Later()


def forget() -> None:
    """Keep nothing of what was made from anybody's data, and look after it again in a minute."""
    _forget()
    _later.start()


def _forget() -> None:
    for keeping in _kept:
        keeping.cache_clear()

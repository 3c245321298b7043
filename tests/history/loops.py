"""An event loop of a test's own."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def through(doing: Coroutine[Any, Any, T]) -> T:
    """Run to the end, on a thread of its own: on this one, the loop of the browsers of other tests may be running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, doing).result()

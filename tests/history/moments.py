"""Waiting in a run: people pause between two messages, faults last a while, and everything else is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress


async def moment(seconds: float, unless: asyncio.Event | None = None) -> None:
    """Let so many seconds pass, or fewer when that happens meanwhile."""
    with suppress(TimeoutError):
        await asyncio.wait_for((unless or asyncio.Event()).wait(), seconds)


async def until(condition: Callable[[], bool], within: float) -> bool:
    """Wait until it holds; say whether it did in time, in seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            while not condition():
                await moment(0.02)
    return condition()

"""The leases of all processes, in Redis: each keeps its own in one key, which runs out with them if it dies.

So a round costs a process two questions, however many customers it has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import redis

from ..presence import LEASE

PROCESSES = "rapport:here"  # a set: who may hold leases
_PATIENCE = 2.0  # seconds for Redis to answer


class SharedLeases:
    """What this process holds, for the others, and what they do. Both raise what redis-py raises."""

    def __init__(self, url: str, name: Callable[[], str]) -> None:
        """`name` returns what this process is called among the others."""
        self._redis = redis.Redis.from_url(url, socket_connect_timeout=_PATIENCE, socket_timeout=_PATIENCE)
        self._name = name

    def exchange(self, mine: Iterable[str]) -> dict[str, tuple[set[str], float]]:
        """Put down the chats that this process holds; return by process those of the others, and the seconds left."""
        name = self._name()
        with self._redis.pipeline(transaction=False) as told:
            told.set(self._key(name), " ".join(mine), px=int(LEASE * 1000))
            told.sadd(PROCESSES, name)
            told.smembers(PROCESSES)
            names = {other.decode() for other in told.execute()[2]} - {name}
        return self._read(sorted(names)) if names else {}

    def _read(self, names: list[str]) -> dict[str, tuple[set[str], float]]:
        with self._redis.pipeline(transaction=False) as asked:
            for name in names:
                asked.get(self._key(name))
                asked.pttl(self._key(name))
            answers: list[Any] = asked.execute()
        found = {
            name: (set(chats.decode().split()), left / 1000)
            for name, chats, left in zip(names, answers[::2], answers[1::2], strict=True)
            if chats is not None
        }
        if gone := [name for name in names if name not in found]:
            self._redis.srem(PROCESSES, *gone)  # one that is only late puts itself back
        return found

    def _key(self, name: str) -> str:
        return f"{PROCESSES}:{name}"

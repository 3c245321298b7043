"""Limits that several processes count together, in Redis; while it is away each counts by itself, and nobody waits."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import time
from collections.abc import Callable

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from . import logs
from .security import Limit, Limiter, TooMany

PATIENCE = 0.04  # seconds for Redis to be reached, and again to answer
AGAIN = 1.0  # seconds until Redis is asked again after it failed

# The moments that count are a sorted set. Returns 0, or the milliseconds until one more may come.
_COUNT = """
local now = redis.call('TIME')
now = now[1] * 1000 + math.floor(now[2] / 1000)
local amount, window, one = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
if redis.call('ZCARD', KEYS[1]) >= amount then
  local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  return math.max(1, oldest[2] + window - now)
end
if one ~= '' then
  redis.call('ZADD', KEYS[1], now, one)
  redis.call('PEXPIRE', KEYS[1], window)
end
return 0
"""

log = logging.getLogger(__name__)


class SharedLimiter(Limiter):
    """Counts in Redis for all processes, and in memory as well, for when Redis is away.

    Whom a count is about stays our secret: Redis is given a keyed hash, for as long as the count lasts.
    """

    def __init__(self, url: str, secret: bytes, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(clock)
        self._secret = secret
        self._redis = Redis.from_url(
            url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE, retry=Retry(NoBackoff(), 0)
        )
        self._ask_at = clock()

    def hit(self, limit: Limit, *keys: object) -> None:
        """Count one; raises `TooMany` when that is one too many, and does not count it."""
        super().hit(limit, *keys)  # first: what is refused here is not counted there
        try:
            self._ask(limit, keys, secrets.token_hex(8))
        except TooMany:
            self.take_back(limit, *keys)
            raise

    def check(self, limit: Limit, *keys: object) -> None:
        """Raise `TooMany` when one more would be too many, and count nothing."""
        super().check(limit, *keys)
        self._ask(limit, keys, "")

    def _ask(self, limit: Limit, keys: tuple[object, ...], one: str) -> None:
        if self._clock() < self._ask_at:
            return
        told = (self._name(limit, keys), limit.amount, limit.seconds * 1000, one)
        try:
            wait = int(str(self._redis.eval(_COUNT, 1, *told)))
        except (RedisError, OSError) as error:
            self._ask_at = self._clock() + AGAIN
            log.warning("Redis does not count limits, each process does by itself: %s", type(error).__name__)
            return
        if wait:
            logs.security("limit_reached", limit=limit.name)
            raise TooMany(max(1, round(wait / 1000)))

    def _name(self, limit: Limit, keys: tuple[object, ...]) -> str:
        whom = "\0".join([limit.name, *map(str, keys)]).encode()
        return f"rapport:limit:{hmac.new(self._secret, whom, hashlib.sha256).hexdigest()[:32]}"

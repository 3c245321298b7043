"""PostgreSQL out of reach: a cut network says nothing, nor does a machine that stands still, and nobody waits for long.

The kernel gives up a connection whose other end is gone; that a server is there and silent only we can tell.
"""

from __future__ import annotations

import select
import time
from collections.abc import Generator
from typing import Any

import psycopg
from peewee import Psycopg3Adapter
from playhouse.pool import PooledPostgresqlDatabase

PATIENCE = 5  # seconds for a connection, new or kept
SILENCE = 17.0  # seconds for an answer: more than any statement is given by the server itself
_FRESH = 1.0  # seconds after an answer in which a connection is not asked whether it still answers
_AGAIN = 1.0  # seconds after a connection was waited for in vain, in which nobody waits for one
# For the kernel: seconds without a word until it asks, and between its questions; milliseconds for what was sent.
_KERNEL: dict[str, Any] = {
    "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 5000,
}  # fmt: skip


class _Reach:
    """When this process last waited for a connection in vain, on the monotonic clock."""

    lost_at = float("-inf")


_reach = _Reach()


class _Connection(psycopg.Connection[Any]):
    """A connection that gives up on a server which does not answer, and is closed then."""

    silence = SILENCE
    heard_at = float("-inf")  # when the server last answered, on the monotonic clock

    def wait(self, gen: Generator[Any, Any, Any], *args: Any, **kwargs: Any) -> Any:
        came = super().wait(self._in_time(gen), *args, **kwargs)
        self.heard_at = time.monotonic()
        return came

    def is_fresh(self) -> bool:
        """Say whether the server has answered a moment ago, and has not ended since: it would have said so."""
        if time.monotonic() - self.heard_at > _FRESH:
            return False
        heard = select.poll()
        heard.register(self.pgconn.socket, select.POLLIN)
        return not heard.poll(0)

    def _in_time(self, asking: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """Do the same, but end with an error: psycopg comes by several times a second, with nothing while none came."""
        begun = time.monotonic()
        try:
            wanted = next(asking)
            while True:
                came = yield wanted
                if not came and (_reach.lost_at > begun or time.monotonic() - begun > self.silence):
                    self.pgconn.finish()
                    raise psycopg.OperationalError("PostgreSQL does not answer.")
                wanted = asking.send(came)
        except StopIteration as end:
            return end.value


class _Adapter(Psycopg3Adapter):
    def connect(self, db: Any, **params: Any) -> _Connection:
        return _Connection.connect(db.database, connect_timeout=PATIENCE, **_KERNEL, **params)

    def is_connection_closed(self, conn: Any) -> bool:
        """Ask a kept connection whether it answers, unless it just has: everybody who wants one waits meanwhile.

        Raises OperationalError when it does not: the others will not.
        """
        if self.txn_status(conn) == self.txn_idle and conn.is_fresh():
            return False
        begun, silence = time.monotonic(), conn.silence
        conn.silence = PATIENCE
        closed: bool = super().is_connection_closed(conn)
        conn.silence = silence
        if closed and time.monotonic() - begun > _AGAIN:
            raise psycopg.OperationalError("PostgreSQL does not answer.")
        return closed


class Pool(PooledPostgresqlDatabase):  # type: ignore[misc]
    """Connections that are kept; takes what Peewee's own pool takes."""

    psycopg3_adapter = _Adapter

    def _connect(self) -> Any:
        """Give a connection. One at a time does, and those who waited for what came to nothing do not wait again."""
        begun = time.monotonic()
        if begun - _reach.lost_at < _AGAIN:
            raise psycopg.OperationalError("PostgreSQL could not be reached a moment ago.")
        try:
            return super()._connect()
        except psycopg.OperationalError:
            if time.monotonic() - begun > _AGAIN:  # a refusal comes at once, and costs nobody anything
                _reach.lost_at = time.monotonic()
            raise

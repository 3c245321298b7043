"""Which connections there are, and which topics each of them watches."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from webapp.live.connection import Connection, Cursor


class Watchers:
    """The connections of a process and their topics, for any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connections: dict[Connection, None] = {}  # in order of arrival
        self._topics: dict[str, dict[Connection, None]] = {}

    def drop(self, connection: Connection) -> None:
        """Forget a connection and its subscriptions."""
        with self._lock:
            self._connections.pop(connection, None)
            for topic in list(connection.topics):
                self._leave(connection, topic)

    def subscribe(self, connection: Connection, topic: str, cursor: Cursor | None = None) -> None:
        """Let a connection hear of a topic; one that is not being served is ignored."""
        with self._lock:
            self._join(connection, topic, cursor or {})

    def unsubscribe(self, connection: Connection, topic: str) -> None:
        """Let a connection hear no more of a topic."""
        with self._lock:
            self._leave(connection, topic)

    def watch(self, connection: Connection, topics: Mapping[str, Cursor]) -> tuple[list[str], list[str]]:
        """Make these a connection's topics, all of them; return those that are new and those that went."""
        with self._lock:
            added = [topic for topic in topics if topic not in connection.topics]
            removed = [topic for topic in connection.topics if topic not in topics]
            for topic in removed:
                self._leave(connection, topic)
            for topic, cursor in topics.items():
                self._join(connection, topic, cursor)
        return added, removed

    def connections(self) -> list[Connection]:
        """Return the connections being served, the oldest first."""
        with self._lock:
            return list(self._connections)

    def subscribers(self, topic: str) -> list[Connection]:
        """Return the connections that watch a topic."""
        with self._lock:
            return list(self._topics.get(topic, ()))

    def watched(self, kind: str) -> list[str]:
        """Return the keys of all topics of a kind that somebody watches."""
        with self._lock:
            return [topic.partition(":")[2] for topic in self._topics if topic.startswith(f"{kind}:")]

    def kick(self, matches: Callable[[Connection], bool], code: int, reason: str = "") -> None:
        """Close the connections that match: 4401 for the signed out, 4403 for those who may not any more."""
        for connection in self.connections():
            if matches(connection):
                connection.close(code, reason)

    def _join(self, connection: Connection, topic: str, cursor: Cursor) -> None:
        if connection in self._connections:
            connection.topics[topic] = cursor
            self._topics.setdefault(topic, {})[connection] = None

    def _leave(self, connection: Connection, topic: str) -> None:
        connection.topics.pop(topic, None)
        watching = self._topics.get(topic, {})
        watching.pop(connection, None)
        if not watching:
            self._topics.pop(topic, None)

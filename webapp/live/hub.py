"""Who watches what, and how news reaches them: topics, connections, and the one thread between them.

The hub is told of events in the order of their commits and works them off in that order on its own thread, so
no request waits for anybody's screen. What an event means is not its business: `render_pushes` turns events
into pushes, and the hub renders each once per audience, frames it once, and queues the same bytes for all.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

from webapp.live.connection import Connection, Cursor, Watch
from webapp.live.push import Pace, Push, envelope

__all__ = ["Hub", "Push"]

log = logging.getLogger(__name__)


class Hub:
    """Topics, the connections that watch them, and the thread that tells them."""

    def __init__(
        self,
        render_pushes: Callable[[Sequence[object]], Iterable[Push]],
        *,
        clock: Callable[[], float] = time.monotonic,
        interval: float = 0.25,
    ) -> None:
        self._render_pushes = render_pushes
        self._lock = threading.Lock()
        self._connections: dict[Connection, None] = {}  # in order of arrival
        self._topics: dict[str, dict[Connection, None]] = {}
        self._closing: tuple[int, str] | None = None
        self._work = threading.Condition()
        self._queue: deque[Sequence[object]] = deque()
        self._pace = Pace(clock, interval)  # the hub thread's; others look only while it is not busy
        self._busy = self._stopped = False
        self._thread: threading.Thread | None = None
        self.on_stop: list[Callable[[], None]] = []  # ends what works for the hub's connections beside it

    def serve(self, connection: Connection, on_command: Callable[[Watch], None]) -> None:
        """Count a connection in, run it until it closes, and drop it."""
        with self._lock:
            self._connections[connection] = None
            closing = self._closing
        if closing:
            connection.close(*closing)
        try:
            connection.run(on_command)
        finally:
            self.drop(connection)

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

    def kick(self, matches: Callable[[Connection], bool], code: int, reason: str = "") -> None:
        """Close the connections that match: 4401 for the signed out, 4403 for those who may not any more."""
        for connection in self.connections():
            if matches(connection):
                connection.close(code, reason)

    def close_all(self, code: int = 1012, reason: str = "restarting") -> None:
        """Close every connection, and those that still come: the process is about to end."""
        with self._lock:
            self._closing = (code, reason)
        self.kick(lambda _connection: True, code, reason)

    def send_to(self, connection: Connection, content: str) -> None:
        """Write to one connection ahead of its queue, to catch up; only within its `on_command`.

        Raises ConnectionClosed.
        """
        connection.write(envelope(content))

    def publish(self, events: Sequence[object]) -> None:
        """Take note of what happened, in order; cheap.

        When nobody watches anything it is not kept: who subscribes later finds it in the backlog.
        """
        with self._work:
            if not self._topics or self._stopped:
                return
            self._queue.append(events)
            self._work.notify_all()
        self.start()

    def start(self) -> None:
        """Start the hub's thread if it does not run; the first publish does it too, also after a fork."""
        with self._work:
            if self._thread is None or not self._thread.is_alive():
                self._stopped = False
                self._thread = threading.Thread(target=self._loop, name="live-hub", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End the hub's thread when it has finished what it is doing, and what works beside it."""
        with self._work:
            self._stopped, thread = True, self._thread
            self._work.notify_all()
        if thread is not None:
            thread.join()
        for stop in self.on_stop:
            stop()

    def wait_idle(self, timeout: float) -> bool:
        """Wait until all that is published and due is on its queues; return False after `timeout` seconds."""
        with self._work:
            return self._work.wait_for(lambda: not self._busy and not self._queue and self._pace.delay() != 0, timeout)

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

    def _loop(self) -> None:
        while (work := self._next()) is not None:
            due, events = work
            for push in due:
                self._deliver(push)
            try:
                for push in self._render_pushes(events) if events else ():
                    if self._pace.admit(push):
                        self._deliver(push)
            except Exception:
                log.exception("what happened could not be made into pushes")

    def _next(self) -> tuple[list[Push], Sequence[object]] | None:
        with self._work:
            self._busy = False
            self._work.notify_all()
            while not self._stopped and not self._queue and self._pace.delay() != 0:
                self._work.wait(self._pace.delay())
            if self._stopped:
                return None
            self._busy = True
            return self._pace.due(), self._queue.popleft() if self._queue else ()

    def _deliver(self, push: Push) -> None:
        audiences: dict[Hashable, list[Connection]] = {}
        for connection in self.subscribers(push.topic):
            try:
                group = push.group(connection.viewer)
                if group is not None:
                    audiences.setdefault(group, []).append(connection)
            except Exception:
                log.exception("no group for a viewer of %s", push.topic)
        for audience in audiences.values():
            self._tell(push, audience)

    def _tell(self, push: Push, audience: list[Connection]) -> None:
        try:
            content = push.content(audience[0].viewer)
            if content is None:
                return
            frame = envelope(content)
            for connection in audience:
                connection.send(frame)
        except Exception:
            log.exception("a push to %s could not be rendered", push.topic)
        if push.unsubscribe:  # after a failure too: it says that they may not see the topic any more
            for connection in audience:
                self.unsubscribe(connection, push.topic)

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
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from webapp.domain.storage import TROUBLES
from webapp.live.connection import Command, Connection
from webapp.live.push import Pace, Push, envelope
from webapp.live.returning import FIRST_BACK, returns
from webapp.live.watchers import Watchers

__all__ = ["Hub", "Push"]

RESTART = 1012
MOST_WAITING = 20_000  # commits that are not told yet; beyond, everybody is sent away to catch up, which costs less
PAUSES = (0.1, 0.4, 1.5)  # seconds before each further try to tell of something when the database has failed

log = logging.getLogger(__name__)


class Hub(Watchers):
    """Whoever watches topics, and the thread that tells them."""

    def __init__(
        self,
        render_pushes: Callable[[Sequence[object]], Iterable[Push]],
        *,
        clock: Callable[[], float] = time.monotonic,
        interval: float = 0.25,
        around: Callable[[], AbstractContextManager[Any]] = nullcontext,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        """`around` is entered for as long as the hub's thread has something to do: it may need a connection."""
        super().__init__()
        self._render_pushes = render_pushes
        self._closing: tuple[int, str] | None = None
        self._around = around
        self._pauses = pauses
        self._clock = clock
        self._work = threading.Condition()
        self._queue: deque[tuple[float, Sequence[object]]] = deque()  # since when, and what happened
        self._pace = Pace(clock, interval)  # the hub thread's; others look only while it is not busy
        self._busy = self._stopped = self._is_too_much = False
        self._thread: threading.Thread | None = None
        self.on_stop: list[Callable[[], None]] = []  # ends what works for the hub's connections beside it

    def serve(self, connection: Connection, on_command: Callable[[Command], None]) -> None:
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

    def close_all(self, code: int = RESTART, reason: str = "restarting") -> None:
        """Close every connection, and those that still come: the process is about to end.

        The reason ends with the milliseconds after which each should come back: `restarting 1500`.
        """
        with self._lock:
            self._closing = (code, f"{reason} {FIRST_BACK}")
        self._send_away(code, reason)

    def close_all_once(self) -> None:
        """Close every connection that there is: they come back, and catch up with what was missed."""
        self._send_away(RESTART, "begin anew")

    def _send_away(self, code: int, reason: str) -> None:
        connections = self.connections()
        for connection, wait in zip(connections, returns(len(connections)), strict=True):
            connection.close(code, f"{reason} {wait}")

    def send_to(self, connection: Connection, content: str) -> None:
        """Write to one connection ahead of its queue, to catch up; only within its `on_command`.

        Raises ConnectionClosed.
        """
        connection.write(envelope(content))

    def publish(self, events: Sequence[object]) -> None:
        """Take note of what happened, in order; cheap.

        When nobody watches anything it is not kept: who subscribes later finds it in the backlog. When too much waits,
        the database has been away for long: it is all forgotten, and everybody begins anew.
        """
        with self._work:
            if not self._topics or self._stopped:
                return
            if len(self._queue) >= MOST_WAITING:
                self._queue.clear()
                self._is_too_much = True
            self._queue.append((self._clock(), events))
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

    def backlog(self) -> tuple[int, float]:
        """Return how many commits have not been told yet, and for how many seconds the oldest of them has waited."""
        with self._work:
            return len(self._queue), self._clock() - self._queue[0][0] if self._queue else 0.0

    def wait_idle(self, timeout: float) -> bool:
        """Wait until all that is published and due is on its queues; return False after `timeout` seconds."""
        with self._work:
            return self._work.wait_for(lambda: not self._busy and not self._queue and self._pace.delay() != 0, timeout)

    def _loop(self) -> None:
        while (events := self._next()) is not None:
            try:
                self._persist(events)
            except TROUBLES as error:  # nobody is told of this again
                log.warning("The database failed while everybody was being told: %s", error)
                self._begin_anew()
            except Exception:
                log.exception("nobody could be told of anything")
                self._forget_due()

    def _persist(self, events: Sequence[object]) -> None:
        """Tell of events, again when the database has failed: what comes twice is dropped by who has it."""
        for pause in (*self._pauses, None):
            if self._is_too_much:
                log.warning("More happened than could be told")
                self._begin_anew()
                return
            try:
                with self._around():
                    self._tell_of(events)
                    events = ()
                    self._send_lists()
                return
            except TROUBLES:
                if pause is None:
                    raise
            with self._work:
                if self._work.wait_for(lambda: self._stopped, pause):
                    return

    def _begin_anew(self) -> None:
        """Forget what is to be told, and send everybody away: they come back, and catch up with all of it."""
        with self._work:
            self._queue.clear()
            self._is_too_much = False
        self.close_all_once()
        self._forget_due()

    def _forget_due(self) -> None:
        while self._pace.take_due():  # not at once again: what is not there may come back
            pass

    def _tell_of(self, events: Sequence[object]) -> None:
        try:
            for push in self._render_pushes(events) if events else ():
                if self._pace.admit(push):
                    self.deliver(push)
        except TROUBLES:
            raise
        except Exception:
            log.exception("what happened could not be made into pushes")

    def _send_lists(self) -> None:
        """Send the lists that are due; while events wait, one only: a list can wait for a line, and never for ever."""
        while push := self._pace.take_due():
            try:
                self.deliver(push)
            except TROUBLES:
                self._pace.admit(push)
                raise
            if self._queue:
                return

    def _next(self) -> Sequence[object] | None:
        with self._work:
            self._busy = False
            self._work.notify_all()
            while not self._stopped and not self._queue and self._pace.delay() != 0:
                self._work.wait(self._pace.delay())
            if self._stopped:
                return None
            self._busy = True
            return self._queue.popleft()[1] if self._queue else ()

    def deliver(self, push: Push) -> None:
        """Tell of one push at once, from any thread: for what is kept nowhere, and need not keep its place.

        Raises what the database raises in trouble.
        """
        audiences: dict[Hashable, list[Connection]] = {}
        for connection in self.subscribers(push.topic):
            try:
                group = push.group(connection.viewer)
                if group is not None:
                    audiences.setdefault(group, []).append(connection)
            except TROUBLES:
                raise
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
        except TROUBLES:
            raise
        except Exception:
            log.exception("a push to %s could not be rendered", push.topic)
        if push.unsubscribe:  # after a failure too: it says that they may not see the topic any more
            for connection in audience:
                self.unsubscribe(connection, push.topic)

"""Keeps the leases of the customers who are here, and tells those who have the chat open when one comes or goes.

One thread does it for all of a process: a renewal reads no database, and asks Redis, where there is one, once for all.
What ends with a goodbye of the page ends a moment later, so that loading it anew is not seen; what the server has
ended itself keeps its lease, for the customer is on her way back, here or to another process.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable

import redis

from ..domain.db import database
from ..domain.storage import TROUBLES
from ..domain.tables import Conversation
from ..presence import HERE, RENEWED, Leases
from ..render import dom_id, swap
from ..screens import signs
from .hub import RESTART, Hub
from .leases import SharedLeases
from .push import Push

GRACE = 8.0  # seconds from the goodbye of a page to "left"
SILENT = 1013  # a socket that has been silent for as long as a lease lasts
AGAIN = 5.0  # seconds until Redis is asked again
LOOK, PAUSE = 1.0, 0.25  # seconds between two looks: when nobody comes, and when many do

log = logging.getLogger(__name__)


class Presence:
    """The leases of a process, the thread that renews them, and the word to whom it concerns."""

    def __init__(self, hub: Hub, leases: Leases, clock: Callable[[], float] = time.monotonic) -> None:
        self._hub, self._leases, self._clock = hub, leases, clock
        self._shared: SharedLeases | None = None
        self._tell_others: Callable[..., None] = lambda **_: None
        self._is_heard = True
        self._due = 0.0  # when to renew
        self._lock = threading.Lock()
        self._awake = threading.Event()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def share(self, shared: SharedLeases, tell_others: Callable[..., None]) -> None:
        """Share leases with other processes; before anybody has come."""
        self._shared, self._tell_others = shared, tell_others
        self._leases.begin(with_others=True)

    def watches(self, topics: Iterable[str]) -> None:
        """Take note of what a browser watches, or watches no more while its socket goes on."""
        self._settle(topics, GRACE)

    def closed(self, topics: Iterable[str], code: int | None) -> None:
        """Take note that a socket which watched these topics has closed, and how."""
        if code != RESTART:
            self._settle(topics, 0 if code == SILENT else GRACE)

    def polled(self, topics: Iterable[str]) -> None:
        """Take note of a browser without a socket: it says no goodbye, so its lease has to run out."""
        self._leases.hold(_chats(topics))
        self._awake.set()

    def heard(self, process: str, *, chat: str, here: bool) -> None:
        """Take note of what another process has said."""
        self._leases.another(process, chat, here)
        self._awake.set()

    def start(self) -> None:
        """Start the thread. Called in the process that serves: threads do not survive a fork."""
        self._thread = threading.Thread(target=self._loop, name="presence", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread. Leases are left to run out: the customers are on their way to another process."""
        self._ended.set()
        self._awake.set()
        if self._thread is not None:
            self._thread.join()

    def turn(self) -> None:
        """Renew what is due, and tell of what has turned since the last time."""
        if self._clock() >= self._due:
            self._due = self._clock() + RENEWED
            self._leases.hold(self._hub.watched("chat"))
            self._exchange()
        turned = self._leases.look()
        for chats, is_here in ((turned.mine_here, True), (turned.mine_left, False)):
            for chat in chats:
                self._tell_others(chat=chat, here=is_here)
        concerned = turned.here | turned.left
        if turned.knowledge:
            concerned.update(chat for chat in self._hub.watched("conversation") if self._leases.state(chat) != HERE)
        for chat in concerned:
            self._tell(chat)

    def _settle(self, topics: Iterable[str], grace: float) -> None:
        for chat in _chats(topics):
            with self._lock:  # so that who comes at this moment is not taken for gone
                if self._hub.subscribers(f"chat:{chat}"):
                    self._leases.hold([chat])
                else:
                    self._leases.shorten(chat, grace)
        self._awake.set()

    def _exchange(self) -> None:
        if self._shared is None:
            return
        try:
            self._leases.take_over(self._shared.exchange(self._leases.mine()))
            if not self._is_heard:
                log.info("It is known again who is at other processes")
            self._is_heard = True
        except (redis.RedisError, OSError, ValueError) as error:
            if self._is_heard:
                log.warning("Redis is lost, who is at other processes is unknown: %s", error)
            self._is_heard = False
            self._due = self._clock() + AGAIN

    def _tell(self, chat: str) -> None:
        if not self._hub.subscribers(f"conversation:{chat}"):
            return
        with database.connection_context():
            conversation = Conversation.get_or_none(Conversation.public_id == chat)
        if conversation is None or not signs.presence_of(conversation):
            return
        target = dom_id("presence", chat)
        self._hub.deliver(
            Push(
                f"conversation:{chat}",
                lambda viewer: viewer.reader,
                lambda viewer: swap(target, signs.presence(viewer.reader, conversation)),
            )
        )

    def _loop(self) -> None:
        while not self._ended.is_set():
            self._awake.wait(LOOK)
            self._awake.clear()
            try:
                self.turn()
            except TROUBLES as error:  # whoever was not told sees it when she comes back
                log.warning("The database failed while presence was told: %s", error)
            except Exception:
                log.exception("Nobody could be told who is here")
            self._ended.wait(PAUSE)


def _chats(topics: Iterable[str]) -> list[str]:
    return [key for kind, _, key in (topic.partition(":") for topic in topics) if kind == "chat"]

"""How a process hears what others committed: it reads the outbox, at once when Redis says so, else every second.

Redis carries no news, only "look": what happened is in the database. So its death costs a second, and nothing else.
Beside that, processes whisper to one another what is kept nowhere: that somebody is typing, or has come or gone. What
is whispered while Redis is away nobody hears.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

import redis

from ..domain import outbox, storage
from ..domain.db import database

CHANNEL = "rapport:look"
WHISPERS = "rapport:whispers"
_MOST_WHISPERS = 1000  # that wait to be sent
_PATIENCE = 2.0  # seconds for Redis to answer
_AGAIN = 1.0  # seconds until Redis is tried again
_TRIM_EVERY = 600.0  # seconds

log = logging.getLogger(__name__)


class Bus:
    """Reads what others committed and tells it to this process; tells others that there is something to read."""

    def __init__(
        self,
        tell: Callable[[list[object]], None],
        begin_anew: Callable[[], None],
        *,
        redis_url: str = "",
        interval: float = 1.0,
    ) -> None:
        self._tell = tell
        self._begin_anew = begin_anew
        self._redis_url = redis_url
        self._interval = interval  # seconds between two looks that nobody asked for
        self._reader = outbox.Reader()
        self.name = ""  # of this process among the others, once it serves
        self.listeners: dict[str, Callable[..., None]] = {}  # by the kind of what is whispered
        self._whispers: deque[str] = deque(maxlen=_MOST_WHISPERS)
        self._asked, self._committed, self._speak = threading.Event(), threading.Event(), threading.Event()
        self._stopped = self._begun = False
        self._threads: list[threading.Thread] = []
        self._subscription: redis.client.PubSub | None = None
        self.heard = not redis_url  # whether Redis can be heard; without one there is nothing to miss
        self.read_at = 0.0  # on the monotonic clock: when the outbox was last read

    def note(self, happened: list[object]) -> None:
        """Take note that this process has committed something: others are told to look."""
        self._committed.set()
        self._speak.set()

    def whisper(self, kind: str, **fact: object) -> None:
        """Tell the other processes at once what is kept nowhere; never blocks, and may be lost."""
        if self._redis_url:
            self._whispers.append(json.dumps({"from": self.name, "kind": kind, "fact": fact}))
            self._speak.set()

    def start(self) -> None:
        """Read from now on. Called in the process that serves: no thread survives a fork, a name is shared."""
        self.name = secrets.token_hex(8)
        self._begin()
        self._run(self._read)
        if self._redis_url:
            self._run(self._listen)
            self._run(self._announce)

    def stop(self) -> None:
        """End the threads when they have finished what they are doing."""
        self._stopped = True
        self._asked.set()
        self._speak.set()
        if self._subscription is not None:
            with suppress(redis.RedisError, OSError, ValueError):
                self._subscription.close()
        for thread in self._threads:
            thread.join(_PATIENCE * 2)

    def _run(self, loop: Callable[[], None]) -> None:
        thread = threading.Thread(target=loop, name=f"bus{loop.__name__.replace('_', '-')}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _begin(self) -> bool:
        """Begin to read; False when the database is away: a process is there before it is back, and waits for it."""
        try:
            with database.connection_context():
                self._reader.begin()
                self._begun = True
        except storage.TROUBLES as error:
            log.warning("The outbox could not be read: %s", error)
        return self._begun

    def _read(self) -> None:
        trimmed = time.monotonic()
        while not self._stopped:
            self._asked.wait(self._interval)
            self._asked.clear()
            if not self._begun:
                if self._begin():
                    self._begin_anew()  # who came before has heard nothing
                continue
            try:
                with database.connection_context():
                    if happened := self._reader.read():
                        self._tell(happened)  # first of all: what is read is never read again
                    self.read_at = time.monotonic()
                    if time.monotonic() - trimmed > _TRIM_EVERY:
                        trimmed = time.monotonic()
                        self._reader.trim()
            except outbox.Behind:
                self._begin_anew()
            except storage.TROUBLES as error:  # it may be restarting; the requests say so too
                log.warning("The outbox could not be read: %s", error)
            except Exception:
                log.exception("What others committed could not be told")

    def _listen(self) -> None:
        """Wait for "look"; when Redis is lost, come back to it, and look once for what was said meanwhile."""
        while not self._stopped:
            try:
                with redis.Redis.from_url(
                    self._redis_url, socket_connect_timeout=_PATIENCE, socket_timeout=_PATIENCE, health_check_interval=5
                ) as client:
                    self._hear(client)
            except (redis.RedisError, OSError, ValueError) as error:
                self._lost(error)

    def _hear(self, client: redis.Redis) -> None:
        self._subscription = client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        self._subscription.subscribe(CHANNEL, WHISPERS)
        while not self._stopped:
            message = self._subscription.get_message(timeout=_AGAIN)
            if not self.heard:
                self.heard = True
                log.info("Redis is heard")
                self._asked.set()
            if message and message["channel"] == WHISPERS.encode():
                self._overhear(message["data"])
            elif message and message["data"] != self.name.encode():
                self._asked.set()

    def _overhear(self, said: bytes) -> None:
        try:
            whisper = json.loads(said)
            if whisper["from"] != self.name and whisper["kind"] in self.listeners:
                self.listeners[whisper["kind"]](whisper["from"], **whisper["fact"])
        except storage.TROUBLES as error:
            log.warning("What another process whispered could not be told: %s", error)
        except Exception:  # another version may speak otherwise
            log.exception("What another process whispered was not understood")

    def _announce(self) -> None:
        """Say "look", once for all that was committed since it was said last; and what is whispered."""
        client = redis.Redis.from_url(self._redis_url, socket_connect_timeout=_PATIENCE, socket_timeout=_PATIENCE)
        while not self._stopped:
            self._speak.wait()
            self._speak.clear()
            try:
                if self._committed.is_set():
                    self._committed.clear()
                    client.publish(CHANNEL, self.name)
                while self._whispers:
                    client.publish(WHISPERS, self._whispers.popleft())
            except (redis.RedisError, OSError) as error:
                self._whispers.clear()  # when it is back they are not true any more
                self._lost(error)

    def _lost(self, error: Exception) -> None:
        if self._stopped:
            return
        if self.heard:
            log.warning("Redis is lost, others are heard a second later: %s", error)
        self.heard = False
        time.sleep(_AGAIN)

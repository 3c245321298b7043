"""How a process hears of others: by the outbox, at once with Redis, a moment later without."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import redis
from peewee import OperationalError

from tests import databases
from webapp.config import Settings
from webapp.domain import clock, events, outbox
from webapp.domain.db import database as base
from webapp.domain.events import ProfileCreated
from webapp.domain.tables import Outbox
from webapp.live import bus as module
from webapp.live.bus import Bus

PATIENCE = 10  # seconds
NEVER = 3600.0

# Another process, which commits something and ends.
ELSEWHERE = """
import sys
from webapp.domain import db, storage, events
storage.open_database(sys.argv[1])
@db.verb
def say(number):
    db.emit(events.ProfileCreated(number))
with db.database.connection_context():
    say(int(sys.argv[2]))
"""


class Told:
    """What a process was told, and a way to wait for it."""

    def __init__(self) -> None:
        self.events: list[object] = []
        self.anew = 0
        self._came = threading.Condition()

    def tell(self, happened: list[object]) -> None:
        with self._came:
            self.events += happened
            self._came.notify_all()

    def begin_anew(self) -> None:
        with self._came:
            self.anew += 1
            self._came.notify_all()

    def until(self, condition: Callable[[], bool]) -> None:
        give_up = time.monotonic() + PATIENCE
        with self._came:
            while not condition():
                assert time.monotonic() < give_up, self.events
                self._came.wait(0.02)  # what a bus says of itself is not told


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def start(database: None, told: Told, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Bus]]:
    """Start a bus; on a channel of this test's own."""
    monkeypatch.setattr(module, "CHANNEL", f"rapport-test:{id(told)}")
    started: list[Bus] = []

    def begin(redis_url: str = "", interval: float = 0.01) -> Bus:
        bus = Bus(told.tell, told.begin_anew, redis_url=redis_url, interval=interval)
        bus.start()
        started.append(bus)
        return bus

    yield begin
    for bus in started:
        bus.stop()


def another_commits(number: int) -> None:
    Outbox.insert(process="another", happened=events.to_text([ProfileCreated(number)]), at=clock.now()).execute()


def test_another_process_is_heard(start: Callable[..., Bus], told: Told, settings: Settings) -> None:
    start()
    subprocess.run([sys.executable, "-c", ELSEWHERE, settings.database_url, "7"], check=True)
    told.until(lambda: told.events == [ProfileCreated(7)])


def test_another_process_is_heard_although_tidying_up_fails(
    start: Callable[..., Bus], told: Told, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(module, "_TRIM_EVERY", 0)
    monkeypatch.setattr(outbox.Reader, "trim", fail)
    start()
    subprocess.run([sys.executable, "-c", ELSEWHERE, settings.database_url, "42"], check=True)
    told.until(lambda: told.events == [ProfileCreated(42)])


def test_with_redis_it_is_heard_at_once(start: Callable[..., Bus], told: Told) -> None:
    url = databases.require("Redis", databases.redis_url())
    mine, other = start(url, NEVER), start(url, NEVER)
    told.until(lambda: mine.heard and other.heard)
    another_commits(1)
    other.note([])
    told.until(lambda: ProfileCreated(1) in told.events)


def test_without_redis_a_moment_later(start: Callable[..., Bus], told: Told) -> None:
    bus = start("redis://127.0.0.1:1/0")
    bus.note([])
    another_commits(1)
    told.until(lambda: told.events == [ProfileCreated(1)])
    assert not bus.heard


def test_whoever_is_too_late_to_read_begins_anew(start: Callable[..., Bus], told: Told) -> None:
    for id in (1, 2):
        Outbox.insert(id=id, process="another", happened="[]", at=0).execute()
    bus = start(interval=NEVER)
    with base.atomic():
        Outbox.delete().execute()
        Outbox.insert(id=99, process="another", happened="[]", at=0).execute()
    bus._asked.set()
    told.until(lambda: told.anew == 1)


def test_a_process_that_comes_while_the_database_is_away_waits_for_it(
    start: Callable[..., Bus], told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, tries = outbox.Reader.begin, []

    def fail_twice(reader: outbox.Reader) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("the server is starting up")
        begin(reader)

    monkeypatch.setattr(outbox.Reader, "begin", fail_twice)
    start()
    told.until(lambda: told.anew == 1)
    another_commits(1)
    told.until(lambda: told.events == [ProfileCreated(1)])


class Overheard:
    """What a process has heard of the others' whispers."""

    def __init__(self, bus: Bus) -> None:
        self.heard: list[tuple[str, dict[str, object]]] = []
        self._came = threading.Condition()
        bus.listeners["typing"] = self._hear

    def _hear(self, process: str, **fact: object) -> None:
        if fact.get("chat") == "crash":
            raise RuntimeError("a bug in a listener")
        with self._came:
            self.heard.append((process, fact))
            self._came.notify_all()

    def until(self, heard: list[tuple[str, dict[str, object]]]) -> None:
        with self._came:
            assert self._came.wait_for(lambda: self.heard == heard, PATIENCE), self.heard


@pytest.fixture
def channel(told: Told, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(module, "WHISPERS", f"rapport-test-whispers:{id(told)}")
    return module.WHISPERS


def test_a_whisper_is_heard_by_the_others_and_stored_nowhere(
    start: Callable[..., Bus], told: Told, channel: str
) -> None:
    url = databases.require("Redis", databases.redis_url())
    mine, other = start(url, NEVER), start(url, NEVER)
    i_hear, other_hears = Overheard(mine), Overheard(other)
    told.until(lambda: mine.heard and other.heard)
    mine.whisper("typing", chat="one", side="customer")
    other.whisper("typing", chat="two", side="associate")
    other_hears.until([(mine.name, {"chat": "one", "side": "customer"})])
    i_hear.until([(other.name, {"chat": "two", "side": "associate"})])
    assert not Outbox.select().exists()


def test_what_is_not_understood_is_not_the_end_of_listening(
    start: Callable[..., Bus], told: Told, channel: str, caplog: pytest.LogCaptureFixture
) -> None:
    url = databases.require("Redis", databases.redis_url())
    mine, other = start(url, NEVER), start(url, NEVER)
    i_hear = Overheard(mine)
    told.until(lambda: mine.heard and other.heard)
    with redis.Redis.from_url(url) as stranger:
        for nonsense in ("", "[]", "{", '{"from": "x"}', '{"from": "x", "kind": "typing", "fact": 1}'):
            stranger.publish(channel, nonsense)
    other.whisper("gossip", chat="one")  # of a later version
    other.whisper("typing", chat="crash")
    other.whisper("typing", chat="two")
    i_hear.until([(other.name, {"chat": "two"})])


def test_without_redis_nobody_whispers_and_nothing_is_kept_to_be_said_later(start: Callable[..., Bus]) -> None:
    alone = start()
    alone.whisper("typing", chat="one")
    assert not alone._whispers

"""Limits of several processes: counted together with Redis, apart without, and never at anybody's cost."""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from tests import databases
from webapp import security, shared_limits
from webapp.security import Limit, TooMany
from webapp.shared_limits import AGAIN, SharedLimiter

MESSAGES = Limit("messages", 3, 10)
NOBODY = "redis://127.0.0.1:1/0"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The limits of which the log says that they were reached."""
    reached: list[str] = []
    monkeypatch.setattr(security.logs, "security", lambda event, limit: reached.append(limit))
    return reached


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(shared_limits, "PATIENCE", 10)  # or a busy machine would count without it
    return databases.require("Redis", databases.redis_url())


@pytest.fixture
def secret() -> bytes:
    """The house's own, so that no other test counts with it."""
    return secrets.token_bytes(16)


@pytest.fixture
def silent() -> Iterator[str]:
    """Whoever connects is never answered."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


def test_alice_cannot_go_to_another_process_for_more(url: str, secret: bytes, written: list[str]) -> None:
    here, there = SharedLimiter(url, secret), SharedLimiter(url, secret)
    here.hit(MESSAGES, "Alice")
    there.hit(MESSAGES, "Alice")
    there.hit(MESSAGES, "Alice")
    with pytest.raises(TooMany) as error:
        here.hit(MESSAGES, "Alice")
    assert 1 <= error.value.retry_after <= 10
    with pytest.raises(TooMany):
        here.check(MESSAGES, "Alice")
    assert written == ["messages", "messages"]
    here.hit(MESSAGES, "Bruno")


def test_looking_counts_nothing_and_what_was_refused_neither(url: str, secret: bytes) -> None:
    short = Limit("short", 2, 1)
    here, there = SharedLimiter(url, secret), SharedLimiter(url, secret)
    for _ in range(5):
        there.check(short, "Alice")
    here.hit(short, "Alice")
    here.hit(short, "Alice")
    give_up = time.monotonic() + 30
    while True:  # refused again and again, until the first one counts no more
        try:
            there.hit(short, "Alice")
            break
        except TooMany:
            assert time.monotonic() < give_up


def test_redis_is_not_told_whom_it_counts(url: str, secret: bytes) -> None:
    with redis.Redis.from_url(url) as client:
        before = set(client.keys("rapport:limit:*"))
        SharedLimiter(url, secret).hit(MESSAGES, "alice@maison.example")
        (key,) = set(client.keys("rapport:limit:*")) - before
        assert b"alice" not in key
        assert 0 < client.pttl(key) <= 10_000


def test_without_redis_each_process_counts_and_asks_once_a_second(
    secret: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    alone = SharedLimiter(NOBODY, secret, clock)
    for _ in range(3):
        alone.hit(MESSAGES, "Alice")
    with pytest.raises(TooMany):
        alone.hit(MESSAGES, "Alice")
    assert len(caplog.records) == 1
    clock.now += AGAIN
    alone.hit(MESSAGES, "Bruno")
    assert len(caplog.records) == 2


def test_a_redis_that_does_not_answer_is_not_waited_for(secret: bytes, silent: str) -> None:
    alone = SharedLimiter(silent, secret, Clock())
    begun = time.monotonic()
    for number in range(100):
        alone.hit(MESSAGES, number)
    assert time.monotonic() - begun < 1  # once 40 ms, and what a busy machine adds


def test_what_was_counted_here_holds_when_redis_has_forgotten_it(url: str, secret: bytes) -> None:
    here = SharedLimiter(url, secret)
    for _ in range(3):
        here.hit(MESSAGES, "Alice")
    with redis.Redis.from_url(url) as client:
        client.delete(here._name(MESSAGES, ("Alice",)))
    with pytest.raises(TooMany):
        here.hit(MESSAGES, "Alice")


def test_of_twenty_at_once_those_that_are_refused_are_counted_nowhere(url: str, secret: bytes) -> None:
    here = SharedLimiter(url, secret)
    for _ in range(2):
        here.hit(MESSAGES, "Alice")
    key = here._name(MESSAGES, ("Alice",))
    all_there = threading.Barrier(20)

    def hit(_: int) -> bool:
        all_there.wait(10)
        try:
            here.hit(MESSAGES, "Alice")
        except TooMany:
            return False
        return True

    with redis.Redis.from_url(url) as client, ThreadPoolExecutor(20) as people:
        client.delete(key)  # Redis was restarted, so only this process refuses
        assert list(people.map(hit, range(20))).count(True) == 1
        assert client.zcard(key) == 1


def test_what_redis_refuses_does_not_count_in_the_process_either(url: str, secret: bytes) -> None:
    here, there = SharedLimiter(url, secret), SharedLimiter(url, secret)
    for _ in range(3):
        there.hit(MESSAGES, "Alice")
    for _ in range(5):
        with pytest.raises(TooMany):
            here.hit(MESSAGES, "Alice")
    with redis.Redis.from_url(url) as client:
        client.delete(here._name(MESSAGES, ("Alice",)))
    for _ in range(3):
        here.hit(MESSAGES, "Alice")

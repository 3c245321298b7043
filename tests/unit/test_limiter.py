"""How often somebody may do something: so many in so many seconds, wherever in time those seconds lie."""

from __future__ import annotations

import pytest

from webapp import security
from webapp.security import Limit, Limiter, TooMany

MESSAGES = Limit("messages", 3, 10)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def written() -> list[str]:
    """The limits of which the log says that they were reached."""
    return []


@pytest.fixture
def limiter(clock: Clock, written: list[str], monkeypatch: pytest.MonkeyPatch) -> Limiter:
    monkeypatch.setattr(security.logs, "security", lambda event, limit: written.append(limit))
    return Limiter(clock)


def test_alice_may_go_on_when_the_oldest_of_hers_counts_no_more(limiter: Limiter, clock: Clock) -> None:
    for _ in range(3):
        limiter.hit(MESSAGES, "Alice")
        clock.now += 2
    with pytest.raises(TooMany) as error:
        limiter.hit(MESSAGES, "Alice")
    assert error.value.retry_after == 4
    clock.now += 4
    limiter.hit(MESSAGES, "Alice")
    with pytest.raises(TooMany):
        limiter.hit(MESSAGES, "Alice")


def test_what_was_refused_is_written_down_and_does_not_count(
    limiter: Limiter, clock: Clock, written: list[str]
) -> None:
    for _ in range(3):
        limiter.hit(MESSAGES, "Alice")
    for _ in range(50):
        with pytest.raises(TooMany):
            limiter.hit(MESSAGES, "Alice")
    assert written == ["messages"] * 50
    clock.now += 10
    limiter.hit(MESSAGES, "Alice")


def test_looking_counts_nothing(limiter: Limiter) -> None:
    for _ in range(10):
        limiter.check(MESSAGES, "Alice")
    for _ in range(3):
        limiter.hit(MESSAGES, "Alice")
    with pytest.raises(TooMany):
        limiter.check(MESSAGES, "Alice")


def test_nobody_is_stopped_for_what_another_did(limiter: Limiter) -> None:
    for _ in range(3):
        limiter.hit(MESSAGES, "Alice", 7)
    limiter.hit(MESSAGES, "Bruno", 7)
    limiter.hit(MESSAGES, "Alice", 8)
    limiter.hit(Limit("chats", 3, 10), "Alice", 7)


def test_it_does_not_remember_everybody_for_ever(limiter: Limiter, clock: Clock) -> None:
    for number in range(1000):
        limiter.hit(MESSAGES, number)
    clock.now += Limiter.SWEEP - 5
    limiter.hit(MESSAGES, "Alice")
    clock.now += 6
    limiter.check(MESSAGES, "Bruno")
    assert len(limiter) == 2  # Alice, and Bruno who is being asked about

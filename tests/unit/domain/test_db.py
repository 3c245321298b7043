"""Verbs: one transaction each, sharing commits, and what happened told after the commit or never."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest
from peewee import OperationalError

from webapp.domain import clock, db
from webapp.domain.db import database as base
from webapp.domain.db import emit, verb
from webapp.domain.storage import is_postgresql
from webapp.domain.tables import Counter, Setting

from .conftest import PATIENCE, AtOnce, on_sqlite, until


@verb
def note(name: str, *, fail: bool = False) -> str:
    Setting.create(name=name, value=name)
    emit(name)
    if fail:
        raise ValueError(name)
    return name


@verb
def note_both(one: str, other: str, *, fail_inside: bool = False, fail: bool = False) -> None:
    note(one)
    try:
        note(other, fail=fail_inside)
    except ValueError:
        pass
    emit("both")
    if fail:
        raise KeyError("outside")


@verb
def count() -> int:
    Counter.insert(name="guests", value=0).on_conflict_ignore().execute()
    Counter.update(value=Counter.value + 1).where(Counter.name == "guests").execute()
    value = int(Counter.get_by_id("guests").value)
    emit(value)
    return value


@verb
def fill_the_disk() -> None:
    base.execute_sql("ROLLBACK")  # what SQLite does by itself then
    raise OperationalError("database or disk is full")


def noted() -> set[str]:
    return {row.name for row in Setting.select()}


def in_line(*acts: Callable[[], object], first: Callable[[], object] | None = None) -> list[object]:
    """Let the acts come, in this order, while another verb holds the line: so they share the next commit."""
    outcomes: list[object] = [None] * (len(acts) + 1)
    started = threading.Event()

    @verb
    def hold() -> None:
        started.set()
        until(lambda: len(db._line.works) == len(acts))
        if first:
            first()

    def has_come(number: int) -> bool:
        return len(db._line.works) >= number or number == len(
            acts
        )  # who held the line lets the last one through

    def come(place: int, act: Callable[[], object]) -> None:
        with base.connection_context():
            try:
                outcomes[place] = act()
            except BaseException as error:
                outcomes[place] = error

    people = [threading.Thread(target=come, args=(len(acts), hold))]
    people[0].start()
    assert started.wait(PATIENCE)
    for place, act in enumerate(acts):
        people.append(threading.Thread(target=come, args=(place, act)))
        people[-1].start()
        until(partial(has_come, place + 1))
    for person in people:
        person.join(PATIENCE)
        assert not person.is_alive()
    return outcomes[:-1]


def test_what_a_verb_did_is_stored_and_then_told(told: list[object]) -> None:
    db.listeners.append(lambda events: told.append(base.in_transaction()))
    assert note("a") == "a"
    assert noted() == {"a"}
    assert told == ["a", False]


def test_a_verb_that_fails_leaves_nothing_and_tells_nothing(told: list[object]) -> None:
    with pytest.raises(ValueError, match="a"):
        note("a", fail=True)
    assert (noted(), told) == (set(), [])


def test_a_verb_within_a_verb_is_told_in_order(told: list[object]) -> None:
    note_both("a", "b")
    assert told == ["a", "b", "both"]


def test_a_verb_within_a_verb_that_fails_undoes_only_itself(told: list[object]) -> None:
    note_both("a", "b", fail_inside=True)
    assert (noted(), told) == ({"a"}, ["a", "both"])


def test_the_outer_verb_that_fails_undoes_those_within(told: list[object]) -> None:
    with pytest.raises(KeyError):
        note_both("a", "b", fail=True)
    assert (noted(), told) == (set(), [])


def test_nobody_says_that_something_happened_outside_a_verb(database: None) -> None:
    with pytest.raises(AssertionError):
        emit("a")


@on_sqlite
def test_twenty_who_wait_share_one_commit(told: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    commits: list[int] = []
    commit = base.obj.commit

    def commit_and_count() -> None:
        commits.append(1)
        commit()

    monkeypatch.setattr(base.obj, "commit", commit_and_count)
    names = [f"guest {number}" for number in range(20)]
    assert in_line(*[partial(note, name) for name in names]) == names
    assert len(commits) == 2  # of who held the line, and of the twenty
    assert told == names


@on_sqlite
def test_one_who_fails_does_not_hurt_the_others_in_line(told: list[object]) -> None:
    outcomes = in_line(lambda: note("a"), lambda: note("b", fail=True), lambda: note("c"))
    assert (outcomes[0], outcomes[2]) == ("a", "c")
    assert isinstance(outcomes[1], ValueError)
    assert (noted(), told) == ({"a", "c"}, ["a", "c"])


@on_sqlite
def test_a_commit_that_fails_has_failed_for_all(told: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    commit, tries = base.obj.commit, []

    def fail_the_second_time() -> None:
        tries.append(1)
        if len(tries) == 2:
            raise OperationalError("disk I/O error")
        commit()

    monkeypatch.setattr(base.obj, "commit", fail_the_second_time)
    outcomes = in_line(lambda: note("a"), lambda: note("b"))
    assert [type(outcome) for outcome in outcomes] == [OperationalError] * 2
    assert (noted(), told) == (set(), [])
    assert note("a") == "a"


@on_sqlite
def test_when_the_disk_is_full_nobody_in_line_is_told_that_it_worked(told: list[object]) -> None:
    outcomes = in_line(lambda: note("a"), fill_the_disk, lambda: note("b"))
    assert [type(outcome) for outcome in outcomes] == [OperationalError] * 3
    assert (noted(), told) == (set(), [])
    assert note("b") == "b"


@on_sqlite
def test_the_line_goes_on_when_the_first_dies(told: list[object]) -> None:
    def die() -> None:
        raise SystemExit

    assert in_line(lambda: note("a"), lambda: note("b"), first=die) == ["a", "b"]
    assert told == ["a", "b"]


def test_a_listener_that_fails_hurts_nobody(told: list[object], caplog: pytest.LogCaptureFixture) -> None:
    def fail(events: list[object]) -> None:
        raise ZeroDivisionError

    db.listeners.insert(0, fail)
    assert note("a") == "a"
    assert told == ["a"]
    assert "a listener failed" in caplog.text


def test_eight_who_count_leave_no_gap_and_are_told_in_order(told: list[object], at_once: AtOnce) -> None:
    counted: list[int] = []
    at_once([lambda: counted.extend(count() for _ in range(10))] * 8)
    assert sorted(counted) == list(range(1, 81))
    # PostgreSQL's commits are told by who made them, and one may overtake another: clients order by number.
    assert (sorted(told) if is_postgresql() else told) == list(range(1, 81))  # type: ignore[type-var]


@on_sqlite
def test_a_verb_keeps_the_time_of_who_called_it_when_another_runs_it(database: None) -> None:
    past = datetime(2020, 1, 1, tzinfo=UTC)

    @verb
    def what_time() -> datetime:
        return clock.now()

    def in_the_past() -> datetime:
        with clock.at(past):
            return what_time()

    first, second = in_line(what_time, in_the_past)
    assert second == past
    assert isinstance(first, datetime)
    assert first > past


@on_sqlite
def test_what_is_acknowledged_survives_the_loss_of_power(database: None) -> None:
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
    values = [base.execute_sql(f"PRAGMA {name}").fetchone()[0] for name in pragmas]
    assert values == ["wal", 2, 1, 1]

"""The outbox: what happened in one process is read by the others, each thing once, whatever became of who did it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from peewee import OperationalError

from tests.cast import House, ask
from webapp.domain import clock, events, outbox
from webapp.domain.chats import lifecycle
from webapp.domain.db import database as base
from webapp.domain.db import emit, verb
from webapp.domain.events import AvailabilityChanged, ChatAccepted, ProfileCreated
from webapp.domain.tables import Outbox


class Clock:
    """A clock that goes on when it is told to; seconds."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@verb
def say(number: int, *, fail: bool = False) -> None:
    emit(ProfileCreated(number))
    if fail:
        raise ValueError(number)


Elsewhere = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Elsewhere:
    """`with elsewhere():` what is done within is done by another process."""

    @contextmanager
    def be_another() -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr(outbox._me, "name", "another process")
            yield

    return be_another


@pytest.fixture
def reader(database: None) -> outbox.Reader:
    begun = outbox.Reader()
    begun.begin()
    return begun


def come(id: int, number: int) -> None:
    """A commit of another process becomes visible, with the id that it was given long before."""
    told = events.to_text([ProfileCreated(number)])
    Outbox.insert(id=id, process="another process", happened=told, at=clock.now()).execute()


def test_what_another_process_committed_is_read_once_and_in_order(reader: outbox.Reader, elsewhere: Elsewhere) -> None:
    with elsewhere():
        say(1)
        say(2)
    assert reader.read() == [ProfileCreated(1), ProfileCreated(2)]
    assert reader.read() == []


def test_nobody_reads_what_was_done_at_home(reader: outbox.Reader) -> None:
    say(1)
    assert reader.read() == []


def test_nor_what_was_undone(reader: outbox.Reader, elsewhere: Elsewhere) -> None:
    with elsewhere(), pytest.raises(ValueError, match="1"):
        say(1, fail=True)
    assert reader.read() == []
    assert not Outbox.select().exists()


def test_what_was_committed_before_the_reader_came_is_not_news(database: None, elsewhere: Elsewhere) -> None:
    with elsewhere():
        say(1)
    late = outbox.Reader()
    late.begin()
    assert late.read() == []


def test_an_accepted_chat_is_told_with_all_that_belongs_to_it(house: House, elsewhere: Elsewhere) -> None:
    reader = outbox.Reader()
    conversation = ask(house, "Jane")
    reader.begin()
    with elsewhere():
        lifecycle.accept(conversation, by=house.alice)
    (told,) = reader.read()
    assert isinstance(told, ChatAccepted)
    assert told.conversation == conversation.id


def test_a_commit_that_becomes_visible_later_than_a_younger_one_is_read_then(reader: outbox.Reader) -> None:
    come(13, 13)
    assert reader.read() == [ProfileCreated(13)]
    come(11, 11)
    assert reader.read() == [ProfileCreated(11)]
    come(10, 10)
    come(14, 14)
    assert reader.read() == [ProfileCreated(10), ProfileCreated(14)]
    assert reader.read() == []


def test_so_are_many_that_become_visible_later(reader: outbox.Reader) -> None:
    come(50, 50)
    assert reader.read() == [ProfileCreated(50)]
    for number in range(1, 50):
        come(number, number)
    assert reader.read() == [ProfileCreated(number) for number in range(1, 50)]


def test_also_one_that_was_under_way_when_the_reader_came(database: None) -> None:
    come(7, 7)
    come(9, 9)
    reader = outbox.Reader()
    reader.begin()
    come(8, 8)
    assert reader.read() == [ProfileCreated(8)]


def test_what_never_comes_is_not_asked_for_for_ever(database: None) -> None:
    time = Clock()
    reader = outbox.Reader(time)
    come(1, 1)
    reader.begin()
    come(5, 5)
    reader.read()
    assert set(reader._missing) == {2, 3, 4}
    time.now += 61
    reader.read()
    assert reader._missing == {}


def test_whoever_was_away_for_so_long_that_rows_are_gone_has_to_begin_anew(database: None) -> None:
    come(1, 1)
    reader = outbox.Reader()
    reader.begin()
    for id in range(2, 6):
        come(id, id)
    Outbox.delete().where(Outbox.id < 5).execute()
    with pytest.raises(outbox.Behind):
        reader.read()
    come(6, 6)
    assert reader.read() == [ProfileCreated(6)]


def test_old_rows_go_but_never_the_newest(database: None) -> None:
    time = Clock()
    reader = outbox.Reader(time)
    reader.begin()
    for id in (1, 2, 3):
        come(id, id)
    reader.read()
    assert reader.trim() == 0
    time.now += 3601
    assert reader.trim() == 2
    assert [row.id for row in Outbox.select()] == [3]
    time.now += 3601
    assert reader.trim() == 0


def test_a_commit_of_which_nobody_knows_whether_it_was_made_is_read_at_home_too(
    reader: outbox.Reader, told: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = base.obj.commit

    def commit_and_break() -> None:
        commit()
        raise OperationalError("the connection is lost")

    with monkeypatch.context() as patch:
        patch.setattr(base.obj, "commit", commit_and_break)
        patch.setattr(base.obj, "rollback", lambda: None)
        with pytest.raises(OperationalError):
            say(1)
    assert told == []
    assert reader.read() == [ProfileCreated(1)]
    assert reader.read() == []


def test_what_a_newer_version_says_is_left_out(reader: outbox.Reader) -> None:
    text = '[["BalloonReleased",1],["AvailabilityChanged",2],["ProfileCreated",3,"and more"]]'
    Outbox.insert(process="newer", happened=text, at=clock.now()).execute()
    assert reader.read() == [AvailabilityChanged(2)]


def test_also_when_it_had_been_read_as_one_of_our_own_before_anybody_doubted(reader: outbox.Reader) -> None:
    say(1)
    assert reader.read() == []
    outbox.doubt(Outbox.select().get().id)
    assert reader.read() == [ProfileCreated(1)]
    assert reader.read() == []


def test_also_when_somebody_begins_to_doubt_while_it_is_being_read(
    reader: outbox.Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(1)
    look = reader._rows

    def look_and_doubt(*asked: Any) -> list[Any]:
        rows = look(*asked)
        outbox.doubt(rows[0].id)
        return rows

    with monkeypatch.context() as patch:
        patch.setattr(reader, "_rows", look_and_doubt)
        assert reader.read() == []
    assert reader.read() == [ProfileCreated(1)]
    assert reader.read() == []


def test_a_row_that_nobody_can_read_keeps_no_other_back(
    reader: outbox.Reader, caplog: pytest.LogCaptureFixture
) -> None:
    for told in ("not JSON", "[7]", events.to_text([ProfileCreated(1)])):
        Outbox.insert(process="another", happened=told, at=clock.now()).execute()
    assert reader.read() == [ProfileCreated(1)]
    assert "cannot be read" in caplog.text


def test_what_was_under_way_when_somebody_began_anew_is_read_too(database: None) -> None:
    come(1, 1)
    reader = outbox.Reader()
    reader.begin()
    for id in (5, 7):
        come(id, id)
    Outbox.delete().where(Outbox.id < 5).execute()
    with pytest.raises(outbox.Behind):
        reader.read()
    come(6, 6)
    assert reader.read() == [ProfileCreated(6)]

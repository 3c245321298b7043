"""Who waits for whom: verbs that are alone, verbs beside one another, and what waiting must not take from others."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from types import SimpleNamespace

import psycopg
import pytest
from peewee import OperationalError

from tests.cast import House, chat
from tests.databases import waiting_for_locks
from webapp.config import Settings
from webapp.domain import db, storage
from webapp.domain.chats import messages
from webapp.domain.db import database as base
from webapp.domain.db import emit, verb_of
from webapp.domain.tables import Message, Setting
from webapp.domain.upkeep import probe

from .conftest import PATIENCE, AtOnce, until

on_postgresql = pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
CONNECTIONS = 8  # of which two are for reading


class Deadlock(OperationalError):
    """What PostgreSQL says to one of two who wait for each other; the driver's own error is in `orig`."""

    def __init__(self) -> None:
        super().__init__("deadlock detected")
        self.orig = psycopg.errors.DeadlockDetected()


def waiting() -> int:
    """How many wait for a lock, or in the line of SQLite."""
    return waiting_for_locks() if storage.is_postgresql() else len(db._line.works)


@contextmanager
def somebody_is_alone(settings: Settings) -> Iterator[None]:
    """A verb of another process that is alone takes its time: as long as this lasts."""
    with closing(psycopg.connect(settings.database_url)) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (storage._HOUSE,))
        yield


def start(acts: list[Callable[[], object]]) -> list[threading.Thread]:
    def one(act: Callable[[], object]) -> None:
        with base.connection_context():
            act()

    threads = [threading.Thread(target=one, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    return threads


def join(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()


@pytest.fixture
def few_connections(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """There are eight, and sixty who want one."""
    monkeypatch.setattr(base.obj, "_max_connections", CONNECTIONS)
    monkeypatch.setattr(storage._places, "free", threading.Semaphore(CONNECTIONS - 2))


@on_postgresql
def test_while_sixty_wait_to_write_there_is_a_connection_for_who_reads(
    house: House, settings: Settings, few_connections: None
) -> None:
    conversation = chat(house, "Jane")
    stored: list[int] = []
    refused: list[str] = []

    def write(number: int) -> None:
        while True:  # as a browser does, with the same id
            try:
                stored.append(messages.send(conversation, f"{number}", f"sent-{number}", by=house.alice).id)
                return
            except storage.TROUBLES as error:
                refused.append(str(error))

    with somebody_is_alone(settings):
        writers = start([partial(write, number) for number in range(60)])
        until(lambda: waiting() == CONNECTIONS - 2)
        readers = [threading.Event() for _ in range(20)]

        def read(done: threading.Event) -> None:
            assert messages.log(conversation)
            done.set()

        join(start([partial(read, done) for done in readers]))
        assert all(done.is_set() for done in readers)
        assert (stored, refused) == ([], [])  # all of them are still waiting
    join(writers)
    said = [line.body for line in Message.select().where(Message.author == "associate")]
    assert sorted(said, key=int) == [f"{number}" for number in range(60)]


@on_postgresql
def test_a_verb_that_takes_its_time_is_no_reason_to_send_customers_elsewhere(house: House, settings: Settings) -> None:
    with somebody_is_alone(settings):
        join(start([probe.write]))


@on_postgresql
def test_who_waits_too_long_for_a_place_is_told_so_and_has_a_connection_again(
    house: House, settings: Settings, few_connections: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = chat(house, "Jane")
    with somebody_is_alone(settings):
        others = start([partial(messages.send, conversation, f"{n}", f"sent-{n}", by=house.alice) for n in range(6)])
        until(lambda: waiting() == CONNECTIONS - 2)
        monkeypatch.setattr(storage, "_PATIENCE", 0.01)
        with pytest.raises(storage.MaxConnectionsExceeded):
            messages.send(conversation, "Me too", "sent-7", by=house.alice)
        assert [line.body for line in messages.log(conversation)].count("Me too") == 0
    join(others)
    messages.send(conversation, "Me too", "sent-7", by=house.alice)


@verb_of("conversation")
def inner(conversation: int, said: list[str]) -> None:
    said.append("inner")


@verb_of("conversation")
def outer(conversation: int, within: int, said: list[str], meanwhile: Callable[[], None]) -> None:
    inner(within, said)
    meanwhile()
    said.append("outer")


@pytest.mark.parametrize("within", [2, 1])
def test_what_a_verb_within_another_changes_is_nobody_elses_until_both_are_done(database: None, within: int) -> None:
    said: list[str] = []
    others: list[threading.Thread] = []

    def somebody_else_comes() -> None:
        others.extend(start([partial(inner, within, said)]))
        until(lambda: waiting() == 1 or not others[0].is_alive())

    outer(1, within, said, somebody_else_comes)
    join(others)
    assert said == ["inner", "outer", "inner"]


@on_postgresql
def test_a_verb_within_one_that_is_alone_waits_for_no_lock(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[object] = []
    monkeypatch.setattr(db, "lock_also", taken.append)

    @db.verb
    def alone() -> None:
        inner(1, [])

    alone()
    outer(1, 1, [], lambda: None)
    assert taken == []
    outer(1, 2, [], lambda: None)
    assert taken == [(1, 2)]


@on_postgresql
def test_two_in_each_others_way_are_both_done_in_the_end(database: None, at_once: AtOnce, told: list[object]) -> None:
    both_have_one, calls = threading.Barrier(2), itertools.count()

    @verb_of("conversation")
    def second(conversation: int) -> None:
        """Only its lock is needed."""

    @verb_of("conversation")
    def first(conversation: int, other: int) -> None:
        if next(calls) < 2:
            both_have_one.wait(PATIENCE)
        second(other)
        emit(conversation)

    assert at_once([partial(first, 1, 2), partial(first, 2, 1)]) == [None, None]
    assert sorted(told) == [1, 2]  # type: ignore[type-var]
    assert next(calls) == 3  # one of them twice


@on_postgresql
def test_a_verb_that_is_always_in_the_way_pauses_and_gives_up(
    database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    tries: list[int] = []
    monkeypatch.setattr(db, "time", SimpleNamespace(sleep=pauses.append, monotonic=time.monotonic))

    @verb_of("conversation")
    def unlucky(conversation: int) -> None:
        Setting.create(name="luck", value="none")
        tries.append(1)
        raise Deadlock

    with pytest.raises(OperationalError):
        unlucky(1)
    assert (len(tries), len(pauses)) == (4, 3)
    assert all(0.5 * least <= pause <= 1.5 * least for least, pause in zip(db._PAUSES, pauses, strict=True))
    assert not Setting.select().exists()

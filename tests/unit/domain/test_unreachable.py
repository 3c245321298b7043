"""PostgreSQL is there and says nothing, as behind a cut network: nobody waits without end, nor one after another."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from peewee import OperationalError

from tests.history.proxy import Network
from webapp.config import Settings
from webapp.domain import postgresql, storage
from webapp.domain.db import database as base

from .conftest import PATIENCE

on_postgresql = pytest.mark.parametrize("settings", ["postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def nobody_waited_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql._reach, "lost_at", float("-inf"))


class Way:
    """The way to PostgreSQL, which may be cut; it is on a loop and a thread of its own."""

    def __init__(self, network: Network, loop: asyncio.AbstractEventLoop) -> None:
        self.network, self._loop = network, loop

    def of(self, url: str) -> str:
        """Return the address by this way of what has this address."""
        return url.replace(f":{self.network.target}/", f":{self.network.port}/")

    def do(self, act: Callable[[], object]) -> None:
        """Do something to it."""

        async def done() -> None:
            act()

        asyncio.run_coroutine_threadsafe(done(), self._loop).result(PATIENCE)


@pytest.fixture
def way(settings: Settings) -> Iterator[Way]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    network = Network(urlsplit(settings.database_url).port or 5432)
    asyncio.run_coroutine_threadsafe(network.open(), loop).result(PATIENCE)
    yield Way(network, loop)
    asyncio.run_coroutine_threadsafe(network.close(), loop).result(PATIENCE)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a database that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"postgresql://postgres@127.0.0.1:{listener.getsockname()[1]}/postgres"


def asked_for_ever() -> float:
    """Ask what takes a minute; return the seconds after which it came to nothing."""
    begun = time.monotonic()
    with base.connection_context(), pytest.raises(OperationalError) as gave_up:
        base.execute_sql("SELECT pg_sleep(60)")
    assert storage.trouble(gave_up.value) == storage.AWAY
    return time.monotonic() - begun


def told_off(pool: Any, people: int) -> list[float]:
    """So many come at once; return the seconds after which each is told that there is no connection."""
    begun = time.monotonic()

    def come() -> float:
        with pytest.raises(OperationalError):
            pool.connect()
        return time.monotonic() - begun

    with ThreadPoolExecutor(people) as everybody:
        return [told.result() for told in [everybody.submit(come) for _ in range(people)]]


def asked_again() -> object:
    with base.connection_context():
        return base.execute_sql("SELECT 1").fetchone()


@on_postgresql
@pytest.mark.usefixtures("database")
def test_a_statement_without_an_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql._Connection, "silence", 0.3)
    with ThreadPoolExecutor(1) as somebody:
        assert 0.3 <= somebody.submit(asked_for_ever).result() < PATIENCE
        assert somebody.submit(asked_again).result() == (1,)  # the connection has gone, and another is there


@on_postgresql
@pytest.mark.usefixtures("database")
def test_a_statement_under_way_is_given_up_once_nobody_can_connect() -> None:
    with ThreadPoolExecutor(1) as somebody:
        asked = somebody.submit(asked_for_ever)
        with pytest.raises(TimeoutError):  # well under way
            asked.result(0.5)
        postgresql._reach.lost_at = time.monotonic()
        assert asked.result() < PATIENCE


def test_those_who_waited_behind_one_for_a_connection_do_not_each_wait_again(
    silent: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "PATIENCE", 2)  # the least that PostgreSQL's library waits
    monkeypatch.setattr(postgresql, "_AGAIN", 1.5)
    pool = storage._postgresql(silent, connections=20)
    assert max(told_off(pool, 5)) < 4 * 2


@on_postgresql
@pytest.mark.usefixtures("database")
def test_nor_does_each_of_many_kept_connections_have_to_be_found_dead(
    way: Way, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = storage._postgresql(way.of(settings.database_url), connections=20)
    monkeypatch.setattr(postgresql, "PATIENCE", 2)
    monkeypatch.setattr(postgresql, "_AGAIN", 1.5)
    monkeypatch.setattr(postgresql, "_FRESH", 0.0)
    all_there = threading.Barrier(8)

    def use_it() -> None:
        with pool.connection_context():
            all_there.wait()

    with ThreadPoolExecutor(8) as everybody:
        for used in [everybody.submit(use_it) for _ in range(8)]:
            used.result()
    way.do(way.network.hold)
    assert max(told_off(pool, 8)) < 4 * 2
    way.do(way.network.tear)
    pool.close_all()


@on_postgresql
@pytest.mark.usefixtures("database")
def test_one_that_has_just_answered_is_not_asked(way: Way, settings: Settings) -> None:
    pool = storage._postgresql(way.of(settings.database_url), connections=2)
    with pool.connection_context():
        pool.execute_sql("SELECT 1")
    way.do(way.network.hold)
    pool.connect()  # or it would wait for an answer
    way.do(way.network.tear)
    pool.close_all()


@on_postgresql
@pytest.mark.usefixtures("database")
def test_but_one_that_the_server_has_ended_since_is_given_to_nobody(settings: Settings) -> None:
    pool = storage._postgresql(settings.database_url, connections=2)
    with pool.connection_context():
        (one,) = pool.execute_sql("SELECT pg_backend_pid()").fetchone()
    base.execute_sql("SELECT pg_terminate_backend(%s, 5000)", (one,))
    with pool.connection_context():
        assert pool.execute_sql("SELECT pg_backend_pid()").fetchone() != (one,)
    pool.close_all()


def test_who_is_refused_may_come_again_at_once(settings: Settings) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        pool = storage._postgresql(f"postgresql://postgres@127.0.0.1:{nobody.getsockname()[1]}/x", connections=2)
        for _ in range(2):
            with pytest.raises(OperationalError) as refused:
                pool.connect()
            assert isinstance(refused.value.orig, psycopg.OperationalError)
            assert "moment ago" not in str(refused.value)

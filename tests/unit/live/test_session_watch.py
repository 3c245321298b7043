"""A session that ends in another process, or whose time is up, takes its sockets along within two seconds."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from itertools import chain, repeat

import pytest
from flask import Flask

from tests.cast import House
from webapp.config import Settings
from webapp.domain import clock, db
from webapp.domain.people import sessions
from webapp.domain.tables import Associate, SignIn
from webapp.live.connection import Connection
from webapp.live.session_watch import SessionWatch

from .peer import PATIENCE, Pair, Peer

AT_MOST = 4.0  # seconds: two are promised, and a busy machine may take as long again
ELSEWHERE = """
import sqlite3, sys
with sqlite3.connect(sys.argv[1], timeout=10) as database:
    database.execute(sys.argv[2])
"""

Opens = Callable[[SessionWatch, int], Peer]
Watching = Callable[[Associate], Peer]


def going_on(ids: set[int]) -> set[int]:
    with db.database.connection_context():
        return sessions.going_on(ids)


@pytest.fixture
def opens(pair: Pair) -> Iterator[Opens]:
    """Open a socket of a session, on a thread as a server would."""
    peers: list[Peer] = []

    def make(watch: SessionWatch, session: int) -> Peer:
        live_socket, peer = pair()
        connection, looked_after = Connection(live_socket, session), threading.Event()

        def serve() -> None:
            with watch.over(connection, session):
                looked_after.set()
                connection.run(lambda _: connection.write("still here"))
            live_socket.finish()

        peer.served = threading.Thread(target=serve)
        peer.served.start()
        assert looked_after.wait(PATIENCE)
        peers.append(peer)
        return peer

    yield make
    for peer in peers:
        peer.hang_up()


@pytest.fixture
def watching(opens: Opens) -> Iterator[Watching]:
    """Sign somebody in, and open a socket of hers."""
    watch = SessionWatch(going_on)

    def sign_in(associate: Associate) -> Peer:
        session = sessions.current(sessions.sign_in(associate))
        assert session
        return opens(watch, int(session.id))

    yield sign_in
    watch.stop()


def closes_in_time(peer: Peer) -> None:
    started = time.monotonic()
    assert peer.close_code() == 4401
    assert time.monotonic() - started <= AT_MOST


def is_open(peer: Peer) -> None:
    peer.watch()
    assert peer.text() == "still here"


def in_another_process(settings: Settings, statement: str) -> None:
    command = [sys.executable, "-c", ELSEWHERE, str(settings.sqlite_path), statement]
    subprocess.run(command, check=True, timeout=PATIENCE)


def on_another_connection(settings: Settings, statement: str) -> None:
    with closing(sqlite3.connect(settings.sqlite_path, timeout=10)) as database, database:
        database.execute(statement)


@pytest.mark.parametrize("somewhere", [in_another_process, on_another_connection])
def test_what_another_process_revokes_is_closed_here_and_nothing_else(
    house: House, settings: Settings, watching: Watching, somewhere: Callable[[Settings, str], None]
) -> None:
    alice, bruno = watching(house.alice), watching(house.bruno)
    somewhere(settings, f"UPDATE sign_in SET revoked_at = created_at WHERE associate_id = {house.alice.id}")
    closes_in_time(alice)
    is_open(bruno)


def test_who_is_deactivated_elsewhere_loses_every_socket(
    house: House, settings: Settings, watching: Watching
) -> None:
    phone, laptop, bruno = watching(house.alice), watching(house.alice), watching(house.bruno)
    on_another_connection(settings, f"UPDATE associate SET deactivated_at = 1 WHERE id = {house.alice.id}")
    closes_in_time(phone)
    closes_in_time(laptop)
    is_open(bruno)


def test_a_session_that_has_become_too_old_ends_while_it_is_open(
    house: House, watching: Watching
) -> None:
    alice = watching(house.alice)
    SignIn.update(created_at=clock.now() - sessions.LONGEST + timedelta(seconds=0.5)).execute()
    closes_in_time(alice)


def test_a_session_that_is_deleted_has_ended_too(house: House, settings: Settings, watching: Watching) -> None:
    alice = watching(house.alice)
    on_another_connection(settings, "DELETE FROM sign_in")
    closes_in_time(alice)


class Asked:
    """Counts the questions, and answers that everybody goes on."""

    def __init__(self) -> None:
        self.questions: list[set[int]] = []
        self._asked = threading.Semaphore(0)

    def __call__(self, ids: set[int]) -> set[int]:
        self.questions.append(ids)
        self._asked.release()
        return ids

    def waits_for(self, ids: set[int]) -> None:
        while ids not in self.questions:
            assert self._asked.acquire(timeout=PATIENCE)


def test_all_are_asked_about_in_one_question_and_nobody_is_when_there_are_no_sockets(opens: Opens) -> None:
    asked = Asked()
    watch = SessionWatch(asked, interval=0.01)
    alice, bruno = opens(watch, 7), opens(watch, 8)
    asked.waits_for({7, 8})
    for peer in (alice, bruno):
        peer.hang_up()
    opens(watch, 9)  # wakes it again
    asked.waits_for({9})
    watch.stop()
    assert set() not in asked.questions


def test_a_question_that_fails_is_asked_again(opens: Opens, caplog: pytest.LogCaptureFixture) -> None:
    answers: Iterator[set[int] | Exception] = chain([OSError("the disk is away")], repeat(set()))

    def ask(_: set[int]) -> set[int]:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    watch = SessionWatch(ask, interval=0.01)
    with caplog.at_level(logging.ERROR):
        assert opens(watch, 7).close_code() == 4401
    watch.stop()
    assert len(caplog.records) == 1


def test_it_is_stopped_with_the_hub_of_its_application(app: Flask, opens: Opens) -> None:
    watch: SessionWatch = app.extensions["session_watch"]
    peer = opens(watch, 7)  # which nobody has
    assert peer.close_code() == 4401
    app.extensions["hub"].stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "session-watch"]

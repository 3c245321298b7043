"""Who is here: held by leases that run out by themselves, told to those who have the chat open."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Iterable, Iterator

import pytest
import redis
from flask import Flask

from tests import databases
from tests.cast import House, Person, ask, chat
from webapp.auth import viewer_of
from webapp.domain import db
from webapp.domain.chats import lifecycle
from webapp.domain.tables import Conversation, SignIn
from webapp.live import leases as module
from webapp.live.connection import Connection
from webapp.live.leases import SharedLeases
from webapp.live.presence import AGAIN, GRACE, SILENT, Presence
from webapp.live.push import envelope
from webapp.presence import HERE, LEASE, LEFT, RENEWED, UNKNOWN, Leases
from webapp.screens import signs

from .peer import Peer, Visit

GOODBYE, TORN, RESTARTED = 1001, 1006, 1012
LONG = 3600.0  # seconds

STATE = re.compile(r'data-testid=\\?"customer-presence\\?" data-state=\\?"(\w+)')

Others = dict[str, tuple[set[str], float]]


class Lake:
    """What the other processes have put down; it can be out of reach."""

    def __init__(self) -> None:
        self.others: Others = {}
        self.asked: list[set[str]] = []
        self.is_away = False

    def exchange(self, mine: Iterable[str]) -> Others:
        self.asked.append(set(mine))
        if self.is_away:
            raise redis.ConnectionError("nobody there")
        return self.others


class Watching:
    """Alice, who has Jane's chat open, and a process whose time is ours."""

    def __init__(self, app: Flask, chat: Conversation, alice: Person, visit: Visit) -> None:
        self.now, self.topic = 1000.0, f"chat:{chat.public_id}"
        self.id = str(chat.public_id)
        self.hub, self._visit = app.extensions["hub"], visit
        self.leases = Leases(lambda: self.now)
        self.presence = Presence(self.hub, self.leases, lambda: self.now)
        self.said: list[tuple[str, bool]] = []
        viewer = viewer_of(SignIn.get(SignIn.associate == alice.associate))
        _, self._alice = visit(self.hub, viewer, lambda connection, command: self._obey(connection, command.topics))
        self._alice.watch(f"conversation:{self.id}")
        self._alice.content()

    def _obey(self, connection: Connection, topics: dict[str, dict[str, int]]) -> None:
        self.hub.watch(connection, topics)
        connection.send(envelope("read so far"))  # behind what was told before it

    def share(self) -> Lake:
        lake = Lake()
        self.presence.share(lake, lambda *, chat, here: self.said.append((chat, here)))  # type: ignore[arg-type]
        return lake

    def jane_comes(self) -> Peer:
        _, jane = self._visit(self.hub, "Jane", lambda connection, command: self._obey(connection, command.topics))
        jane.watch(self.topic)
        jane.content()
        self.presence.watches([self.topic])
        return jane

    def jane_goes(self, jane: Peer, code: int = GOODBYE) -> None:
        jane.hang_up()
        self.presence.closed([self.topic], code)

    def after(self, seconds: float) -> list[str]:
        """Let time pass, a second at a time, and return what Alice was told meanwhile."""
        until = self.now + seconds
        while self.now < until:
            self.now = min(self.now + 1, until)
            self.presence.turn()
        return self.told()

    def told(self) -> list[str]:
        self.presence.turn()
        self._alice.watch(f"conversation:{self.id}")
        contents = iter(self._alice.content, "read so far")
        return [state for content in contents for state in STATE.findall(content)]


@pytest.fixture
def watching(
    app: Flask, house: House, alice: Person, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> Watching:
    made = Watching(app, chat(house, "Jane Doe", "jane.doe@example.com"), alice, visit)
    monkeypatch.setattr(signs, "leases", made.leases)
    return made


def test_alice_is_told_that_jane_has_come_and_that_she_has_left(watching: Watching) -> None:
    assert watching.after(1) == []
    jane = watching.jane_comes()
    assert watching.told() == [HERE]
    watching.jane_goes(jane)
    assert watching.after(GRACE - 1) == []
    assert watching.after(2) == [LEFT]


@pytest.mark.parametrize("code", [GOODBYE, TORN, RESTARTED])
def test_who_comes_back_in_a_moment_was_never_gone(watching: Watching, code: int) -> None:
    jane = watching.jane_comes()
    assert watching.told() == [HERE]
    watching.jane_goes(jane, code)
    assert watching.after(GRACE - 1) == []
    watching.jane_comes()
    assert watching.after(LONG) == []


def test_a_page_that_is_closed_leaves_the_other_one(watching: Watching) -> None:
    one, other = watching.jane_comes(), watching.jane_comes()
    assert watching.told() == [HERE]
    watching.jane_goes(one)
    assert watching.after(LONG) == []
    watching.jane_goes(other)
    assert watching.after(GRACE + 1) == [LEFT]


def test_as_long_as_a_socket_lives_its_lease_is_renewed_and_no_longer(watching: Watching) -> None:
    watching.jane_comes()
    assert watching.after(LONG) == [HERE]
    watching.now += LEASE - RENEWED - 1
    assert watching.leases.state(watching.id) == HERE
    watching.now += RENEWED + 1  # and the process, which should have renewed it, hangs
    assert watching.leases.state(watching.id) == LEFT


def test_whom_the_server_has_sent_away_keeps_her_lease_until_it_runs_out(watching: Watching) -> None:
    jane = watching.jane_comes()
    watching.told()
    watching.jane_goes(jane, RESTARTED)
    assert watching.after(LEASE - RENEWED - 1) == []
    assert watching.after(RENEWED + 1) == [LEFT]


def test_who_has_been_silent_for_as_long_as_a_lease_has_left_at_once(watching: Watching) -> None:
    jane = watching.jane_comes()
    watching.told()
    watching.jane_goes(jane, SILENT)
    assert watching.told() == [LEFT]


def test_who_gets_no_socket_through_is_here_as_long_as_she_asks(watching: Watching) -> None:
    watching.presence.polled([watching.topic])
    assert watching.told() == [HERE]
    assert watching.after(LEASE - 1) == []
    watching.presence.polled([watching.topic])
    assert watching.after(LEASE - 1) == []
    assert watching.after(1) == [LEFT]


def test_after_a_start_nobody_is_called_gone_before_all_had_time_to_come_back(watching: Watching) -> None:
    assert watching.leases.state(watching.id) == UNKNOWN
    assert watching.after(LEASE - 1) == []
    assert watching.after(2) == [LEFT]


def test_who_watches_another_chat_has_left_this_one(watching: Watching) -> None:
    jane = watching.jane_comes()
    jane.watch("chat:another")
    jane.content()
    watching.presence.watches([watching.topic, "chat:another"])
    assert watching.told() == [HERE]
    assert watching.after(GRACE + 1) == [LEFT]


def test_of_a_chat_that_has_ended_nothing_is_told(watching: Watching, house: House) -> None:
    jane = watching.jane_comes()
    assert watching.told() == [HERE]
    lifecycle.end(Conversation.get(Conversation.public_id == watching.id), by=house.alice)
    watching.jane_goes(jane)
    assert watching.after(LONG) == []


def test_in_a_channel_without_a_page_nobody_is_here_or_gone(watching: Watching) -> None:
    Conversation.update(channel="whatsapp").where(Conversation.public_id == watching.id).execute()
    watching.jane_comes()
    assert watching.after(LONG) == []


def test_the_page_says_it_from_the_beginning(watching: Watching, alice: Person) -> None:
    address = f"/conversations/{watching.id}"
    assert '<span class="presence"' in alice.get(address).text
    jane = watching.jane_comes()
    assert "is here" in alice.get(address).text
    watching.jane_goes(jane)
    watching.after(GRACE + 1)
    assert "left the page" in alice.get(address).text
    lifecycle.end(Conversation.get(Conversation.public_id == watching.id), by=None)
    assert '<span class="presence"' not in alice.get(address).text


def test_a_renewal_asks_once_for_all_and_reads_no_database(watching: Watching, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = watching.share()
    jane = watching.jane_comes()
    jane.watch(watching.topic, *(f"chat:{number}" for number in range(49)))
    jane.content()
    watching.told()
    lake.asked.clear()

    def refuse(*_: object) -> None:
        raise AssertionError("a renewal has read the database")

    monkeypatch.setattr(db.database.obj, "execute_sql", refuse)
    watching.now += RENEWED
    watching.presence.turn()
    monkeypatch.undo()
    assert [len(chats) for chats in lake.asked] == [50]


def test_who_is_at_another_process_is_here_too(watching: Watching) -> None:
    lake = watching.share()
    assert watching.told() == [LEFT]  # the others were asked, and nobody has her
    lake.others = {"there": ({watching.id}, LEASE)}
    assert watching.after(RENEWED) == [HERE]
    lake.others = {}
    assert watching.after(RENEWED) == [LEFT]


def test_what_another_process_says_counts_until_it_is_put_down(watching: Watching) -> None:
    lake = watching.share()
    lake.others = {"there": (set(), LEASE)}
    assert watching.told() == [LEFT]
    watching.after(RENEWED - 1)
    lake.others = {"there": (set(), LEASE - 10)}  # put down ten seconds ago, and she came after that
    watching.presence.heard("there", chat=watching.id, here=True)
    assert watching.told() == [HERE]
    assert watching.after(RENEWED - 1) == []
    lake.others = {"there": ({watching.id}, LEASE)}
    assert watching.after(RENEWED) == []
    watching.presence.heard("there", chat=watching.id, here=False)
    assert watching.told() == [LEFT]


def test_whoever_is_known_to_be_at_a_process_that_died_is_gone_when_its_lease_is_over(watching: Watching) -> None:
    lake = watching.share()
    lake.others = {"there": ({watching.id}, 10)}
    assert watching.told() == [HERE]
    lake.others = {}
    assert watching.after(11) == [LEFT]


def test_what_begins_and_ends_here_is_said_to_the_others_once(watching: Watching) -> None:
    watching.share()
    jane = watching.jane_comes()
    watching.after(LONG)
    watching.jane_goes(jane)
    watching.after(GRACE + 1)
    assert watching.said == [(watching.id, True), (watching.id, False)]


def test_without_redis_who_is_here_is_here_and_who_is_absent_is_unknown(
    watching: Watching, caplog: pytest.LogCaptureFixture
) -> None:
    lake = watching.share()
    assert watching.told() == [LEFT]
    lake.is_away = True
    with caplog.at_level(logging.INFO, "webapp.live.presence"):
        assert watching.after(LEASE) == [UNKNOWN]
        jane = watching.jane_comes()
        assert watching.told() == [HERE]
        assert watching.after(LONG) == []
        watching.jane_goes(jane)
        assert watching.after(GRACE + 1) == [UNKNOWN]
        lake.is_away = False
        assert watching.after(AGAIN + 1) == [LEFT]
    assert len(caplog.records) == 2  # when it was lost, and when it was there again


@pytest.fixture
def lakes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], SharedLeases]]:
    url = databases.require("Redis", databases.redis_url())
    monkeypatch.setattr(module, "PROCESSES", f"rapport-test:{secrets.token_hex(8)}")
    yield lambda name: SharedLeases(url, lambda: name)
    with redis.Redis.from_url(url) as client:
        client.delete(*client.scan_iter(f"{module.PROCESSES}*"))


def test_processes_read_one_anothers_leases_and_forget_those_that_ran_out(
    lakes: Callable[[str], SharedLeases], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = lakes("here"), lakes("there")
    assert here.exchange(["jane"]) == {}
    found = there.exchange([])
    chats, left = found["here"]
    assert chats == {"jane"}
    assert LEASE - 10 < left <= LEASE
    assert here.exchange(["jane"])["there"][0] == set()
    monkeypatch.setattr(module, "LEASE", 0.001)
    lakes("dying").exchange(["zoe"])
    client = here._redis
    while client.exists(f"{module.PROCESSES}:dying"):
        pass
    assert client.sismember(module.PROCESSES, "dying")
    assert "dying" not in here.exchange([])
    assert not client.sismember(module.PROCESSES, "dying")


def test_a_chat_that_waits_shows_who_has_left_too(alice: Person, house: House) -> None:
    waiting = ask(house, "Jane Doe")
    assert f'id="presence-{waiting.public_id}"' in alice.get(f"/conversations/{waiting.public_id}").text

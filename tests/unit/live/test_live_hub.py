"""Who is told what, how often it is rendered, and who is not told any more."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from peewee import OperationalError

from webapp.live.connection import Connection, Watch
from webapp.live.hub import Hub, Push
from webapp.live.returning import returns

from .peer import PATIENCE, Peer, Visit

TOPIC = "conversation:1"


@dataclass(frozen=True)
class Person:
    name: str
    language: str = "en"
    store: str | None = "lyon"


ALICE, BRUNO, NADIA = Person("Alice"), Person("Bruno", "fr"), Person("Nadia")
CHARLIE = Person("Charlie", store=None)


@dataclass
class Screen:
    """Events that are pushes already, a hub for them, and how often each was rendered for whom."""

    now: float = 1000.0
    rendered: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hub = Hub(self.pushes, clock=lambda: self.now)

    def pushes(self, events: Sequence[object]) -> Iterator[Push]:
        for event in events:
            if not isinstance(event, Push):
                raise TypeError("an event that nobody knows")
            yield event

    def says(self, text: str) -> Callable[[Person], str]:
        def content(viewer: Person) -> str:
            self.rendered.append((text, viewer.language))
            return f"{text} ({viewer.language})"

        return content

    def tell(self, *pushes: object) -> None:
        self.hub.publish(pushes)
        assert self.hub.wait_idle(PATIENCE)


def by_language(viewer: Person) -> str | None:
    return viewer.language if viewer.store else None


@pytest.fixture
def screen() -> Iterator[Screen]:
    screen = Screen()
    yield screen
    screen.hub.stop()


def watching(visit: Visit, screen: Screen, viewer: Person, *topics: str) -> tuple[Connection, Peer]:
    connection, peer = visit(screen.hub, viewer)
    peer.watch(*topics)
    assert peer.content() == "watching"
    return connection, peer


def test_a_push_is_rendered_once_per_group_and_reaches_everybody_in_it(visit: Visit, screen: Screen) -> None:
    peers = [watching(visit, screen, viewer, TOPIC)[1] for viewer in (ALICE, BRUNO, NADIA, CHARLIE, ALICE)]
    screen.tell(Push(TOPIC, by_language, screen.says("Hello")), Push(TOPIC, str, lambda viewer: viewer.name))
    assert sorted(screen.rendered) == [("Hello", "en"), ("Hello", "fr")]
    assert [peers[i].content() for i in (0, 1, 2, 4)] == [
        "Hello (en)",
        "Hello (fr)",
        "Hello (en)",
        "Hello (en)",
    ]
    assert peers[3].content() == "Charlie"  # who was skipped before


def test_news_goes_to_those_who_watch_and_to_nobody_else(visit: Visit, screen: Screen) -> None:
    _, alice = watching(visit, screen, ALICE, TOPIC)
    _, bruno = watching(visit, screen, BRUNO, "conversation:2")
    screen.tell(Push(TOPIC, by_language, screen.says("One")), Push("conversation:2", by_language, screen.says("Two")))
    assert (alice.content(), bruno.content()) == ("One (en)", "Two (fr)")


def test_news_arrives_in_the_order_it_was_published(visit: Visit, screen: Screen) -> None:
    _, alice = watching(visit, screen, ALICE, TOPIC)
    for number in range(0, 200, 2):
        screen.hub.publish([Push(TOPIC, by_language, screen.says(str(number + extra))) for extra in (0, 1)])
    assert [alice.content() for _ in range(200)] == [f"{number} (en)" for number in range(200)]


def test_watching_names_what_is_new_and_what_went(visit: Visit, screen: Screen) -> None:
    heard: list[tuple[list[str], list[str]]] = []

    def watch(connection: Connection, command: Watch) -> None:
        heard.append(screen.hub.watch(connection, command.topics))
        screen.hub.send_to(connection, "ok")

    connection, peer = visit(screen.hub, ALICE, watch)
    for topics in (["inbox:mine", TOPIC], [TOPIC, "profile:7"], []):
        peer.watch(*topics)
        assert peer.content() == "ok"
    assert heard == [
        (["inbox:mine", TOPIC], []),
        (["profile:7"], ["inbox:mine"]),
        ([], [TOPIC, "profile:7"]),
    ]
    assert connection.topics == {}
    assert screen.hub.subscribers(TOPIC) == []


def test_subscriptions_come_and_go_one_by_one(visit: Visit, screen: Screen) -> None:
    connection, peer = watching(visit, screen, ALICE, TOPIC)
    screen.hub.subscribe(connection, "profile:7", {"after": 3})
    assert connection.topics == {TOPIC: {}, "profile:7": {"after": 3}}
    screen.hub.unsubscribe(connection, TOPIC)
    screen.tell(Push(TOPIC, by_language, screen.says("Gone")), Push("profile:7", by_language, screen.says("Here")))
    assert peer.content() == "Here (en)"
    assert ("Gone", "en") not in screen.rendered


def test_a_browser_that_left_is_forgotten(visit: Visit, screen: Screen) -> None:
    connection, peer = watching(visit, screen, ALICE, TOPIC)
    peer.hang_up()
    assert screen.hub.connections() == screen.hub.subscribers(TOPIC) == []
    screen.hub.subscribe(connection, TOPIC)
    assert screen.hub.subscribers(TOPIC) == []


def test_a_list_is_rendered_at_once_and_then_four_times_a_second(visit: Visit, screen: Screen) -> None:
    _, alice = watching(visit, screen, ALICE, "inbox:mine", TOPIC)

    def changed(text: str) -> Push:
        return Push("inbox:mine", by_language, screen.says(text), coalesce="list")

    screen.tell(changed("one"))
    assert alice.content() == "one (en)"
    screen.tell(changed("two"), changed("three"))
    screen.now += 0.125
    screen.tell(changed("four"), Push(TOPIC, by_language, screen.says("not a list")))
    assert alice.content() == "not a list (en)"
    screen.now += 0.125
    assert screen.hub.wait_idle(PATIENCE)
    assert alice.content() == "four (en)"
    screen.tell(changed("five"))
    assert ("five", "en") not in screen.rendered  # the trailing one began an interval too
    screen.now += 10
    assert screen.hub.wait_idle(PATIENCE)
    screen.now += 10
    screen.tell(changed("six"))
    assert [alice.content(), alice.content()] == ["five (en)", "six (en)"]
    assert [text for text, _ in screen.rendered] == ["one", "not a list", "four", "five", "six"]


def test_lists_and_parts_of_a_list_do_not_hold_each_other_up(visit: Visit, screen: Screen) -> None:
    _, alice = watching(visit, screen, ALICE, "inbox:mine", "inbox:all")
    screen.tell(
        *(
            Push(topic, by_language, screen.says(f"{topic} {part}"), coalesce=part)
            for topic in ("inbox:mine", "inbox:all")
            for part in ("rows", "count")
        )
    )
    assert [alice.content() for _ in range(4)] == [
        "inbox:mine rows (en)",
        "inbox:mine count (en)",
        "inbox:all rows (en)",
        "inbox:all count (en)",
    ]


def test_the_last_change_of_a_list_comes_without_another_event(visit: Visit) -> None:
    hub = Hub(lambda events: (event for event in events if isinstance(event, Push)), interval=0.05)
    _, alice = visit(hub, ALICE)
    alice.watch("inbox:mine")
    assert alice.content() == "watching"
    for text in ("one", "two", "three"):
        hub.publish([Push("inbox:mine", str, lambda _viewer, text=text: text, coalesce="list")])
    assert alice.content() == "one"
    while (last := alice.content()) != "three":
        assert last == "two"  # only when the machine dawdles
    hub.stop()


def test_those_who_may_not_see_it_any_more_are_told_and_then_hear_nothing(visit: Visit, screen: Screen) -> None:
    _, alice = watching(visit, screen, ALICE, TOPIC)
    bruno_connection, bruno = watching(visit, screen, BRUNO, TOPIC, "inbox:mine")

    def french(viewer: Person) -> str | None:
        return "fr" if viewer.language == "fr" else None

    screen.tell(
        Push(TOPIC, french, screen.says("Transferred"), unsubscribe=True),
        Push(TOPIC, by_language, screen.says("A secret")),
        Push("inbox:mine", by_language, screen.says("The list")),
    )
    assert [bruno.content(), bruno.content()] == ["Transferred (fr)", "The list (fr)"]
    assert bruno_connection.topics == {"inbox:mine": {}}
    assert alice.content() == "A secret (en)"


def test_a_farewell_that_cannot_be_rendered_ends_the_subscription_all_the_same(visit: Visit, screen: Screen) -> None:
    connection, _ = watching(visit, screen, BRUNO, TOPIC)
    screen.tell(Push(TOPIC, by_language, lambda _viewer: 1 / 0, unsubscribe=True))  # type: ignore[arg-type]
    assert connection.topics == {}


def test_nothing_to_say_is_not_said_and_ends_nothing(visit: Visit, screen: Screen) -> None:
    connection, alice = watching(visit, screen, ALICE, TOPIC)
    screen.tell(
        Push(TOPIC, by_language, lambda _viewer: None, unsubscribe=True),
        Push(TOPIC, by_language, screen.says("Next")),
    )
    assert alice.content() == "Next (en)"
    assert connection.topics == {TOPIC: {}}


def test_a_failure_is_logged_and_hurts_nobody_else(
    visit: Visit, screen: Screen, caplog: pytest.LogCaptureFixture
) -> None:
    _, alice = watching(visit, screen, ALICE, TOPIC)
    _, bruno = watching(visit, screen, BRUNO, TOPIC)

    def only_french(viewer: Person) -> str:
        if viewer.language != "fr":
            raise RuntimeError("no words")
        return "Bonjour"

    def picky(viewer: Person) -> str:
        if viewer == ALICE:
            raise RuntimeError("who?")
        return "group"

    with caplog.at_level(logging.ERROR):
        screen.tell(Push(TOPIC, by_language, only_french), Push(TOPIC, picky, lambda _viewer: "Salut"))
        screen.tell(Push(TOPIC, by_language, lambda _viewer: "\ud800"))
        screen.tell("gibberish")
        screen.tell(Push(TOPIC, by_language, screen.says("Still there")))
    assert alice.content() == "Still there (en)"
    assert [bruno.content() for _ in range(3)] == ["Bonjour", "Salut", "Still there (fr)"]
    assert len(caplog.records) == 5


@pytest.mark.parametrize("where", ["of the event", "of the audience", "of the content", "around it all"])
def test_when_the_database_fails_in_the_middle_everybody_comes_back_and_misses_nothing(
    visit: Visit, screen: Screen, where: str
) -> None:
    def fail(*_: object) -> str:
        raise OperationalError("the server closed the connection")

    @contextmanager
    def around() -> Iterator[None]:
        if where == "around it all":
            fail()
        yield

    pushes = {"of the event": fail, "of the audience": lambda _: [Push(TOPIC, fail, lambda _viewer: "Hello")]}
    says_hello = [Push(TOPIC, by_language, fail)]
    hub = Hub(pushes.get(where, lambda _: says_hello), around=around, pauses=(0, 0))  # type: ignore[arg-type]
    _, alice = visit(hub, ALICE)
    _, bruno = visit(hub, BRUNO)
    for connection in hub.connections():
        hub.subscribe(connection, TOPIC)
    hub.publish(["Jane has written"])
    assert alice.close_code() == bruno.close_code() == 1012  # for which a browser comes back, and catches up
    hub.stop()


def test_signing_out_closes_her_sockets_and_nobody_elses(visit: Visit, screen: Screen) -> None:
    _, alice = watching(visit, screen, ALICE, TOPIC)
    _, phone = watching(visit, screen, ALICE, "inbox:mine")
    _, bruno = watching(visit, screen, BRUNO, TOPIC)
    screen.hub.kick(lambda connection: connection.viewer == ALICE, 4401, "signed out")
    assert alice.close_code() == phone.close_code() == 4401
    screen.tell(Push(TOPIC, by_language, screen.says("Hello")))
    assert bruno.content() == "Hello (fr)"


def test_a_restart_closes_every_socket_and_those_that_still_come(visit: Visit, screen: Screen) -> None:
    _, alice = watching(visit, screen, ALICE, TOPIC)
    _, bruno = watching(visit, screen, BRUNO)
    screen.hub.close_all()
    _, late = visit(screen.hub, NADIA)
    assert alice.close_code() == bruno.close_code() == late.close_code() == 1012


def test_who_is_sent_away_by_a_restart_is_told_when_to_come_back(visit: Visit, screen: Screen) -> None:
    peers = [watching(visit, screen, viewer, TOPIC)[1] for viewer in (ALICE, BRUNO)]
    screen.hub.close_all()
    for peer in (*peers, visit(screen.hub, NADIA)[1]):
        code, reason = peer.goodbye()
        word, wait = reason.split()
        assert (code, word) == (1012, "restarting")
        assert 200 <= int(wait) < 300


@pytest.mark.parametrize(("count", "last"), [(0, 0), (1, 225), (40, 1200), (300, 5200), (10_000, 5200)])
def test_few_come_back_at_once_and_many_over_five_seconds(count: int, last: int) -> None:
    waits = returns(count)
    assert len(waits) == count
    assert waits == sorted(waits)
    assert all(200 <= wait < last for wait in waits)
    if count >= 300:
        assert waits[0] < 250
        assert waits[-1] > 5150
        assert max(Counter(wait // 1000 for wait in waits).values()) <= count / 4  # in any one second


def test_connections_are_listed_from_the_oldest(visit: Visit, screen: Screen) -> None:
    connections = [watching(visit, screen, viewer, TOPIC)[0] for viewer in (BRUNO, ALICE, NADIA)]
    assert screen.hub.connections() == screen.hub.subscribers(TOPIC) == connections


def test_a_reader_that_does_not_read_is_dropped_while_alice_hears_everything(visit: Visit, screen: Screen) -> None:
    _, alice = watching(visit, screen, ALICE, TOPIC)
    stuck, peer = visit(screen.hub, BRUNO, buffer=4096, close_timeout=0.05)
    peer.watch(TOPIC)
    assert peer.content() == "watching"
    page = "x" * 10_000
    for number in range(400):
        screen.tell(Push(TOPIC, by_language, lambda _viewer, number=number: f"{number} {page}"))
        assert alice.content() == f"{number} {page}"
    assert peer.served is not None
    peer.served.join(PATIENCE)
    assert stuck not in screen.hub.connections()
    with pytest.raises((EOFError, AssertionError)):
        deque(iter(peer.text, None))


def test_a_hub_that_was_stopped_takes_no_news_until_it_is_started(visit: Visit, screen: Screen) -> None:
    _, alice = watching(visit, screen, ALICE, TOPIC)
    screen.hub.start()
    screen.hub.stop()
    screen.hub.publish([Push(TOPIC, by_language, screen.says("Lost"))])
    screen.hub.start()
    screen.tell(Push(TOPIC, by_language, screen.says("Found")))
    assert alice.content() == "Found (en)"

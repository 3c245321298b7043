"""When there is more to tell than time to tell it: lines first, no list starves, and the deaf hold up nobody."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from peewee import OperationalError

from webapp.live import hub as hubs
from webapp.live.connection import MAX_FRAMES, Connection
from webapp.live.hub import Hub, Push

from .peer import PATIENCE

LINES, LIST, OTHER = "conversation:1", "inbox:mine", "inbox:all"


class Trouble:
    """A database that fails so many times, and then answers."""

    def __init__(self, times: int) -> None:
        self.left = times

    @contextmanager
    def around(self) -> Iterator[None]:
        self.fail()
        yield

    def fail(self) -> None:
        if self.left:
            self.left -= 1
            raise OperationalError("the server closed the connection")


class Deaf:
    """The socket of a browser that never reads: what is sent to it stays where it is."""

    connected = True

    def __init__(self) -> None:
        self.closed: list[int] = []

    def wake(self) -> None:
        """There is nobody to wake."""

    def close(self, code: int, reason: str = "") -> None:
        self.connected = False
        self.closed.append(code)


class Ear(Deaf):
    """The connection of a browser that hears everything at once."""

    def __init__(self, viewer: str) -> None:
        super().__init__()
        self.viewer, self.topics, self.heard = viewer, dict[str, Any](), list[str]()

    def send(self, frame: bytes) -> None:
        self.heard.append(frame.decode(errors="replace").rpartition('"content": "')[2].rstrip('"}'))


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub(lambda events: (event for event in events if isinstance(event, Push)), clock=lambda: 1000.0)
    yield hub
    hub.stop()


def join(hub: Hub, connection: Any, *topics: str) -> Any:
    hub._connections[connection] = None
    for topic in topics:
        hub.subscribe(connection, topic)
    return connection


def push(topic: str, text: str, coalesce: str | None = None) -> Push:
    return Push(topic, lambda viewer: "all", lambda viewer: text, coalesce=coalesce)


def test_a_line_does_not_wait_for_all_lists_and_a_list_not_for_all_lines(hub: Hub) -> None:
    alice = join(hub, Ear("Alice"), LINES, LIST, OTHER)
    is_drawing, may_go_on = threading.Event(), threading.Event()

    def slow(viewer: str) -> str:
        is_drawing.set()
        assert may_go_on.wait(PATIENCE)
        return "a long list"

    hub.publish([Push(LIST, lambda viewer: "all", slow, coalesce="list"), push(OTHER, "another list", "list")])
    assert is_drawing.wait(PATIENCE)
    hub.publish([push(LINES, "one")])
    hub.publish([push(LINES, "two")])
    assert hub.backlog() == (2, 0.0)
    may_go_on.set()
    assert hub.wait_idle(PATIENCE)
    assert alice.heard == ["a long list", "one", "another list", "two"]
    assert hub.backlog() == (0, 0.0)


def test_of_a_list_that_changes_faster_than_it_is_drawn_only_the_latest_is(hub: Hub) -> None:
    alice = join(hub, Ear("Alice"), LIST)
    hub.publish([push(LIST, str(number), "list") for number in range(50)])
    assert hub.wait_idle(PATIENCE)
    assert alice.heard == ["49"]


def test_without_a_database_the_hub_goes_on_when_it_is_back(caplog: pytest.LogCaptureFixture) -> None:
    is_there = False

    @contextmanager
    def connection() -> Iterator[None]:
        if not is_there:
            raise ConnectionError("the database is away")
        yield

    hub = Hub(lambda events: (event for event in events if isinstance(event, Push)), around=connection)
    alice = join(hub, Ear("Alice"), LINES, LIST)
    hub.publish([push(LINES, "nobody hears this")])
    assert hub.wait_idle(PATIENCE)
    is_there = True
    hub.publish([push(LINES, "one"), push(LIST, "a list", "list")])
    assert hub.wait_idle(PATIENCE)
    hub.stop()
    assert alice.heard == ["one", "a list"]
    assert len(caplog.records) == 1


def test_two_hundred_who_never_read_are_let_go_and_alice_hears_everything(hub: Hub) -> None:
    alice = join(hub, Ear("Alice"), LINES)
    sockets = [Deaf() for _ in range(200)]
    deaf = [join(hub, Connection(socket, "Bruno"), LINES) for socket in sockets]  # type: ignore[arg-type]
    lines = [str(number) for number in range(MAX_FRAMES + 50)]
    for line in lines:
        hub.publish([push(LINES, line)])
    assert hub.wait_idle(PATIENCE)
    assert alice.heard == lines
    assert [socket.closed for socket in sockets] == [[1013]] * 200
    assert {connection.queued() for connection in deaf} == {(0, 0)}  # nothing is kept for them


def test_what_waits_for_a_reader_can_be_told(hub: Hub) -> None:
    bruno = join(hub, Connection(Deaf(), "Bruno"), LINES)  # type: ignore[arg-type]
    hub.publish([push(LINES, "one"), push(LINES, "two")])
    assert hub.wait_idle(PATIENCE)
    frames, size = bruno.queued()
    assert frames == 2
    assert size > len("onetwo")


@pytest.mark.parametrize("where", ["around it all", "of a line", "of a list"])
def test_a_database_that_is_back_in_a_moment_costs_nobody_her_socket_and_no_news(where: str) -> None:
    trouble = Trouble(2)

    def drawn(kind: str) -> Any:
        def content(viewer: str) -> str:
            if where == kind:
                trouble.fail()
            return kind

        return content

    pushes = [
        push(LINES, "before"),
        Push(LINES, lambda viewer: "all", drawn("of a line")),
        Push(LIST, lambda viewer: "all", drawn("of a list"), coalesce="list"),
    ]
    around = trouble.around if where == "around it all" else nullcontext
    hub = Hub(lambda events: pushes if events else [], around=around, pauses=(0, 0, 0), interval=0.01)
    alice = join(hub, Ear("Alice"), LINES, LIST)
    hub.publish(["Jane has written"])
    give_up, pause = time.monotonic() + PATIENCE, threading.Event()
    while "of a list" not in alice.heard:
        assert time.monotonic() < give_up
        pause.wait(0.001)
    hub.stop()
    assert (trouble.left, alice.closed) == (0, [])
    twice = ["before"] * 2 if where == "of a line" else []  # what comes again is dropped by its id
    assert alice.heard == [*twice, "before", "of a line", "of a list"]


def test_a_hub_that_waits_for_the_database_can_be_stopped() -> None:
    trouble = Trouble(1)
    hub = Hub(lambda events: [], around=trouble.around, pauses=(3600,))
    join(hub, Ear("Alice"), LINES)
    hub.publish(["Jane has written"])
    while trouble.left:
        assert not hub.wait_idle(0.001)  # it is not idle: it tries again
    hub.stop()


def test_what_nobody_can_be_told_of_is_not_kept_without_end_and_everybody_begins_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hubs, "MOST_WAITING", 10)
    is_busy, may_go_on = threading.Event(), threading.Event()

    def slow(viewer: str) -> str:
        is_busy.set()
        assert may_go_on.wait(PATIENCE)
        return "long ago"

    hub = Hub(lambda events: (event for event in events if isinstance(event, Push)))
    alice = join(hub, Ear("Alice"), LINES)
    hub.publish([Push(LINES, lambda viewer: "all", slow)])
    assert is_busy.wait(PATIENCE)
    for number in range(25):
        hub.publish([push(LINES, str(number))])
        assert hub.backlog()[0] <= 10
    assert alice.closed == []
    may_go_on.set()
    assert hub.wait_idle(PATIENCE)
    assert (alice.heard, alice.closed) == (["long ago"], [1012])  # for which a browser comes back, and catches up
    bruno = join(hub, Ear("Bruno"), LINES)
    hub.publish([push(LINES, "news")])
    assert hub.wait_idle(PATIENCE)
    hub.stop()
    assert (bruno.heard, bruno.closed) == (["news"], [])

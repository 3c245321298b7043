"""What is done once a customer has been answered: done in order, once, and taken up again by the next process."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.cast import House
from webapp import afterwards
from webapp.afterwards import Afterwards
from webapp.domain import db
from webapp.domain.chats import requests
from webapp.domain.events import ChatAsked, ChatRequested, DetailsChanged, MessageSent
from webapp.domain.identity import linking
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import Conversation

JANE = requests.Request(Given("Jane Doe", "jane.doe@example.com"), "Hello!", "m-1", "Visitor 1")


@pytest.fixture
def routed(house: House) -> Iterator[threading.Event]:
    """Set when a chat has been routed."""
    seen = threading.Event()

    def listen(happened: list[object]) -> None:
        if any(isinstance(event, ChatRequested) for event in happened):
            seen.set()

    db.listeners.append(listen)
    yield seen
    db.listeners.remove(listen)


@pytest.fixture
def room() -> Iterator[Afterwards]:
    """The back room, open for work without delay."""
    made = Afterwards(0, 0, left_after=0)
    yield made
    made.stop()


def test_a_request_is_routed_on_another_thread(house: House, room: Afterwards, routed: threading.Event) -> None:
    conversation, _ = requests.request_chat(house.site, None, JANE)
    room.note([ChatAsked(conversation.id), MessageSent(conversation.id, 1)])
    assert routed.wait(10)
    assert requests.unrouted() == []


def test_what_a_process_left_undone_the_next_one_does(house: House, room: Afterwards, routed: threading.Event) -> None:
    conversation, _ = requests.request_chat(house.site, None, JANE)
    room.catch_up()
    assert routed.wait(10)
    assert Conversation.get_by_id(conversation.id).links.count() == 1


def test_a_failure_stops_nobody_else(
    house: House, room: Afterwards, routed: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(id: int) -> None:
        raise RuntimeError("a row that nobody can read")

    monkeypatch.setattr(linking, "recount", fail)
    monkeypatch.setattr(afterwards.log, "exception", lambda *_: None)
    conversation, _ = requests.request_chat(house.site, None, JANE)
    room.note([DetailsChanged(conversation.id, 1), ChatAsked(conversation.id)])
    assert routed.wait(10)


def test_a_passing_failure_is_tried_again(
    house: House, room: Afterwards, routed: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    route, failures = requests.route, [RuntimeError("the disk was busy")]

    def fail_once(id: int) -> None:
        if failures:
            raise failures.pop()
        route(id)

    monkeypatch.setattr(requests, "route", fail_once)
    monkeypatch.setattr(afterwards, "_PAUSE", 0)
    monkeypatch.setattr(afterwards.log, "exception", lambda *_: None)
    conversation, _ = requests.request_chat(house.site, None, JANE)
    room.note([ChatAsked(conversation.id)])
    assert routed.wait(10)


def test_a_busy_house_still_looks_for_what_was_left_unrouted(house: House, routed: threading.Event) -> None:
    conversation, _ = requests.request_chat(house.site, None, JANE)  # and nobody was told
    room = Afterwards(0, 0, look_every=0.05, left_after=0)
    try:
        while not routed.wait(0.005):
            room.note([DetailsChanged(conversation.id, 1)])
    finally:
        room.stop()
    assert requests.unrouted() == []


def test_a_chat_that_was_just_asked_for_is_left_to_the_process_that_was_asked(house: House) -> None:
    conversation, _ = requests.request_chat(house.site, None, JANE)
    patient = Afterwards(0, 0, left_after=3600)
    patient.catch_up()
    patient.stop()
    assert requests.unrouted() == [conversation.id]


def test_a_chat_that_cannot_be_routed_yet_is_tried_until_it_can_and_by_one_at_a_time(
    house: House, routed: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    route, tries = requests.route, [RuntimeError("the disk was busy")] * 8
    monkeypatch.setattr(afterwards, "_PAUSE", 0)
    monkeypatch.setattr(afterwards.log, "exception", lambda *_: None)

    def fail_often(id: int) -> None:
        if tries:
            raise tries.pop()
        route(id)

    monkeypatch.setattr(requests, "route", fail_often)
    conversation, _ = requests.request_chat(house.site, None, JANE)
    room = Afterwards(3600, 3600, left_after=0)
    room.note([ChatAsked(conversation.id)])
    room.catch_up()  # it is found in the database as well
    for _ in range(9):
        assert not routed.is_set()
        room.drain()
    room.stop()
    assert (tries, routed.is_set()) == ([], True)


def test_a_chat_that_was_erased_meanwhile_is_no_trouble(house: House, room: Afterwards) -> None:
    room.note([DetailsChanged(10**9, 1), ChatAsked(10**9)])
    room.drain()

"""Who is told: what is pushed goes to those who may see it at that moment, as they are set up at that moment."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.cast import House, Person, ask, chat
from webapp.auth import Viewer, viewer_of
from webapp.domain.chats import details, lifecycle, messages
from webapp.domain.db import listeners
from webapp.domain.events import ChatAccepted
from webapp.domain.identity import linking
from webapp.domain.people import associates
from webapp.domain.profiles.contact import Given
from webapp.domain.storage import MaxConnectionsExceeded
from webapp.domain.tables import SignIn
from webapp.live import pushes

Told = Callable[[Viewer, str, Callable[[], object]], list[str]]


def viewer(person: Person) -> Viewer:
    return viewer_of(SignIn.get(SignIn.associate == person.associate))


@pytest.fixture
def told() -> Told:
    """What somebody who watches a topic is sent when something happens."""

    def watch(who: Viewer, topic: str, happen: Callable[[], object]) -> list[str]:
        happened: list[object] = []
        listener = happened.extend
        listeners.append(listener)
        happen()
        listeners.pop()
        news = [push for push in pushes.for_events(happened) if push.topic == topic and push.group(who) is not None]
        return [push.content(who) or "" for push in news]

    return watch


def test_bruno_who_was_looking_is_told_that_alice_has_it_and_sees_no_more(
    bruno: Person, house: House, told: Told
) -> None:
    waiting = ask(house, "Jane Doe", "jane.doe@example.com")
    pane = told(viewer(bruno), f"conversation:{waiting.public_id}", lambda: lifecycle.accept(waiting, by=house.alice))
    assert any("Alice Martin took this chat" in part for part in pane)
    change = Given("Jane Doe", "a-secret@later.example", "")
    panel = told(
        viewer(bruno),
        f"context:{waiting.public_id}",
        lambda: details.change(waiting, change, generated_name="x"),
    )
    assert panel
    assert not any("a-secret@later.example" in part or "Jane" in part for part in panel)


def test_charlie_hears_no_more_of_a_transcript_when_the_chat_has_left_the_log(
    charlie: Person, house: House, told: Told
) -> None:
    conversation = chat(house, "Jane Doe", "jane.doe@example.com")
    topic = f"transcript:{conversation.public_id}"
    said = told(viewer(charlie), topic, lambda: messages.send(conversation, "For the log", "one", by=house.alice))
    assert any("For the log" in part for part in said)
    linking.unlink(conversation, by=house.alice)
    after = told(viewer(charlie), topic, lambda: messages.send(conversation, "Not for her", "two", by=house.alice))
    assert after == []


def test_the_banner_is_pushed_by_what_the_manager_has_set_by_now(alice: Person, house: House, told: Told) -> None:
    first = chat(house, "Jane Doe", "jane.doe@example.com")
    lifecycle.end(first, by=None)
    conversation = chat(house, "Jane Doe", "jane.doe@example.com", visitor=first.visitor_id)
    topic, on_her_socket = f"context:{conversation.public_id}", viewer(alice)

    def says(email: str) -> Callable[[], object]:
        return lambda: details.change(conversation, Given("Jane Doe", email, ""), generated_name="x")

    assert any("conflict-banner" in part for part in told(on_her_socket, topic, says("jane@one.example")))
    associates.change(house.alice, chat_enabled=False)
    assert not any("conflict-banner" in part for part in told(on_her_socket, topic, says("jane@two.example")))


def test_what_cannot_be_told_because_the_database_is_away_is_not_forgotten(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_away(event: ChatAccepted) -> list[object]:
        raise MaxConnectionsExceeded

    monkeypatch.setitem(pushes.PUSHES, ChatAccepted, is_away)
    with pytest.raises(MaxConnectionsExceeded):  # on which the hub tries again
        pushes.for_events([ChatAccepted(1, 1)])

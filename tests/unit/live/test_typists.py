"""Who types: told to the other side as often as a person can, by name, and never what."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.cast import House, Person, chat, fresh
from webapp.auth import Customer, viewer_of
from webapp.domain.chats import lifecycle
from webapp.domain.tables import Conversation, Outbox, SignIn
from webapp.i18n import Reader
from webapp.live.connection import Connection
from webapp.live.push import envelope
from webapp.live.typists import Typists

from .peer import Peer, Visit


class Talk:
    """Jane and Alice in a chat, each at a browser that watches it, and a clock of ours."""

    def __init__(self, app: Flask, conversation: Conversation, alice: Person, visit: Visit) -> None:
        self.now, self.id, self.hub = 1000.0, str(conversation.public_id), app.extensions["hub"]
        self.typists = Typists(self.hub)
        self.said: list[dict[str, object]] = []
        self.typists.tell_others = lambda **fact: self.said.append(fact)
        viewer = viewer_of(SignIn.get(SignIn.associate == alice.associate))
        customer = Customer(int(conversation.visitor_id), Reader("fr", "Europe/Paris"))
        self.jane_types, self.jane = self._comes(visit, customer, f"chat:{self.id}")
        self.alice_types, self.alice = self._comes(visit, viewer, f"conversation:{self.id}")

    def _comes(self, visit: Visit, looker: object, topic: str) -> tuple[Callable[[], None], Peer]:
        def obey(connection: Connection, command: object) -> None:
            self.hub.watch(connection, {topic: {}})
            connection.send(envelope("read so far"))

        connection, peer = visit(self.hub, looker, obey)
        typing = self.typists.of(connection, lambda: self.now)
        peer.watch(topic)
        assert peer.content() == "read so far"
        return lambda: typing(topic), peer

    def read(self, peer: Peer) -> list[str]:
        peer.watch()
        return list(iter(peer.content, "read so far"))


@pytest.fixture
def talk(app: Flask, house: House, alice: Person, visit: Visit) -> Talk:
    return Talk(app, chat(house, "Jane Doe", "jane.doe@example.com"), alice, visit)


def test_each_is_told_of_the_other_in_her_own_language(talk: Talk) -> None:
    talk.jane_types()
    talk.alice_types()
    (alices,), (janes,) = talk.read(talk.alice), talk.read(talk.jane)
    assert "Jane Doe is typing…" in alices
    assert "Alice écrit…" in janes
    for content in (alices, janes):
        assert content.startswith(f'<hx-partial hx-target="#typing-{talk.id}" hx-swap="outerHTML">')


def test_whoever_types_like_a_machine_is_told_of_once_in_two_seconds(talk: Talk) -> None:
    for _ in range(1000):
        talk.jane_types()
    assert len(talk.read(talk.alice)) == 2
    for _ in range(10):
        talk.now += 1
        talk.jane_types()
    assert len(talk.read(talk.alice)) == 5


def test_it_is_stored_nowhere(talk: Talk) -> None:
    stored = Outbox.select().count()
    talk.jane_types()
    assert talk.read(talk.alice)
    assert Outbox.select().count() == stored


def test_when_the_chat_has_ended_nobody_is_told_although_both_look_at_it(talk: Talk, house: House) -> None:
    conversation = Conversation.get(Conversation.public_id == talk.id)
    lifecycle.end(conversation, by=house.alice)
    talk.read(talk.alice), talk.read(talk.jane)
    talk.jane_types()
    talk.alice_types()
    talk.typists.heard("there", chat=talk.id, side="customer")
    assert not any("chat-typing" in content for content in talk.read(talk.alice) + talk.read(talk.jane))
    lifecycle.reopen(fresh(conversation), by=house.alice)
    talk.now += 10
    talk.jane_types()
    assert any("chat-typing" in content for content in talk.read(talk.alice))  # it was the end that kept it


def test_the_other_processes_are_told_who_and_where_and_tell_it_there(talk: Talk) -> None:
    talk.jane_types()
    talk.alice_types()
    assert talk.said == [{"chat": talk.id, "side": "customer"}, {"chat": talk.id, "side": "associate"}]
    talk.read(talk.alice), talk.read(talk.jane)
    for fact in ({"side": "customer"}, {"side": "associate"}, {"side": "nobody"}):
        talk.typists.heard("there", chat=talk.id, **fact)
    talk.typists.heard("there", chat="missing", side="customer")
    assert [len(talk.read(peer)) for peer in (talk.alice, talk.jane)] == [1, 1]

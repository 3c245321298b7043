"""Queries whose SQL is built once say the same as queries built anew, for everybody who asks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from peewee import JOIN

from tests.cast import House, chat
from webapp.domain.chats import messages
from webapp.domain.db import database, verb
from webapp.domain.prepared import given, prepared
from webapp.domain.tables import Associate, ContactDetails, Conversation, Message

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


def test_it_is_built_once_and_asked_for_each_person_anew(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    by_email = prepared(Associate.select().where(Associate.email == given("email")))
    assert by_email.first(email="alice@maison.example") == house.alice
    monkeypatch.setattr(by_email, "_query", None)  # it is not looked at again
    assert by_email.first(email="bruno@maison.example") == house.bruno
    assert by_email.first(email="nobody@maison.example") is None


def test_what_it_finds_is_what_a_plain_query_finds(house: House) -> None:
    conversation = chat(house, "Jane Doe", "jane.doe@example.com")
    found = prepared(Conversation.select().where(Conversation.id == given("id"))).first(id=conversation.id)
    assert found.__data__ == Conversation.get_by_id(conversation.id).__data__
    assert found.created_at.tzinfo is UTC
    assert not found.dirty_fields


def test_values_are_converted_as_their_column_is(house: House) -> None:
    conversation = chat(house, "Jane Doe")
    since = prepared(
        ContactDetails.select().where(
            ContactDetails.conversation == given("chat"), ContactDetails.submitted_at < given("before")
        )
    )
    assert len(since.all(chat=conversation, before=datetime.now(UTC))) == 1  # a model, and a moment
    assert since.all(chat=conversation.id, before=NOON) == []


def test_a_line_comes_with_its_associate_where_there_is_one(house: House) -> None:
    conversation = chat(house, "Jane")
    lines = prepared(
        Message.select(Message, Associate)
        .join(Associate, JOIN.LEFT_OUTER)
        .where(Message.conversation == given("chat"))
        .order_by(Message.id)
    )
    messages.send(conversation, "Hello Jane", "a-1", by=house.alice)
    messages.send(conversation, "Hello Alice", "c-1", by=None)
    *_, answer, last = lines.all(chat=conversation)
    assert (answer.associate.first_name, last.associate) == ("Alice", None)


def test_an_update_says_what_it_returns_and_one_that_returns_nothing_says_nothing(house: House) -> None:
    counter = Conversation.candidate_count
    counted = Conversation.update({counter: counter + 1}).where(Conversation.id == given("id"))
    silent, telling = prepared(counted), prepared(counted.returning(counter))
    conversation = chat(house, "Jane")

    @verb
    def count(query: prepared, id: int) -> list[Any]:
        return query.rows(id=id)

    assert count(silent, conversation.id) == []
    assert count(telling, conversation.id) == [(conversation.candidate_count + 2,)]
    assert count(telling, 4711) == []


def test_what_it_found_keeps_no_transaction_open(house: House) -> None:
    everybody = prepared(Associate.select().order_by(Associate.id))
    assert everybody.first() == house.alice  # there are more, which were not asked for
    database.execute_sql("CREATE TABLE a_table (id INTEGER)")
    database.execute_sql("DROP TABLE a_table")  # refused while a query of the connection is open

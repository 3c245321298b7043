"""Forgetting a browser: its chat is ended, its token opens nothing, and the store keeps what was written."""

from __future__ import annotations

from tests.cast import House, chat, fresh
from webapp.domain.chats import forgetting, messages
from webapp.domain.events import ChatEnded, VisitorForgotten
from webapp.domain.people import visitors
from webapp.domain.tables import Visitor


def test_the_token_of_a_forgotten_visitor_opens_nothing(house: House, told: list[object]) -> None:
    visitor, token = visitors.remember(house.site)
    assert visitors.by_token(house.site, token) == visitor
    forgetting.forget(visitor)
    assert visitors.by_token(house.site, token) is None
    assert told == [VisitorForgotten(visitor.id)]


def test_janes_open_chat_ends_as_if_she_had_ended_it(house: House, told: list[object]) -> None:
    conversation = chat(house, "Jane Doe", "jane.doe@example.com")
    visitor = Visitor.get_by_id(conversation.visitor_id)
    forgetting.forget(visitor)
    assert fresh(conversation).state == "ended"
    assert messages.log(conversation)[-1].kind == "ended_by_customer"
    assert [type(event) for event in told[-2:]] == [ChatEnded, VisitorForgotten]


def test_forgetting_twice_is_forgetting_once(house: House, told: list[object]) -> None:
    visitor, _ = visitors.remember(house.site)
    forgetting.forget(visitor)
    forgotten_at = Visitor.get_by_id(visitor.id).forgotten_at
    forgetting.forget(visitor)
    assert Visitor.get_by_id(visitor.id).forgotten_at == forgotten_at
    assert told == [VisitorForgotten(visitor.id)]

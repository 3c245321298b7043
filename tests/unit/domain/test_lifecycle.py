"""From waiting to active to ended: exactly one associate has a chat, however many press at once."""

from __future__ import annotations

from functools import partial

import pytest

from tests.cast import House, ask, chat, fresh
from webapp.domain.chats import lifecycle, messages, staffing
from webapp.domain.chats.lifecycle import AlreadyAccepted
from webapp.domain.errors import Refused
from webapp.domain.events import ChatAccepted, ChatEnded, ChatPutBack, ChatReopened
from webapp.domain.people import associates
from webapp.domain.tables import Associate, Conversation, Message

from .conftest import AtOnce


def said(conversation: Conversation) -> list[str]:
    return [line.kind for line in messages.log(conversation, after_staff=0)]


def test_alice_accepts_and_jane_is_told_who_is_there(house: House, told: list[object]) -> None:
    conversation = ask(house, "Jane")
    told.clear()
    lifecycle.accept(conversation, by=house.alice)
    now = fresh(conversation)
    assert (now.state, now.associate) == ("active", house.alice)
    assert now.accepted_at is not None
    line = Message.get(Message.kind == "accepted")
    assert (line.lane, line.seq, line.data) == ("public", 2, {"name": "Alice", "store": "Lyon"})
    assert told == [ChatAccepted(conversation.id, line.id)]


def test_of_twenty_who_press_at_once_one_has_it_and_the_others_are_told_who(
    house: House, at_once: AtOnce
) -> None:
    everybody = [
        associates.add(f"Number {n}", f"n{n}@maison.example", None, stores=[house.lyon], password_hash="-")
        for n in range(20)
    ]
    conversation = ask(house, "Jane")
    outcomes = at_once([partial(lifecycle.accept, conversation, by=who) for who in everybody])
    winner = fresh(conversation).associate
    assert winner
    assert outcomes[everybody.index(winner)] is None
    losers = [outcome for outcome in outcomes if outcome is not None]
    assert [outcome.name for outcome in losers if isinstance(outcome, AlreadyAccepted)] == [winner.name] * 19
    assert said(conversation) == ["text", "accepted"]


def test_pressing_twice_is_pressing_once(house: House, told: list[object]) -> None:
    conversation = ask(house, "Jane")
    lifecycle.accept(conversation, by=house.alice)
    lifecycle.accept(conversation, by=house.alice)
    assert said(conversation) == ["text", "accepted"]
    assert len([event for event in told if isinstance(event, ChatAccepted)]) == 1


def test_who_comes_after_the_customer_has_left_is_told_so(house: House) -> None:
    conversation = ask(house, "Jane")
    lifecycle.end(conversation, by=None)
    with pytest.raises(Refused) as refusal:
        lifecycle.accept(conversation, by=house.alice)
    assert refusal.value.code == "chat_ended"
    assert fresh(conversation).state == "abandoned"


def test_the_customer_leaves_or_alice_accepts_but_not_half_of_each(house: House, at_once: AtOnce) -> None:
    for _ in range(5):
        conversation = ask(house, "Jane")
        coming, leaving = (
            partial(lifecycle.accept, conversation, by=house.alice),
            partial(lifecycle.end, conversation, by=None),
        )
        at_once([coming, leaving])
        now = fresh(conversation)
        assert (now.state, now.associate) in [("abandoned", None), ("ended", house.alice)]


@pytest.mark.parametrize("by_alice", [True, False])
def test_either_side_ends_the_chat(house: House, told: list[object], by_alice: bool) -> None:
    conversation = chat(house, "Jane")
    told.clear()
    lifecycle.end(conversation, by=house.alice if by_alice else None)
    now = fresh(conversation)
    assert (now.state, now.associate) == ("ended", house.alice)
    assert now.ended_at is not None
    kind = "ended_by_associate" if by_alice else "ended_by_customer"
    assert said(conversation) == ["text", "accepted", kind]
    assert told == [ChatEnded(conversation.id, Message.get(Message.kind == kind).id)]
    lifecycle.end(conversation, by=None)  # once more changes nothing
    assert len(told) == 1
    assert said(conversation)[-1] == kind


def test_a_customer_who_leaves_the_line_abandons_the_chat(house: House) -> None:
    conversation = ask(house, "Jane")
    lifecycle.end(conversation, by=None)
    assert fresh(conversation).state == "abandoned"


def test_an_associate_ends_only_what_somebody_accepted(house: House) -> None:
    conversation = ask(house, "Jane")
    with pytest.raises(Refused) as refusal:
        lifecycle.end(conversation, by=house.alice)
    assert refusal.value.code == "not_accepted"
    assert fresh(conversation).state == "waiting"


def test_alice_opens_an_ended_chat_again(house: House, told: list[object]) -> None:
    conversation = chat(house, "Jane")
    lifecycle.end(conversation, by=house.alice)
    told.clear()
    lifecycle.reopen(conversation, by=house.alice)
    now = fresh(conversation)
    assert (now.state, now.associate, now.ended_at) == ("active", house.alice, None)
    assert said(conversation)[-1] == "reopened"
    assert told == [ChatReopened(conversation.id, Message.get(Message.kind == "reopened").id)]
    messages.send(conversation, "Still there?", "a-1", by=house.alice)


@pytest.mark.parametrize("state", ["waiting", "active", "abandoned"])
def test_only_an_ended_chat_is_opened_again(house: House, state: str) -> None:
    conversation = chat(house, "Jane") if state == "active" else ask(house, "Jane")
    if state == "abandoned":
        lifecycle.end(conversation, by=None)
    with pytest.raises(Refused) as refusal:
        lifecycle.reopen(conversation, by=house.alice)
    assert refusal.value.code == "changed_since"
    assert fresh(conversation).state == state


def test_a_chat_is_not_opened_again_beside_another_one(house: House) -> None:
    first = chat(house, "Jane")
    lifecycle.end(first, by=None)
    second = ask(house, "Jane", visitor=first.visitor)
    with pytest.raises(Refused) as refusal:
        lifecycle.reopen(first, by=house.alice)
    assert refusal.value.code == "another_chat_open"
    assert (fresh(first).state, fresh(second).state) == ("ended", "waiting")
    assert said(first)[-1] == "ended_by_customer"


def test_who_has_lost_the_switch_since_her_page_was_drawn_accepts_nothing(house: House) -> None:
    conversation = ask(house, "Jane")
    Associate.update(chat_enabled=False).where(Associate.id == house.alice.id).execute()
    with pytest.raises(Refused, match="not_chat_enabled"):
        lifecycle.accept(conversation, by=house.alice)
    assert fresh(conversation).state == "waiting"


def test_a_chat_that_became_a_colleagues_while_alice_looked_is_not_opened_by_her(house: House) -> None:
    conversation = chat(house, "Jane")
    lifecycle.end(conversation, by=house.alice)
    as_alice_sees_it = fresh(conversation)
    lifecycle.reopen(conversation, by=house.dana)
    lifecycle.put_back(conversation)
    lifecycle.accept(conversation, by=house.bruno)
    lifecycle.end(conversation, by=house.bruno)
    with pytest.raises(Refused, match="changed_since"):
        lifecycle.reopen(as_alice_sees_it, by=house.alice)
    assert (fresh(conversation).state, fresh(conversation).associate) == ("ended", house.bruno)


def test_a_chat_of_somebody_who_left_while_it_was_opened_again_waits_for_a_colleague(
    house: House, told: list[object]
) -> None:
    conversation = chat(house, "Jane")
    lifecycle.end(conversation, by=house.alice)
    as_dana_sees_it = fresh(conversation)
    staffing.deactivate(house.alice, by=house.dana)
    told.clear()
    lifecycle.reopen(as_dana_sees_it, by=house.dana)
    assert (fresh(conversation).state, fresh(conversation).associate) == ("waiting", None)
    assert said(conversation)[-2:] == ["reopened", "put_back"]
    assert [type(event) for event in told] == [ChatReopened, ChatPutBack]
    lifecycle.accept(conversation, by=house.bruno)

"""Messages: stored once, numbered without a gap in their lane, refused when they cannot be sent."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tests.cast import House, ask, chat, fresh
from webapp.domain import lines
from webapp.domain.chats import details, lifecycle, messages
from webapp.domain.db import database, verb
from webapp.domain.errors import Invalid, NotFound, Refused
from webapp.domain.events import MessageSent
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import Conversation, Message

from .conftest import AtOnce, on_sqlite


@verb
def write_for_staff(conversation: Conversation) -> None:
    lines.write(conversation, "system", lane="staff", kind="unlinked", profile="Jane Doe")


def texts(conversation: Conversation) -> list[tuple[int, str, str]]:
    return [(line.seq, line.author, line.body) for line in messages.log(conversation) if line.kind == "text"]


def test_alice_and_jane_write_to_each_other(house: House, told: list[object]) -> None:
    conversation = chat(house, "Jane")
    told.clear()
    answer = messages.send(conversation, " Hello Jane \r\n", "a-1", by=house.alice)
    question = messages.send(conversation, "Is the lamp there?", "c-1", by=None)
    assert texts(conversation) == [
        (1, "customer", "Hello!"), (3, "associate", "Hello Jane"), (4, "customer", "Is the lamp there?")
    ]  # fmt: skip
    assert (answer.associate, question.associate) == (house.alice, None)
    assert told == [MessageSent(conversation.id, answer.id), MessageSent(conversation.id, question.id)]


def test_the_inbox_shows_the_last_message_and_since_when_an_answer_is_awaited(house: House) -> None:
    conversation = chat(house, "Jane")
    since = conversation.waiting_since
    messages.send(conversation, "Anybody?", "c-1", by=None)
    assert fresh(conversation).waiting_since == since
    answer = messages.send(conversation, "Yes", "a-1", by=house.alice)
    now = fresh(conversation)
    assert (now.last_text, now.last_author, now.last_at, now.waiting_since) == (
        "Yes",
        "associate",
        answer.sent_at,
        None,
    )
    messages.send(conversation, "Ah!", "c-2", by=None)
    assert fresh(conversation).waiting_since > since


def test_a_customer_may_write_while_waiting(house: House) -> None:
    conversation = ask(house, "Jane")
    messages.send(conversation, "Hello?", "c-1", by=None)
    assert [text for _, _, text in texts(conversation)] == ["Hello!", "Hello?"]


def test_the_same_message_sent_again_is_stored_once(house: House, told: list[object]) -> None:
    conversation = chat(house, "Jane")
    told.clear()
    first = messages.send(conversation, "One lamp", "c-1", by=None)
    assert messages.send(conversation, "One lamp ", "c-1", by=None) == first
    lifecycle.end(conversation, by=None)
    assert (
        messages.send(conversation, "One lamp", "c-1", by=None) == first
    )  # it was stored, and is acknowledged
    assert len([event for event in told if isinstance(event, MessageSent)]) == 1


def test_sent_twenty_times_at_the_same_moment_it_is_stored_once(house: House, at_once: AtOnce) -> None:
    conversation = chat(house, "Jane")
    sent = at_once([lambda: messages.send(conversation, "One lamp", "c-1", by=None)] * 20)
    stored = Message.get(Message.client_id == "c-1")
    assert sent == [stored] * 20
    assert fresh(conversation).seq == stored.seq


def test_an_id_that_comes_with_another_text_is_refused(house: House) -> None:
    conversation = chat(house, "Jane")
    messages.send(conversation, "One lamp", "c-1", by=None)
    with pytest.raises(Refused) as refusal:
        messages.send(conversation, "Two lamps", "c-1", by=None)
    assert refusal.value.code == "client_id_reused"
    assert texts(conversation)[-1][2] == "One lamp"


def test_both_sides_and_other_chats_may_use_the_same_id(house: House) -> None:
    one, other = chat(house, "Jane"), chat(house, "Zoé")
    sent = [messages.send(one, "a", "1", by=None), messages.send(one, "b", "1", by=house.alice)]
    sent.append(messages.send(other, "c", "1", by=None))
    assert [message.body for message in sent] == ["a", "b", "c"]


def test_eight_who_write_at_once_leave_no_gap_in_either_lane(house: House, at_once: AtOnce) -> None:
    conversation = chat(house, "Jane")

    def write(person: int) -> None:
        for number in range(6):
            by = house.alice if person % 2 else None
            messages.send(conversation, f"{person}/{number}", f"{person}-{number}", by=by)
            write_for_staff(conversation)

    assert at_once([partial(write, person) for person in range(8)]) == [None] * 8
    public = [line.seq for line in messages.log(conversation)]
    assert public == list(range(1, 2 + 1 + 48))
    staff = [line.seq for line in messages.log(conversation, after=len(public), after_staff=0)]
    assert staff == list(range(1, 49))
    for person in range(8):  # and everybody's own come in the order in which they were sent
        mine = [text for _, _, text in texts(conversation) if text.startswith(f"{person}/")]
        assert mine == [f"{person}/{number}" for number in range(6)]


def test_staff_lines_leave_no_gap_in_what_the_customer_sees(house: House) -> None:
    conversation = chat(house, "Jane")
    write_for_staff(conversation)
    details.change(conversation, Given("Zoé"), generated_name="")
    messages.send(conversation, "Hello Zoé", "a-1", by=house.alice)
    assert [line.seq for line in messages.log(conversation)] == [1, 2, 3]
    assert {line.lane for line in messages.log(conversation)} == {"public"}
    everything = messages.log(conversation, after_staff=0)
    assert [(line.lane, line.seq) for line in everything] == [
        ("public", 1), ("public", 2), ("staff", 1), ("staff", 2), ("public", 3)
    ]  # fmt: skip


def test_who_was_away_gets_what_came_since_in_order(house: House) -> None:
    conversation = chat(house, "Jane")
    messages.send(conversation, "one", "1", by=None)
    write_for_staff(conversation)
    messages.send(conversation, "two", "2", by=None)
    assert [line.body for line in messages.log(conversation, after=3)] == ["two"]
    assert [line.kind for line in messages.log(conversation, after=4, after_staff=0)] == ["unlinked"]
    assert messages.log(conversation, after=4, after_staff=1) == []
    assert messages.log(conversation, after=2**31, after_staff=2**31) == []


@pytest.mark.parametrize("state", ["ended", "abandoned"])
def test_nobody_writes_into_a_chat_that_is_over(house: House, state: str) -> None:
    conversation = chat(house, "Jane") if state == "ended" else ask(house, "Jane")
    lifecycle.end(conversation, by=None)
    before = len(texts(conversation))
    for by in (None, house.alice):
        with pytest.raises(Refused) as refusal:
            messages.send(conversation, "Too late", "x-1", by=by)
        assert refusal.value.code == "chat_ended"
    assert len(texts(conversation)) == before


def test_only_who_accepted_the_chat_writes_to_the_customer(house: House) -> None:
    conversation = ask(house, "Jane")
    with pytest.raises(Refused) as refusal:
        messages.send(conversation, "Hello", "a-1", by=house.alice)
    assert refusal.value.code == "not_accepted"
    lifecycle.accept(conversation, by=house.alice)
    for other in (house.bruno, house.nadia):
        with pytest.raises(Refused) as refusal:
            messages.send(conversation, "Hello", "b-1", by=other)
        assert refusal.value.code == "not_yours"
    messages.send(conversation, "Hello", "a-1", by=house.alice)
    assert texts(conversation)[1:] == [(3, "associate", "Hello")]


@pytest.mark.parametrize(
    ("body", "code"),
    [("", "message_missing"), (" \n ", "message_missing"), ("\u200b\u00a0", "message_missing"),
     ("a\0b", "bad_characters"), ("\ud800", "bad_characters"), ("x" * 4001, "too_long")],
)  # fmt: skip
def test_what_cannot_be_read_is_not_sent(house: House, body: str, code: str) -> None:
    conversation = chat(house, "Jane")
    with pytest.raises(Invalid) as refusal:
        messages.send(conversation, body, "c-1", by=None)
    assert refusal.value.fields == {"message": code}
    assert len(texts(conversation)) == 1


@pytest.mark.parametrize("client_id", ["", "x" * 65, "a\0b", "\ud800"])
def test_a_message_needs_an_id(house: House, client_id: str) -> None:
    with pytest.raises(Invalid) as refusal:
        messages.send(chat(house, "Jane"), "Hello", client_id, by=None)
    assert refusal.value.fields == {"client_id": "client_id_invalid"}


@pytest.mark.parametrize(
    "body",
    ["🙂" * 4000, "<script>x</script>", "line\nline\ttab", "{{7*7}}", "null", "(" * 4000, "سلام", "O'Brien"],
)
def test_what_people_write_is_stored_as_they_wrote_it(house: House, body: str) -> None:
    conversation = chat(house, "Jane")
    assert messages.by_id(messages.send(conversation, body, "c-1", by=None).id).body == body


def test_a_line_that_is_not_there_is_not_found(house: House) -> None:
    with pytest.raises(NotFound):
        messages.by_id(4711)


@on_sqlite
def test_whatever_runs_with_a_message_finds_its_rows_by_an_index(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation, run, plans = chat(house, "Jane"), database.obj.execute_sql, dict[str, str]()

    def explain(sql: str, values: Any = None) -> Any:
        if sql.startswith(("SELECT", "UPDATE")):
            plans[sql] = " ".join(str(row[3]) for row in run(f"EXPLAIN QUERY PLAN {sql}", values).fetchall())
        return run(sql, values)

    monkeypatch.setattr(database.obj, "execute_sql", explain)
    messages.send(conversation, "Hello Jane", "a-1", by=house.alice)
    messages.send(conversation, "Hello Alice", "c-1", by=None)
    assert len(plans) >= 3
    assert [plan for plan in plans.values() if "SCAN" in plan] == []
    assert any("a_message_is_stored_once" in plan for plan in plans.values())

"""Live without a socket: what a document lacks, in answer to what it watches; and nothing when it lacks nothing."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.cast import ORIGIN, House, Person, ask, chat
from webapp.domain import clock, db
from webapp.domain.chats import lifecycle, messages
from webapp.domain.people import sessions
from webapp.domain.tables import Conversation, Profile, SignIn, Visitor
from webapp.presence import leases

from .customer import Customer
from .dom import look

SEEN = "X-Rapport-Seen"
Topics = dict[str, dict[str, int]]


def poll(who: Person | Customer, watch: Topics | str, seen: str = "", **headers: str) -> TestResponse:
    """Ask as the page's script does."""
    path = f"/widget/live/poll{who.query}" if isinstance(who, Customer) else "/live/poll"
    body = watch if isinstance(watch, str) else json.dumps({"watch": watch})
    carried = {"Origin": ORIGIN, "X-CSRF-Token": who.token, "HX-Request": "true", SEEN: seen} | headers
    return who.client.post(path, data=body, content_type="application/json", headers=carried)


def targets(answer: TestResponse) -> list[str]:
    return re.findall(r'<hx-partial hx-target="#([^"]+)"', answer.text)


def everything(conversation: Conversation, **cursor: int) -> Topics:
    id = conversation.public_id
    return {"waiting:all": {}, "inbox:mine": {}, f"conversation:{id}": cursor, f"context:{id}": {}}


def test_alice_is_told_all_that_her_document_lacks_and_then_nothing(alice: Person, house: House) -> None:
    conversation = chat(house, "Jane Doe", message="Hello!")
    id = conversation.public_id
    first = poll(alice, everything(conversation))
    assert first.status_code == 200
    assert targets(first) == ["waiting-all", "inbox-mine", f"conversation-{id}", f"log-{id}", f"context-{id}"]
    assert "Hello!" in first.text
    read = everything(conversation, after=int(conversation.seq), after_staff=int(conversation.staff_seq))
    second = poll(alice, read, first.headers[SEEN])
    assert (second.status_code, second.text) == (204, "")
    assert poll(alice, read, second.headers[SEEN]).status_code == 204


def test_only_what_changed_is_sent_again(alice: Person, house: House) -> None:
    conversation = chat(house, "Jane Doe")
    id, read = conversation.public_id, {"after": int(conversation.seq), "after_staff": int(conversation.staff_seq)}
    watch = {**everything(conversation, **read), f"profile:{house.zoe.id}": {}}
    seen = poll(alice, watch).headers[SEEN]
    messages.send(conversation, "Are you there?", "one", by=None)
    news = poll(alice, watch, seen)
    assert set(targets(news)) == {"waiting-all", "inbox-mine", f"log-{id}"}
    line = look(news.text).all("message")[-1]
    assert "Are you there?" in line.text


def test_jane_is_told_by_the_same_rules(app: Flask, house: House) -> None:
    jane = Customer(app, house.site)
    conversation = jane.start_chat()
    topic = f"chat:{conversation.public_id}"
    first = poll(jane, {topic: {"after": int(conversation.seq)}})
    assert targets(first) == [f"chat-{conversation.public_id}"]
    lifecycle.accept(conversation, by=house.alice)
    second = poll(jane, {topic: {"after": int(conversation.seq)}}, first.headers[SEEN])
    assert targets(second) == [f"chat-{conversation.public_id}", f"log-{conversation.public_id}"]
    assert "Alice" in second.text
    after = int(Conversation.get_by_id(conversation.id).seq)
    assert poll(jane, {topic: {"after": after}}, second.headers[SEEN]).status_code == 204


def test_another_customer_is_told_nothing_of_janes_chat(app: Flask, house: House) -> None:
    conversation = Customer(app, house.site).start_chat("Between us")
    zoe = Customer(app, house.site)
    zoe.start_chat()
    assert poll(zoe, {f"chat:{conversation.public_id}": {}, f"conversation:{conversation.public_id}": {}}).text == ""


def test_bruno_is_bid_farewell_as_a_push_would(bruno: Person, house: House) -> None:
    conversation = ask(house, "Jane Doe", message="Between us")
    watch = {f"conversation:{conversation.public_id}": {}, f"context:{conversation.public_id}": {}}
    assert "Between us" in poll(bruno, watch).text
    lifecycle.accept(conversation, by=house.alice)
    answer = poll(bruno, watch)
    assert "Alice Martin took this chat" in answer.text
    assert f'hx-target="#context-{conversation.public_id}" hx-swap="delete"' in answer.text
    assert "Jane" not in answer.text
    assert "Between us" not in answer.text


def test_for_charlie_a_chat_in_lyon_is_like_one_that_nobody_has(charlie: Person, house: House) -> None:
    taken, waiting = chat(house, "Jane Doe"), ask(house, "John Smith")
    answers = {
        poll(charlie, {f"{kind}:{id}": {} for kind in ("conversation", "context")}).text.replace(str(id), "it")
        for id in (taken.public_id, waiting.public_id, "x" * 22)
    }
    assert len(answers) == 1


def test_a_profile_that_is_gone_is_bid_farewell(alice: Person, house: House) -> None:
    Profile.update(withdrawn_at=clock.now()).where(Profile.id == house.zoe.id).execute()
    answer = poll(alice, {f"profile:{house.zoe.id}": {}})
    assert targets(answer) == [f"profile-{house.zoe.id}"]
    assert "Zoé" not in answer.text


@pytest.mark.parametrize("topic", ["inbox:theirs", "waiting:mine", "secret:1", "chat:1", "transcript:1"])
def test_of_a_topic_that_there_is_not_nothing_is_told(alice: Person, topic: str) -> None:
    assert poll(alice, {topic: {}}).status_code == 204


def test_who_reads_a_transcript_is_told_its_new_lines(charlie: Person, house: House) -> None:
    conversation = chat(house, "Jane Doe", "jane.doe@example.com")
    topic = {f"transcript:{conversation.public_id}": {"after": int(conversation.seq)}}
    assert poll(charlie, topic).status_code == 204
    messages.send(conversation, "For the log", "one", by=house.alice)
    assert "For the log" in poll(charlie, topic).text


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"publish": {}}', '{"watch": {"inbox:mine": null}}', "[" * 60_000])
def test_nonsense_is_refused(alice: Person, body: str) -> None:
    assert poll(alice, body).status_code == 400


def test_a_poll_writes_nothing(app: Flask, alice: Person, house: House) -> None:
    conversation, jane = chat(house, "Jane Doe"), Customer(app, house.site)
    own = jane.start_chat()

    def changes() -> int:
        return int(db.database.execute_sql("SELECT total_changes()").fetchone()[0])

    before = changes()
    assert poll(alice, everything(conversation)).status_code == 200
    assert poll(jane, {f"chat:{own.public_id}": {}}).status_code == 200
    assert changes() == before


def test_only_our_own_pages_may_poll(app: Flask, alice: Person, house: House) -> None:
    jane = Customer(app, house.site)
    jane.start_chat()
    for who in (alice, jane):
        assert poll(who, {}, Origin="https://evil.example").status_code == 403
        assert poll(who, {}, **{"X-CSRF-Token": "guess"}).status_code == 403
        assert poll(who, {}).status_code == 204


def test_who_is_signed_out_is_shown_the_way_in(alice: Person) -> None:
    session = SignIn.get(SignIn.associate == alice.associate)
    sessions.sign_out(session)
    answer = poll(alice, {"waiting:all": {}}, **{"HX-Current-URL": "http://localhost/profiles"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/sign-in?next=/profiles")


def test_a_browser_that_nobody_knows_any_more_is_told_to_begin_anew(app: Flask, house: House) -> None:
    jane = Customer(app, house.site)
    conversation = jane.start_chat()
    Visitor.update(token_hash="forgotten").execute()
    assert poll(jane, {f"chat:{conversation.public_id}": {}}).status_code == 401


def test_ten_polls_at_once_and_then_two_a_second(alice: Person, bruno: Person) -> None:
    assert [poll(alice, {}).status_code for _ in range(11)] == [204] * 10 + [429]
    assert "Retry-After" in poll(alice, {}).headers
    assert poll(bruno, {}).status_code == 204


def test_who_polls_is_here_in_her_own_chat_and_says_nothing_of_typing(app: Flask, house: House) -> None:
    jane, zoe = Customer(app, house.site), Customer(app, house.site)
    janes, zoes = (str(who.start_chat("Good morning").public_id) for who in (jane, zoe))
    assert poll(jane, {f"chat:{janes}": {}, f"chat:{zoes}": {}}).status_code == 200
    assert leases.mine() == [janes]
    assert poll(jane, json.dumps({"typing": f"chat:{janes}"})).status_code == 400

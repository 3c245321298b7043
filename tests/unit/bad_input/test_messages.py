"""What people write, from both sides: kept to the letter, shown escaped once, or refused with nothing stored."""

from __future__ import annotations

import pytest

from tests.unit.access.world import World
from tests.unit.views.customer import errors
from webapp.domain.tables import Message

from .corpus import Line, lines
from .looking import harmless, in_time, letters, said

TEXTS = lines("text")
CLIENT_IDS = lines("client_id")
SIDES = pytest.mark.parametrize(("actor", "path"), [
    ("jane", "/widget/chats/{chat}/messages?key={site}"),
    ("alice", "/conversations/{chat}/messages"),
], ids=["from the customer", "from the staff"])  # fmt: skip


def newest() -> Message:
    return Message.select().where(Message.lane == "public").order_by(Message.id.desc()).get()


@pytest.mark.parametrize("line", TEXTS, ids=str)
def test_the_first_message_of_a_chat(world: World, line: Line) -> None:
    before = newest().id
    with in_time():
        form = {"message": line.payload, "client_id": "first"}
        answer = world.send("nobody", "POST", "/widget/chats?key={site}".format_map(world.ids), form, htmx=True)
    page = harmless(answer.text)
    if line.kept is None:
        assert answer.status_code == line.expected
        assert errors(answer.text).keys() == {"message"}
        assert letters(page.the("prechat-message")).removeprefix("\n") == line.payload  # nothing typed is lost
        assert newest().id == before
    else:
        assert answer.status_code == 200
        assert newest().body == line.kept
        assert said(page, "chat-message") == [line.kept]


@pytest.mark.parametrize("line", TEXTS, ids=str)
@SIDES
def test_a_message_in_a_chat(world: World, line: Line, actor: str, path: str) -> None:
    before = newest().id
    with in_time():
        form = {"body": line.payload, "client_id": "next"}
        answer = world.send(actor, "POST", path.format_map(world.ids), form, htmx=True)
    page = harmless(answer.text)
    if line.kept is None:
        assert answer.status_code == line.expected
        assert 'hx-target="#composer-error-' in answer.text
        assert newest().id == before
    else:
        assert answer.status_code == 200
        assert newest().body == line.kept
        assert said(page, "chat-message" if actor == "jane" else "message") == [line.kept]


@SIDES
def test_both_sides_read_what_was_written(world: World, actor: str, path: str) -> None:
    kept = [line for line in TEXTS if line.kept is not None]
    for line in kept:
        form = {"body": line.payload, "client_id": line.id}
        assert world.send(actor, "POST", path.format_map(world.ids), form, htmx=True).status_code == 200
    hers = world.send("jane", "GET", "/widget/frame?key={site}".format_map(world.ids))
    workspace = world.send("alice", "GET", "/conversations/{chat}".format_map(world.ids))
    transcript = world.send("alice", "GET", "/transcripts/{chat}".format_map(world.ids))
    written = [line.kept for line in kept]
    assert said(harmless(hers.text), "chat-message")[-len(written) :] == written
    assert [text for text in said(harmless(workspace.text), "message") if text in written] == written
    assert [letters(line) for line in harmless(transcript.text).walk() if "dir" in line and line.tag == "span"][
        -len(written) :] == written  # fmt: skip


@pytest.mark.parametrize("line", CLIENT_IDS, ids=str)
@SIDES
def test_the_id_that_the_browser_makes(world: World, line: Line, actor: str, path: str) -> None:
    form = {"body": "Hello!", "client_id": line.payload}
    answers = [world.send(actor, "POST", path.format_map(world.ids), form, htmx=True) for _ in range(2)]
    expected = 200 if line.kept is not None else line.expected
    assert [answer.status_code for answer in answers] == [expected] * 2
    for answer in answers:
        harmless(answer.text)
    assert Message.select().where(Message.body == "Hello!").count() == (expected == 200)
    if expected == 200:
        other = world.send(actor, "POST", path.format_map(world.ids), form | {"body": "Another"}, htmx=True)
        assert other.status_code == 409

"""Writing to the customer: what is stored, what is answered, and what is refused."""

from __future__ import annotations

import pytest

from tests.cast import House, Person, ask, chat, fresh
from tests.unit.views.dom import Element, look
from webapp import security
from webapp.domain.chats import lifecycle, messages
from webapp.domain.tables import Conversation, Message

ID = "0123456789abcdef"


def path(conversation: Conversation) -> str:
    return f"/conversations/{conversation.public_id}/messages"


def say(person: Person, conversation: Conversation, body: str, id: str = ID) -> Element:
    answer = person.post(path(conversation), {"body": body, "client_id": id})
    assert answer.status_code == 200
    (part,) = [e for e in look(answer.text).inside if isinstance(e, Element)]
    return part


def written(conversation: Conversation) -> list[str]:
    """What associates have written."""
    wanted = Message.select().where(Message.conversation == conversation, Message.author == "associate")
    return [row.body for row in wanted.order_by(Message.seq)]


def test_what_alice_writes_is_stored_and_answered_as_the_line_that_pushes_bring_too(
    alice: Person, house: House
) -> None:
    conversation = chat(house, "Jane Doe")
    part = say(alice, conversation, "Good morning!\nHow may I help?")
    assert (part.tag, part["hx-target"], part["hx-swap"]) == ("hx-partial", f"#log-{conversation.public_id}", "log")
    line = part.the("message", author="associate")
    stored = messages.log(conversation)[-1]
    assert line["id"] == f"message-{conversation.public_id}-{stored.seq}"
    assert (line["data-client-id"], line["data-seq"], line["data-lane"]) == (ID, str(stored.seq), "public")
    assert stored.body == "Good morning!\nHow may I help?"
    assert fresh(conversation).last_text == stored.body
    assert fresh(conversation).waiting_since is None


def test_sent_twice_it_is_stored_once_and_answered_twice(alice: Person, house: House) -> None:
    conversation = chat(house)
    first, second = say(alice, conversation, "Once"), say(alice, conversation, "Once")
    assert first.the("message")["id"] == second.the("message")["id"]
    assert written(conversation) == ["Once"]


def test_two_texts_under_one_id_are_not_taken_for_one(alice: Person, house: House) -> None:
    conversation = chat(house)
    say(alice, conversation, "One")
    assert alice.post(path(conversation), {"body": "Two", "client_id": ID}).status_code == 409
    assert written(conversation) == ["One"]


def test_the_numbers_have_no_gap(alice: Person, house: House) -> None:
    conversation = chat(house)
    for index in range(3):
        say(alice, conversation, f"Line {index}", f"id-{index}")
    alice.post(path(conversation), {"body": " ", "client_id": "blank"})
    say(alice, conversation, "The last", "id-last")
    assert [line.seq for line in messages.log(conversation)] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("body", "id", "sentence"),
    [
        ("", ID, "Write a message"),
        (" \n\t ", ID, "Write a message"),
        ("x" * 4001, ID, "This is too long."),
        ("a\0b", ID, "Some characters here cannot be stored. Please type it again."),
        ("Hello", "", "This message could not be told apart from others. Please send it again."),
        ("Hello", "x" * 65, "This message could not be told apart from others. Please send it again."),
    ],
)
def test_what_cannot_be_sent_is_answered_at_the_composer(
    alice: Person, house: House, body: str, id: str, sentence: str
) -> None:
    conversation = chat(house)
    answer = alice.post(path(conversation), {"body": body, "client_id": id})
    assert answer.status_code == 422
    (part,) = [e for e in look(answer.text).inside if isinstance(e, Element)]
    assert (part["hx-target"], part.text) == (f"#composer-error-{conversation.public_id}", sentence)
    assert written(conversation) == []


def test_four_thousand_characters_fit(alice: Person, house: House) -> None:
    conversation = chat(house)
    say(alice, conversation, "é" * 4000)
    assert written(conversation) == ["é" * 4000]


def test_nothing_is_added_to_a_chat_that_is_over(alice: Person, house: House) -> None:
    conversation = chat(house)
    lifecycle.end(conversation, by=None)
    answer = alice.post(path(conversation), {"body": "Too late", "client_id": ID})
    assert answer.status_code == 409
    assert "This chat has ended." in answer.text
    assert written(conversation) == []


def test_a_message_that_was_stored_before_the_end_is_still_answered(alice: Person, house: House) -> None:
    conversation = chat(house)
    say(alice, conversation, "Just in time")
    lifecycle.end(conversation, by=None)
    assert say(alice, conversation, "Just in time").the("message")


def test_nobody_writes_into_a_chat_that_waits(alice: Person, house: House) -> None:
    conversation = ask(house)
    answer = alice.post(path(conversation), {"body": "Hello", "client_id": ID})
    assert answer.status_code == 409
    assert "Accept the chat first." in answer.text
    assert written(conversation) == []


def test_nobody_writes_in_the_name_of_another(bruno: Person, nadia: Person, charlie: Person, house: House) -> None:
    conversation = chat(house)
    for person, status in ((bruno, 404), (charlie, 404), (nadia, 409)):
        answer = person.post(path(conversation), {"body": "I am Alice", "client_id": ID})
        assert answer.status_code == status, person.associate.name
    assert written(conversation) == []


def test_after_thirty_in_ten_seconds_she_is_told_when_to_go_on(alice: Person, house: House) -> None:
    conversation, other = chat(house), chat(house)
    for index in range(security.MESSAGES.amount):
        say(alice, conversation, f"Line {index}", f"id-{index}")
    answer = alice.post(path(conversation), {"body": "One more", "client_id": "more"})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= security.MESSAGES.seconds
    assert "That was a lot at once. Try again in" in answer.text
    assert len(written(conversation)) == security.MESSAGES.amount
    say(alice, other, "Another chat has its own count")
    say(alice, conversation, "Line 0", "id-0")  # sent again, for its answer was lost: that costs nothing


def test_what_is_written_is_text_and_never_markup(alice: Person, house: House) -> None:
    conversation = chat(house)
    part = say(alice, conversation, '</li><script>alert("x")</script>')
    assert [e for e in part.walk() if e.tag == "script"] == []
    assert '</li><script>alert("x")</script>' in part.text


def test_a_right_to_left_text_finds_its_own_direction(alice: Person, house: House) -> None:
    part = say(alice, chat(house), "مرحبا")
    (body,) = [e for e in part.walk() if e.attributes.get("class") == "msg__body"]
    assert body["dir"] == "auto"


def test_without_htmx_she_is_led_back_to_the_chat(alice: Person, house: House) -> None:
    conversation = chat(house)
    answer = alice.post(path(conversation), {"body": "Plainly", "client_id": ID}, htmx=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/conversations/{conversation.public_id}")
    assert written(conversation) == ["Plainly"]

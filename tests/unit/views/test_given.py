"""The card "Given in this chat": what was typed, and when."""

from __future__ import annotations

from datetime import timedelta

from tests.cast import House, Person, ask, chat
from tests.unit.views.dom import Element, look
from webapp.domain import clock
from webapp.domain.chats import details, threads
from webapp.domain.people import sites
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import Conversation


def versions(person: Person, conversation: Conversation) -> list[Element]:
    answer = person.get(f"/conversations/{conversation.public_id}/context", htmx=True)
    return look(answer.text).the("given-details").the("given-versions").all("given-version")


def says(conversation: Conversation, *given: str, minutes: int) -> None:
    with clock.at(conversation.created_at + timedelta(minutes=minutes)):
        details.change(conversation, Given(*given), generated_name="Visitor 48213127")


def times(seen: list[Element]) -> list[str]:
    return [element["datetime"] for version in seen for element in version.walk() if element.tag == "time"]


def test_every_version_stands_there_with_its_time_newest_first(alice: Person, house: House) -> None:
    conversation = chat(house, "Jane", "", "06 12 34 56 78")
    says(conversation, "Jane Doe", "jane@work.example", "06 12 34 56 78", minutes=2)
    says(conversation, "Jane Doe", "jane@work.example", "", minutes=5)
    seen = versions(alice, conversation)
    assert [version["data-version"] for version in seen] == ["3", "2", "1"]
    assert times(seen) == sorted(times(seen), reverse=True)
    newest, middle, first = (version.text for version in seen)
    assert "before the chat" in first
    assert "during the chat" in newest
    assert "Name Jane E-mail not given Phone 06 12 34 56 78" in first
    assert "changed" not in first
    assert "Name Jane Doe changed, before: Jane E-mail jane@work.example added Phone 06 12 34 56 78" in middle
    assert newest.count("changed") == 0
    assert "Phone not given taken away, before: 06 12 34 56 78" in newest


def test_what_is_typed_is_shown_as_typed_and_a_made_up_name_was_typed_by_nobody(alice: Person, house: House) -> None:
    conversation = chat(house)
    says(conversation, " jane DOE ", minutes=1)
    newest, first = versions(alice, conversation)
    assert "Name not given" in first.text
    assert "Visitor" not in first.text
    assert "Name jane DOE added" in newest.text


def test_a_chat_without_a_form_before_it_begins_at_the_start(alice: Person, house: House) -> None:
    plain = sites.add("No form", ["https://plain.example"], key="pk_plain", prechat_enabled=False)
    whatsapp = threads.begin("whatsapp", house.lyon, Given("Jane"), "Hello", "w-1", generated_name="")
    for conversation in (ask(house, "Jane", site=plain), whatsapp):
        (first,) = versions(alice, conversation)
        assert "at the start" in first.text


def test_in_french_too(alice: Person, house: House) -> None:
    house.alice.language = "fr"
    house.alice.save()
    conversation = chat(house, "Jane")
    says(conversation, "Jane Doe", minutes=1)
    newest, first = versions(alice, conversation)
    assert "modifié, avant : Jane" in newest.text
    assert "avant la conversation" in first.text

"""The rail: how many wait, in every document, and for each associate what she may see."""

from __future__ import annotations

import pytest

from tests.cast import House, Person, ask, chat
from webapp.domain.chats import lifecycle, messages

from .dom import Element, look


def count(person: Person, path: str = "/inbox/waiting") -> Element:
    return look(person.get(path).text).the("waiting-count")


@pytest.mark.parametrize("path", ["/inbox/mine", "/profiles", "/profiles/1"])
def test_every_document_counts_who_waits(alice: Person, house: House, path: str) -> None:
    assert (count(alice, path)["data-count"], count(alice, path).text) == ("0", "")
    ask(house)
    ask(house)
    shown = count(alice, path)
    assert (shown["data-count"], shown["data-watch"]) == ("2", "waiting:all")
    assert shown.text == "2, 2 chats waiting"


def test_who_waits_elsewhere_is_not_counted(charlie: Person, house: House) -> None:
    ask(house)
    assert count(charlie)["data-count"] == "0"


def test_a_later_chat_is_told_from_an_earlier_one(alice: Person, house: House) -> None:
    ask(house)
    first = int(count(alice)["data-newest"])
    second = ask(house)
    assert int(count(alice)["data-newest"]) >= first > 0
    lifecycle.accept(second, by=house.bruno)
    assert int(count(alice)["data-newest"]) == first


def test_it_names_her_chats_whose_customer_wrote_last(alice: Person, bruno: Person, house: House) -> None:
    conversation = chat(house)
    assert count(alice)["data-unanswered"] == ""
    messages.send(conversation, "Are you there?", "one", by=None)
    assert count(alice)["data-unanswered"].split(":")[0] == conversation.public_id
    assert count(bruno)["data-unanswered"] == ""
    messages.send(conversation, "I am", "two", by=house.alice)
    assert count(alice)["data-unanswered"] == ""

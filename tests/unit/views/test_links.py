"""Linking, moving the link, taking it back, and saying that somebody is not the person."""

from __future__ import annotations

import pytest

from tests.cast import House, Person, ask, chat
from tests.unit.views.dom import Element, look
from webapp.domain.chats import lifecycle
from webapp.domain.identity import facts, linking
from webapp.domain.tables import Conversation, Link, Profile

JANE = ("Jane Doe", "jane.doe@example.com")


def linked_to(conversation: Conversation) -> Profile | None:
    link = facts.current_link(conversation)
    return link.profile if link else None


def link(person: Person, conversation: Conversation, profile: Profile, **more: object) -> Element:
    data = {"profile": profile.id, "provenance": "candidate"} | more
    answer = person.post(f"/conversations/{conversation.public_id}/link", data)
    assert answer.status_code == 200
    return look(answer.text)


def take_back(person: Person, seen: Element, what: str, conversation: Conversation) -> Element:
    address = seen.all("undo", undoes=what)[-1]["hx-post"]
    return look(person.post(address, {"conversation": conversation.public_id}).text)


@pytest.mark.parametrize("provenance", ["candidate", "search"])
def test_alice_links_by_choice_and_can_take_it_back(alice: Person, house: House, provenance: str) -> None:
    conversation = chat(house, "Jane D")
    seen = link(alice, conversation, house.jane, provenance=provenance)
    assert seen.the("link-provenance")["data-provenance"] == provenance
    assert "Linked to Jane Doe." in seen.text
    assert linked_to(conversation) == house.jane
    seen = take_back(alice, seen, "link", conversation)
    assert linked_to(conversation) is None
    assert seen.the("context-panel")["data-state"] == "candidates"


def test_nobody_claims_another_provenance(alice: Person, house: House) -> None:
    seen = link(alice, chat(house), house.jane, provenance="verified_identity")
    assert seen.the("link-provenance")["data-provenance"] == "candidate"


def test_unlinking_acts_at_once_and_can_be_taken_back(alice: Person, house: House) -> None:
    conversation = chat(house, *JANE)
    seen = look(alice.delete(f"/conversations/{conversation.public_id}/link").text)
    assert linked_to(conversation) is None
    assert seen.the("candidate", strength="rejected")["data-profile"] == str(house.jane.id)
    assert "Unlinked." in seen.text
    take_back(alice, seen, "unlink", conversation)
    assert linked_to(conversation) == house.jane


def test_a_link_is_moved_and_moved_back(alice: Person, house: House) -> None:
    conversation = chat(house, *JANE)
    seen = link(alice, conversation, house.zoe, provenance="search")
    assert linked_to(conversation) == house.zoe
    take_back(alice, seen, "link", conversation)
    assert linked_to(conversation) == house.jane


def test_a_candidate_is_chosen_instead_of_the_one_that_is_linked(alice: Person, house: House) -> None:
    conversation = chat(house, "John Smith", "john.smith@example.com")
    seen = link(alice, conversation, house.john)
    assert seen.the("relink")
    asked = alice.get(f"/conversations/{conversation.public_id}/context?page=1", htmx=True)
    other = look(asked.text).the("candidate", customer_number=house.other_john.customer_number)
    assert other["data-strength"] == "exact"
    link(alice, conversation, house.other_john)
    assert linked_to(conversation) == house.other_john


def test_a_rejected_candidate_stands_apart_and_can_still_be_chosen(alice: Person, house: House) -> None:
    conversation = chat(house, "Jane D")
    answer = alice.post(f"/conversations/{conversation.public_id}/rejections", {"profile": house.jane.id})
    assert look(answer.text).the("candidate")["data-strength"] == "rejected"
    link(alice, conversation, house.jane)
    assert linked_to(conversation) == house.jane


def test_after_the_end_it_can_still_be_linked(alice: Person, house: House) -> None:
    conversation = chat(house, "Jane D")
    lifecycle.end(conversation, by=house.alice)
    link(alice, conversation, house.jane)
    assert linked_to(conversation) == house.jane


def test_before_she_accepts_nothing_is_linked(alice: Person, house: House) -> None:
    conversation = ask(house, "Jane D")
    answer = alice.post(f"/conversations/{conversation.public_id}/link", {"profile": house.jane.id})
    assert answer.status_code == 409
    assert "Accept the chat first." in look(answer.text).text
    assert Link.select().count() == 0


def test_linking_twice_says_so(alice: Person, house: House) -> None:
    conversation = chat(house, *JANE)
    answer = alice.post(f"/conversations/{conversation.public_id}/link", {"profile": house.jane.id})
    assert answer.status_code == 409
    assert "linked to Jane Doe already" in look(answer.text).text


@pytest.mark.parametrize("profile", ["", "none", "999", "9" * 30, "²", "-1"])
def test_a_profile_that_is_not_there_is_not_found(alice: Person, house: House, profile: str) -> None:
    conversation = chat(house)
    for action in ("link", "rejections"):
        answer = alice.post(f"/conversations/{conversation.public_id}/{action}", {"profile": profile})
        assert answer.status_code == 404


def test_who_may_not_open_the_chat_can_link_nothing(charlie: Person, house: House) -> None:
    conversation = chat(house, "Jane D")
    here = f"/conversations/{conversation.public_id}"
    assert charlie.post(f"{here}/link", {"profile": house.jane.id}).status_code == 404
    assert charlie.post(f"{here}/rejections", {"profile": house.jane.id}).status_code == 404
    assert charlie.delete(f"{here}/link").status_code == 404
    assert linked_to(conversation) is None


def test_who_may_not_open_the_chat_can_take_nothing_back(charlie: Person, house: House) -> None:
    entry = linking.link(chat(house, "Jane D"), house.jane, "candidate", by=house.alice)
    assert charlie.post(f"/activity/{entry.id}/undo").status_code == 404


def test_what_has_moved_on_is_not_taken_back(alice: Person, house: House) -> None:
    conversation = chat(house, "Jane D")
    seen = link(alice, conversation, house.jane)
    link(alice, conversation, house.zoe)
    answer = alice.post(seen.the("undo", undoes="link")["hx-post"])
    assert answer.status_code == 409
    assert linked_to(conversation) == house.zoe

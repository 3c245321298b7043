"""Who is this customer: what the browser remembers (rule 3 of SPEC section 2), and who it is not."""

from __future__ import annotations

import pytest

from tests.cast import House, ask, chat, fresh
from webapp.domain import settings
from webapp.domain.chats import lifecycle
from webapp.domain.identity import facts, linking
from webapp.domain.profiles import creating
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import Conversation, Visitor

from .test_resolution import JANE, JOHN, ZOE, found, strengths


def known(house: House, *details: str) -> Visitor:
    """The browser of a customer who was here before with these details, and whose chat has ended."""
    return gone(chat(house, *details))


def gone(conversation: Conversation) -> Visitor:
    """The browser of this chat, after its end."""
    lifecycle.end(conversation, by=None)
    assert conversation.visitor
    return conversation.visitor


def again(house: House, visitor: Visitor, *details: str) -> Conversation:
    return fresh(ask(house, *details, visitor=visitor))


def test_two_exact_matches_leave_no_room_for_the_browser_either(house: House) -> None:
    conversation = chat(house, "John")
    linking.link(conversation, house.john, "search", by=house.alice)
    browser = gone(conversation)
    assert found(again(house, browser, "John Smith")) == (house.john.id, "returning_visitor")
    lifecycle.end(Conversation.get(Conversation.state == "waiting"), by=None)
    assert found(again(house, browser, *JOHN)) is None


def test_switched_off_nobody_is_linked_by_either_rule(house: House) -> None:
    browser = known(house, *JANE)
    settings.set_values({"automatic_linking": "off"}, by=None)
    conversation = again(house, browser, *JANE)
    assert found(conversation) is None
    assert strengths(conversation) == {house.jane.id: "exact"}


@pytest.mark.parametrize(
    "details",
    [
        ("Jane Doe", "jane@new.example"),  # a detail has changed
        ("Jane D", ""),
        ("", "jane@new.example"),  # no name was given
        ("", "", "+33 1 11 11 11 11"),
        ("Nobody", "jane.doe@example.com"),  # another field is hers
        ("Nobody", "jane.doe+x@example.com"),
        ("Nobody", "", "06 12 34 56 78"),
        ("", "", ""),
    ],
)
def test_jane_is_known_by_her_browser_unless_the_details_speak_of_somebody_else(
    house: House, details: tuple[str, ...]
) -> None:
    assert found(again(house, known(house, *JANE), *details)) == (house.jane.id, "returning_visitor")
    assert found(ask(house, *details)) is None


@pytest.mark.parametrize(
    "details", [("Marc Leroy", ""), ("Marc Leroy", "marc@example.com"), ("🙂", "m@example.com")]
)
def test_somebody_else_at_janes_browser_is_not_linked_but_jane_is_remembered(
    house: House, details: tuple[str, ...]
) -> None:
    conversation = again(house, known(house, *JANE), *details)
    assert found(conversation) is None
    assert strengths(conversation) == {house.jane.id: "remembered"}
    assert conversation.candidate_count == 1


def test_the_browser_is_remembered_whoever_made_the_link(house: House) -> None:
    conversation = chat(house, "Somebody")
    linking.link(conversation, house.zoe, "candidate", by=house.alice)
    browser = gone(conversation)
    assert found(again(house, browser)) == (house.zoe.id, "returning_visitor")


def test_the_browser_is_not_remembered_when_that_is_switched_off(house: House) -> None:
    browser = known(house, *JANE)
    settings.set_values({"remember_browser": "off"}, by=None)
    assert found(again(house, browser, "Jane Doe")) is None
    lifecycle.end(Conversation.get(Conversation.state == "waiting"), by=None)
    assert found(again(house, browser, *JANE)) == (house.jane.id, "exact_match")


def test_a_link_that_no_longer_stands_is_not_remembered(house: House) -> None:
    conversation = chat(house, *JANE)
    linking.unlink(conversation, by=house.alice)
    browser = gone(conversation)
    assert found(again(house, browser, "Jane D")) is None


def test_who_types_zoes_name_and_email_at_janes_browser_is_linked_to_zoe_and_jane_is_a_candidate(
    house: House,
) -> None:
    conversation = again(house, known(house, *JANE), *ZOE)
    assert found(conversation) == (house.zoe.id, "exact_match")
    assert strengths(conversation) == {house.jane.id: "remembered"}


def test_strictly_jane_is_still_known_by_her_browser_but_nobody_elses_namesake_is(house: House) -> None:
    browser = known(house, *JANE)
    settings.set_values({"automatic_linking": "strict"}, by=None)
    namesake = creating.create(Given("Jane Doe", "another@example.com"), region="FR")
    assert found(again(house, browser, *JANE)) == (house.jane.id, "returning_visitor")
    lifecycle.end(Conversation.get(Conversation.state == "waiting"), by=None)
    conversation = again(house, browser, "Jane Doe", "another@example.com")
    assert found(conversation) is None
    assert strengths(conversation)[namesake.id] == "exact"


def test_a_pair_that_was_unlinked_is_never_linked_again_by_a_rule(house: House) -> None:
    conversation = chat(house, *JANE)
    assert found(conversation) == (house.jane.id, "exact_match")
    linking.unlink(conversation, by=house.alice)
    browser = gone(conversation)
    for details in (JANE, ("Jane Doe", ""), ("", "")):
        later = again(house, browser, *details)
        assert found(later) is None
        assert strengths(later) == {}
        lifecycle.end(later, by=None)
    assert found(ask(house, *JANE)) == (house.jane.id, "exact_match")  # in another browser it is


def test_a_rejected_jane_is_not_linked_although_an_older_link_of_the_browser_stands(house: House) -> None:
    browser = known(house, *JANE)
    second = again(house, browser, "", "")
    lifecycle.accept(second, by=house.alice)
    linking.unlink(second, by=house.alice)
    lifecycle.end(second, by=None)
    assert found(again(house, browser, *JANE)) is None


def test_a_rejected_john_leaves_two_who_match_exactly(house: House) -> None:
    conversation = chat(house, *JOHN)
    linking.reject(conversation, house.john, by=house.alice)
    browser = gone(conversation)
    assert found(again(house, browser, *JOHN)) is None


def test_who_was_found_not_to_be_jane_but_her_namesake_is_known_as_the_namesake(house: House) -> None:
    namesake = creating.create(Given("Jane Doe", "another@example.com"), region="FR")
    conversation = chat(house, *JANE)
    linking.link(conversation, namesake, "candidate", by=house.alice)
    browser = gone(conversation)
    assert found(again(house, browser, *JANE)) == (namesake.id, "returning_visitor")


def test_a_pair_that_somebody_chose_after_all_is_linked_again(house: House) -> None:
    conversation = chat(house, *JANE)
    linking.unlink(conversation, by=house.alice)
    linking.link(conversation, house.jane, "candidate", by=house.alice)
    browser = gone(conversation)
    assert found(again(house, browser, *JANE)) == (house.jane.id, "exact_match")


def test_a_withdrawn_profile_is_linked_by_nobody(house: House) -> None:
    creating.withdraw(house.jane)
    conversation = ask(house, *JANE)
    assert (found(conversation), strengths(conversation)) == (None, {})


def test_a_returning_visitors_link_keeps_its_evidence_too(house: House) -> None:
    conversation = again(house, known(house, *JANE), "Jane D")
    link = facts.current_link(conversation)
    assert link
    assert [line["verdict"] for line in link.evidence] == ["partial", "blank", "blank"]

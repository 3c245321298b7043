"""Who is this customer: rule 2 of SPEC section 2, and what is kept of the decision."""

from __future__ import annotations

import pytest

from tests.cast import House, ask
from webapp.domain import settings
from webapp.domain.events import ChatAsked, ChatRequested, ConversationLinked
from webapp.domain.identity import candidates, facts
from webapp.domain.profiles import activity, creating
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import Conversation, Link, Message

JANE = ("Jane Doe", "jane.doe@example.com")
JOHN = ("John Smith", "john.smith@example.com")
ZOE = ("Zoé Lefèvre", "zoe.lefevre@example.com")


def found(conversation: Conversation) -> tuple[int, str] | None:
    link = facts.current_link(conversation)
    return (link.profile_id, str(link.provenance)) if link else None


def strengths(conversation: Conversation) -> dict[int, str]:
    details = facts.given(facts.details_of(conversation), conversation.store.region)
    link = facts.current_link(conversation)
    offered = candidates.find(
        details, conversation.visitor_id, besides=link.profile_id if link else None
    ).offered
    return {candidate.record.id: candidate.strength for candidate in offered}


@pytest.mark.parametrize(
    ("name", "email"),
    [
        JANE,
        ("jane doe", "JANE.DOE@example.com"),
        ("  Jane   Doe ", " jane.doe@example.com "),
        ("Jané Döe", "jane.doe@EXAMPLE.COM"),
        ("Mrs. Jane Doe", "jane.doe@example.com."),
        ("Jane-Doe", "Jane <jane.doe@example.com>"),
    ],
)
def test_jane_is_linked_when_her_name_and_email_are_hers(house: House, name: str, email: str) -> None:
    conversation = ask(house, name, email)
    assert found(conversation) == (house.jane.id, "exact_match")
    assert conversation.state == "waiting"


def test_zoe_is_linked_without_her_accents(house: House) -> None:
    assert found(ask(house, "Zoe Lefevre", ZOE[1])) == (house.zoe.id, "exact_match")


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("Jane", JANE[1]), ("Jane D", JANE[1]), ("Doe Jane", JANE[1]), ("Jane Doe Jr.", JANE[1]),
        ("JaneDoe", JANE[1]), ("", JANE[1]), ("🙂", JANE[1]), (JANE[0], ""),
        (JANE[0], "janedoe@example.com"), (JANE[0], "jane.doe+shop@example.com"),
    ],
)  # fmt: skip
def test_nearly_jane_is_not_linked_but_a_candidate(house: House, name: str, email: str) -> None:
    conversation = ask(house, name, email)
    assert found(conversation) is None
    assert house.jane.id in strengths(conversation)
    assert conversation.candidate_count == 1


def test_a_stranger_is_not_linked_and_there_are_no_candidates(house: House) -> None:
    conversation = ask(house, "Nobody Known", "nobody@nowhere.example")
    assert (found(conversation), strengths(conversation), conversation.candidate_count) == (None, {}, 0)


def test_a_profile_called_jane_is_jane(house: House) -> None:
    jane = creating.create(Given("Jane", "jane@example.com"), region="FR")
    assert found(ask(house, "Jane", "jane@example.com")) == (jane.id, "exact_match")


def test_with_two_john_smiths_nobody_is_linked_and_both_match_exactly(house: House) -> None:
    conversation = ask(house, *JOHN)
    assert found(conversation) is None
    assert strengths(conversation) == {house.john.id: "exact", house.other_john.id: "exact"}
    assert conversation.candidate_count == 2


def test_somebody_who_shares_only_the_name_or_the_address_does_not_spoil_it(house: House) -> None:
    creating.create(Given("Jane Doe", "another@example.com"), region="FR")
    creating.create(Given("Marc Doe", "jane.doe@example.com"), region="FR")
    assert found(ask(house, *JANE)) == (house.jane.id, "exact_match")


@pytest.mark.parametrize(
    "other", [Given("Jane Doe", "another@example.com"), Given("Marc Doe", "jane.doe@example.com")]
)
def test_strictly_it_does(house: House, other: Given) -> None:
    settings.set_values({"automatic_linking": "strict"}, by=None)
    alone = ask(house, *JANE)
    assert found(alone) == (house.jane.id, "exact_match")
    creating.create(other, region="FR")
    conversation = ask(house, *JANE)
    assert found(conversation) is None
    assert strengths(conversation)[house.jane.id] == "exact"


def test_strictly_somebody_who_is_only_near_does_not(house: House) -> None:
    settings.set_values({"automatic_linking": "strict"}, by=None)
    creating.create(Given("Janie Doe", "jane.doe+shop@example.com"), region="FR")
    assert found(ask(house, *JANE)) == (house.jane.id, "exact_match")


def test_a_link_keeps_how_and_on_what_evidence_it_was_made(house: House, told: list[object]) -> None:
    conversation = ask(house, "JANE DOE", JANE[1], "01 02 03 04 05")
    link = Link.get(Link.conversation == conversation)
    assert (link.provenance, link.made_by, link.ended_at) == ("exact_match", None, None)
    assert [(line["field"], line["given"], line["held"], line["verdict"]) for line in link.evidence] == [
        ("name", "JANE DOE", "Jane Doe", "exact"),
        ("email", JANE[1], JANE[1], "exact"),
        ("phone", "01 02 03 04 05", "+33 6 12 34 56 78", "none"),
    ]
    assert [entry.kind for entry in activity.page(house.jane).entries] == ["linked", "chat"]
    line = Message.get(Message.kind == "linked")
    assert told == [
        ChatAsked(conversation.id),
        ConversationLinked(conversation.id, house.jane.id, line.id),
        ChatRequested(conversation.id),
    ]


@pytest.mark.parametrize("details", [JANE, JOHN, ("Jane", ""), ("Nobody Known", "no@body.example")])
def test_the_customer_sees_the_same_whatever_was_found(house: House, details: tuple[str, str]) -> None:
    conversation = ask(house, *details)
    seen = Message.select().where(Message.conversation == conversation, Message.lane == "public")
    assert [(line.seq, line.kind, line.author) for line in seen] == [(1, "text", "customer")]
    assert (conversation.state, conversation.store.slug, conversation.identity_level) == (
        "waiting",
        "lyon",
        "typed",
    )

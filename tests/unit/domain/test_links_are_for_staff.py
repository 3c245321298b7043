"""What a link is not: it proves nothing, tells the customer nothing, and writes nothing into a profile."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cast import House, ask, chat, fresh
from webapp.domain.chats import details, lifecycle
from webapp.domain.identity import creation, facts, linking
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import ContactDetails, ContactPoint, Conversation, Message, Profile

JANE = ("Jane Doe", "jane.doe@example.com")


def rows(table: type[Profile] | type[ContactPoint]) -> list[dict[str, object]]:
    return list(table.select().order_by(table.id).dicts())


def versions(conversation: Conversation) -> list[dict[str, object]]:
    found = ContactDetails.select().where(ContactDetails.conversation == conversation)
    return list(found.order_by(ContactDetails.version).dicts())


def public_lines(conversation: Conversation) -> list[tuple[int, str]]:
    found = Message.select().where(Message.conversation == conversation, Message.lane == "public")
    return [(line.seq, line.kind) for line in found.order_by(Message.seq)]


def test_a_link_writes_nothing_to_the_profile_whoever_makes_it(house: House) -> None:
    profiles, points = rows(Profile), rows(ContactPoint)
    conversation = chat(house, "JANE  DOE", "Jane.Doe@Example.com", "+33 1 11 11 11 11")
    link = facts.current_link(conversation)
    assert link
    assert link.provenance == "exact_match"
    linking.link(conversation, house.zoe, "search", by=house.alice)
    linking.unlink(conversation, by=house.alice)
    assert (rows(Profile), rows(ContactPoint)) == (profiles, points)


def test_a_link_shows_the_customer_nothing_and_changes_no_routing(house: House) -> None:
    linked, unknown = ask(house, *JANE, store="london"), ask(house, "Nobody", store="london")
    assert facts.current_link(linked)
    assert facts.current_link(unknown) is None
    assert (linked.store, linked.state, public_lines(linked)) == (unknown.store, "waiting", public_lines(unknown))
    lifecycle.accept(linked, by=house.charlie)
    before = public_lines(linked)
    linking.link(linked, house.zoe, "search", by=house.charlie)
    assert public_lines(linked) == before
    assert fresh(linked).store == house.london


@pytest.mark.parametrize(("given", "level"), [((), "anonymous"), (("Jane",), "typed"), (JANE, "typed")])
def test_no_link_raises_the_level_of_identity(house: House, given: tuple[str, ...], level: str) -> None:
    conversation = chat(house, *given)
    if facts.current_link(conversation) is None:
        linking.link(conversation, house.jane, "search", by=house.alice)
    assert fresh(conversation).identity_level == level


def test_what_was_submitted_stays_whatever_is_linked_later(house: House) -> None:
    conversation = chat(house, "jane d", "Jane@Example.com")
    details.change(conversation, Given("jane d", "jane@work.example"), generated_name="x")
    submitted = versions(conversation)
    assert len(submitted) == 2
    linking.link(conversation, house.jane, "search", by=house.alice)
    linking.link(conversation, house.zoe, "search", by=house.alice)
    linking.unlink(conversation, by=house.alice)
    assert versions(conversation) == submitted


def chooses(house: House, conversation: Conversation) -> None:
    linking.link(conversation, house.zoe, "candidate", by=house.alice)


def searches(house: House, conversation: Conversation) -> None:
    linking.link(conversation, house.zoe, "search", by=house.alice)


def creates(house: House, conversation: Conversation) -> None:
    creation.create_from(conversation, Given("Zoé Martin"), by=house.alice)


@pytest.mark.parametrize("over", [False, True], ids=["running", "ended"])
@pytest.mark.parametrize(
    ("links", "provenance"), [(chooses, "candidate"), (searches, "search"), (creates, "created")]
)
def test_alice_links_in_three_ways_while_it_runs_and_after(
    house: House, links: Callable[[House, Conversation], None], provenance: str, over: bool
) -> None:
    conversation = chat(house, "Zoé")
    if over:
        lifecycle.end(conversation, by=house.alice)
    links(house, conversation)
    link = facts.current_link(conversation)
    assert link
    assert (link.provenance, link.made_by) == (provenance, house.alice)
    linking.link(conversation, house.jane, "search", by=house.alice)  # and moves it at any time
    linking.unlink(conversation, by=house.alice)
    assert facts.current_link(conversation) is None

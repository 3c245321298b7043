"""Making a profile from a chat, after showing what it would duplicate."""

from __future__ import annotations

import pytest

from tests.cast import House, chat
from webapp.domain.events import ConversationLinked, ProfileCreated
from webapp.domain.identity import creation, facts
from webapp.domain.identity.creation import WouldDuplicate
from webapp.domain.profiles import activity, records
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import Profile

ELSA = Given("Elsa Blanc", "elsa@example.com", "06 11 22 33 44")


def test_alice_makes_a_profile_and_the_chat_is_linked_to_it(house: House, told: list[object]) -> None:
    conversation = chat(house, ELSA.name, ELSA.email, ELSA.phone)
    told.clear()
    entry = creation.create_from(conversation, ELSA, by=house.alice)
    elsa = Profile.get_by_id(entry.profile_id)
    record = records.of(elsa)
    assert (elsa.customer_number, elsa.region, elsa.language) == ("C-1005", "FR", "en")
    assert (record.name, record.email, record.phone) == (ELSA.name, ELSA.email, ELSA.phone)
    link = facts.current_link(conversation)
    assert link
    assert (link.profile_id, link.provenance, link.made_by) == (elsa.id, "created", house.alice)
    assert [line["verdict"] for line in link.evidence] == ["exact"] * 3
    assert [entry.kind for entry in activity.page(elsa).entries] == ["linked", "chat"]
    assert [type(event) for event in told] == [ProfileCreated, ConversationLinked]


@pytest.mark.parametrize(
    "given",
    [
        Given("JANE DOE", "new@example.com"),
        Given("Somebody New", "Jane.Doe@example.com"),
        Given("Somebody New", "", "06 12 34 56 78"),
        Given("Jane Doe", "jane.doe@example.com", "06 12 34 56 78"),
    ],
)
def test_who_shares_a_detail_is_shown_first_and_creating_anyway_is_a_second_step(
    house: House, given: Given
) -> None:
    conversation = chat(house, "Jane D")
    with pytest.raises(WouldDuplicate) as refusal:
        creation.create_from(conversation, given, by=house.alice)
    assert [candidate.record.id for candidate in refusal.value.candidates] == [house.jane.id]
    assert facts.current_link(conversation) is None
    assert Profile.select().count() == 4
    creation.create_from(conversation, given, by=house.alice, anyway=True)
    assert Profile.select().count() == 5


def test_both_john_smiths_are_shown_best_first(house: House) -> None:
    given = Given("John Smith", "john.smith@example.com", "+44 7911 123456")
    assert [c.record.id for c in creation.duplicates(given, "GB")] == [house.john.id, house.other_john.id]


@pytest.mark.parametrize(
    "given", [Given("Jane D"), Given("Doe Jane"), Given("New", "jane.doe+shop@example.com")]
)
def test_who_only_resembles_is_no_duplicate(house: House, given: Given) -> None:
    assert creation.duplicates(given, "FR") == ()
    creation.create_from(chat(house, "Jane D"), given, by=house.alice)


def test_a_phone_is_read_in_the_region_of_the_store(house: House) -> None:
    conversation = chat(house, "Tom Hill", "", "07911 123456", store="london", by=house.charlie)
    with pytest.raises(WouldDuplicate):  # it is John's
        creation.create_from(conversation, Given("Tom Hill", "", "07911 123456"), by=house.charlie)
    entry = creation.create_from(conversation, Given("Tom Hill", "", "07911 654321"), by=house.charlie)
    assert Profile.get_by_id(entry.profile_id).region == "GB"

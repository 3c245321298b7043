"""Taking back that a conversation was linked or unlinked, while it stands so."""

from __future__ import annotations

import pytest

from tests.cast import House, chat
from webapp.domain.errors import DomainError, Refused
from webapp.domain.events import ConversationLinked
from webapp.domain.identity import creation, facts, linking
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import Link, Profile

from .conftest import AtOnce
from .test_linking import JANE, entry_of, linked_to, log, rejected


@pytest.mark.parametrize("provenance", ["exact_match", "candidate"])
def test_undoing_a_link_is_unlinking_and_undoing_that_links_again(house: House, provenance: str) -> None:
    conversation = chat(house, *(JANE if provenance == "exact_match" else ("Jane D",)))
    if provenance == "candidate":
        linking.link(conversation, house.jane, "candidate", by=house.alice)
    evidence = Link.get().evidence
    linking.undo(entry_of(house.jane, "linked"), by=house.alice)
    assert linked_to(conversation) is None
    assert rejected(conversation) == {house.jane.id}
    assert log(house.jane) == ["unlinked", "linked"]
    linking.undo(entry_of(house.jane, "unlinked"), by=house.bruno)
    again = facts.current_link(conversation)
    assert again
    assert (again.profile_id, again.provenance, again.made_by) == (house.jane.id, provenance, house.bruno)
    assert again.evidence == evidence
    assert rejected(conversation) == set()
    assert log(house.jane) == ["linked", "unlinked", "linked", "chat"]


def test_undoing_a_move_puts_the_chat_back_where_it_was(house: House, told: list[object]) -> None:
    conversation = chat(house, *JANE)
    entry = linking.link(conversation, house.zoe, "search", by=house.alice)
    told.clear()
    linking.undo(entry, by=house.alice)
    assert linked_to(conversation) == (house.jane.id, "exact_match")
    assert rejected(conversation) == {house.zoe.id}
    assert log(house.jane) == ["linked", "unlinked", "linked", "chat"]
    assert log(house.zoe) == ["unlinked", "linked"]
    assert [(event.profile, event.moved_from) for event in told if isinstance(event, ConversationLinked)] == [
        (house.jane.id, house.zoe.id)
    ]


def test_undoing_the_creation_of_a_profile_withdraws_it(house: House) -> None:
    conversation = chat(house, *JANE)
    entry = creation.create_from(conversation, Given("Jeanne Dupont"), by=house.alice)
    created = Profile.get_by_id(entry.profile_id)
    assert linked_to(conversation) == (created.id, "created")
    linking.undo(entry, by=house.alice)
    assert linked_to(conversation) == (house.jane.id, "exact_match")
    assert Profile.get_by_id(created.id).withdrawn_at is not None
    with pytest.raises(Refused):  # there is nothing left to come back to
        linking.undo(entry_of(created, "unlinked"), by=house.alice)


def test_a_created_profile_that_was_unlinked_and_linked_again_stays(house: House) -> None:
    conversation = chat(house, "Jeanne")
    created = creation.create_from(conversation, Given("Jeanne Dupont"), by=house.alice)
    profile = Profile.get_by_id(created.profile_id)
    linking.undo(linking.unlink(conversation, by=house.alice), by=house.alice)
    assert linked_to(conversation) == (profile.id, "created")
    linking.undo(entry_of(profile, "linked"), by=house.alice)
    assert linked_to(conversation) is None
    assert Profile.get_by_id(profile.id).withdrawn_at is None


def test_a_created_profile_with_another_chat_is_not_taken_back(house: House) -> None:
    entry = creation.create_from(chat(house, "Jeanne"), Given("Jeanne Dupont"), by=house.alice)
    linking.link(chat(house, "Jeanne"), Profile.get_by_id(entry.profile_id), "candidate", by=house.alice)
    with pytest.raises(Refused) as refusal:
        linking.undo(entry, by=house.alice)
    assert refusal.value.code == "profile_in_use"
    assert Link.select().where(Link.profile == entry.profile_id, Link.ended_at.is_null()).count() == 2


def test_a_move_from_a_profile_that_is_gone_is_undone_to_no_link(house: House) -> None:
    first = creation.create_from(chat(house, "Jeanne"), Given("Jeanne Dupont"), by=house.alice)
    second = chat(house, "Jeanne")
    linking.link(second, Profile.get_by_id(first.profile_id), "candidate", by=house.alice)
    moved = linking.link(second, house.zoe, "search", by=house.alice)
    linking.undo(first, by=house.alice)
    linking.undo(moved, by=house.alice)
    assert linked_to(second) is None


def test_what_has_moved_on_since_is_not_undone(house: House) -> None:
    conversation = chat(house, *JANE)
    by_rule = entry_of(house.jane, "linked")
    unlinked = linking.unlink(conversation, by=house.alice)
    chosen = linking.link(conversation, house.zoe, "search", by=house.alice)
    for entry in (by_rule, unlinked, entry_of(house.zoe, "chat")):
        assert not linking.can_undo(entry)
        with pytest.raises(Refused) as refusal:
            linking.undo(entry, by=house.alice)
        assert refusal.value.code == "changed_since"
    assert linking.can_undo(chosen)
    linking.unlink(conversation, by=house.alice)
    with pytest.raises(Refused):
        linking.undo(unlinked, by=house.alice)
    assert linked_to(conversation) is None


def test_of_four_who_undo_at_once_one_does(house: House, at_once: AtOnce) -> None:
    entry = linking.link(chat(house, "Zoé"), house.zoe, "search", by=house.alice)
    outcomes = at_once([lambda: linking.undo(entry, by=house.alice)] * 4)
    assert outcomes.count(None) == 1
    assert {o.code for o in outcomes if isinstance(o, DomainError)} == {"changed_since"}
    assert log(house.zoe) == ["unlinked", "linked"]

"""Who is this customer: rule 1 of SPEC section 2, the retailer's own word."""

from __future__ import annotations

import pytest

from tests.cast import House, ask, chat
from webapp.domain import settings
from webapp.domain.chats import lifecycle
from webapp.domain.identity import creation, facts, linking
from webapp.domain.identity.proof import Proved
from webapp.domain.profiles import creating, editing
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import Conversation, Profile

JANE = ("Jane Doe", "jane.doe@example.com")


@pytest.fixture
def known(house: House) -> Profile:
    """Vera, whom the shop's own systems know as customer 77."""
    return creating.create(Given("Vera Known", "vera@example.com"), region="FR", external_id="77")


def found(conversation: Conversation) -> tuple[int, str] | None:
    link = facts.current_link(conversation)
    return (link.profile_id, str(link.provenance)) if link else None


def test_a_signed_in_customer_is_linked_by_the_shops_own_id_whatever_she_typed(house: House, known: Profile) -> None:
    conversation = ask(house, "Somebody Else", "else@example.com", proved=Proved("77"))
    assert found(conversation) == (known.id, "verified_identity")
    assert (conversation.identity_level, conversation.subject) == ("verified", "77")


def test_it_beats_an_exact_match(house: House, known: Profile) -> None:
    assert found(ask(house, *JANE, proved=Proved("77"))) == (known.id, "verified_identity")


@pytest.mark.parametrize("mode", ["strict", "off"])
def test_it_holds_whatever_a_manager_decided(house: House, known: Profile, mode: str) -> None:
    settings.set_values({"automatic_linking": mode, "remember_browser": "off"}, by=None)
    assert found(ask(house, proved=Proved("77"))) == (known.id, "verified_identity")


def test_it_holds_for_a_pair_that_was_rejected(house: House, known: Profile) -> None:
    first = chat(house, proved=Proved("77"))
    linking.unlink(first, by=house.alice)
    lifecycle.end(first, by=house.alice)
    assert found(ask(house, visitor=first.visitor, proved=Proved("77"))) == (known.id, "verified_identity")


def test_a_verified_address_on_one_profile_that_is_nobodys_yet_is_enough(house: House) -> None:
    proved = Proved("new", email="JANE.doe@example.com", email_verified=True)
    assert found(ask(house, proved=proved)) == (house.jane.id, "verified_identity")
    assert Profile.get_by_id(house.jane.id).external_id is None  # a link writes nothing to the profile


def test_an_address_that_is_not_verified_proves_nothing(house: House) -> None:
    assert found(ask(house, proved=Proved("new", email="jane.doe@example.com"))) is None


def test_an_address_on_two_profiles_proves_nothing(house: House) -> None:
    proved = Proved("new", email="john.smith@example.com", email_verified=True)
    assert found(ask(house, proved=proved)) is None


def test_an_address_of_a_profile_that_is_somebody_elses_proves_nothing(house: House, known: Profile) -> None:
    proved = Proved("78", email="vera@example.com", email_verified=True)
    assert found(ask(house, proved=proved)) is None


def test_without_a_profile_of_hers_the_other_rules_decide(house: House) -> None:
    conversation = ask(house, *JANE, proved=Proved("nobody"))
    assert found(conversation) == (house.jane.id, "exact_match")
    assert conversation.identity_level == "verified"  # it is the conversation that is verified, not the link


def test_a_profile_that_was_taken_back_is_nobody(house: House, known: Profile) -> None:
    creating.withdraw(known)
    assert found(ask(house, proved=Proved("77"))) is None


def test_typing_does_not_unprove_what_was_proved(house: House, known: Profile) -> None:
    conversation = ask(house, "Vera Known", proved=Proved("77"))
    editing.change(known, "name", "Vera Unknown", seen="Vera Known", by=house.alice)
    assert Conversation.get_by_id(conversation.id).identity_level == "verified"


def test_a_profile_made_from_a_verified_chat_is_the_shops_customer_from_then_on(house: House) -> None:
    conversation = chat(house, "Nina New", "nina@example.com", proved=Proved("900"))
    creation.create_from(conversation, Given("Nina New", "nina@example.com"), by=house.alice)
    nina = Profile.get(Profile.name == "Nina New")
    assert nina.external_id == "900"
    assert found(ask(house, proved=Proved("900"))) == (nina.id, "verified_identity")


def test_an_id_is_given_to_one_profile_only(house: House, known: Profile) -> None:
    conversation = chat(house, "Nina New", "nina@example.com", proved=Proved("77"))
    linking.unlink(conversation, by=house.alice)
    creation.create_from(conversation, Given("Nina New", "nina@example.com"), by=house.alice)
    assert Profile.get(Profile.name == "Nina New").external_id is None


def test_an_id_is_free_again_when_its_profile_is_taken_back(house: House, known: Profile) -> None:
    creating.withdraw(known)
    conversation = chat(house, "Vera Known", "vera@example.com", proved=Proved("77"))
    creation.create_from(conversation, Given("Vera Known", "vera@example.com"), by=house.alice)
    vera = Profile.get(Profile.external_id == "77")
    assert vera != known
    assert found(ask(house, proved=Proved("77"))) == (vera.id, "verified_identity")

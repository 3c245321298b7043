"""Where the customer and the profile disagree, and what is new."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain import verdicts
from tests.unit.domain.any_text import ANY_TEXT
from webapp.domain.identity.conflicts import Conflict, conflicts, new_information
from webapp.domain.identity.matching import Details, Held

JANE = Held("Jane Doe", ("jane.doe@example.com", "jane@work.example"), ("+33612345678",), region="FR")


@pytest.mark.parametrize(("typed", "held", "_", "__", "conflict"), verdicts.NAMES)
def test_names_conflict_as_agreed(typed: str, held: str, _: str, __: str, conflict: bool) -> None:
    assert bool(conflicts(Details(name=typed), Held(name=held))) is conflict


@pytest.mark.parametrize(("typed", "held", "_", "__", "conflict"), verdicts.EMAILS)
def test_emails_conflict_as_agreed(typed: str, held: str, _: str, __: str, conflict: bool) -> None:
    assert bool(conflicts(Details(email=typed), Held(emails=(held,)))) is conflict


@pytest.mark.parametrize(("region", "typed", "held", "_", "__", "conflict"), verdicts.PHONE)
def test_phones_conflict_as_agreed(region: str, typed: str, held: str, _: str, __: str, conflict: bool) -> None:
    details = Details(phone=typed, region=region)
    assert bool(conflicts(details, Held(phones=(held,), region=region))) is conflict


def test_jane_differs_in_all_three_fields_in_their_order() -> None:
    details = Details("Jane D", "jane@gmail.com", "+33 6 98 76 54 32", region="FR")
    assert conflicts(details, JANE) == (
        Conflict("name", "Jane D", ("Jane Doe",)),
        Conflict("email", "jane@gmail.com", ("jane.doe@example.com", "jane@work.example")),
        Conflict("phone", "+33 6 98 76 54 32", ("+33612345678",)),
    )


def test_jane_may_use_any_of_her_addresses() -> None:
    assert conflicts(Details("JANE DOE", "Jane@Work.example", "06 12 34 56 78", region="FR"), JANE) == ()


def test_a_generated_name_conflicts_with_nothing_on_either_side() -> None:
    assert conflicts(Details("Visitor 48213127", name_generated=True), JANE) == ()
    assert conflicts(Details("Jane Doe"), Held("Visitor 48213127", name_generated=True)) == ()


def test_what_the_profile_lacks_is_new_and_no_conflict() -> None:
    details = Details("Zoé Lefèvre", "zoe.lefevre@example.com", "n/a")
    lacking = Held("Visitor 48213127", ("", " "), (), name_generated=True)
    assert conflicts(details, lacking) == ()
    assert new_information(details, lacking) == (
        ("name", "Zoé Lefèvre"),
        ("email", "zoe.lefevre@example.com"),
        ("phone", "n/a"),
    )


def test_nothing_is_new_when_it_was_not_given_or_when_the_profile_has_a_value() -> None:
    assert new_information(Details("Visitor 48213127", " ", "", name_generated=True), Held()) == ()
    assert new_information(Details("John Smith", "john.smith@example.com", "1"), JANE) == ()


@pytest.mark.parametrize(
    ("details", "held"),
    [
        (Details(name="\U0001f600"), Held(name="\U0001f600 ")),
        (Details(phone="555-1234", region="US"), Held(phones=("555-1234",), region="US")),
        (Details(phone="n/a", region="US"), Held(phones=("+12125551234", "n/a"), region="US")),
    ],
)
def test_a_value_that_matches_nothing_stops_conflicting_once_the_profile_has_it(details: Details, held: Held) -> None:
    assert conflicts(details, held) == ()


def test_one_number_typed_in_two_countries_is_two_numbers() -> None:
    details = Details(phone="07911 123456", region="GB")
    assert len(conflicts(details, Held(phones=("07911 123456",), region="FR"))) == 1


VALUES = st.lists(ANY_TEXT, max_size=3).map(tuple)


@given(st.sampled_from(["", " ", "\u200b", "\t\u00a0"]), ANY_TEXT, VALUES, VALUES)
def test_a_blank_never_conflicts_and_is_never_new(
    blank: str, name: str, emails: tuple[str, ...], phones: tuple[str, ...]
) -> None:
    details, held = Details(blank, blank, blank, region="FR"), Held(name, emails, phones)
    assert not conflicts(details, held)
    assert not new_information(details, held)


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT, VALUES, VALUES)
def test_giving_the_profile_what_was_given_clears_every_conflict(
    name: str, email: str, phone: str, held_name: str, emails: tuple[str, ...], phones: tuple[str, ...]
) -> None:
    details = Details(name, email, phone, region="FR")
    before = {conflict.field for conflict in conflicts(details, Held(held_name, emails, phones, region="FR"))}
    agreed = Held(
        name if "name" in before else held_name,
        (*emails, email) if "email" in before else emails,
        (*phones, phone) if "phone" in before else phones,
        region="FR",
    )
    assert conflicts(details, agreed) == ()

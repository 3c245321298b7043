"""What is exact, near or other, and what follows from it for a profile as a whole."""

from __future__ import annotations

import json
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain import verdicts
from tests.unit.domain.any_text import ANY_TEXT
from webapp.domain.identity import nicknames
from webapp.domain.identity.matching import (
    VERDICTS,
    WEIGHTS,
    Comparison,
    Details,
    Evidence,
    Held,
    compare,
    compare_email,
    compare_name,
    compare_phone,
    speaks_of_somebody_else,
)

JANE = Held("Jane Doe", ("jane.doe@example.com", "jane@work.example"), ("+33612345678",), region="FR")
NAMES = st.one_of(ANY_TEXT, st.sampled_from([line[side] for line in verdicts.NAMES for side in (0, 1)]))
EMAILS = st.one_of(ANY_TEXT, st.sampled_from([line[side] for line in verdicts.EMAILS for side in (0, 1)]))
PHONES = st.one_of(ANY_TEXT, st.sampled_from([line[side] for line in verdicts.PHONE for side in (1, 2)]))


def read(comparison: Comparison) -> tuple[str, str]:
    return comparison.verdict, comparison.level


@pytest.mark.parametrize(("typed", "held", "verdict", "level", "_"), verdicts.NAMES)
def test_names_are_judged_as_agreed(typed: str, held: str, verdict: str, level: str, _: bool) -> None:
    assert read(compare_name(typed, held)) == (verdict, level)


@pytest.mark.parametrize(("typed", "held", "verdict", "level", "_"), verdicts.EMAILS)
def test_emails_are_judged_as_agreed(typed: str, held: str, verdict: str, level: str, _: bool) -> None:
    assert read(compare_email(typed, held)) == (verdict, level)


@pytest.mark.parametrize(("region", "typed", "held", "verdict", "level", "_"), verdicts.PHONE)
def test_phones_are_judged_as_agreed(region: str, typed: str, held: str, verdict: str, level: str, _: bool) -> None:
    assert read(compare_phone(typed, held, region)) == (verdict, level)


@pytest.mark.parametrize(
    ("typed", "held", "level"),
    [
        ("Jonathan S", "John Smith", "nick_initial"),
        ("Jonathan S", "Jonathan Sørensen-Blackwood", "initial"),
        ("Doe J.", "Jane Doe", "initial"),
        ("Smith Bob", "Robert Smith", "nick"),
        ("Pepe García", "José García", "nick"),
        ("Bob", "Rob", "nick"),
        ("Bob", "Robert Smith", "single_near"),
        ("Bob Smtih", "Robert Smith", "near2"),
        ("Annmarie Roy", "Anne-Marie Roy", "near1"),
        ("Alexandra Montgomrey", "Alexandre Montgomery", "near2"),
        ("Jonathan Sør", "Jonathan Sørensen", "one_token"),
        ("Jane", "Jane Doe", "single"),
        ("太郎 山田", "山田 太郎", "reordered"),
    ],
)
def test_names_that_fit_somehow_are_near(typed: str, held: str, level: str) -> None:
    assert read(compare_name(typed, held)) == ("partial", level)


@pytest.mark.parametrize(
    ("typed", "held"),
    [
        ("John Doe", "Jane Doe"),
        ("Claire Leroy", "Marc Leroy"),
        ("Jane Smith", "Jane Doe"),
        ("J D", "Jane Doe"),
        ("Dan Lee", "Ian Lee"),
        ("山田次郎", "山田太郎"),
        ("王大明", "王小明"),
        ("Emma 1", "Emma 2"),
        ("Jane Doe", "\U0001f600"),
    ],
)
def test_names_of_two_people_are_not_near(typed: str, held: str) -> None:
    assert read(compare_name(typed, held)) == ("none", "other")


@pytest.mark.parametrize(
    ("typed", "held", "verdict", "level"),
    [
        ("info@maison.example", "info@atelier.example", "none", "other"),
        ("jd@example.com", "jc@example.com", "none", "other"),
        ("jane.doe@example.com", "janedoe@example.org", "partial", "local"),
        ("zoe.lefevre@exmaple.com", "zoe.lefvre@example.com", "partial", "near2"),
        ("jane@b.de", "john@c.de", "none", "other"),
        ("jane", "jane", "exact", "exact"),
    ],
)
def test_addresses_are_near_by_a_slip_and_not_by_chance(typed: str, held: str, verdict: str, level: str) -> None:
    assert read(compare_email(typed, held)) == (verdict, level)


def test_a_number_typed_as_in_another_country_is_near_by_its_end() -> None:
    assert read(compare_phone("06 12 34 56 78", "+33612345678", "GB")) == ("partial", "suffix")
    assert read(compare_phone("555-1234", "+12125551234", "US")) == ("partial", "suffix")
    assert read(compare_phone("07911 123456", "07911 123456", "GB", "FR")) == ("partial", "suffix")


def test_two_numbers_are_two_numbers() -> None:
    assert read(compare_phone("+33698765432", "+33612345678", "FR")) == ("none", "other")
    assert read(compare_phone("445 555 1234", "212 555 1234", "US")) == ("none", "other")


def test_the_value_that_fits_best_is_compared_wherever_it_stands() -> None:
    details = Details("Jane Doe", "jane@work.example", "06 12 34 56 78", region="FR")
    for emails in permutations(("john@example.com", "jane.doe@example.com", "jane@work.example", "")):
        evidence = compare(details, Held("Jane Doe", emails, ("", "01 23", "0612345678"), region="FR"))
        assert (evidence.email.held, evidence.phone.held) == ("jane@work.example", "0612345678")


def test_each_side_reads_phones_in_its_own_region() -> None:
    details = Details(phone="+44 7911 123456", region="FR")
    assert compare(details, Held(phones=("07911 123456",), region="GB")).phone.verdict == "exact"
    nowhere = Held(phones=("0612345678",))
    assert compare(Details(phone="06 12 34 56 78", region="FR"), nowhere).phone.verdict == "exact"


@pytest.mark.parametrize(
    ("details", "strength"),
    [
        (Details("Jane Doe", "JANE@work.example"), "exact"),
        (Details("Jane Doe", "jane@gmail.com"), "partial"),
        (Details("Jane Doe"), "partial"),
        (Details("John Smith", "jane.doe@example.com"), "partial"),
        (Details("John Smith", phone="0612345678", region="FR"), "partial"),
        (Details("Jane D", "somebody@gmail.com"), "near"),
        (Details("John Smith", "jane.deo@example.com"), "near"),
        (Details("John Smith", phone="0612345687", region="FR"), "none"),
        (Details("John Smith", "john.smith@example.com"), "none"),
        (Details("Jane Doe", name_generated=True), "none"),
        (Details(), "none"),
    ],
)
def test_a_profile_is_as_strong_a_candidate_as_its_fields_say(details: Details, strength: str) -> None:
    assert compare(details, JANE).strength == strength


def test_a_generated_name_says_nothing_on_either_side() -> None:
    visitor = Details("Visitor 48213127", name_generated=True)
    assert read(compare(visitor, Held("Visitor 48213127")).name) == ("blank", "missing")
    generated = Held("Visitor 48213127", name_generated=True)
    assert read(compare(Details("Visitor 48213127"), generated).name) == ("none", "missing_held")


def test_what_the_profile_lacks_is_said_to_be_missing() -> None:
    evidence = compare(Details("Jane Doe", "jane@x.com", "0612345678"), Held("Jane Doe"))
    assert read(evidence.email) == read(evidence.phone) == ("none", "missing_held")


def test_a_better_fit_scores_higher() -> None:
    given_details = Details("Jane Doe", "jane.doe@example.com")
    ranked = [
        Held("Jane Doe", ("jane.doe@example.com",)),
        Held("Jnae Doe", ("jane.doe@example.com",)),
        Held("John Smith", ("jane.doe@example.com",)),
        Held("Jane Doe", ("john@example.com",)),
        Held("Jane D", ("john@example.com",)),
        Held("John Smith", ("john@example.com",)),
    ]
    scores = [compare(given_details, held).score for held in ranked]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == len(scores)


def test_evidence_survives_being_stored() -> None:
    evidence = compare(Details("Jane D", "jane@work.example", region="FR"), JANE)
    stored = json.loads(json.dumps(evidence.as_data()))
    assert [line["field"] for line in stored] == ["name", "email", "phone"]
    assert stored[0] == {
        "field": "name", "given": "Jane D", "held": "Jane Doe", "verdict": "partial", "level": "initial",
    }  # fmt: skip
    assert Evidence.from_data(stored) == evidence


@pytest.mark.parametrize(
    ("details", "somebody_else"),
    [
        (Details("John Smith"), True),
        (Details("John Smith", "john.smith@example.com", "+447911123456"), True),
        (Details("\U0001f600"), True),
        (Details("John Smith", "jane.deo@example.com"), False),
        (Details("John Smith", "john.smith@example.com", "06 12 34 56 78", region="FR"), False),
        (Details("Jane D", "new@example.com"), False),
        (Details("Jane Doe", "new@example.com"), False),
        (Details("", "new@example.com"), False),
        (Details("Visitor 48213127", "new@example.com", name_generated=True), False),
        (Details(), False),
    ],
)
def test_a_shared_browser_is_noticed_by_another_name(details: Details, somebody_else: bool) -> None:
    assert speaks_of_somebody_else(details, JANE) is somebody_else


def test_nobody_is_somebody_else_than_a_profile_without_a_name() -> None:
    assert not speaks_of_somebody_else(Details("Jane Doe"), Held())
    assert not speaks_of_somebody_else(Details("Jane Doe"), Held("Visitor 48213127", name_generated=True))


def test_every_level_of_the_agreed_verdicts_has_a_weight() -> None:
    lines = [("name", line) for line in verdicts.NAMES] + [("email", line) for line in verdicts.EMAILS]
    assert {line[3] for field, line in lines if line[3] not in WEIGHTS[field]} == set()
    assert {line[4] for line in verdicts.PHONE} <= set(WEIGHTS["phone"])


def test_nicknames_go_both_ways_and_are_folded() -> None:
    assert "robert" in nicknames.variants("bob")
    assert "bob" in nicknames.variants("robert")
    assert "jane" not in nicknames.variants("jane")
    assert nicknames.variants("zoe") == frozenset()


@given(NAMES, NAMES, EMAILS, EMAILS, PHONES, PHONES)
def test_it_does_not_matter_which_side_was_read_first(
    name: str, other_name: str, email: str, other_email: str, phone: str, other_phone: str
) -> None:
    for one, other in (
        (compare_name(name, other_name), compare_name(other_name, name)),
        (compare_email(email, other_email), compare_email(other_email, email)),
        (compare_phone(phone, other_phone, "FR"), compare_phone(other_phone, phone, "FR")),
    ):
        assert (one.verdict == "exact") == (other.verdict == "exact")
        if "missing" not in (one.level, other.level):
            assert (one.verdict == "partial") == (other.verdict == "partial")
        for comparison in (one, other):
            assert comparison.verdict in VERDICTS
            assert comparison.level in WEIGHTS[comparison.field]


@given(NAMES, EMAILS, st.lists(EMAILS, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_a_profiles_addresses_does_not_matter(
    name: str, email: str, emails: list[str], shuffler: Random
) -> None:
    details, shuffled = Details(name, email), list(emails)
    shuffler.shuffle(shuffled)
    one, other = (compare(details, Held(name, tuple(order))) for order in (emails, shuffled))
    assert (read(one.email), one.strength) == (read(other.email), other.strength)
    assert one.score == pytest.approx(other.score)

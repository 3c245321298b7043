"""Who it might be: found by any detail, ranked, each with its evidence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import House, ask, chat
from webapp.domain import clock
from webapp.domain.identity import candidates, facts, linking
from webapp.domain.identity.candidates import Candidates
from webapp.domain.identity.matching import Details
from webapp.domain.profiles import creating, editing
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import Conversation


def find(name: str = "", email: str = "", phone: str = "", *, name_generated: bool = False) -> Candidates:
    return candidates.find(Details(name, email, phone, name_generated, region="FR"), None)


def names(found: Candidates) -> list[tuple[str, str]]:
    return [(candidate.record.name, candidate.strength) for candidate in found.offered]


def of(conversation: Conversation) -> Candidates:
    details = facts.given(facts.details_of(conversation), conversation.store.region)
    link = facts.current_link(conversation)
    return candidates.find(details, conversation.visitor_id, besides=link.profile_id if link else None)


@pytest.mark.parametrize(
    ("details", "strength"),
    [
        (("Zoe Lefevre", "zoe.lefevre@EXAMPLE.com", ""), "exact"),
        (("ZOÉ  LEFÈVRE", "other@shop.example", ""), "partial"),
        (("Somebody Else", "zoe.lefevre@example.com", ""), "partial"),
        (("", "", "06 98 76 54 32"), "partial"),
        (("Zoé L.", "", ""), "near"),
        (("Lefèvre Zoé", "", ""), "near"),
        (("Zoe Lefebvre", "", ""), "near"),
        (("", "zoe.lefevr@example.com", ""), "near"),
        (("", "zoe.lefevre+shop@example.com", ""), "near"),
    ],
)
def test_zoe_is_a_candidate_by_each_of_her_details(
    house: House, details: tuple[str, ...], strength: str
) -> None:
    assert names(find(*details)) == [("Zoé Lefèvre", strength)]


@pytest.mark.parametrize(
    "details",
    [
        ("", "", ""),
        ("   ", "", ""),
        ("🙂", "", ""),
        ("-", "", ""),
        ("Nobody Known", "no@body.example", "12345"),
    ],
)
def test_blanks_names_without_letters_and_strangers_match_nothing(
    house: House, details: tuple[str, ...]
) -> None:
    creating.create(Given("🙂"), region="FR")
    creating.create(Given("-"), region="FR")
    creating.create(Given(""), region="FR")
    assert names(find(*details)) == []


def test_a_generated_name_matches_nothing_on_either_side(house: House) -> None:
    visitor = creating.create(Given("Visitor 48213127"), region="FR")
    assert names(find("Visitor 48213127")) == [("Visitor 48213127", "partial")]
    assert names(find("Visitor 48213127", name_generated=True)) == []
    type(visitor).update(name_generated=True).where(type(visitor).id == visitor.id).execute()
    assert names(find("Visitor 48213127")) == []


def test_any_address_of_a_profile_counts(house: House) -> None:
    editing.add(house.zoe, "email", "zl@work.example", by=house.alice)
    (zoe,) = find("Zoé Lefèvre", "ZL@work.example").offered
    assert (zoe.strength, zoe.evidence.email.held) == ("exact", "zl@work.example")


def test_the_evidence_says_field_by_field_what_fits(house: House) -> None:
    (zoe,) = find("Zoé L.", "zoe.lefevre@example.com", "+33 1 00 00 00 00").offered
    assert [(c.field, c.given, c.held, c.verdict) for c in zoe.evidence.comparisons] == [
        ("name", "Zoé L.", "Zoé Lefèvre", "partial"),
        ("email", "zoe.lefevre@example.com", "zoe.lefevre@example.com", "exact"),
        ("phone", "+33 1 00 00 00 00", "+33 6 98 76 54 32", "none"),
    ]


def test_twelve_emma_martins_are_all_candidates_and_those_who_resemble_stand_beneath(house: House) -> None:
    emmas = [
        creating.create(Given("Emma Martin", f"emma.martin{number}@example.com"), region="FR").id
        for number in range(12)
    ]
    near = creating.create(Given("Emma Martine"), region="FR").id
    found = find("emma martin", "emma.martin7@example.com").offered
    assert [found[0].record.id, found[0].strength] == [emmas[7], "exact"]
    assert {candidate.record.id for candidate in found[1:12]} == set(emmas) - {emmas[7]}
    assert {candidate.strength for candidate in found[1:12]} == {"partial"}
    assert [(candidate.record.id, candidate.strength) for candidate in found[12:]] == [(near, "near")]


@pytest.mark.parametrize("shared", ["name", "email"])
def test_sixty_who_share_a_name_or_an_address_are_all_candidates(house: House, shared: str) -> None:
    emmas = set()
    for number in range(60):
        given = {"name": f"Emma {number}", "email": f"emma{number}@example.com"}
        given[shared] = {"name": "Emma Martin", "email": "the.emmas@example.com"}[shared]
        emmas.add(creating.create(Given(**given), region="FR").id)
    found = find("Emma Martin", "the.emmas@example.com").offered
    assert [candidate.strength for candidate in found[:60]] == ["partial"] * 60
    assert {candidate.record.id for candidate in found[:60]} == emmas


def test_of_people_with_one_name_who_was_here_last_comes_first(house: House) -> None:
    for profile, days in ((house.john, 9), (house.other_john, 2)):
        with clock.at(clock.now() - timedelta(days=days)):
            linking.link(chat(house), profile, "search", by=house.alice)
    found = find("John Smith").offered
    assert [candidate.record.id for candidate in found] == [house.other_john.id, house.john.id]
    assert found[0].last_contact is not None
    assert found[1].last_contact is not None
    assert found[0].last_contact - found[1].last_contact > timedelta(days=6)


def test_who_was_here_before_in_this_browser_is_a_candidate_although_nothing_fits(house: House) -> None:
    before = ask(house, "Jane Doe", "jane.doe@example.com", visitor=None)
    Conversation.update(state="abandoned", ended_at=clock.now()).where(Conversation.id == before.id).execute()
    now = ask(house, "Zoé Lefèvre", visitor=before.visitor_id)
    assert names(of(now)) == [("Zoé Lefèvre", "partial"), ("Jane Doe", "remembered")]
    elsewhere = ask(house, "Zoé Lefèvre")
    assert names(of(elsewhere)) == [("Zoé Lefèvre", "partial")]


def test_a_rejected_profile_stands_apart_in_this_browser_only(house: House) -> None:
    conversation = chat(house, "Zoé Lefèvre")
    assert names(of(conversation)) == [("Zoé Lefèvre", "partial")]
    linking.reject(conversation, house.zoe, by=house.alice)
    found = of(conversation)
    assert found.offered == ()
    assert [(c.record.id, c.strength) for c in found.rejected] == [(house.zoe.id, "rejected")]
    assert names(of(chat(house, "Zoé Lefèvre"))) == [("Zoé Lefèvre", "partial")]


def test_a_withdrawn_profile_is_no_candidate(house: House) -> None:
    assert find("Zoé Lefèvre").offered
    creating.withdraw(house.zoe)
    assert find("Zoé Lefèvre", "zoe.lefevre@example.com", "06 98 76 54 32").offered == ()


def test_candidates_follow_what_the_profile_has_now(house: House) -> None:
    editing.change(house.zoe, "name", "Chloé Dubois", seen="Zoé Lefèvre", by=house.alice)
    assert names(find("Zoé Lefèvre")) == []
    assert names(find("Chloe Dubois")) == [("Chloé Dubois", "partial")]

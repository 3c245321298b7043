"""Invitations: a link opens once, within seven days, for who has it, and only while it may."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from tests.cast import House
from webapp.domain import clock
from webapp.domain.chats import staffing
from webapp.domain.errors import Invalid, NotFound, Refused
from webapp.domain.people import access, associates, invitations, passwords, sessions
from webapp.domain.tables import Associate, AuditEntry, Invitation, SignIn

from .conftest import AtOnce

EVA = "eva@maison.example"
GOOD = "tulips on tuesday"


def invite(house: House, email: str = EVA, **how: object) -> tuple[Invitation, str]:
    return invitations.invite(email, stores=[house.lyon], by=house.dana, **how)  # type: ignore[arg-type]


def actions() -> list[str]:
    return [entry.action for entry in AuditEntry.select().order_by(AuditEntry.id) if entry.action.find("store") < 0]


def test_eva_joins_with_her_link_and_is_signed_in(house: House) -> None:
    invitation, token = invite(house, " Eva@Maison.example", role="manager", chat_enabled=False)
    assert len(token) >= 43
    assert token not in str(Invitation.select().dicts().get())
    eva, session = invitations.accept(token, " Eva Blanc", GOOD, "fr")
    assert (eva.name, eva.email, eva.role, eva.chat_enabled, eva.language) == (
        "Eva Blanc", EVA, "manager", False, "fr",
    )  # fmt: skip
    assert [member.store for member in eva.memberships] == [house.lyon]
    assert passwords.is_right(eva.password_hash, GOOD)
    found = sessions.current(session)
    assert found
    assert found.associate == eva
    assert Invitation.get_by_id(invitation.id).accepted_at
    entry = AuditEntry.select().order_by(AuditEntry.id.desc()).get()
    assert (entry.action, entry.subject, entry.associate) == ("associate_joined", "Eva Blanc", eva)
    written = str(list(AuditEntry.select().dicts()))
    assert not [secret for secret in (token, GOOD, eva.password_hash) if secret in written]


def test_a_link_opens_once(house: House) -> None:
    _, token = invite(house)
    invitations.accept(token, "Eva", GOOD)
    with pytest.raises(NotFound):
        invitations.accept(token, "Evil", GOOD)
    assert Associate.select().where(Associate.email == EVA).get().name == "Eva"


def test_of_ten_who_open_it_at_once_one_joins(house: House, at_once: AtOnce) -> None:
    _, token = invite(house)
    outcomes = at_once([partial(invitations.accept, token, f"Eva {n}", GOOD) for n in range(10)])
    assert len([outcome for outcome in outcomes if isinstance(outcome, NotFound)]) == 9
    assert Associate.select().where(Associate.email == EVA).count() == 1
    assert SignIn.select().count() == 1


def test_after_seven_days_it_opens_nothing(house: House) -> None:
    with clock.at(clock.now() - timedelta(days=7, seconds=1)):
        _, old = invite(house)
    with pytest.raises(NotFound):
        invitations.by_token(old)
    with clock.at(clock.now() - timedelta(days=6, hours=23)):
        _, young = invite(house, "emma@maison.example")
    assert invitations.by_token(young)


def test_a_second_invitation_takes_the_first_back(house: House) -> None:
    _, first = invite(house)
    _, second = invite(house, EVA.upper())
    with pytest.raises(NotFound):
        invitations.by_token(first)
    assert invitations.by_token(second)
    assert actions()[-3:] == ["associate_invited", "invitation_revoked", "associate_invited"]


def test_a_new_link_shuts_the_one_before_and_keeps_the_rest(house: House) -> None:
    invitation, first = invite(house, role="manager", chat_enabled=False)
    newer, second = invitations.renew(invitation, by=house.nadia)
    assert (newer.email, newer.role, newer.stores, newer.chat_enabled) == (EVA, "manager", [house.lyon.id], False)
    with pytest.raises(NotFound):
        invitations.by_token(first)
    invitations.accept(second, "Eva", GOOD)
    with pytest.raises(NotFound):
        invitations.renew(newer, by=house.nadia)


def test_nadia_renews_no_invitation_to_a_store_that_is_not_hers(house: House) -> None:
    both, token = invitations.invite(EVA, role="manager", stores=[house.lyon, house.london], by=house.dana)
    assert access.managed_invitation(house.nadia, both.id) == both, "she may take it back"
    with pytest.raises(NotFound):
        access.renewable_invitation(house.nadia, both.id)
    with pytest.raises(NotFound):
        invitations.renew(both, by=house.nadia)
    assert invitations.by_token(token) == both
    assert access.renewable_invitation(house.dana, both.id) == both
    invitations.renew(both, by=house.dana)
    with pytest.raises(NotFound):
        invitations.by_token(token)


def test_what_a_colleague_has_offered_is_not_taken_back_by_inviting(house: House) -> None:
    _, token = invitations.invite(EVA, stores=[house.london], by=house.dana)
    before = AuditEntry.select().count()
    with pytest.raises(Invalid) as refusal:
        invitations.invite(EVA, stores=[house.lyon], by=house.nadia)
    assert refusal.value.fields == {"email": "invited_already"}
    assert invitations.by_token(token)
    assert AuditEntry.select().count() == before
    invitations.invite(EVA, by=None)
    with pytest.raises(NotFound):
        invitations.by_token(token)


def test_an_invitation_that_has_ended_stands_in_nobodys_way(house: House) -> None:
    with clock.at(clock.now() - timedelta(days=8)):
        old, _ = invitations.invite(EVA, stores=[house.london], by=house.dana)
    assert invitations.invite(EVA, stores=[house.lyon], by=house.nadia)
    assert Invitation.get_by_id(old.id).revoked_at is None


def test_what_was_taken_back_opens_nothing(house: House) -> None:
    invitation, token = invite(house)
    invitations.take_back(invitation, by=house.dana)
    invitations.take_back(invitation, by=house.dana)
    with pytest.raises(NotFound):
        invitations.accept(token, "Eva", GOOD)
    assert actions().count("invitation_revoked") == 1


def test_a_manager_who_has_left_or_is_none_any_more_has_no_links_left(house: House) -> None:
    _, token = invite(house)
    associates.change(house.nadia, stores=[house.lyon, house.london])
    associates.change(house.dana, role="associate")
    with pytest.raises(NotFound):
        invitations.by_token(token)
    associates.change(house.dana, role="manager")
    assert invitations.by_token(token)
    staffing.deactivate(house.dana, by=house.nadia)
    with pytest.raises(NotFound):
        invitations.accept(token, "Dana again", GOOD)


def test_a_manager_who_works_no_more_in_a_store_has_no_links_to_it_left(house: House) -> None:
    _, to_lyon = invite(house)
    both, to_both = invitations.invite("emma@maison.example", stores=[house.lyon, house.london], by=house.dana)
    associates.change(house.nadia, stores=[house.lyon, house.london])
    associates.change(house.dana, stores=[house.lyon])
    assert invitations.by_token(to_lyon)
    with pytest.raises(NotFound):
        invitations.accept(to_both, "Emma", GOOD)
    with pytest.raises(NotFound):
        invitations.renew(both, by=house.nadia)
    assert [found.email for found in access.managed_invitations(house.nadia)] == [EVA]


def test_nobody_is_invited_to_a_store_that_is_not_hers_to_give(house: House) -> None:
    with pytest.raises(Refused) as refusal:
        invitations.invite(EVA, stores=[house.lyon, house.london], by=house.nadia)
    assert refusal.value.code == "not_her_store"
    assert not Invitation.select().exists()


@pytest.mark.parametrize(
    ("email", "role", "fields"),
    [
        ("ALICE@maison.example ", "associate", {"email": "works_here"}),
        ("", "associate", {"email": "email_missing"}),
        ("eva", "associate", {"email": "email_invalid"}),
        ("eva@", "queen", {"email": "email_invalid", "role": "not_a_choice"}),
        ("e\0va@maison.example", "associate", {"email": "bad_characters"}),
        ("e" * 250 + "@maison.example", "associate", {"email": "too_long"}),
    ],
)
def test_who_cannot_be_invited(house: House, email: str, role: str, fields: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refusal:
        invite(house, email, role=role)
    assert refusal.value.fields == fields
    assert not Invitation.select().exists()


def test_everything_that_is_wrong_is_said_at_once_and_the_link_stays_good(house: House) -> None:
    _, token = invite(house)
    with pytest.raises(Invalid) as refusal:
        invitations.accept(token, " ", EVA)
    assert refusal.value.fields == {"name": "name_missing", "password": "password_is_yours"}
    with pytest.raises(Invalid) as refusal:
        invitations.accept(token, "Eva", GOOD, "tlh")
    assert refusal.value.fields == {"language": "not_a_choice"}
    assert invitations.by_token(token)


def test_a_manager_sees_the_invitations_to_her_stores(house: House) -> None:
    invite(house)
    invitations.invite("in@london.example", stores=[house.london], by=house.dana)
    invitations.invite("no@where.example", by=None)
    seen = {who: [found.email for found in access.managed_invitations(who)] for who in (house.nadia, house.dana)}
    assert seen == {
        house.nadia: ["no@where.example", EVA],
        house.dana: ["no@where.example", "in@london.example", EVA],
    }
    assert access.managed_invitations(house.alice) == []
    with clock.at(clock.now() + timedelta(days=8)):
        assert access.managed_invitations(house.dana) == [], "they have ended"

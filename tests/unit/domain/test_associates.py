"""Associates: who they are, and the switches that say whether they chat."""

from __future__ import annotations

import pytest

from tests.cast import House
from webapp.domain import db
from webapp.domain.errors import Invalid, NotFound
from webapp.domain.events import AvailabilityChanged, RightsChanged, SignedOut
from webapp.domain.people import access, associates, invitations, passwords, sessions
from webapp.domain.tables import Associate, AuditEntry, StoreMember


def test_an_associate_is_found_by_her_email_however_it_is_written(house: House) -> None:
    assert associates.by_email(" ALICE@maison.example ") == house.alice
    assert associates.by_email("nobody@maison.example") is None


def test_a_new_associate_chats_and_is_available(house: House) -> None:
    emma = associates.add(
        "Emma Martin", " Emma@Maison.example", "a good password", stores=[house.lyon], language="fr"
    )
    emma = Associate.get_by_id(emma.id)
    assert (emma.email, emma.first_name, emma.role, emma.language) == (
        "emma@maison.example",
        "Emma",
        "associate",
        "fr",
    )
    assert (emma.chat_enabled, emma.available, emma.is_manager) == (True, True, False)
    assert passwords.is_right(emma.password_hash, "a good password")
    assert [member.store for member in emma.memberships] == [house.lyon]


def test_without_a_password_she_cannot_sign_in(house: House) -> None:
    emma = associates.add("Emma", "emma@maison.example", None)
    assert not passwords.is_right(emma.password_hash, "")


@pytest.mark.parametrize(
    ("name", "email", "role", "fields"),
    [
        ("Emma", "ALICE@maison.example ", "associate", {"email": "taken"}),
        ("Emma", "emma@maison.example", "queen", {"role": "not_a_choice"}),
        (" ", "emma@maison.example", "associate", {"name": "name_missing"}),
    ],
)
def test_what_cannot_be_is_refused(
    house: House, name: str, email: str, role: str, fields: dict[str, str]
) -> None:
    before = Associate.select().count()
    with pytest.raises(Invalid) as refusal:
        associates.add(name, email, None, role=role)
    assert refusal.value.fields == fields
    assert Associate.select().count() == before


def test_what_is_changed_is_changed_and_the_rest_stays(house: House, told: list[object]) -> None:
    associates.change(house.alice, chat_enabled=False)
    alice = Associate.get_by_id(house.alice.id)
    assert (alice.chat_enabled, alice.role, alice.password_hash) == (
        False,
        "associate",
        house.alice.password_hash,
    )
    assert alice.memberships.count() == 1
    associates.change(house.alice, role="manager", password="another password", stores=[house.london])
    alice = Associate.get_by_id(house.alice.id)
    assert (alice.is_manager, alice.chat_enabled) == (True, False)
    assert passwords.is_right(alice.password_hash, "another password")
    assert access.is_manager_of(alice, house.london.id)
    assert not access.is_manager_of(alice, house.lyon.id)
    changed, rights = AvailabilityChanged(house.alice.id), RightsChanged(house.alice.id)
    assert told == [rights, changed, rights, changed]


def test_nobody_becomes_what_does_not_exist(house: House) -> None:
    with pytest.raises(Invalid):
        associates.change(house.alice, role="queen", stores=[])
    assert StoreMember.select().where(StoreMember.associate == house.alice).count() == 1
    with pytest.raises(Invalid):
        associates.set_language(house.alice, "tlh")
    assert Associate.get_by_id(house.alice.id).language == "en"


def test_alice_turns_her_own_switch_and_chooses_her_language(house: House, told: list[object]) -> None:
    associates.set_available(house.alice, False)
    associates.set_language(house.alice, "fr")
    alice = Associate.get_by_id(house.alice.id)
    assert (alice.available, alice.chat_enabled, alice.language) == (False, True, "fr")
    assert told == [AvailabilityChanged(house.alice.id)]


def test_a_change_is_in_the_audit_log_with_what_was_and_what_is(house: House) -> None:
    associates.change(house.alice, role="manager", stores=[house.london], by=house.dana)
    entry = AuditEntry.select().order_by(AuditEntry.id.desc()).get()
    assert (entry.action, entry.subject, entry.associate) == ("associate_changed", "Alice Martin", house.dana)
    assert entry.data == {
        "role": {"before": "associate", "after": "manager"},
        "stores": {"before": ["Lyon"], "after": ["London"]},
    }
    count = AuditEntry.select().count()
    associates.change(house.alice, role="manager", stores=[house.london], by=house.dana)
    assert AuditEntry.select().count() == count


def test_nadia_gives_and_takes_her_own_store_only(house: House) -> None:
    associates.change(house.charlie, stores=[house.lyon], by=house.nadia)
    assert {member.store for member in house.charlie.memberships} == {house.lyon, house.london}
    associates.change(house.charlie, stores=[], by=house.nadia)
    assert {member.store for member in house.charlie.memberships} == {house.london}
    associates.change(house.charlie, stores=[house.london, house.lyon], by=house.dana)
    assert {member.store for member in house.charlie.memberships} == {house.lyon, house.london}


def test_a_manager_changes_associates_of_her_stores_and_of_none(house: House) -> None:
    emma = associates.add("Emma", "emma@maison.example", None)
    managers = (house.nadia, house.dana)
    managed = {who.first_name: {one.first_name for one in access.managed_associates(who)} for who in managers}
    assert managed == {
        "Nadia": {"Alice", "Bruno", "Nadia", "Dana", "Emma"},
        "Dana": {"Alice", "Bruno", "Charlie", "Nadia", "Dana", "Emma"},
    }
    assert access.managed_associate(house.nadia, emma.id) == emma
    for viewer, id in ((house.nadia, house.charlie.id), (house.alice, emma.id), (house.dana, 2**70)):
        with pytest.raises(NotFound):
            access.managed_associate(viewer, id)


def test_a_new_password_ends_all_other_sessions(house: House, told: list[object]) -> None:
    kept, other = (sessions.current(sessions.sign_in(house.alice)) for _ in range(2))
    bruno = sessions.current(sessions.sign_in(house.bruno))
    assert kept
    assert other
    assert bruno
    associates.change_password(house.alice, "tulips on tuesday", keep=kept)
    assert sessions.going_on([kept.id, other.id, bruno.id]) == {kept.id, bruno.id}
    assert told == [SignedOut(other.id)]
    assert passwords.is_right(Associate.get_by_id(house.alice.id).password_hash, "tulips on tuesday")
    with pytest.raises(Invalid):
        associates.change_password(house.alice, "Alice Martin", keep=kept)
    associates.change(house.alice, password="daffodils on monday")
    assert sessions.going_on([kept.id, bruno.id]) == {bruno.id}
    entries = [entry.data for entry in AuditEntry.select() if entry.action == "associate_changed"]
    assert entries == [{"password": {"before": None, "after": None}}] * 2
    assert told == [SignedOut(other.id), SignedOut(kept.id)], "nobody else has to be told"


def test_a_password_that_is_changed_with_the_rest_is_in_the_same_entry(house: House) -> None:
    before = AuditEntry.select().count()
    associates.change(house.alice, chat_enabled=False, password="daffodils on monday", by=house.dana)
    (entry,) = AuditEntry.select().order_by(AuditEntry.id).offset(before)
    assert entry.data == {
        "chat_enabled": {"before": True, "after": False},
        "password": {"before": None, "after": None},
    }


def test_what_changes_nothing_is_not_told(house: House, told: list[object]) -> None:
    associates.change(house.alice, role="associate", chat_enabled=True, stores=[house.lyon], by=house.dana)
    assert told == []


def test_nobody_waits_while_a_password_is_hashed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[bool] = []

    def hash_password(password: str) -> str:
        held.append(db.database.in_transaction())
        return "a hash"

    monkeypatch.setattr(passwords, "hash_password", hash_password)
    associates.add("Emma", "emma@maison.example", "tulips on tuesday")
    associates.change(house.alice, role="manager", password="tulips on tuesday")
    associates.change_password(house.bruno, "tulips on tuesday", keep=None)
    invitations.accept(invitations.invite("eva@maison.example", by=None)[1], "Eva", "tulips on tuesday")
    assert held == [False] * 4


def test_her_sessions_are_listed_until_they_end(house: House) -> None:
    first, second = (sessions.current(sessions.sign_in(house.alice)) for _ in range(2))
    assert sessions.of(house.alice) == [second, first]
    sessions.end_others(house.alice, second)
    assert sessions.of(house.alice) == [second]

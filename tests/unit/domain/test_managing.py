"""Managers: about whom one decides, that each store keeps one, and that whoever is none any more changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from tests.cast import House
from webapp.domain import settings
from webapp.domain.chats import staffing
from webapp.domain.errors import Refused
from webapp.domain.people import associates, identity_keys, invitations, managing, sites, stores
from webapp.domain.rights import erasure, export
from webapp.domain.tables import Associate, AuditEntry, IdentityKey, Invitation, Store, StoreMember

from .conftest import AtOnce

EVA = "eva@maison.example"


def code(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def present(associate: Associate) -> Associate:
    return Associate.get_by_id(associate.id)


def works_in(associate: Associate) -> set[Store]:
    return {member.store for member in StoreMember.select().where(StoreMember.associate == associate)}


def test_about_somebody_who_works_elsewhere_too_nadia_does_not_decide(house: House) -> None:
    associates.change(house.alice, stores=[house.lyon, house.london])
    acts: list[Callable[[], object]] = [
        partial(associates.change, house.alice, role="manager", by=house.nadia),
        partial(associates.change, house.dana, role="associate", by=house.nadia),
        partial(associates.change, house.dana, password="tulips on tuesday", by=house.nadia),
        partial(staffing.deactivate, house.alice, by=house.nadia),
        partial(staffing.deactivate, house.dana, by=house.nadia),
    ]
    assert [code(act) for act in acts] == ["not_all_her_stores"] * len(acts)
    staffing.deactivate(house.alice, by=house.dana)
    assert code(partial(staffing.reactivate, house.alice, by=house.nadia)) == "not_all_her_stores"
    assert (present(house.alice).role, present(house.dana).role) == ("associate", "manager")
    assert (present(house.dana).password_hash, present(house.dana).deactivated_at) == (house.dana.password_hash, None)


def test_the_rest_and_her_own_store_are_nadias_to_change(house: House) -> None:
    associates.change(house.alice, stores=[house.lyon, house.london])
    associates.change(house.alice, role="associate", chat_enabled=False, by=house.nadia)
    assert not present(house.alice).chat_enabled
    associates.change(house.alice, stores=[], by=house.nadia)
    assert works_in(house.alice) == {house.london}
    assert code(partial(associates.change, house.bruno, stores=[house.london], by=house.nadia)) == "not_her_store"
    associates.change(house.bruno, role="manager", by=house.nadia)
    assert present(house.bruno).is_manager


def test_the_default_store_is_moved_by_who_works_in_it(house: House) -> None:
    associates.change(house.charlie, role="manager")
    assert code(partial(stores.change, house.london, is_default=True, by=house.charlie)) == "not_her_default"
    assert code(partial(stores.add, "", "Leeds", "GB", "UTC", is_default=True, by=house.charlie)) == "not_her_default"
    assert code(partial(stores.change, house.lyon, name="Mine", by=house.charlie)) == "not_her_store"
    assert Store.get(Store.is_default) == house.lyon
    stores.change(house.london, is_default=True, by=house.dana)
    assert Store.get(Store.is_default) == house.london


def test_each_store_keeps_a_manager(house: House) -> None:
    acts: list[Callable[[], object]] = [
        partial(associates.change, house.dana, stores=[house.lyon], by=house.dana),
        partial(associates.change, house.dana, stores=[]),
        partial(associates.change, house.dana, role="associate"),
        partial(staffing.deactivate, house.dana, by=None),
    ]
    for act in acts:
        with pytest.raises(managing.StoreWithoutManager) as refusal:
            act()
        assert refusal.value.facts == {"stores": "London"}
    assert works_in(house.dana) == {house.lyon, house.london}
    assert (present(house.dana).role, present(house.dana).deactivated_at) == ("manager", None)
    associates.change(house.charlie, role="manager")
    associates.change(house.dana, stores=[house.lyon], by=house.dana)
    assert works_in(house.dana) == {house.lyon}


def test_the_last_manager_does_not_leave_her_own_stores(house: House) -> None:
    staffing.deactivate(house.nadia, by=house.dana)
    with pytest.raises(managing.StoreWithoutManager) as refusal:
        associates.change(house.dana, stores=[], by=house.dana)
    assert refusal.value.facts == {"stores": "Lyon, London"}


def test_who_manages_nothing_any_more_changes_nothing(house: House) -> None:
    key, (invitation, _) = identity_keys.add(house.site, by=house.nadia), invitations.invite(EVA, by=house.nadia)
    associates.change(house.nadia, role="associate")
    before = AuditEntry.select().count()
    acts: list[Callable[[], object]] = [
        partial(associates.add, "Eve", EVA, None, role="manager", by=house.nadia),
        partial(associates.change, house.alice, role="manager", by=house.nadia),
        partial(staffing.deactivate, house.alice, by=house.nadia),
        partial(staffing.reactivate, house.alice, by=house.nadia),
        partial(invitations.invite, "ida@maison.example", by=house.nadia),
        partial(invitations.take_back, invitation, by=house.nadia),
        partial(stores.add, "", "Lille", "FR", "UTC", by=house.nadia),
        partial(stores.change, house.lyon, name="Mine", by=house.nadia),
        partial(sites.add, "Mine", ["https://mine.example"], by=house.nadia),
        partial(sites.change, house.site, name="Mine", by=house.nadia),
        partial(sites.allow, house.site, "https://mine.example", by=house.nadia),
        partial(identity_keys.add, house.site, by=house.nadia),
        partial(identity_keys.revoke, key, by=house.nadia),
        partial(settings.set_values, {"automatic_linking": "off"}, by=house.nadia),
        partial(export.export, house.jane, by=house.nadia),
        partial(erasure.erase, house.jane, by=house.nadia),
    ]
    assert [code(act) for act in acts] == ["not_a_manager"] * len(acts)
    assert AuditEntry.select().count() == before
    assert IdentityKey.get_by_id(key.id).revoked_at is None
    assert Invitation.get_by_id(invitation.id).revoked_at is None


@pytest.mark.parametrize("first", ["demote", "promote"])
def test_whoever_is_demoted_at_that_moment_promotes_before_it_or_not_at_all(
    house: House, at_once: AtOnce, first: str
) -> None:
    demote = partial(associates.change, house.nadia, role="associate", by=house.dana)
    promote = partial(associates.change, house.bruno, role="manager", by=house.nadia)
    for _ in range(10):
        outcomes = at_once([demote, promote] if first == "demote" else [promote, demote])
        (entry, *earlier) = AuditEntry.select().order_by(AuditEntry.id.desc()).limit(2)
        if any(isinstance(outcome, Refused) for outcome in outcomes):
            assert present(house.bruno).role == "associate"
        else:
            assert (entry.subject, [one.subject for one in earlier]) == ("Nadia Roux", ["Bruno Keller"])
        assert present(house.nadia).role == "associate"
        associates.change(house.nadia, role="manager")
        associates.change(house.bruno, role="associate")

"""The keys with which a shop signs: several at once, each revoked for good, and no secret kept anywhere."""

from __future__ import annotations

from datetime import timedelta

from tests.cast import House
from tests.databases import everything
from webapp.config import Settings
from webapp.domain import clock
from webapp.domain.people import identity_keys, sites
from webapp.domain.tables import AuditEntry, IdentityKey

MASTER = b"the secret key of the installation"


def test_the_secret_is_derived_and_nowhere_in_the_database(house: House, settings: Settings) -> None:
    key = identity_keys.add(house.site, by=house.dana)
    secret = identity_keys.secret(key, MASTER)
    assert len(secret) >= 43
    assert secret == identity_keys.secret(IdentityKey.get_by_id(key.id), MASTER)
    assert secret != identity_keys.secret(key, b"another installation")
    assert secret != identity_keys.secret(identity_keys.add(house.site, by=None), MASTER)
    kept = everything(settings)
    assert str(key.kid).encode() in kept
    assert secret.encode() not in kept


def test_two_keys_are_valid_until_the_old_one_is_revoked(house: House) -> None:
    old, new = (identity_keys.add(house.site, by=house.dana) for _ in range(2))
    assert identity_keys.of(house.site) == [new, old]
    assert identity_keys.usable(house.site, old.kid) == old
    identity_keys.revoke(old, by=house.dana)
    assert identity_keys.usable(house.site, old.kid) is None
    assert identity_keys.usable(house.site, new.kid) == new
    assert identity_keys.of(house.site) == [new, old]


def test_a_key_is_good_for_its_own_site(house: House) -> None:
    other = sites.add("Outlet", ["https://outlet.example"])
    key = identity_keys.add(other, by=None)
    assert identity_keys.usable(house.site, key.kid) is None
    assert identity_keys.by_kid(key.kid) == key


def test_a_token_is_checked_with_the_secret_of_a_key_of_its_site_that_is_not_revoked(house: House) -> None:
    other = sites.add("Outlet", ["https://outlet.example"])
    key, revoked, elsewhere = (identity_keys.add(site, by=None) for site in (house.site, house.site, other))
    identity_keys.revoke(revoked, by=None)
    secrets = identity_keys.secrets_of(house.site, MASTER)
    assert secrets(str(key.kid)) == identity_keys.secret(key, MASTER).encode()
    assert [secrets(str(kid)) for kid in (revoked.kid, elsewhere.kid, "ik_nobody")] == [None, None, None]


def test_the_audit_log_says_who_added_and_revoked_it_once_and_never_the_secret(house: House) -> None:
    key = identity_keys.add(house.site, by=house.dana)
    identity_keys.revoke(key, by=house.dana)
    identity_keys.revoke(key, by=house.nadia)
    entries = list(AuditEntry.select().where(AuditEntry.action.startswith("identity_key")).order_by(AuditEntry.id))
    assert [(entry.action, entry.associate) for entry in entries] == [
        ("identity_key_added", house.dana), ("identity_key_revoked", house.dana),
    ]
    assert all(str(key.kid) in entry.subject for entry in entries)


def test_its_use_is_noted_at_most_once_a_minute(house: House) -> None:
    key, now = identity_keys.add(house.site, by=None), clock.now()
    for seconds, noted in ((0, 0), (59, 0), (61, 61)):
        with clock.at(now + timedelta(seconds=seconds)):
            identity_keys.used(house.site, str(key.kid))
        assert IdentityKey.get_by_id(key.id).used_at == now + timedelta(seconds=noted)


def test_a_key_is_not_used_on_another_site(house: House) -> None:
    key = identity_keys.add(house.site, by=None)
    identity_keys.used(sites.add("Outlet", ["https://outlet.example"]), str(key.kid))
    assert IdentityKey.get_by_id(key.id).used_at is None

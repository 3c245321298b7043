"""The first run: one manager, one store, one site, made together, once."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tests.cast import House
from webapp.domain import db
from webapp.domain.errors import Invalid, NotFound
from webapp.domain.people import passwords, sessions, setup
from webapp.domain.tables import Associate, AuditEntry, SignIn, Site, Store

from .conftest import AtOnce

ANSWERS: dict[str, Any] = {
    "name": "Dana Petit",
    "email": "Dana@maison.example",
    "password": "tulips on tuesday",
    "language": "fr",
    "store_name": "Saint-Étienne",
    "region": "FR",
    "time_zone": "Europe/Paris",
    "site_name": "Maison Lumière",
    "origin": "https://shop.example/",
}


def test_the_house_is_made_with_one_answer(database: None) -> None:
    assert setup.is_due()
    site, token = setup.set_up(**ANSWERS)
    assert not setup.is_due()
    dana, store = Associate.get(), Store.get()
    assert (dana.email, dana.role, dana.chat_enabled, dana.language) == ("dana@maison.example", "manager", True, "fr")
    assert [member.store for member in dana.memberships] == [store]
    assert (store.name, store.region, store.time_zone) == ("Saint-Étienne", "FR", "Europe/Paris")
    assert store.is_default
    assert (site.name, site.origins) == ("Maison Lumière", ["https://shop.example"])
    session = sessions.current(token)
    assert session
    assert session.associate == dana
    (entry,) = AuditEntry.select()
    assert (entry.action, entry.subject, entry.associate) == ("house_set_up", "Dana Petit", dana)
    assert {field: change["after"] for field, change in entry.data.items()} == {
        "email": "dana@maison.example", "store": "Saint-Étienne", "region": "FR", "time_zone": "Europe/Paris",
        "site": "Maison Lumière", "origin": "https://shop.example",
    }  # fmt: skip
    assert all(ANSWERS["password"] not in str(row) and token not in str(row) for row in AuditEntry.select().dicts())


def test_nobody_waits_while_its_password_is_hashed(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[bool] = []
    monkeypatch.setattr(passwords, "hash_password", lambda _: str(held.append(db.database.in_transaction())))
    setup.set_up(**ANSWERS)
    assert held == [False]


def test_of_two_at_the_same_moment_one_makes_it(database: None, at_once: AtOnce) -> None:
    both = [partial(setup.set_up, **ANSWERS | {"email": f"{name}@maison.example"}) for name in ("dana", "nadia")]
    outcomes = at_once(both)
    assert len([outcome for outcome in outcomes if isinstance(outcome, NotFound)]) == 1
    assert (Associate.select().count(), Store.select().count(), Site.select().count()) == (1, 1, 1)
    assert SignIn.select().count() == 1


def test_it_is_over_when_anybody_is_there(house: House) -> None:
    before = Associate.select().count()
    with pytest.raises(NotFound):
        setup.set_up(**ANSWERS)
    assert Associate.select().count() == before


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_made(database: None) -> None:
    wrong = {
        "name": " ", "email": "dana", "password": "short", "store_name": "", "region": "XX",
        "time_zone": "Mars/Olympus", "site_name": "", "origin": "shop",
    }  # fmt: skip
    with pytest.raises(Invalid) as refusal:
        setup.set_up(**ANSWERS | wrong)
    assert set(refusal.value.fields) == set(wrong)
    for field, value in wrong.items():
        with pytest.raises(Invalid) as refusal:
            setup.set_up(**ANSWERS | {field: value})
        assert set(refusal.value.fields) == {field}
    assert setup.is_due()
    assert not any(table.select().exists() for table in (Store, Site, AuditEntry, SignIn))


def test_a_store_whose_name_has_no_letter_of_ours_can_be_the_first(database: None) -> None:
    setup.set_up(**ANSWERS | {"store_name": "東京", "region": "JP", "time_zone": "Asia/Tokyo"})
    assert (Store.get().name, Store.get().slug) == ("東京", "store")


def test_the_code_is_readable_and_belongs_to_one_installation() -> None:
    code = setup.code("a secret key")
    assert len(code) == 10
    assert not set(code) & set("01OIL")
    assert code == setup.code("a secret key") != setup.code("another secret key")
    assert setup.is_code(f" {code[:5].lower()}-{code[5:]}", "a secret key")
    for wrong in ("", code[:-1], code + "A", setup.code("another secret key"), "é" * 10, "\0"):
        assert not setup.is_code(wrong, "a secret key")

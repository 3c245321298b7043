"""The audit log and what writes it: every action has its sentence, every deed its one entry, and they stay."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.cast import House
from webapp.domain import audit, clock, db, settings
from webapp.domain.chats import staffing
from webapp.domain.people import associates, hours, identity_keys, invitations, setup, sites, stores
from webapp.domain.rights import erasure, export
from webapp.domain.tables import Associate, AuditEntry, StoreMember
from webapp.i18n import LANGUAGES, words

WEBAPP = Path(__file__).parents[3] / "webapp"
SOURCES = {path: path.read_text("utf-8") for path in WEBAPP.rglob("*.py")}
OPEN = hours.parse("mon 09:00-18:00")

Deed = Callable[[], object]
HERSELF = {"setting the house up", "joining", "changing one's own password"}  # the others are Dana's deeds


def _leave_nobody() -> None:
    StoreMember.delete().execute()
    Associate.delete().execute()


def _setting_up(house: House) -> Deed:
    _leave_nobody()
    return partial(
        setup.set_up, name="Eva Blanc", email="eva@maison.example", password="tulips on tuesday", language="fr",
        store_name="Lille", region="FR", time_zone="Europe/Paris", site_name="Maison", origin="https://lille.example",
    )  # fmt: skip


def _joining(house: House) -> Deed:
    _, token = invitations.invite("eva@maison.example", stores=[house.lyon], by=house.dana)
    return partial(invitations.accept, token, "Eva Blanc", "tulips on tuesday")


def _taking_back(house: House) -> Deed:
    invitation, _ = invitations.invite("ida@maison.example", stores=[house.lyon], by=house.dana)
    return partial(invitations.take_back, invitation, by=house.dana)


def _calling_back(house: House) -> Deed:
    staffing.deactivate(house.alice, by=house.dana)
    return partial(staffing.reactivate, house.alice, by=house.dana)


# Each makes ready, and returns the deed.
DEEDS: dict[str, tuple[str, Callable[[House], Deed]]] = {
    "setting the house up": ("house_set_up", _setting_up),
    "adding a store": ("store_added", lambda h: partial(stores.add, "", "Lille", "FR", "UTC", by=h.dana)),
    "adding the default store": (
        "store_added",
        lambda h: partial(stores.add, "", "Nantes", "FR", "UTC", is_default=True, hours=OPEN, by=h.dana),
    ),
    "changing a store": (
        "store_changed",
        lambda h: partial(stores.change, h.london, name="L", hours=OPEN, is_default=True, by=h.dana),
    ),
    "changing a setting": (
        "setting_changed",
        lambda h: partial(settings.set_values, {"automatic_linking": "off"}, by=h.dana),
    ),
    "adding a site": ("site_added", lambda h: partial(sites.add, "Shop", ["https://other.example"], by=h.dana)),
    "changing a site": ("site_changed", lambda h: partial(sites.change, h.site, name="S", colour="#336699", by=h.dana)),
    "adding an associate": (
        "associate_added",
        lambda h: partial(associates.add, "Eve", "eve@maison.example", None, stores=[h.lyon], by=h.dana),
    ),
    "changing an associate": (
        "associate_changed",
        lambda h: partial(associates.change, h.alice, role="manager", chat_enabled=False, stores=[h.london], by=h.dana),
    ),
    "changing an associate, and her password": (
        "associate_changed",
        lambda h: partial(associates.change, h.alice, role="manager", password="tulips on tuesday", by=h.dana),
    ),
    "changing one's own password": (
        "associate_changed",
        lambda h: partial(associates.change_password, h.alice, "tulips on tuesday", keep=None),
    ),
    "inviting somebody": (
        "associate_invited",
        lambda h: partial(invitations.invite, "ida@maison.example", stores=[h.lyon], by=h.dana),
    ),
    "taking an invitation back": ("invitation_revoked", _taking_back),
    "joining": ("associate_joined", _joining),
    "deactivating an associate": (
        "associate_deactivated",
        lambda h: partial(staffing.deactivate, h.alice, by=h.dana),
    ),
    "reactivating an associate": ("associate_reactivated", _calling_back),
    "making an identity key": ("identity_key_added", lambda h: partial(identity_keys.add, h.site, by=h.dana)),
    "revoking an identity key": (
        "identity_key_revoked",
        lambda h: partial(identity_keys.revoke, identity_keys.add(h.site, by=h.dana), by=h.dana),
    ),
    "exporting a person's record": ("person_exported", lambda h: partial(export.export, h.jane, by=h.dana)),
    "erasing a person": ("person_erased", lambda h: partial(erasure.erase, h.jane, by=h.dana)),
}
NOTHING: dict[str, Callable[[House], object]] = {
    "saving a store as it is": lambda h: stores.change(h.london, name="London", is_default=False, by=h.dana),
    "saving a setting as it is": lambda h: settings.set_values({"automatic_linking": "single_exact_match"}, by=h.dana),
    "saving a site as it is": lambda h: sites.change(h.site, name=h.site.name, by=h.dana),
    "saving an associate as she is": lambda h: associates.change(
        h.alice, role="associate", chat_enabled=True, stores=[h.lyon], by=h.dana
    ),
    "calling back who is there": lambda h: staffing.reactivate(h.alice, by=h.dana),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_action_has_its_sentence_and_every_kind_its_name(language: str) -> None:
    texts = words(language).texts
    assert [action for action in audit.ACTIONS if f"audit.{action}" not in texts] == []
    assert [kind for kind in audit.KINDS if f"audit.kind.{kind}" not in texts] == []


def test_every_action_is_of_one_kind_and_is_done_somewhere() -> None:
    for action in audit.ACTIONS:
        assert len([kind for kind, begun in audit.KINDS.items() if action.startswith(begun)]) == 1, action
    recorded = set(re.findall(r'audit\.record\(\s*"(\w+)"', "\n".join(SOURCES.values())))
    assert recorded == set(audit.ACTIONS)


def test_every_action_has_a_deed_here() -> None:
    assert {action for action, _ in DEEDS.values()} == set(audit.ACTIONS)


@pytest.mark.parametrize("what", DEEDS)
def test_a_deed_writes_one_entry_with_who_did_it(house: House, what: str) -> None:
    action, make_ready = DEEDS[what]
    deed = make_ready(house)
    before = AuditEntry.select().count()
    deed()
    (entry,) = AuditEntry.select().order_by(AuditEntry.id).offset(before)
    assert entry.action == action
    assert entry.associate.name == (entry.subject if what in HERSELF else "Dana Petit")
    assert clock.now() - entry.at < timedelta(minutes=1)
    unnamed = [(field, language) for field in entry.data for language in LANGUAGES
               if f"audit.field.{field}" not in words(language).texts]  # fmt: skip
    assert unnamed == []


@pytest.mark.parametrize("what", NOTHING)
def test_what_changes_nothing_writes_and_tells_nothing(house: House, what: str) -> None:
    before = AuditEntry.select().count()
    told: list[object] = []
    db.listeners.append(told.extend)
    NOTHING[what](house)
    assert AuditEntry.select().count() == before
    assert told == []


def test_entries_are_only_ever_added() -> None:
    touching = re.compile(r"AuditEntry\.(update|delete|replace|insert|set_by_id|bulk\w*|truncate\w*)|\baudit_?entry\b")
    migrations = WEBAPP / "migrations"
    found = {path.name for path, text in SOURCES.items() if touching.search(text) and migrations not in path.parents}
    assert found == set()

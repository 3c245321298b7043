"""The audit log and what writes it: every action has its sentence, every change its one entry, and they stay."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cast import House
from webapp.domain import audit, clock, settings
from webapp.domain.chats import staffing
from webapp.domain.people import associates, hours, identity_keys, invitations, sites, stores
from webapp.domain.tables import AuditEntry
from webapp.i18n import LANGUAGES, words

WEBAPP = Path(__file__).parents[3] / "webapp"
SOURCES = {path: path.read_text("utf-8") for path in WEBAPP.rglob("*.py")}
OPEN = hours.parse("mon 09:00-18:00")

CHANGES: dict[str, tuple[str, Callable[[House], object]]] = {
    "adding a store": ("store_added", lambda h: stores.add("", "Lille", "FR", "UTC", by=h.dana)),
    "adding the default store": (
        "store_added",
        lambda h: stores.add("", "Nantes", "FR", "UTC", is_default=True, hours=OPEN, by=h.dana),
    ),
    "changing a store": (
        "store_changed",
        lambda h: stores.change(h.london, name="L", hours=OPEN, is_default=True, by=h.dana),
    ),
    "changing a setting": ("setting_changed", lambda h: settings.set_values({"automatic_linking": "off"}, by=h.dana)),
    "adding a site": ("site_added", lambda h: sites.add("Shop", ["https://other.example"], by=h.dana)),
    "changing a site": ("site_changed", lambda h: sites.change(h.site, name="S", colour="#336699", by=h.dana)),
    "adding an associate": (
        "associate_added",
        lambda h: associates.add("Eve", "eve@maison.example", None, stores=[h.lyon], by=h.dana),
    ),
    "changing an associate": (
        "associate_changed",
        lambda h: associates.change(h.alice, role="manager", chat_enabled=False, stores=[h.london], by=h.dana),
    ),
    "inviting somebody": (
        "associate_invited",
        lambda h: invitations.invite("ida@maison.example", stores=[h.lyon], by=h.dana),
    ),
    "deactivating an associate": ("associate_deactivated", lambda h: staffing.deactivate(h.alice, by=h.dana)),
    "making an identity key": ("identity_key_added", lambda h: identity_keys.add(h.site, by=h.dana)),
}
NOTHING: dict[str, Callable[[House], object]] = {
    "saving a store as it is": lambda h: stores.change(h.london, name="London", is_default=False, by=h.dana),
    "saving a setting as it is": lambda h: settings.set_values({"automatic_linking": "single_exact_match"}, by=h.dana),
    "saving a site as it is": lambda h: sites.change(h.site, name=h.site.name, by=h.dana),
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


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_writes_one_entry_with_who_did_it(house: House, what: str) -> None:
    before = AuditEntry.select().count()
    action, change = CHANGES[what]
    change(house)
    (entry,) = AuditEntry.select().order_by(AuditEntry.id).offset(before)
    assert (entry.action, entry.associate) == (action, house.dana)
    assert clock.now() - entry.at < timedelta(minutes=1)


@pytest.mark.parametrize("what", NOTHING)
def test_what_changes_nothing_writes_nothing(house: House, what: str) -> None:
    before = AuditEntry.select().count()
    NOTHING[what](house)
    assert AuditEntry.select().count() == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_that_is_written_down_has_its_name(house: House, language: str) -> None:
    for _, change in CHANGES.values():
        change(house)
    fields = {field for entry in AuditEntry.select() for field in entry.data}
    assert {field for field in fields if f"audit.field.{field}" not in words(language).texts} == set()


def test_entries_are_only_ever_added() -> None:
    touching = re.compile(r"AuditEntry\.(update|delete|replace|insert|set_by_id|bulk\w*|truncate\w*)|\baudit_?entry\b")
    migrations = WEBAPP / "migrations"
    found = {path.name for path, text in SOURCES.items() if touching.search(text) and migrations not in path.parents}
    assert found == set()

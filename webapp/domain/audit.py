"""The audit log: one entry for each change of a setting and each thing done with a person's whole record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from peewee import JOIN

from . import acting
from .tables import Associate, AuditEntry

# What can be done; each has a sentence in every language, under `audit.<action>`.
ACTIONS = (
    "house_set_up", "store_added", "store_changed", "site_added", "site_changed", "setting_changed",
    "associate_invited", "invitation_revoked", "associate_joined", "associate_added", "associate_changed",
    "associate_deactivated", "associate_reactivated", "identity_key_added", "identity_key_revoked",
    "person_exported", "person_erased",
)  # fmt: skip

# What an entry is about, and how its actions begin.
KINDS = {
    "store": ("store_",),
    "associate": ("associate_", "invitation_"),
    "setting": ("setting_", "house_"),
    "site": ("site_", "identity_key_"),
    "person": ("person_",),
}

PAGE = 30
PROGRAM = "rapport"  # whom `Chosen` names for what was done by the command line

Changes = dict[str, tuple[Any, Any]]  # field: (before, after)


def record(action: str, subject: str, *, by: Associate | None, changes: Changes | None = None) -> None:
    """Write one entry, from within a verb; `by` is nobody for the program `rapport`. Never pass a secret."""
    assert action in ACTIONS, action
    acting.check(by)
    data = {field: {"before": before, "after": after} for field, (before, after) in (changes or {}).items()}
    AuditEntry.create(associate=by, action=action, subject=subject, data=data)


def changed(before: dict[str, Any], after: dict[str, Any]) -> Changes:
    """Return the fields whose values differ, in the order of `after`."""
    return {field: (before.get(field), value) for field, value in after.items() if before.get(field) != value}


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which entries are to be shown: of one person (an id, or `PROGRAM`), of one of `KINDS`; "" for all."""

    person: str = ""
    kind: str = ""


def page(chosen: Chosen, *, before: int | None = None) -> tuple[list[AuditEntry], bool]:
    """Return the newest entries, or those before the one with this id, and whether there are more."""
    query = AuditEntry.select(AuditEntry, Associate).join(Associate, JOIN.LEFT_OUTER)
    if chosen.person:
        by = None if chosen.person == PROGRAM else _id(chosen.person)
        query = query.where(AuditEntry.associate.is_null() if by is None else AuditEntry.associate == by)
    if chosen.kind:
        actions = [action for action in ACTIONS if action.startswith(KINDS.get(chosen.kind, ()))]
        query = query.where(AuditEntry.action.in_(actions))
    if before is not None:
        query = query.where(AuditEntry.id < before)
    rows = list(query.order_by(AuditEntry.id.desc()).limit(PAGE + 1))
    return rows[:PAGE], len(rows) > PAGE


def people() -> list[Associate]:
    """Return everybody who has an entry, by name."""
    query = Associate.select().where(Associate.id.in_(AuditEntry.select(AuditEntry.associate)))
    return list(query.order_by(Associate.name, Associate.id))


def _id(text: str) -> int:
    """Return the id that a text names; nobody has the id 0."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0

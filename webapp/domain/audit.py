"""The audit log: one entry for each change of a setting and each thing done with a person's whole record."""

from __future__ import annotations

from typing import Any

from .tables import Associate, AuditEntry

# What can be done; each has a sentence in every language, under `audit.<action>`.
ACTIONS = (
    "house_set_up", "store_added", "store_changed", "site_added", "site_changed", "setting_changed",
    "associate_invited", "invitation_revoked", "associate_joined", "associate_added", "associate_changed",
    "associate_deactivated", "associate_reactivated", "identity_key_added", "identity_key_revoked",
    "person_exported", "person_erased",
)  # fmt: skip

Changes = dict[str, tuple[Any, Any]]  # field: (before, after)


def record(action: str, subject: str, *, by: Associate | None, changes: Changes | None = None) -> None:
    """Write one entry, from within a verb; `by` is nobody for the program `rapport`. Never pass a secret."""
    assert action in ACTIONS, action
    data = {field: {"before": before, "after": after} for field, (before, after) in (changes or {}).items()}
    AuditEntry.create(associate=by, action=action, subject=subject, data=data)


def changed(before: dict[str, Any], after: dict[str, Any]) -> Changes:
    """Return the fields whose values differ, in the order of `after`."""
    return {field: (before.get(field), value) for field, value in after.items() if before.get(field) != value}

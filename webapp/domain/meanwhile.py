"""Two who have the same settings open: whoever saves second sees what the first has saved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from . import audit
from .errors import Refused
from .tables import AuditEntry

_NEWEST = 50  # entries of the audit log in which to look for whoever it was


class ChangedMeanwhile(Refused):
    """The values have moved on since the form was shown; nothing was written.

    `now` holds those that would be written over, by field, as the audit log keeps them; `mark` is that of the present
    values: a form that carries it has shown them.
    """

    def __init__(self, now: Mapping[str, Any], mark: str, name: str) -> None:
        super().__init__("changed_meanwhile", name=name)
        self.now = now
        self.mark = mark


def mark(shown: Mapping[str, Any]) -> str:
    """Return what a form carries to say which values it has shown."""
    written = json.dumps(shown, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()[:32]


def check(
    seen: str | None, present: Mapping[str, Any], now: Mapping[str, Any], action: str, subjects: Collection[str]
) -> None:
    """Raise `ChangedMeanwhile` when the form has not shown the present values; from within a verb.

    `now` are those of the present values that are not as they are meant to be. `action` and `subjects` are how the
    audit log calls such a change. Whoever says nothing of what was seen (None) has seen nothing: the program `rapport`.
    """
    if seen is not None and now and seen != mark(present):
        raise ChangedMeanwhile(now, mark(present), _who(action, subjects))


def _who(action: str, subjects: Collection[str]) -> str:
    """Return the name of whoever made the newest such change; a subject may have got its name by it."""
    newest = AuditEntry.select().where(AuditEntry.action == action).order_by(AuditEntry.id.desc()).limit(_NEWEST)
    for entry in newest:
        renamed = entry.data.get("name", {}).get("after")
        if entry.subject in subjects or renamed in subjects:
            return str(entry.associate.name) if entry.associate else audit.PROGRAM
    return audit.PROGRAM

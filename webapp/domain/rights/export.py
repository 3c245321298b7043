"""Handing a person's record out: noted in the audit log, and written as JSON with keys that stay as they are.

The keys are described in docs/privacy.md; one that is added is no new version, one that changes is.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime

from .. import acting, audit
from ..db import verb
from ..tables import Associate, Profile
from .record import PersonRecord, gather

VERSION = 1
FORMATS = ("html", "json")


def export(profile: Profile, *, by: Associate | None) -> PersonRecord:
    """Return the person's record, and note who took it; `by` is nobody for the program `rapport`."""
    record = gather(profile)  # outside the transaction: nobody's message waits for a long record
    _note(profile, by)
    return record


@verb
def _note(profile: Profile, by: Associate | None) -> None:
    acting.check_manager(by)
    audit.record("person_exported", f"profile #{profile.id}", by=by)


def as_json(record: PersonRecord) -> str:
    """Return the record as JSON, moments in UTC as ISO 8601."""
    document = {"format": "rapport-person-record", "version": VERSION, **asdict(record)}
    return json.dumps(document, ensure_ascii=False, indent=2, default=_moment) + "\n"


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

"""Changing one field of a profile, so that two people who edit it never overwrite each other unseen.

Whoever changes a field says which value was seen. When that has moved on nothing is written, and `Stale`
carries the present value. Every change is an entry in the activity log and can be undone from there while the
field stands as the change left it.
"""

from __future__ import annotations

from typing import Any

from .. import clock
from ..db import emit, verb
from ..errors import Invalid, NotFound, Refused, Stale
from ..events import ProfileChanged
from ..tables import ActivityEntry, Associate, ContactPoint, Profile
from ..tables.profiles import KINDS
from . import activity, contact, indexing, records
from .creating import add_point, key_of

FIELDS = ("name", "email", "phone")


@verb
def change(
    profile: Profile,
    field: str,
    value: str,
    *,
    seen: str,
    by: Associate,
    kind: str = "profile_changed",
    conversation: int | None = None,
) -> ActivityEntry | None:
    """Set the name, or the primary e-mail or phone; blank takes the primary one away.

    `seen` is the value that the associate saw. Returns the log's entry, or None when it stands so already;
    raises `Stale` when the value has moved on, `Invalid` when the new one is wrong,
    `Refused("taken_by_itself")` when the profile has this address already among its others.
    """
    profile = _standing(profile.id)
    value = _checked(field, value, str(profile.region))
    before = value_of(profile, field)
    if value == before:
        return None
    if before != seen:
        raise Stale(before, _who_changed(profile, field))
    how = "replaced" if value else "removed"
    _set(profile, field, before, value)
    left = value_of(_standing(profile.id), field)  # with the primary address gone, the next one is
    return _done(profile, kind, by, conversation, field=field, before=before, after=value, how=how, left=left)


@verb
def add(
    profile: Profile,
    field: str,
    value: str,
    *,
    by: Associate,
    kind: str = "profile_changed",
    conversation: int | None = None,
) -> ActivityEntry | None:
    """Add another e-mail or phone; returns the log's entry, or None when the profile has it already."""
    if field not in KINDS:
        raise NotFound
    profile = _standing(profile.id)
    value = _checked(field, value, str(profile.region))
    if not value:
        raise Invalid({field: f"{field}_missing"})
    points = records.of(profile).points(field)
    if any(point.key == key_of(field, value, str(profile.region)) for point in points):
        return None
    add_point(profile, field, value, 1 + max((point.position for point in points), default=-1))
    return _done(profile, kind, by, conversation, field=field, before="", after=value, how="added")


@verb
def undo(entry: ActivityEntry, *, by: Associate) -> None:
    """Take a change back; raises `Refused("changed_since")` when the field no longer stands as it left it."""
    profile = _standing(entry.profile_id)
    if not can_undo(entry, records.of(profile)):
        raise Refused("changed_since")
    field, before, after, how = (entry.data[key] for key in ("field", "before", "after", "how"))
    if how == "added":
        _remove_point(profile, field, after)
    elif how == "removed":
        first = min((point.position for point in records.of(profile).points(field)), default=1)
        add_point(profile, field, before, first - 1)
    else:
        _set(profile, field, after, before)
    undone = ActivityEntry.update(undone_at=clock.now()).where(
        ActivityEntry.id == entry.id, ActivityEntry.undone_at.is_null()
    )
    if not undone.execute():
        raise Refused("changed_since")
    _done(profile, "profile_changed", by, None, field=field, before=after, after=before, how="undone")


def can_undo(entry: ActivityEntry, record: records.Record) -> bool:
    """Say whether this change of a field can still be taken back from this record of its profile."""
    if entry.kind not in ("profile_changed", "conflict_resolved") or entry.undone_at is not None:
        return False
    field, how = entry.data["field"], entry.data["how"]
    if how == "added":
        return any(point.value == entry.data["after"] for point in record.points(field))
    return bool(how != "undone" and value_of(record.profile, field) == entry.data["left"])


def value_of(profile: Profile, field: str) -> str:
    """Return the name, or the primary e-mail or phone, as it stands; blank is the empty string."""
    if field == "name":
        return str(profile.name)
    if field not in FIELDS:
        raise NotFound
    points = records.of(profile).points(field)
    return str(points[0].value) if points else ""


def _checked(field: str, value: str, region: str) -> str:
    if field not in FIELDS:
        raise NotFound
    given = contact.read(**{"name": "", "email": "", "phone": "", field: value}, region=region)
    tidied = str(getattr(given, field))
    if field == "name" and not tidied:
        raise Invalid({"name": "name_missing"})
    return tidied


def _standing(id: int) -> Profile:
    profile: Profile = Profile.get_by_id(id)
    if profile.withdrawn_at is not None:
        raise NotFound
    return profile


def _set(profile: Profile, field: str, before: str, value: str) -> None:
    if field == "name":
        Profile.update(name=value, name_generated=False).where(Profile.id == profile.id).execute()
    elif value:
        _set_primary(profile, field, before, value)
    else:
        _remove_point(profile, field, before)


def _set_primary(profile: Profile, field: str, before: str, value: str) -> None:
    points = records.of(profile).points(field)
    key = key_of(field, value, str(profile.region))
    if any(point.key == key and point.value != before for point in points):
        raise Refused("taken_by_itself")
    if points:
        ContactPoint.update(value=value, key=key).where(ContactPoint.id == points[0].id).execute()
    else:
        add_point(profile, field, value, 0)


def _remove_point(profile: Profile, field: str, value: str) -> None:
    ContactPoint.delete().where(
        ContactPoint.profile == profile, ContactPoint.kind == field, ContactPoint.value == value
    ).execute()


def _who_changed(profile: Profile, field: str) -> str:
    entry = activity.last_change(profile, field)
    return str(entry.associate.first_name) if entry and entry.associate else ""


def _done(profile: Profile, kind: str, by: Associate, conversation: int | None, **data: Any) -> ActivityEntry:
    indexing.index(Profile.get_by_id(profile.id))
    entry = activity.record(profile, kind, by=by, conversation=conversation, **data)
    emit(ProfileChanged(profile.id))
    return entry

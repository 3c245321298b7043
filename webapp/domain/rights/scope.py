"""How far a person's record reaches: the chats that are hers now, and what another's log took from a chat of hers."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import NotFound
from ..profiles import records
from ..tables import ActivityEntry, Conversation, Link, Profile

CHANGES = ("profile_changed", "conflict_resolved")  # kinds of entries that hold values


def standing(profile: Profile) -> Profile:
    """Return the profile as it stands now, withdrawn or not; raises `NotFound` once it has been erased."""
    found: Profile | None = Profile.get_or_none(Profile.id == profile.id, Profile.erased_at.is_null())
    if found is None:
        raise NotFound
    return found


def by_number(customer_number: str) -> Profile | None:
    """Return the profile with this customer number, one that was withdrawn too: it holds personal data as well."""
    found: Profile | None = Profile.get_or_none(
        Profile.customer_number == customer_number.strip(), Profile.erased_at.is_null()
    )
    return found


def chats_of(profiles: Iterable[int]) -> list[Conversation]:
    """Return the chats that are linked to these profiles now, oldest first."""
    query = Conversation.select().join(Link).where(Link.profile.in_(list(profiles)), Link.ended_at.is_null())
    return list(query.order_by(Conversation.created_at, Conversation.id))


def borrowed(profile: int, taken: Iterable[ActivityEntry]) -> set[tuple[str, str]]:
    """Return (field, value) of what these entries of a log took from chats that are somebody else's.

    A value that the profile holds to this day has become its own, and is left out.
    """
    record = records.of(Profile.get_by_id(profile))
    own = {("name", record.name)} | {(str(p.kind), str(p.value)) for p in (*record.emails, *record.phones)}
    given = {(str(entry.data["field"]), str(entry.data["after"])) for entry in taken if entry.kind in CHANGES}
    return {(field, value) for field, value in given - own if value}

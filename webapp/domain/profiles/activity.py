"""The activity log of a profile: what is written into it, and how it is read in pages, newest first.

An entry is data; its sentence is made when it is read, in the language of the reader. The entry of a chat is
one row that moves with the link of its conversation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import JOIN

from .. import acting, clock
from ..prepared import given, prepared
from ..tables import ActivityEntry, Associate, Profile

PAGE = 10
_newest_first = (
    ActivityEntry.select(ActivityEntry, Associate)
    .join(Associate, JOIN.LEFT_OUTER)
    .where(ActivityEntry.profile == given("profile"))
    .order_by(ActivityEntry.at.desc(), ActivityEntry.id.desc())
    .limit(given("limit"))
)
_first_page = prepared(_newest_first)
_further_page = prepared(
    _newest_first.where(
        (ActivityEntry.at < given("at")) | ((ActivityEntry.at == given("at")) & (ActivityEntry.id < given("id")))
    )
)


@dataclass(frozen=True, slots=True)
class Page:
    entries: Sequence[ActivityEntry]
    more_before: int | None  # id of the last entry here, when there are older ones


def record(
    profile: Profile | int,
    kind: str,
    *,
    by: Associate | None = None,
    conversation: int | None = None,
    at: datetime | None = None,
    **data: Any,
) -> ActivityEntry:
    """Write one entry, from within a verb; `by` is nobody for a rule, `data` is what its sentence needs."""
    acting.check(by)
    entry: ActivityEntry = ActivityEntry.create(
        profile=profile, kind=kind, associate=by, conversation=conversation, at=at or clock.now(), data=data
    )
    return entry


def page(profile: Profile | int, *, before: int | None = None, limit: int = PAGE) -> Page:
    """Return one page of a profile's log, newest first; `before` is the `more_before` of the page before."""
    # Its place in time is all that counts: a chat may have moved to another log since that page was read.
    last = ActivityEntry.get_or_none(ActivityEntry.id == before) if before else None
    if last:
        entries = _further_page.all(profile=profile, limit=limit + 1, at=last.at, id=last.id)
    else:
        entries = _first_page.all(profile=profile, limit=limit + 1)
    more = entries[limit - 1].id if len(entries) > limit else None
    return Page(entries[:limit], more)


def move_chat(conversation: int, started_at: datetime, profile: Profile | int | None) -> None:
    """Put the chat's entry into this profile's log, or into none; from within a verb."""
    chat = (ActivityEntry.kind == "chat") & (ActivityEntry.conversation == conversation)
    if profile is None:
        ActivityEntry.delete().where(chat).execute()
    elif not ActivityEntry.update(profile=profile).where(chat).execute():
        record(profile, "chat", conversation=conversation, at=started_at)


def last_change(profile: Profile | int, field: str) -> ActivityEntry | None:
    """Return the newest entry that changed this field, with its associate, or None."""
    query = (
        ActivityEntry.select(ActivityEntry, Associate)
        .join(Associate, JOIN.LEFT_OUTER)
        .where(
            ActivityEntry.profile == profile, ActivityEntry.kind.in_(("profile_changed", "conflict_resolved"))
        )
        .order_by(ActivityEntry.id.desc())
    )
    return next((entry for entry in query.limit(50) if entry.data.get("field") == field), None)

"""The warning banner: when it shows, and the ways in which an associate makes both sides agree.

SPEC section 4. Whether it shows is computed each time, never stored, so putting either side right clears it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..db import verb
from ..errors import DomainError, NotFound
from ..profiles import editing, records
from ..profiles.normalise import show_phone
from ..tables import ActivityEntry, Associate, ContactDetails, Conversation, Link
from . import facts
from .conflicts import Conflict, conflicts, new_information


class MovedOn(DomainError):
    """What the associate saw in the row is no longer so; nothing was written, the row is to be refreshed."""

    def __init__(self, field: str) -> None:
        super().__init__("moved_on", field=field)
        self.field = field


@dataclass(frozen=True, slots=True)
class Comparison:
    """What customer and profile say, side by side, for a conversation that is linked."""

    conflicts: tuple[Conflict, ...]
    new_information: tuple[tuple[str, str], ...]
    is_returning: bool  # the profile existed before the conversation started
    link: int  # id of the link: whoever acts says which one was seen


def compare_sides(
    conversation: Conversation, link: Link, record: records.Record, newest: ContactDetails | None = None
) -> Comparison:
    """Compare the conversation's newest details, looked up unless given, with the record of its profile."""
    details = facts.given(newest or facts.details_of(conversation), conversation.store.region)
    held = facts.held(record)
    return Comparison(
        conflicts=conflicts(details, held),
        new_information=new_information(details, held),
        is_returning=bool(link.profile.created_at < conversation.created_at),
        link=int(link.id),
    )


def shown(viewer_chats: bool, conversation: Conversation, sides: Comparison) -> tuple[Conflict, ...]:
    """Return the conflicts that the banner shows, by its five conditions; none means that there is no banner.

    `viewer_chats` says whether the associate who looks is chat-enabled.
    """
    allowed = may_show(
        viewer_chats=viewer_chats,
        prechat_enabled=bool(conversation.prechat_enabled),
        channel=str(conversation.channel),
        is_returning=sides.is_returning,
    )
    return sides.conflicts if allowed else ()


def may_show(*, viewer_chats: bool, prechat_enabled: bool, channel: str, is_returning: bool) -> bool:
    """Say whether conflicts are shown, where there are any: the other four of the banner's conditions."""
    return viewer_chats and prechat_enabled and channel == "live_chat" and is_returning


@verb
def settle(
    conversation: Conversation,
    field: str,
    how: str,
    *,
    seen_given: str,
    seen_held: str,
    by: Associate,
    seen_link: int | None = None,
) -> ActivityEntry | None:
    """Make the profile agree with the customer in one field: `replace` its primary value, or `add` another.

    Raises `MovedOn` when either side is no longer what the associate saw, or the chat has moved to another profile
    since `seen_link`; `NotFound` for what no button does.
    """
    if how not in ("replace", "add"):
        raise NotFound
    record, sides = _sides(conversation, field, seen_link)
    row = next((conflict for conflict in sides.conflicts if conflict.field == field), None)
    if row is None or row.given != seen_given or row.held[0] != seen_held:
        raise MovedOn(field)
    value = _readable(conversation, field, row.given)
    if how == "add":
        return editing.add(
            record.profile, field, value, by=by, kind="conflict_resolved", conversation=conversation.id
        )
    return editing.change(
        record.profile,
        field,
        value,
        seen=editing.value_of(record.profile, field),
        by=by,
        kind="conflict_resolved",
        conversation=conversation.id,
    )


@verb
def add_new(
    conversation: Conversation, field: str, *, seen_given: str, by: Associate, seen_link: int | None = None
) -> ActivityEntry | None:
    """Give the profile a detail that it lacks; raises `MovedOn` when it is no longer new, or not given."""
    record, sides = _sides(conversation, field, seen_link)
    if (field, seen_given) not in sides.new_information:
        raise MovedOn(field)
    seen = editing.value_of(record.profile, field)
    value = _readable(conversation, field, seen_given)
    return editing.change(record.profile, field, value, seen=seen, by=by, conversation=conversation.id)


def _readable(conversation: Conversation, field: str, value: str) -> str:
    # A phone in international form, because the profile's numbers may be read in another region.
    return show_phone(value, str(conversation.store.region)) if field == "phone" else value


def _sides(conversation: Conversation, field: str, seen_link: int | None) -> tuple[records.Record, Comparison]:
    link = facts.current_link(conversation)
    if link is None or seen_link not in (None, link.id):
        raise MovedOn(field)
    conversation = Conversation.get_by_id(conversation.id)
    facts.check_accepted(conversation)
    record = records.of(link.profile)
    return record, compare_sides(conversation, link, record)

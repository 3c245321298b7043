"""Taking a person out of what other records remember: staff lines of their chats, and entries of their logs.

Such a line or entry stays, for it is part of another's record, and keeps what it says of that other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from ..tables import ActivityEntry, Link, Message
from . import scope

WITHHELD = "…"  # stands where a name or a value was


def lines_naming(conversation: int, profiles: Collection[int]) -> Iterator[Message]:
    """Give the staff lines of a chat that say it was linked to one of these profiles, or is so no more.

    By the journal, not by name: each link wrote one line, in order, and the name may have changed since. A line that
    was taken care of before has lost its link, and is passed over.
    """
    links = iter(Link.select().where(Link.conversation == conversation).order_by(Link.id))
    query = Message.select().where(Message.conversation == conversation, Message.lane == "staff")
    current: Link | None = None
    for line in query.where(Message.kind.in_(("linked", "unlinked"))).order_by(Message.seq):
        if line.kind == "linked":
            current = None if line.data.get("erased") else next(links, None)
        if current is not None and current.profile_id in profiles:
            yield line


def clear_line(line: Message) -> None:
    """Take the name out of a staff line."""
    data = {**line.data, "profile": WITHHELD, "erased": True}
    Message.update(data=data).where(Message.id == line.id).execute()


def clear_logs(
    profiles: Collection[int], chats: Collection[int], left: Collection[int], links: Collection[int]
) -> set[int]:
    """Take these profiles out of all other logs; return the profiles whose logs have changed.

    `chats` are being erased, `left` are chats that stay and were once linked to the profiles, `links` are the links
    that go with either.
    """
    entries = ActivityEntry.select().where(
        ActivityEntry.profile.not_in(list(profiles)), ActivityEntry.conversation.in_([*chats, *left])
    )
    of_others: dict[int, list[ActivityEntry]] = {}
    for entry in entries:
        of_others.setdefault(entry.profile_id, []).append(entry)
    for profile, those in of_others.items():
        taken = [entry for entry in those if entry.conversation in chats]
        _clear_values(profile, scope.borrowed(profile, taken))
        for entry in those:
            _clear_entry(ActivityEntry.get_by_id(entry.id), profiles, chats, links)
    return set(of_others)


def _clear_entry(
    entry: ActivityEntry, profiles: Collection[int], chats: Collection[int], links: Collection[int]
) -> None:
    data = dict(entry.data)
    if data.get("moved_to") in profiles:
        data |= {"moved_to": None, "moved_to_name": None}
    for key in ("link", "former_link"):
        if data.get(key) in links:
            data[key] = None  # its id may be given to another link
    conversation = None if entry.conversation in chats else entry.conversation
    ActivityEntry.update(data=data, conversation=conversation).where(ActivityEntry.id == entry.id).execute()


def _clear_values(profile: int, values: Iterable[tuple[str, str]]) -> None:
    """Take values that came from a person's chat, and were given back since, out of another's log."""
    foreign = set(values)
    if not foreign:
        return
    changes = ActivityEntry.select().where(ActivityEntry.profile == profile, ActivityEntry.kind.in_(scope.CHANGES))
    for entry in changes:
        data: dict[str, Any] = dict(entry.data)
        for key in ("before", "after"):
            if (data["field"], data[key]) in foreign:
                data |= {key: WITHHELD, "left": None}  # and with nothing left, there is nothing to undo
        if data != entry.data:
            ActivityEntry.update(data=data).where(ActivityEntry.id == entry.id).execute()

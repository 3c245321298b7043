"""The inbox: who waits, who is mine, and everybody else; with what each row needs, looked up for all rows at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from peewee import JOIN, Case

from .. import render
from ..auth import Viewer
from ..domain import clock
from ..domain.identity import banner
from ..domain.people import access, presence
from ..domain.profiles import records
from ..domain.tables import Associate, ContactDetails, Conversation, Link, Profile, Store
from . import hours

LONG_WAIT = timedelta(minutes=3)
MOST = 100  # rows; more are reached by search, and a line says that they are there


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation, as the list shows it."""

    conversation: Conversation
    name: str
    is_named: bool  # by the customer or a profile; otherwise the name is a generated one
    link_state: str  # linked, candidates or none
    differences: int

    @property
    def waits_long(self) -> bool:
        return self.conversation.state == "waiting" and clock.now() - self.conversation.created_at > LONG_WAIT


def pane(viewer: Viewer, name: str) -> str:
    """Draw one inbox for this viewer: `waiting`, `mine` or `all`."""
    associate = Associate.get_by_id(viewer.associate)
    counts = {each: access.inbox(associate, each).count() for each in access.INBOXES}
    rows = _rows(viewer, _ordered(associate, name))
    return render.partial(
        "inbox",
        viewer.reader,
        name=name,
        viewer=viewer,
        available=bool(associate.available),
        closed=_closed(viewer, associate),
        counts=counts,
        groups=_grouped(viewer, name, rows),
        left_out=max(0, counts[name] - len(rows)),
    )


def _closed(viewer: Viewer, associate: Associate) -> str:
    """Return until when her stores are closed, in words, or "" while one is open."""
    closed = presence.closed_for(associate) if viewer.chat_enabled else None
    if closed is None:
        return ""
    if closed.until is None:
        return viewer.reader.n("avail.closed", closed.stores)
    return viewer.reader.n("avail.closed_until", closed.stores, when=hours.when(viewer.reader, closed.until))


def _ordered(associate: Associate, name: str) -> list[Conversation]:
    query = access.inbox(associate, name).select(Conversation, Store, Associate)
    query = query.join(Store).switch(Conversation).join(Associate, JOIN.LEFT_OUTER)
    if name == "waiting":
        query = query.order_by(Conversation.created_at)
    elif name == "mine":  # whose customer waits longest first, then the rest
        unanswered_first = (Conversation.waiting_since.is_null(), Conversation.waiting_since)
        query = query.order_by(*unanswered_first, Conversation.last_at.desc())
    else:  # in its groups, so that the limit cuts off none who waits
        waits = Conversation.state == "waiting"
        is_hers = (Conversation.state == "active") & (Conversation.associate == associate)
        group = Case(None, [(waits, 0), (is_hers, 1)], 2)
        oldest_first = Case(None, [(waits, Conversation.created_at)], None)
        query = query.order_by(group, oldest_first, Conversation.last_at.desc())
    return list(query.limit(MOST))


def _rows(viewer: Viewer, conversations: list[Conversation]) -> list[Row]:
    newest = [c.details for c in conversations]
    details = {row.id: row for row in ContactDetails.select().where(ContactDetails.id.in_(newest))}
    query = Link.select(Link, Profile).join(Profile)
    query = query.where(Link.conversation.in_([c.id for c in conversations]), Link.ended_at.is_null())
    links = {link.conversation_id: link for link in query}
    held = records.load(link.profile_id for link in links.values())

    def row(conversation: Conversation) -> Row:
        given, link = details[conversation.details or 0], links.get(conversation.id)
        if link is None or link.profile_id not in held:
            state = "candidates" if conversation.candidate_count else "none"
            return Row(conversation, given.name, not given.name_generated, state, 0)
        sides = banner.compare_sides(conversation, link, held[link.profile_id], given)
        differences = len(banner.shown(viewer.chat_enabled, conversation, sides))
        return Row(conversation, link.profile.name or given.name, True, "linked", differences)

    return [row(conversation) for conversation in conversations]


def _grouped(viewer: Viewer, name: str, rows: list[Row]) -> list[tuple[str, list[Row]]]:
    """Return the rows in groups, each with the name of its title; only `all` has more than one."""
    if name != "all":
        return [(name, rows)] if rows else []

    def group(row: Row) -> str:
        if row.conversation.state == "waiting":
            return "waiting"
        mine = row.conversation.state == "active" and row.conversation.associate_id == viewer.associate
        return "mine" if mine else "others"

    groups: dict[str, list[Row]] = {"waiting": [], "mine": [], "others": []}
    for row in rows:
        groups[group(row)].append(row)
    return [(title, members) for title, members in groups.items() if members]


def of(viewer: Viewer, conversation: Conversation) -> str:
    """Return the name of the inbox in which this viewer finds the conversation."""
    if conversation.state == "waiting":
        return "waiting"
    mine: Any = conversation.associate_id == viewer.associate
    return "mine" if mine and conversation.state == "active" else "all"

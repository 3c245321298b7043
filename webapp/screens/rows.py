"""The rows of an inbox: looked up in one statement for all of them, and drawn again only when they say something else.

An inbox is drawn several times a second for everybody who has it open, and most of its rows are as they were. So a row
is a plain value that holds all that it shows, and its HTML is kept by that value: what differs is never taken for it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from peewee import JOIN, Case

from .. import render
from ..domain import clock
from ..domain.identity import banner, facts
from ..domain.identity.conflicts import conflicts
from ..domain.identity.matching import Details
from ..domain.people import access, inboxes
from ..domain.prepared import given, prepared
from ..domain.profiles import records
from ..domain.remembered import remembered
from ..domain.tables import Associate, ContactDetails, Conversation, Link, Profile, Store
from ..i18n import Reader

LONG_WAIT = timedelta(minutes=3)
MOST = 100  # rows; more are reached by search, and a line says that they are there
_KEPT = 4096  # drawn rows
_SHOWN_OF_A_CHAT = (
    "id public_id state channel associate prechat_enabled candidate_count created_at last_at last_text last_author"
    " waiting_since"
).split()
_SHOWN = 200  # characters of what was said last: the partial cuts it shorter, between words


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation, as the list shows it to somebody: texts are as they were written, not escaped."""

    public_id: str
    state: str
    name: str
    is_named: bool  # by the customer or a profile; otherwise the name is a generated one
    link_state: str  # linked, candidates or none
    candidates: int
    differences: int
    store: str
    associate: str  # first name of who has it, or ""
    is_hers: bool  # who looks has it, or had it
    is_unanswered: bool
    waits_long: bool
    last_author: str
    last_text: str
    when: str  # how long it waits, or when something was written last
    may_accept: bool

    @property
    def group(self) -> str:
        """Return the name of the group in which `all` shows it."""
        if self.state == "waiting":
            return "waiting"
        return "mine" if self.is_hers and self.state == "active" else "others"


def find(
    reader: Reader, associate: int, chats: bool, is_manager: bool, stores: Collection[int], name: str
) -> list[Row]:
    """Return the rows of one inbox in their order.

    `chats` says whether the associate is chat-enabled, `stores` are the ids of all stores of hers.
    """
    since = inboxes.since(associate, is_manager, stores, MOST) if name == "all" else 0
    found = _queries[name, is_manager].all(viewer=associate, most=MOST, since=since)
    differing = _differences(found) if chats else {}
    return [_row(reader, associate, chats, line, differing.get(line.id, 0)) for line in found]


@remembered(_KEPT)
def drawn(reader: Reader, row: Row, first: bool) -> str:
    """Draw a row; `first` of its group."""
    return render.partial("row", reader, row=row, first=first)


_conflicts = remembered(_KEPT)(conflicts)


def _row(reader: Reader, associate: int, chats: bool, line: Any, differences: int) -> Row:
    is_waiting = line.state == "waiting"
    linked = line.profile_name is not None
    return Row(
        public_id=line.public_id,
        state=line.state,
        name=(line.profile_name or line.name) if linked else line.name,
        is_named=linked or not line.name_generated,
        link_state="linked" if linked else "candidates" if line.candidate_count else "none",
        candidates=line.candidate_count,
        differences=differences,
        store=line.store_name,
        associate=line.associate_name.split()[0] if line.associate_name else "",
        is_hers=line.associate == associate,
        is_unanswered=line.state == "active" and line.waiting_since is not None,
        waits_long=is_waiting and clock.now() - line.created_at > LONG_WAIT,
        last_author=line.last_author,
        last_text=line.last_text[:_SHOWN],
        when=reader.ago(line.created_at) if is_waiting else reader.short_time(line.last_at),
        may_accept=is_waiting and chats,
    )


def _differences(lines: Sequence[Any]) -> dict[int, int]:
    """Return by conversation how many differences the banner shows to whoever chats."""
    compared = {
        line.id: line
        for line in lines
        if line.profile_name is not None
        and banner.may_show(
            viewer_chats=True,
            prechat_enabled=line.prechat_enabled,
            channel=line.channel,
            is_returning=line.profile_since < line.created_at,
        )
    }
    held = records.load(line.profile for line in compared.values()) if compared else {}
    return {
        id: len(
            _conflicts(
                Details(line.name, line.email, line.phone, bool(line.name_generated), line.region),
                facts.held(held[line.profile]),
            )
        )
        for id, line in compared.items()
        if line.profile in held
    }


def _ordered(name: str, is_manager: bool) -> Any:
    viewer = given("viewer", like=Conversation.associate)
    query = inboxes.recent(is_manager) if name == "all" else access.inbox_of(viewer, is_manager, name)
    if name == "waiting":
        return query.order_by(Conversation.created_at)
    if name == "mine":  # whose customer waits longest first, then the rest
        unanswered_first = (Conversation.waiting_since.is_null(), Conversation.waiting_since)
        return query.order_by(*unanswered_first, Conversation.last_at.desc())
    # In its groups, so that the limit cuts off none who waits.
    waits = Conversation.state == "waiting"
    is_hers = (Conversation.state == "active") & (Conversation.associate == viewer)
    group = Case(None, [(waits, 0), (is_hers, 1)], 2)
    oldest_first = Case(None, [(waits, Conversation.created_at)], None)
    return query.order_by(group, oldest_first, Conversation.last_at.desc())


def _with_all_it_shows(query: Any) -> prepared:
    query = (
        query.select(
            *(getattr(Conversation, name) for name in _SHOWN_OF_A_CHAT),
            ContactDetails.name,
            ContactDetails.name_generated,
            ContactDetails.email,
            ContactDetails.phone,
            Store.name.alias("store_name"),
            Store.region,
            Associate.name.alias("associate_name"),
            Profile.id.alias("profile"),
            Profile.name.alias("profile_name"),
            Profile.created_at.alias("profile_since"),
        )
        .join(Store)
        .switch(Conversation)
        .join(ContactDetails, on=(ContactDetails.id == Conversation.details))
        .switch(Conversation)
        .join(Associate, JOIN.LEFT_OUTER)
        .switch(Conversation)
        .join(Link, JOIN.LEFT_OUTER, on=((Link.conversation == Conversation.id) & Link.ended_at.is_null()))
        .join(Profile, JOIN.LEFT_OUTER, on=((Link.profile == Profile.id) & Profile.withdrawn_at.is_null()))
    )
    return prepared(query.limit(given("most")).namedtuples())


_queries = {
    (name, is_manager): _with_all_it_shows(_ordered(name, is_manager))
    for name in access.INBOXES
    for is_manager in (False, True)
}

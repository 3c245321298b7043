"""What the rail says beside the inbox: how many wait. Every document has it, whatever else it shows."""

from __future__ import annotations

from datetime import datetime

from peewee import fn

from .. import render
from ..auth import Viewer
from ..domain.people import access
from ..domain.tables import Associate, Conversation


def waiting(viewer: Viewer) -> str:
    """Draw the count of waiting chats; with it, when the newest came, and which customers wrote last in her chats."""
    associate = Associate.get_by_id(viewer.associate)
    chats = access.inbox(associate, "waiting").select(fn.COUNT(Conversation.id), fn.MAX(Conversation.routed_at))
    ((count, newest),) = chats.tuples()
    wrote_since = (Conversation.last_author == "customer") & (Conversation.last_at > Conversation.accepted_at)
    unanswered = access.inbox(associate, "mine").where(wrote_since)
    return render.partial(
        "waiting",
        viewer.reader,
        count=count,
        newest=_milliseconds(newest) if newest else 0,
        unanswered=[(chat.public_id, _milliseconds(chat.last_at)) for chat in unanswered],
    )


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)

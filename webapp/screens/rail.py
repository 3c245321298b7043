"""What the rail says beside the inbox: how many wait. Every document has it, whatever else it shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from peewee import fn

from .. import render
from ..auth import Viewer
from ..domain.people import access
from ..domain.prepared import given, prepared
from ..domain.tables import Conversation
from ..i18n import Reader

_her = given("viewer", like=Conversation.associate)
_waiting = prepared(
    access.inbox_of(_her, False, "waiting").select(fn.COUNT(Conversation.id), fn.MAX(Conversation.routed_at)).tuples()
)
_unanswered = prepared(
    access.inbox_of(_her, False, "mine")
    .select(Conversation.public_id, Conversation.last_at)
    .where(Conversation.last_author == "customer", Conversation.last_at > Conversation.accepted_at)
    .tuples()
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What it says: how many wait, when the newest came, and when the customers wrote who wrote last in her chats."""

    reader: Reader
    count: int
    newest: int  # milliseconds
    unanswered: tuple[tuple[str, int], ...]  # public id, milliseconds


def look(viewer: Viewer) -> Waiting:
    """Look up what it says to this viewer; who looks at the same is shown the same."""
    ((count, newest),) = _waiting.all(viewer=viewer.associate)
    return Waiting(
        viewer.reader,
        count,
        _milliseconds(newest) if newest else 0,
        tuple(sorted((chat, _milliseconds(at)) for chat, at in _unanswered.all(viewer=viewer.associate))),
    )


def waiting(viewer: Viewer) -> str:
    """Draw the count of waiting chats as it is now."""
    return drawn(look(viewer))


def drawn(found: Waiting) -> str:
    """Draw what was found."""
    return render.partial(
        "waiting", found.reader, count=found.count, newest=found.newest, unanswered=found.unanswered
    )


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)

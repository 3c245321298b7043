"""The chats that a customer may see beside the present one, whatever browser they come with.

Only who is signed in at the shop has any: those that were begun under the same `subject`, on the same site. Chats that
a store has linked to her profile are not among them; a link proves nothing.
"""

from __future__ import annotations

from typing import Any

from ..tables import Conversation, Site, Visitor

MOST = 50  # that are listed, the newest first


def of(site: Site, subject: str) -> list[Conversation]:
    """Return the chats of the customer whom the retailer calls `subject`, the newest first."""
    query = _theirs(site, subject).order_by(Conversation.id.desc()).limit(MOST)
    return list(query)


def chat_of(site: Site, subject: str, public_id: str) -> Conversation | None:
    """Return the chat with the public id if it is this customer's, or None: another's is as if it did not exist."""
    found: Conversation | None = _theirs(site, subject).where(Conversation.public_id == public_id).first()
    return found


def is_anothers(visitor: Visitor, subject: str) -> bool:
    """Say whether this browser's visitor has shown itself to be another customer than `subject`."""
    anothers = Conversation.select().where(
        Conversation.visitor == visitor, Conversation.subject.is_null(False), Conversation.subject != subject
    )
    return bool(anothers.exists())


def _theirs(site: Site, subject: str) -> Any:
    return Conversation.select().where(Conversation.site == site, Conversation.subject == subject)

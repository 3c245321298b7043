"""Signs of life of the other side: that somebody is typing, and whether the customer has the chat before her."""

from __future__ import annotations

from .. import render
from ..domain.identity import facts
from ..domain.tables import Conversation
from ..i18n import Reader
from ..presence import leases


def typing(reader: Reader, conversation: Conversation, side: str) -> str:
    """Draw that the customer is typing, or the associate who has accepted the chat; what, nobody knows."""
    associate = conversation.associate if side == "associate" else None
    name = associate.first_name if associate else str(facts.details_of(conversation).name)
    return render.partial("typing", reader, conversation=conversation, name=name)


def presence(reader: Reader, conversation: Conversation) -> str:
    """Draw whether the customer is here."""
    return render.partial("presence", reader, conversation=conversation, presence=presence_of(conversation))


def presence_of(conversation: Conversation) -> str:
    """Return "here", "left" or "unknown", or "" for a chat in which nobody waits for anybody to be here."""
    is_awaited = conversation.is_open and conversation.channel == "live_chat"
    return leases.state(str(conversation.public_id)) if is_awaited else ""

"""A line of a log, as either side sees it. It is drawn once for all who see it alike: its answer is its push."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Literal
from weakref import WeakKeyDictionary

from .. import render
from ..domain.tables import Conversation, Message
from ..i18n import Reader

# For as long as somebody holds the row, which is until the last has been told.
_drawn: WeakKeyDictionary[Message, dict[Hashable, str]] = WeakKeyDictionary()


def drawn(
    reader: Reader,
    conversation: Conversation,
    message: Message,
    side: Literal["customer", "staff"],
    customer_name: str = "",
) -> str:
    """Draw a line for one who reads on this side; a customer's own name stands only where the staff reads."""
    kept, alike = _drawn.setdefault(message, {}), (reader, side, customer_name)
    found = kept.get(alike)
    if found is None:
        found = kept[alike] = render.partial(
            "message", reader, conversation=conversation, message=message, side=side, customer_name=customer_name
        )
    return found

"""Writing a line into a conversation: it gets the next number of its lane, in the transaction of the verb.

The number is given by an update of the conversation's row, so that two writers of one conversation come one
after the other, and the numbers have no gap.
"""

from __future__ import annotations

from typing import Any

from . import acting, clock
from .errors import NotFound
from .tables import Associate, Conversation, Message


def write(
    conversation: Conversation | int,
    author: str,
    *,
    lane: str = "public",
    kind: str = "text",
    body: str = "",
    by: Associate | None = None,
    client_id: str = "",
    **data: Any,
) -> Message:
    """Write one line, from within a verb; `author` is customer, associate or system.

    `data` is what the sentence of a system line needs.
    """
    acting.check(by)
    id = conversation if isinstance(conversation, int) else conversation.id
    counter = Conversation.seq if lane == "public" else Conversation.staff_seq
    rows = (
        Conversation.update({counter: counter + 1}).where(Conversation.id == id).returning(counter).execute()
    )
    row = next(iter(rows), None)
    if row is None:  # erased since it was looked up
        raise NotFound
    return Message.create(
        conversation=id,
        lane=lane,
        seq=row.seq if lane == "public" else row.staff_seq,
        author=author,
        associate=by,
        client_id=client_id,
        kind=kind,
        body=body,
        data=data,
        sent_at=clock.now(),
    )

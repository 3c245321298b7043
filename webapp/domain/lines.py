"""Writing a line into a conversation: it gets the next number of its lane, in the transaction of the verb.

The number is given by an update of the conversation's row, so that two writers of one conversation come one
after the other, and the numbers have no gap.
"""

from __future__ import annotations

from typing import Any

from peewee import fn

from . import acting, clock
from .errors import NotFound
from .prepared import given, prepared
from .tables import Associate, Conversation, Message
from .tables.chats import OPEN_STATES


def _next_of(counter: Any) -> prepared:
    return prepared(
        Conversation.update({counter: counter + 1}).where(Conversation.id == given("id")).returning(counter)
    )


def _said_by(author: str) -> prepared:
    """Number what somebody says, and show it in the inbox, if it is not too late; returns the conversation."""
    now, her = given("now", like=Conversation.last_at), given("by", like=Conversation.associate)
    may: Any = Conversation.state.in_(OPEN_STATES)
    waits: Any = fn.COALESCE(Conversation.waiting_since, now)
    if author == "associate":
        may, waits = (Conversation.state == "active") & (Conversation.associate == her) & acting.is_there(her), None
    shown = {
        Conversation.last_at: now,
        Conversation.last_text: given("body", like=Conversation.last_text),
        Conversation.last_author: author,
        Conversation.waiting_since: waits,
    }
    query = Conversation.update({Conversation.seq: Conversation.seq + 1, **shown})
    return prepared(query.where(Conversation.id == given("id"), may).returning(Conversation))


_next = {"public": _next_of(Conversation.seq), "staff": _next_of(Conversation.staff_seq)}
_said = {author: _said_by(author) for author in ("customer", "associate")}
_columns = ("conversation", "lane", "seq", "author", "associate", "client_id", "kind", "body", "data", "sent_at")
_fields = [Message._meta.fields[name] for name in _columns]
_insert = prepared(
    Message.insert({field: given(field.name, like=field) for field in _fields}).returning(Message.id, *_fields)
)


def write(
    conversation: Conversation | int,
    author: str,
    *,
    lane: str = "public",
    kind: str = "text",
    body: str = "",
    by: Associate | None = None,
    **data: Any,
) -> Message:
    """Write what happened, from within a verb; `author` is customer, associate or system.

    `data` is what its sentence needs.
    """
    acting.check(by)
    id = conversation if isinstance(conversation, int) else conversation.id
    numbers = _next[lane].rows(id=id)
    if not numbers:  # erased since it was looked up
        raise NotFound
    return _written(by, conversation=id, lane=lane, seq=numbers[0][0], author=author, kind=kind, body=body, data=data)


def say(conversation: int, body: str, client_id: str, by: Associate | None) -> tuple[Conversation, Message] | None:
    """Write what an associate says, or the customer when `by` is nobody, from within a verb, for the inbox too.

    Returns the conversation as it is now, and the line; None, and nothing is written, when it is not open, or not hers,
    or she has been deactivated.
    """
    author, now = "associate" if by else "customer", clock.now()
    found: Conversation | None = _said[author].first(id=conversation, now=now, body=body, by=by)
    if found is None:
        return None
    said = {"author": author, "body": body, "client_id": client_id, "sent_at": now}
    return found, _written(by, conversation=conversation, seq=found.seq, **said)


def _written(by: Associate | None, **values: Any) -> Message:
    plain = {"lane": "public", "client_id": "", "kind": "text", "body": "", "data": {}, "sent_at": clock.now()}
    line: Message = _insert.first(associate=by, **(plain | values))
    if by is not None:
        line.associate = by  # so that nobody has to look her up
        line.dirty_fields.clear()
    return line

"""Sending a message: stored once, with the next number of its conversation."""

from __future__ import annotations

from typing import Any

from peewee import JOIN, IntegrityError

from .. import clock, lines, texts
from ..db import emit, verb
from ..errors import Invalid, NotFound, Refused
from ..events import MessageSent
from ..tables import Associate, Conversation, Message


def send(conversation: Conversation, body: str, client_id: str, *, by: Associate | None) -> Message:
    """Send a message from the associate, or from the customer when `by` is nobody; returns it as stored.

    The same `client_id` sent again returns the message stored the first time. Raises `Invalid` for a text
    that is blank, too long or unreadable, `Refused` when the chat has ended or is not the associate's, and
    `Refused("client_id_reused")` when the id came with another text.
    """
    body = check(body, client_id)
    author = "associate" if by else "customer"
    if stored := _stored(conversation, author, client_id, body):
        return stored
    try:
        return _send(conversation, body, client_id, author, by)
    except IntegrityError:  # the same message, by another road, at the same moment
        stored = _stored(conversation, author, client_id, body)
        if stored is None:
            raise
        return stored


def is_stored(conversation: Conversation, client_id: str, *, by: Associate | None) -> bool:
    """Say whether a message with this id is stored already, so that sending it again costs nothing."""
    author = "associate" if by else "customer"
    same = Message.select().where(
        Message.conversation == conversation, Message.author == author, Message.client_id == client_id
    )
    return bool(client_id and same.exists())


def check(body: str, client_id: str) -> str:
    """Return the text tidied; raises `Invalid` when it cannot be sent."""
    problem = texts.problem_with(body, texts.LIMITS["message"])
    body = texts.tidy(body, lines=True) if not problem else body
    if problem or not body:
        raise Invalid({"message": problem or "message_missing"})
    if not client_id or texts.problem_with(client_id, texts.LIMITS["client_id"]):
        raise Invalid({"client_id": "client_id_invalid"})
    return body


@verb
def _send(
    conversation: Conversation, body: str, client_id: str, author: str, by: Associate | None
) -> Message:
    present = Conversation.get_by_id(conversation.id)
    if not present.is_open:
        raise Refused("chat_ended")
    if by and present.associate_id != by.id:
        raise Refused("not_accepted" if present.state == "waiting" else "not_yours")
    message = write(present, body, client_id, author, by)
    emit(MessageSent(present.id, message.id))
    return message


def write(
    conversation: Conversation, body: str, client_id: str, author: str, by: Associate | None
) -> Message:
    """Write the message and what the inbox shows of it, from within a verb."""
    message = lines.write(conversation, author, body=body, by=by, client_id=client_id)
    waiting_since = None if by else conversation.waiting_since or clock.now()
    Conversation.update(
        last_at=message.sent_at, last_text=body, last_author=author, waiting_since=waiting_since
    ).where(Conversation.id == conversation.id).execute()
    return message


def _stored(conversation: Conversation, author: str, client_id: str, body: str) -> Message | None:
    found: Message | None = Message.get_or_none(
        Message.conversation == conversation, Message.author == author, Message.client_id == client_id
    )
    if found and found.body != body:
        raise Refused("client_id_reused")
    return found


def log(conversation: Conversation | int, *, after: int = 0, after_staff: int | None = None) -> list[Message]:
    """Return the lines after these numbers, oldest first; staff lines only when `after_staff` is given."""
    public = (Message.lane == "public") & (Message.seq > after)
    wanted: Any = public
    if after_staff is not None:
        wanted = public | ((Message.lane == "staff") & (Message.seq > after_staff))
    query = Message.select(Message, Associate).join(Associate, JOIN.LEFT_OUTER)
    return list(query.where(Message.conversation == conversation, wanted).order_by(Message.id))


def by_id(id: int) -> Message:
    """Return a line with its associate loaded; raises `NotFound`."""
    found: Message | None = (
        Message.select(Message, Associate).join(Associate, JOIN.LEFT_OUTER).where(Message.id == id).first()
    )
    if found is None:
        raise NotFound
    return found

"""Sending a message: stored once, with the next number of its conversation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from peewee import JOIN, IntegrityError

from .. import acting, lines, texts
from ..db import emit, verb_of
from ..errors import Invalid, NotFound, Refused
from ..events import MessageSent
from ..prepared import given, prepared
from ..tables import Associate, Conversation, Message

_same_id = prepared(
    Message.select().where(
        Message.conversation == given("conversation"),
        Message.author == given("author"),
        Message.client_id == given("client_id"),
        Message.client_id != "",  # said, so that SQLite sees that its partial index has them all
    )
)
_by_id = prepared(
    Message.select(Message, Associate).join(Associate, JOIN.LEFT_OUTER).where(Message.id == given("id"))
)


def _lines(wanted: Any) -> prepared:
    query = Message.select(Message, Associate).join(Associate, JOIN.LEFT_OUTER)
    return prepared(query.where(Message.conversation == given("conversation"), wanted).order_by(Message.id))


# After a restart everybody comes back at once, and each asks for these.
_PUBLIC = (Message.lane == "public") & (Message.seq > given("after"))
_public_lines = _lines(_PUBLIC)
_all_lines = _lines(_PUBLIC | ((Message.lane == "staff") & (Message.seq > given("after_staff"))))


def _unlimited() -> None:
    """Nobody counts."""


def send(
    conversation: Conversation,
    body: str,
    client_id: str,
    *,
    by: Associate | None,
    count: Callable[[], None] = _unlimited,
) -> Message:
    """Send a message from the associate, or from the customer when `by` is nobody; returns it as stored.

    The same `client_id` sent again returns the message stored the first time. `count` is called for every try that is
    not such a repetition, before anything is written, and may raise what it likes. Raises `Invalid` for a text
    that is blank, too long or unreadable, `Refused` when the chat has ended or is not the associate's, and
    `Refused("client_id_reused")` when the id came with another text.
    """
    author = "associate" if by else "customer"
    stored = _stored(conversation, author, client_id) if is_client_id(client_id) else None
    if stored is None:
        count()
    body = check(body, client_id)
    if stored:
        return _same(stored, body)
    try:
        return _send(conversation, body, client_id, by)
    except IntegrityError:  # the same message, by another road, at the same moment
        stored = _stored(conversation, author, client_id)
        if stored is None:
            raise
        return _same(stored, body)


def check(body: str, client_id: str) -> str:
    """Return the text tidied; raises `Invalid` when it cannot be sent."""
    problem = texts.problem_with(body, texts.LIMITS["message"])
    body = texts.tidy(body, lines=True) if not problem else body
    if problem or not body:
        raise Invalid({"message": problem or "message_missing"})
    if not is_client_id(client_id):
        raise Invalid({"client_id": "client_id_invalid"})
    return body


def is_client_id(text: str) -> bool:
    """Say whether a message can have this id."""
    return bool(text) and not texts.problem_with(text, texts.LIMITS["client_id"])


@verb_of("conversation")
def _send(conversation: Conversation, body: str, client_id: str, by: Associate | None) -> Message:
    said = lines.say(conversation.id, body, client_id, by)
    if said is None:
        _say_why_not(conversation.id, by)
    present, message = said
    emit(MessageSent(present.id, message.id).told_with(present, message))
    return message


def _say_why_not(conversation: int, by: Associate | None) -> NoReturn:
    acting.check(by)
    present = Conversation.get_or_none(Conversation.id == conversation)
    if present is not None:
        check_may_write(present, by)
    raise NotFound  # erased since it was looked up


def check_may_write(conversation: Conversation, by: Associate | None) -> None:
    """Raise `Refused` when the chat has ended or is not the associate's; `by` is nobody for its customer."""
    if not conversation.is_open:
        raise Refused("chat_ended")
    if by and conversation.associate_id != by.id:
        raise Refused("not_accepted" if conversation.state == "waiting" else "not_yours")


def _stored(conversation: Conversation, author: str, client_id: str) -> Message | None:
    found: Message | None = _same_id.first(conversation=conversation, author=author, client_id=client_id)
    return found


def _same(stored: Message, body: str) -> Message:
    if stored.body != body:
        raise Refused("client_id_reused")
    return stored


def log(conversation: Conversation | int, *, after: int = 0, after_staff: int | None = None) -> list[Message]:
    """Return the lines after these numbers, oldest first; staff lines only when `after_staff` is given."""
    if after_staff is None:
        return _public_lines.all(conversation=conversation, after=after)
    return _all_lines.all(conversation=conversation, after=after, after_staff=after_staff)


def by_id(id: int) -> Message:
    """Return a line with its associate loaded; raises `NotFound`."""
    found: Message | None = _by_id.first(id=id)
    if found is None:
        raise NotFound
    return found

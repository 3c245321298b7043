"""From waiting to active to ended: accepting, ending, leaving the line, reopening."""

from __future__ import annotations

from peewee import IntegrityError

from .. import clock, lines
from ..db import emit, verb_of
from ..errors import Refused
from ..events import ChatAccepted, ChatEnded, ChatPutBack, ChatReopened
from ..tables import Associate, Conversation


class AlreadyAccepted(Refused):
    """Somebody else was first; carries her name."""

    def __init__(self, name: str) -> None:
        super().__init__("already_accepted", name=name)
        self.name = name


@verb_of("conversation")
def accept(conversation: Conversation, *, by: Associate) -> None:
    """Give the waiting chat to the associate: exactly one has it, however many press at once.

    Raises `AlreadyAccepted` with the name of who was first, `Refused("chat_ended")` when the customer has
    left.
    """
    if not Associate.select().where(Associate.id == by.id, Associate.chat_enabled).exists():  # as it is now
        raise Refused("not_chat_enabled")
    taken = (
        Conversation.update(state="active", associate=by, accepted_at=clock.now())
        .where(
            Conversation.id == conversation.id,
            Conversation.state == "waiting",
            Conversation.associate.is_null(),
        )
        .execute()
    )
    if not taken:
        present = Conversation.get_by_id(conversation.id)
        if present.associate_id == by.id and present.state == "active":
            return  # pressed twice: it is hers
        if present.state == "active" and present.associate:
            raise AlreadyAccepted(str(present.associate.name))
        raise Refused("chat_ended")
    line = lines.write(
        conversation, "system", kind="accepted", by=by, name=by.first_name, store=conversation.store.name
    )
    emit(ChatAccepted(conversation.id, line.id))


@verb_of("conversation")
def put_back(conversation: Conversation) -> None:
    """Let the chat wait again because whoever had it is gone; the customer is told, and loses nothing."""
    present = Conversation.get_by_id(conversation.id)
    if present.state != "active" or not present.associate:
        return
    Conversation.update(
        state="waiting",
        associate=None,
        accepted_at=None,
        last_author="system",  # or what she wrote last would seem to be written by whoever comes next
        waiting_since=present.waiting_since or clock.now(),
    ).where(Conversation.id == present.id, Conversation.state == "active").execute()
    line = lines.write(present, "system", kind="put_back", name=present.associate.first_name)
    emit(ChatPutBack(present.id, line.id))


@verb_of("conversation")
def end(conversation: Conversation, *, by: Associate | None) -> None:
    """End the chat, by the associate or by the customer; a customer who leaves the line abandons it."""
    present = Conversation.get_by_id(conversation.id)
    if not present.is_open:
        return
    if by and present.state == "waiting":
        raise Refused("not_accepted")
    state = "abandoned" if present.state == "waiting" else "ended"
    Conversation.update(state=state, ended_at=clock.now()).where(
        Conversation.id == present.id
    ).execute()
    kind = "ended_by_associate" if by else "ended_by_customer"
    line = lines.write(present, "system", kind=kind, by=by, name=by.first_name if by else "")
    emit(ChatEnded(present.id, line.id))


def reopen(conversation: Conversation, *, by: Associate) -> None:
    """Open an ended chat again; raises `Refused` when it is not ended, another's by now, or another has been begun.

    When whoever had it has left the house, it waits for somebody else.
    """
    try:
        _reopen(conversation, by)
    except IntegrityError:
        raise Refused("another_chat_open") from None


@verb_of("conversation")
def _reopen(conversation: Conversation, by: Associate) -> None:
    present = Conversation.get_by_id(conversation.id)
    if present.state != "ended" or present.associate_id != conversation.associate_id:
        raise Refused("changed_since")  # that `by` may do this was found of somebody's chat whose it is no more
    Conversation.update(state="active", ended_at=None).where(Conversation.id == present.id).execute()
    line = lines.write(present, "system", kind="reopened", by=by, name=by.first_name)
    emit(ChatReopened(present.id, line.id))
    if present.associate and present.associate.deactivated_at is not None:
        put_back(present)

"""Who works here: an associate leaves, with no customer left alone, and may come back."""

from __future__ import annotations

from .. import acting, audit, clock
from ..db import emit, verb
from ..events import AvailabilityChanged
from ..people import managing, sessions
from ..tables import Associate, Conversation
from . import lifecycle


@verb
def deactivate(associate: Associate, *, by: Associate | None) -> None:
    """Let the associate do nothing any more: her sessions end, and her running chats wait for somebody else.

    Her name stays on what she did. Raises `Refused` when that is not for `by` to decide, and what `managing.kept`
    raises; `by` is nobody for the program `rapport`.
    """
    acting.check_manager(by)
    present: Associate = Associate.get_by_id(associate.id)
    managing.check_decides(by, present)
    if present.deactivated_at is not None:
        return
    audit.record("associate_deactivated", str(present.name), by=by)  # first: she may do it to herself
    with managing.kept(present):
        Associate.update(deactivated_at=clock.now()).where(Associate.id == present.id).execute()
    sessions.end_others(present, None)
    hers = Conversation.associate == present
    for conversation in Conversation.select().where(hers, Conversation.state == "active"):
        lifecycle.put_back(conversation)
    emit(AvailabilityChanged(present.id))


@verb
def reactivate(associate: Associate, *, by: Associate | None) -> None:
    """Let the associate sign in again, with the password, role and stores that she had.

    Raises `Refused` when that is not for `by` to decide.
    """
    acting.check_manager(by)
    managing.check_decides(by, associate)
    back = Associate.update(deactivated_at=None).where(
        Associate.id == associate.id, Associate.deactivated_at.is_null(False)
    )
    if back.execute():
        audit.record("associate_reactivated", str(associate.name), by=by)
        emit(AvailabilityChanged(associate.id))

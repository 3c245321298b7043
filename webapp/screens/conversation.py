"""A conversation: its head, its log, and what the viewer can do in its present state."""

from __future__ import annotations

from .. import render
from ..auth import Viewer
from ..domain.chats import messages
from ..domain.identity import banner, facts
from ..domain.people import access
from ..domain.profiles import records
from ..domain.tables import Associate, ContactDetails, Conversation, Link, Message
from ..i18n import Reader
from . import lines, signs


def pane(viewer: Viewer, conversation: Conversation, *, with_log: bool = True) -> str:
    """Draw the conversation's pane for a viewer who may see it.

    `with_log` may be false where the pane is in the document: morphing leaves its log alone, and lines come by number.
    """
    details, link = facts.details_of(conversation), facts.current_link(conversation)
    return render.partial(
        "conversation",
        viewer.reader,
        conversation=conversation,
        name=str(link.profile.name or details.name) if link else str(details.name),
        typed_name=str(details.name),
        generated=bool(details.name_generated),
        linked=link is not None,
        differences=_differences(viewer, conversation, link, details),
        lines=messages.log(conversation, after_staff=0) if with_log else [],
        is_mine=conversation.associate_id == viewer.associate,
        may_accept=viewer.chat_enabled,
        may_reopen=may_reopen(viewer, conversation),
        presence=signs.presence_of(conversation),
    )


def line(reader: Reader, conversation: Conversation, message: Message) -> str:
    """Draw one line of the log as the staff sees it."""
    name = str(facts.details_of(conversation).name) if message.author == "customer" else ""  # others have their own
    return lines.drawn(reader, conversation, message, "staff", name)


def lost(viewer: Viewer, conversation: Conversation) -> str:
    """Draw what takes the pane's place for somebody who may no longer see the conversation."""
    return render.partial("lost", viewer.reader, conversation=conversation)


def customer_name(conversation: Conversation) -> str:
    """Return the name by which the conversation is called: the profile's, else the one given."""
    link = facts.current_link(conversation)
    return str(link.profile.name) if link and link.profile.name else str(facts.details_of(conversation).name)


def _differences(viewer: Viewer, conversation: Conversation, link: Link | None, details: ContactDetails) -> int:
    if link is None:
        return 0
    sides = banner.compare_sides(conversation, link, records.of(link.profile), details)
    return len(banner.shown(viewer.chat_enabled, conversation, sides))


def may_reopen(viewer: Viewer, conversation: Conversation) -> bool:
    """Say whether the viewer may open the conversation again: whose it was, and managers of its store."""
    if conversation.state != "ended":
        return False
    if conversation.associate_id == viewer.associate:
        return True
    return viewer.is_manager and access.is_manager_of(Associate.get_by_id(viewer.associate), conversation.store.id)

"""What browsers are told of each event: which partials, on which topic, for which audience.

One table, event by event. Content is drawn by the same functions of `webapp.screens` that draw pages and answers, once
for each group of viewers who see the same. A topic is watched only while its element is in the document, so that no
push aims at what is not there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from ..auth import Customer, Viewer
from ..domain import events
from ..domain.chats import messages
from ..domain.db import database
from ..domain.errors import NotFound
from ..domain.people import access
from ..domain.prepared import given, prepared
from ..domain.storage import TROUBLES
from ..domain.tables import Associate, Conversation, Link, Message, Profile
from ..render import dom_id, swap
from ..screens import context, profile, rights, widget
from ..screens import conversation as conversations
from . import lists
from .push import Push

log = logging.getLogger(__name__)
_conversation = prepared(Conversation.select().where(Conversation.id == given("id")))
_associate = prepared(Associate.select().where(Associate.id == given("id")))
_MOST_CHATS_OF_A_PROFILE = 20  # whose panels are drawn anew when it changes; others are when they are opened


def for_events(happened: Sequence[object]) -> list[Push]:
    """Return the pushes for events, in their order; one that cannot be told of does not silence the others."""
    found: list[Push] = []
    with database.connection_context():
        for event in happened:
            try:
                found += PUSHES[type(event)](event)
            except TROUBLES:  # it is worth telling again
                raise
            except Exception:
                log.exception("nobody could be told of %s", event)
    return found


def _everybody(viewer: Viewer | Customer) -> Hashable:
    return viewer.reader


def _each_alike(viewer: Viewer | Customer) -> Hashable:
    return viewer


def _push(
    topic: str,
    content: Callable[[Any], str],
    group: Callable[[Any], Hashable | None] = _everybody,
    **how: Any,
) -> Push:
    return Push(topic, group, content, **how)


def _line(conversation: Conversation, line: Message) -> Iterator[Push]:
    """One line, for each side that may see it."""
    log = dom_id("log", conversation.public_id)
    yield _push(
        f"conversation:{conversation.public_id}",
        lambda viewer: swap(log, conversations.line(viewer.reader, conversation, line), "log"),
    )
    if line.lane != "public":
        return
    yield _push(
        f"chat:{conversation.public_id}",
        lambda customer: swap(log, widget.line(customer.reader, conversation, line), "log"),
    )
    transcript = dom_id("transcript", conversation.public_id)
    yield _push(
        f"transcript:{conversation.public_id}",
        lambda viewer: swap(transcript, profile.transcript_line(viewer.reader, conversation, line), "log"),
        lambda viewer: viewer.reader if _may_read(viewer, conversation) else None,
    )


def farewell(viewer: Viewer, kind: str, conversation: Conversation) -> str:
    """Draw what takes the place of a conversation's pane, or panel, for somebody who may no longer see it."""
    target = dom_id(kind, conversation.public_id)
    if kind == "context":
        return swap(target, "", "delete")
    return swap(target, conversations.lost(viewer, conversation))


def _pane(conversation: Conversation) -> Iterator[Push]:
    """The conversation's pane for who may see it; a word of farewell for who no longer may."""
    yield from _for_who_may_see(
        conversation, "conversation", lambda viewer: conversations.pane(_now(viewer), conversation, with_log=False)
    )


def _for_who_may_see(
    conversation: Conversation, kind: str, drawn: Callable[[Viewer], str]
) -> Iterator[Push]:
    """News for those who may see the conversation; a farewell for those who no longer may, and then nothing more."""
    topic, target = f"{kind}:{conversation.public_id}", dom_id(kind, conversation.public_id)
    allowed: dict[int, bool] = {}  # each is asked about once, so that everybody gets one of the two

    def may_see(viewer: Viewer) -> bool:
        if viewer.associate not in allowed:
            allowed[viewer.associate] = _may_see(viewer, conversation)
        return allowed[viewer.associate]

    yield _push(
        topic,
        lambda viewer: swap(target, drawn(viewer)),
        lambda viewer: viewer if may_see(viewer) else None,
    )
    yield _push(
        topic,
        lambda viewer: farewell(viewer, kind, conversation),
        lambda viewer: None if may_see(viewer) else viewer,
        unsubscribe=True,
    )


def _may_see(viewer: Viewer, conversation: Conversation) -> bool:
    try:
        access.conversation(who(viewer), str(conversation.public_id))
    except NotFound:
        return False
    return True


def _may_read(viewer: Viewer, conversation: Conversation) -> bool:
    try:
        profile.readable(viewer, str(conversation.public_id))
    except NotFound:
        return False
    return True


def _now(viewer: Viewer) -> Viewer:
    """Return the viewer as a manager has set her up by now: her socket may be older than that."""
    associate = who(viewer)
    return replace(viewer, chat_enabled=bool(associate.chat_enabled), is_manager=associate.is_manager)


def who(viewer: Viewer) -> Associate:
    """Return the associate behind a socket, as she is by now; raises `NotFound`."""
    found: Associate | None = _associate.first(id=viewer.associate)
    if found is None:
        raise NotFound
    return found


def _panel(conversation: Conversation) -> Iterator[Push]:
    """The context panel for who may see it; for who no longer may, nothing is left of it."""
    yield from _for_who_may_see(conversation, "context", lambda viewer: context.panel(_now(viewer), conversation))


def _chat(conversation: Conversation) -> Iterator[Push]:
    target = dom_id("chat", conversation.public_id)
    yield _push(
        f"chat:{conversation.public_id}",
        lambda customer: swap(target, widget.chat(customer.reader, conversation, with_log=False)),
    )


def _profile(id: int) -> Iterator[Push]:
    found = Profile.get_or_none(Profile.id == id, Profile.withdrawn_at.is_null())
    if found:
        target = dom_id("profile", id)
        yield _push(
            f"profile:{id}", lambda viewer: swap(target, profile.page_pane(viewer, found)), _each_alike
        )


def _load(id: int) -> Conversation:
    found: Conversation | None = _conversation.first(id=id)
    if found is None:
        raise NotFound
    return found


def _requested(event: events.ChatRequested) -> Iterator[Push]:
    yield from lists.of_everybody()


def _sent(event: events.MessageSent) -> Iterator[Push]:
    conversation, line = event.rows or (_load(event.conversation), messages.by_id(event.line))
    yield from _line(conversation, line)
    yield from lists.of_message(conversation)


def _moved_on(
    event: events.ChatAccepted | events.ChatPutBack | events.ChatEnded | events.ChatReopened,
) -> Iterator[Push]:
    """The chat is in another state: everybody's pane, the customer's chat, what can be done in the panel."""
    conversation = _load(event.conversation)
    yield from _pane(conversation)
    yield from _chat(conversation)
    yield from _line(conversation, messages.by_id(event.line))
    yield from _panel(conversation)
    yield from lists.of_everybody()


def _details_changed(event: events.DetailsChanged) -> Iterator[Push]:
    conversation = _load(event.conversation)
    yield from _panel(conversation)  # first: the banner is what somebody waits for
    yield from _pane(conversation)
    yield from _line(conversation, messages.by_id(event.line))
    yield from lists.of_everybody()


def _linked(event: events.ConversationLinked | events.ConversationUnlinked) -> Iterator[Push]:
    conversation = _load(event.conversation)
    yield from _panel(conversation)
    yield from _pane(conversation)
    yield from _line(conversation, messages.by_id(event.line))
    yield from _profile(event.profile)
    if isinstance(event, events.ConversationLinked) and event.moved_from:
        yield from _profile(event.moved_from)
    yield from lists.of_everybody()


def _rejected(event: events.CandidateRejected) -> Iterator[Push]:
    yield from _panel(_load(event.conversation))
    yield from lists.of_everybody()


def _profile_changed(event: events.ProfileChanged) -> Iterator[Push]:
    chats = (
        Conversation.select()
        .join(Link)
        .where(Link.profile == event.profile, Link.ended_at.is_null())
        .order_by(Conversation.last_at.desc())
        .limit(_MOST_CHATS_OF_A_PROFILE)
    )
    for conversation in chats:
        yield from _panel(conversation)
        yield from _pane(conversation)
    yield from _profile(event.profile)
    yield from lists.of_everybody()


def _counted(event: events.CandidatesCounted) -> Iterator[Push]:
    yield from _panel(_load(event.conversation))
    yield from lists.of_everybody()


def _erased(event: events.PersonErased) -> Iterator[Push]:
    """Whatever showed the person bids farewell, and what only mentioned her is drawn anew."""
    for profile_id in event.profiles:
        yield _push(f"profile:{profile_id}", partial(rights.farewell, profile_id=profile_id), unsubscribe=True)
    for public_id in event.chats:
        for kind in ("conversation", "context"):
            last = partial(farewell, kind=kind, conversation=Conversation(public_id=public_id))
            yield _push(f"{kind}:{public_id}", last, _each_alike, unsubscribe=True)
    for id in event.touched_chats:
        conversation = _load(id)
        yield from _panel(conversation)
        yield from _pane(conversation)
    for id in event.touched_profiles:
        yield from _profile(id)
    yield from lists.of_everybody()


def _nobody(event: object) -> Iterable[Push]:
    """Browsers need not be told: another event of the same verb says it, or their sockets are closed."""
    return ()


def _available(event: events.AvailabilityChanged) -> Iterator[Push]:
    yield from lists.of_everybody()


PUSHES: dict[type, Callable[[Any], Iterable[Push]]] = {
    events.ChatAsked: _nobody,
    events.ChatRequested: _requested,
    events.ChatAccepted: _moved_on,
    events.ChatPutBack: _moved_on,
    events.ChatEnded: _moved_on,
    events.ChatReopened: _moved_on,
    events.MessageSent: _sent,
    events.DetailsChanged: _details_changed,
    events.CandidatesCounted: _counted,
    events.ConversationLinked: _linked,
    events.ConversationUnlinked: _linked,
    events.CandidateRejected: _rejected,
    events.ProfileCreated: _nobody,
    events.ProfileChanged: _profile_changed,
    events.PersonErased: _erased,
    events.AvailabilityChanged: _available,
    events.VisitorForgotten: _nobody,
    events.RightsChanged: _nobody,
    events.SignedOut: _nobody,
}

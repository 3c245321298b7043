"""What somebody lacks of what they watch: for a socket that has opened, and for a poll where none can be.

Each topic gives parts, each in its envelope: state as it stands now, and the lines after the numbers that the browser
has. Of what its viewer may no longer see, it is given the same farewell as in a push.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..auth import Customer, Viewer
from ..domain.chats import messages, requests
from ..domain.errors import NotFound
from ..domain.people import access
from ..domain.tables import Conversation, Profile
from ..render import dom_id, joined, swap
from ..screens import context, inbox, profile, rail, rights, widget
from ..screens import conversation as conversations
from .connection import Cursor
from .pushes import farewell, who

Looker = Viewer | Customer
Kind = tuple[Callable[[Any, str], Any], Callable[[Any, Any, Cursor], Iterator[str]]]  # how to look it up, and draw it


def allowed(looker: Looker, topics: Mapping[str, Cursor]) -> dict[str, Cursor]:
    """Return the topics that this person may watch."""
    return {topic: cursor for topic, cursor in topics.items() if find(looker, topic) is not None}


def find(looker: Looker, topic: str) -> Any:
    """Return what a topic is about, as far as this person may see it, else None."""
    return _look_up(looker, *_parts(topic))


def lacking(looker: Looker, topics: Mapping[str, Cursor]) -> list[str]:
    """Draw what a document that watches these topics may lack, part by part."""
    found: list[str] = []
    for topic, cursor in topics.items():
        kind, key = _parts(topic)
        subject = _look_up(looker, kind, key)
        if subject is None:
            found += _farewell(looker, kind, key)
        else:
            found += _kinds(looker)[kind][1](looker, subject, cursor)
    return found


def _parts(topic: str) -> tuple[str, str]:
    kind, _, key = topic.partition(":")
    return kind, key


def _kinds(looker: Looker) -> Mapping[str, Kind]:
    return _OF_A_CUSTOMER if isinstance(looker, Customer) else _OF_THE_WORKSPACE


def _look_up(looker: Looker, kind: str, key: str) -> Any:
    """Return what a topic is about as far as this person may see it, else None."""
    if kind not in _kinds(looker):
        return None
    try:
        return _kinds(looker)[kind][0](looker, key)
    except NotFound:
        return None


def _farewell(looker: Looker, kind: str, key: str) -> Iterator[str]:
    """Bid farewell to what may have been seen before; a chat that nobody has reads like one that is out of sight."""
    if isinstance(looker, Viewer) and kind in ("conversation", "context"):
        offered = access.offered_conversations(who(looker)).where(Conversation.public_id == key).first()
        yield farewell(looker, kind, offered or Conversation(public_id=key))
    if isinstance(looker, Viewer) and kind == "profile":
        yield rights.farewell(looker, key)


def _inbox(viewer: Viewer, name: str, _: Cursor) -> Iterator[str]:
    yield swap(dom_id("inbox", name), inbox.pane(viewer, name))


def _waiting(viewer: Viewer, which: str, _: Cursor) -> Iterator[str]:
    yield swap(dom_id("waiting", which), rail.waiting(viewer))


def _profile(viewer: Viewer, found: Profile, _: Cursor) -> Iterator[str]:
    yield swap(dom_id("profile", found.id), profile.page_pane(viewer, found))


def _transcript(viewer: Viewer, conversation: Conversation, cursor: Cursor) -> Iterator[str]:
    missed = messages.log(conversation, after=cursor.get("after", 0))
    lines = [profile.transcript_line(viewer.reader, conversation, line) for line in missed]
    yield from _log(dom_id("transcript", conversation.public_id), lines)


def _context(viewer: Viewer, conversation: Conversation, _: Cursor) -> Iterator[str]:
    yield swap(dom_id("context", conversation.public_id), context.panel(viewer, conversation))


def _conversation(viewer: Viewer, conversation: Conversation, cursor: Cursor) -> Iterator[str]:
    yield swap(dom_id("conversation", conversation.public_id), conversations.pane(viewer, conversation, with_log=False))
    missed = messages.log(conversation, after=cursor.get("after", 0), after_staff=cursor.get("after_staff", 0))
    lines = [conversations.line(viewer.reader, conversation, line) for line in missed]
    yield from _log(dom_id("log", conversation.public_id), lines)


def _chat(customer: Customer, conversation: Conversation, cursor: Cursor) -> Iterator[str]:
    yield swap(dom_id("chat", conversation.public_id), widget.chat(customer.reader, conversation, with_log=False))
    missed = messages.log(conversation, after=cursor.get("after", 0))
    lines = [widget.line(customer.reader, conversation, line) for line in missed]
    yield from _log(dom_id("log", conversation.public_id), lines)


def _log(target: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield swap(target, joined(lines), "log")


def _one_of(*names: str) -> Callable[[Viewer, str], str]:
    """Look up a name among those that there are."""

    def look_up(_: Viewer, key: str) -> str:
        if key not in names:
            raise NotFound
        return key

    return look_up


def _find_profile(viewer: Viewer, key: str) -> Profile:
    if not key.isdecimal():
        raise NotFound
    return access.profile(who(viewer), int(key))


def _find_conversation(viewer: Viewer, key: str) -> Conversation:
    return access.conversation(who(viewer), key)


def _find_chat(customer: Customer, key: str) -> Conversation | None:
    return requests.chat_of(customer.visitor, key)


_OF_THE_WORKSPACE: dict[str, Kind] = {
    "inbox": (_one_of(*access.INBOXES), _inbox),
    "waiting": (_one_of("all"), _waiting),
    "profile": (_find_profile, _profile),
    "transcript": (profile.readable, _transcript),
    "conversation": (_find_conversation, _conversation),
    "context": (_find_conversation, _context),
}
_OF_A_CUSTOMER: dict[str, Kind] = {"chat": (_find_chat, _chat)}

"""Everything that can happen, in the past tense. Ids only: whoever listens looks up what it needs.

`line` is the line that the conversation's log got with it.

Each verb emits one of these; pushes to browsers are chosen by type in `webapp.live.pushes`, and a contract
test asks of every type what it pushes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, is_dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class ChatAsked:
    """A request was kept; no store sees it before it is routed."""

    conversation: int


@dataclass(frozen=True, slots=True)
class ChatRequested:
    """A chat was routed to its store."""

    conversation: int


@dataclass(frozen=True, slots=True)
class ChatAccepted:
    conversation: int
    line: int


@dataclass(frozen=True, slots=True)
class ChatEnded:
    """Ended by either side, or abandoned by the customer before anybody came."""

    conversation: int
    line: int


@dataclass(frozen=True, slots=True)
class ChatReopened:
    conversation: int
    line: int


@dataclass(frozen=True, slots=True)
class ChatPutBack:
    """Whoever had accepted the chat is gone: it waits again."""

    conversation: int
    line: int


@dataclass(frozen=True)
class MessageSent:
    """Where it happened it is told with its rows as they were committed: everybody would look them up again."""

    conversation: int
    line: int
    rows: ClassVar[tuple[Any, Any] | None] = None  # the conversation and the line, or none: not a part of the fact

    def told_with(self, conversation: Any, line: Any) -> MessageSent:
        """Return the event with its rows."""
        object.__setattr__(self, "rows", (conversation, line))
        return self


@dataclass(frozen=True, slots=True)
class DetailsChanged:
    """The customer saved other contact details in the running chat."""

    conversation: int
    line: int


@dataclass(frozen=True, slots=True)
class CandidatesCounted:
    """Another number of profiles matches the details of the conversation than before."""

    conversation: int


@dataclass(frozen=True, slots=True)
class ConversationLinked:
    """A conversation came to a profile; `moved_from` is the profile that it left, if any."""

    conversation: int
    profile: int
    line: int
    moved_from: int | None = None


@dataclass(frozen=True, slots=True)
class ConversationUnlinked:
    conversation: int
    profile: int
    line: int


@dataclass(frozen=True, slots=True)
class CandidateRejected:
    conversation: int
    profile: int


@dataclass(frozen=True, slots=True)
class ProfileCreated:
    profile: int


@dataclass(frozen=True, slots=True)
class ProfileChanged:
    profile: int


@dataclass(frozen=True, slots=True)
class PersonErased:
    """A person is gone with her chats. Of those no row is left to look up, so their public ids are given."""

    profiles: tuple[int, ...]
    chats: tuple[str, ...]  # public ids
    touched_chats: tuple[int, ...]  # that stay, and may have shown her
    touched_profiles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AvailabilityChanged:
    associate: int


@dataclass(frozen=True, slots=True)
class VisitorForgotten:
    """A browser is no longer known: the customer signed out, or cleared the device. Its sockets have to go."""

    visitor: int


@dataclass(frozen=True, slots=True)
class RightsChanged:
    """An associate has another role, other stores or another chat switch: what she watches may look different."""

    associate: int


@dataclass(frozen=True, slots=True)
class SignedOut:
    """A session was revoked; its sockets have to go."""

    sign_in: int


_KINDS = {kind.__name__: kind for kind in list(globals().values()) if isinstance(kind, type) and is_dataclass(kind)}


def to_text(happened: Sequence[object]) -> str:
    """Write events down for another process; "" when none of them is of this page."""
    ours: list[Any] = [event for event in happened if type(event) in _KINDS.values()]
    rows = [(type(event).__name__, *astuple(event)) for event in ours]
    return json.dumps(rows, separators=(",", ":")) if rows else ""


def from_text(text: str) -> list[object]:
    """Read events back. One that this version does not know, or knows in another shape, is left out.

    While versions change, an older process may read what a newer one wrote.
    """
    found: list[object] = []
    for name, *values in json.loads(text) if text else ():
        with suppress(KeyError, TypeError):
            found.append(_KINDS[name](*(tuple(value) if isinstance(value, list) else value for value in values)))
    return found

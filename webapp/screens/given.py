"""The card "Given in this chat": what the customer said last, what is new in it, and what was typed when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .. import render
from ..auth import Viewer
from ..domain.identity import banner
from ..domain.prepared import given, prepared
from ..domain.profiles import contact
from ..domain.tables import ContactDetails, Conversation

_newest_first = prepared(
    ContactDetails.select()
    .where(ContactDetails.conversation == given("conversation"))
    .order_by(ContactDetails.version.desc())
)
FIELDS = tuple(contact.Given.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Line:
    """One field of a version; `how` says what became of it since the version before: added, changed, removed or ""."""

    field: str
    value: str
    before: str = ""
    how: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """What the customer submitted at one moment."""

    number: int
    submitted_at: datetime
    lines: tuple[Line, ...]


def card(viewer: Viewer, conversation: Conversation, sides: banner.Comparison | None) -> str:
    """Draw the card; `sides` compares it with the profile, when there is one."""
    newest, *earlier = rows = _newest_first.all(conversation=conversation)
    return render.partial(
        "context/given",
        viewer.reader,
        conversation=conversation,
        details=newest,
        before=_before(newest, earlier),
        versions=_versions(rows),
        new_information=dict(sides.new_information) if sides else {},
        link=sides.link if sides else 0,
        accepted=conversation.state != "waiting",
    )


def _before(newest: ContactDetails, earlier: list[ContactDetails]) -> dict[str, str]:
    """Return, for each field that the customer has changed, the value given before the present one."""
    before: dict[str, str] = {}
    for version in earlier:
        for field in FIELDS:
            value = _typed(version, field)
            if value and value != getattr(newest, field):
                before.setdefault(field, value)
    return before


def _versions(rows: list[ContactDetails]) -> list[Version]:
    """Return the versions, newest first as they come, each compared with the one that it replaced."""
    replaced: list[ContactDetails | None] = [*rows[1:], None]
    return [
        Version(row.version, row.submitted_at, tuple(_line(field, row, before) for field in FIELDS))
        for row, before in zip(rows, replaced, strict=True)
    ]


def _line(field: str, row: ContactDetails, replaced: ContactDetails | None) -> Line:
    value, before = _typed(row, field), _typed(replaced, field) if replaced else ""
    if replaced is None or value == before:
        return Line(field, value)
    return Line(field, value, before, "changed" if value and before else "added" if value else "removed")


def _typed(row: ContactDetails, field: str) -> str:
    """Return what the customer typed into a field: a generated name was typed by nobody."""
    return "" if field == "name" and row.name_generated else str(getattr(row, field))

"""The warning banner as it is drawn: what differs, and a question about it for the customer."""

from __future__ import annotations

from collections.abc import Iterable

from .. import render
from ..auth import Viewer
from ..domain.identity import banner
from ..domain.identity.conflicts import Conflict
from ..domain.profiles import records
from ..domain.profiles.normalise import show_phone
from ..domain.tables import Conversation
from ..i18n import Reader, best


def notice(
    viewer: Viewer,
    conversation: Conversation,
    record: records.Record | None,
    sides: banner.Comparison | None,
    refreshed: str,
) -> str:
    """Draw the banner, or the place where it would be; `refreshed` names the field of a click that came too late."""
    rows = banner.shown(viewer.chat_enabled, conversation, sides) if sides else ()
    return render.partial(
        "context/banner",
        viewer.reader,
        conversation=conversation,
        viewer=viewer.associate,
        question=_question(conversation, rows) if _may_ask(viewer, conversation) else "",
        rows=[{"conflict": row, "held": _held(row.field, row.held, record)} for row in rows],
        refreshed=refreshed,
        compared=sides is not None and sides.is_returning and not sides.conflicts,
        accepted=conversation.state != "waiting",
        link=sides.link if sides else 0,
    )


def _held(field: str, values: tuple[str, ...], record: records.Record | None) -> list[str]:
    region = str(record.profile.region) if record else ""
    return [show_phone(value, region) if field == "phone" else value for value in values]


def _may_ask(viewer: Viewer, conversation: Conversation) -> bool:
    """Say whether she has the composer before her, into which the question goes."""
    return conversation.state == "active" and conversation.associate_id == viewer.associate


def _question(conversation: Conversation, rows: Iterable[Conflict]) -> str:
    """Return a polite question about what is in conflict, in the customer's language.

    It names what was given, never what the profile holds: nobody has proved yet that the profile is theirs.
    """
    reader, asked = Reader(best([str(conversation.locale)])), list(rows)
    questions = [reader.t(f"ask.{row.field}", value=row.given) for row in asked]
    return " ".join([reader.n("ask.opening", len(asked)), *questions])

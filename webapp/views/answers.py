"""The answer to an act in the context panel: the panel as it is now, and a word with a way back."""

from __future__ import annotations

from flask import Response, request

from .. import render
from ..auth import Viewer
from ..domain.tables import ActivityEntry, Conversation
from ..screens import context

LARGEST_ID = 2**63 - 1  # that a row can have


def row_before() -> int | None:
    """Return the row before which a further page begins, `?before=`, or None for the first page."""
    before: int | None = request.args.get("before", type=int)
    return before if before and 0 < before <= LARGEST_ID else None


def panel(looks: Viewer, conversation: Conversation, *, refreshed: str = "", how: str = "outerHTML") -> str:
    """Return the panel in its envelope; `outerHTML` takes away a form that has done its work."""
    present = Conversation.get_by_id(conversation.id)
    drawn = context.panel(looks, present, refreshed=refreshed)
    return render.swap(render.dom_id("context", present.public_id), drawn, how)


def panel_with_undo(
    looks: Viewer,
    conversation: Conversation,
    text: str,
    entry: ActivityEntry | None,
    what: str,
    how: str = "outerHTML",
) -> Response:
    """Answer with the panel and a toast; `what` is what its Undo takes back: link, unlink, created or field."""
    undo = None
    if entry:
        undo = {"url": f"/activity/{entry.id}/undo", "what": what, "conversation": conversation.public_id}
    toast = render.partial("toast", looks.reader, text=text, undo=undo, kind="ok")
    answer = Response(panel(looks, conversation, how=how) + render.swap("toasts", toast, "beforeend"))
    answer.headers["HX-Reswap"] = "none"  # everything in it says where it goes
    return answer

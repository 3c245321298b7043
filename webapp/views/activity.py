"""The activity log: transcripts to open in place, and taking back what an entry tells."""

from __future__ import annotations

from flask import Blueprint, Response, request

from .. import render
from ..auth import signed_in, this_viewer
from ..domain.errors import NotFound
from ..domain.identity import linking
from ..domain.people import access
from ..domain.profiles import editing
from ..domain.tables import ActivityEntry, Associate, Conversation
from ..screens import profile as screen
from .answers import LARGEST_ID, panel

blueprint = Blueprint("activity", __name__)


@blueprint.get("/transcripts/<public_id>")
@signed_in
def transcript(viewer: Associate, public_id: str) -> Response:
    """Show what was written in a chat, without what is for the staff alone; or close it again."""
    looks = this_viewer()
    conversation = screen.readable(looks, public_id)
    if request.args.get("closed"):
        return Response(render.partial("activity/toggle", looks.reader, conversation=conversation, is_open=False))
    return Response(screen.transcript(looks, conversation))


@blueprint.post("/activity/<int:entry_id>/undo")
@signed_in
def undo(viewer: Associate, entry_id: int) -> Response:
    """Take back a link, an unlinking, a new profile or a changed field; refused when it has changed since."""
    entry, looks = _entry(entry_id), this_viewer()
    if entry.kind in ("linked", "unlinked"):
        chat = Conversation.get_or_none(Conversation.id == entry.conversation)
        if chat is None:
            raise NotFound  # it was erased with the person whose it was
        conversation = access.conversation(viewer, chat.public_id)
        linking.undo(entry, by=viewer)
        return Response(panel(looks, conversation))
    profile = access.profile(viewer, entry.profile_id)
    public_id = request.form.get("conversation", "")
    stands_in = access.conversation(viewer, public_id) if public_id else None
    editing.undo(entry, by=viewer)
    if stands_in:
        return Response(panel(looks, stands_in, how="outerMorph"))
    target = render.dom_id("activity", profile.id)
    return Response(render.swap(target, screen.log(looks, profile)))


def _entry(id: int) -> ActivityEntry:
    found: ActivityEntry | None = ActivityEntry.get_or_none(ActivityEntry.id == min(id, LARGEST_ID))
    if found is None:
        raise NotFound
    return found

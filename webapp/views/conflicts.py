"""Making both sides agree, from the banner and from what was given in the chat."""

from __future__ import annotations

from flask import Blueprint, Response, request

from .. import render
from ..auth import Viewer, signed_in, this_viewer
from ..domain.errors import Invalid, Refused
from ..domain.identity import banner
from ..domain.people import access
from ..domain.tables import Associate, Conversation
from ..errors import sentence
from .answers import panel, panel_with_undo

blueprint = Blueprint("conflicts", __name__, url_prefix="/conversations/<public_id>")


@blueprint.post("/conflicts/<field>")
@signed_in
def settle(viewer: Associate, public_id: str, field: str) -> Response:
    """Update the profile, or add another value; nothing is written when either side has moved on."""
    conversation, looks, form = access.conversation(viewer, public_id), this_viewer(), request.form
    try:
        entry = banner.settle(
            conversation,
            field,
            form.get("how", ""),
            seen_given=form.get("given", ""),
            seen_held=form.get("held", ""),
            by=viewer,
            seen_link=form.get("link", type=int),
        )
    except banner.MovedOn as error:
        return Response(panel(looks, conversation, refreshed=error.field, how="outerMorph"))
    except (Invalid, Refused) as error:
        return _refused(looks, conversation, error)
    text = looks.reader.t("diff.applied", field=looks.reader.t(f"label.{field}"))
    return panel_with_undo(looks, conversation, text, entry, "field", how="outerMorph")


@blueprint.post("/new-information/<field>")
@signed_in
def add(viewer: Associate, public_id: str, field: str) -> Response:
    """Give the profile a detail that it lacks."""
    conversation, looks = access.conversation(viewer, public_id), this_viewer()
    try:
        form = request.form
        seen_link = request.args.get("link", type=int)
        entry = banner.add_new(
            conversation, field, seen_given=form.get("given", ""), by=viewer, seen_link=seen_link
        )
    except banner.MovedOn:
        return Response(panel(looks, conversation, how="outerMorph"))
    except (Invalid, Refused) as error:
        return _refused(looks, conversation, error)
    text = looks.reader.t("diff.applied", field=looks.reader.t(f"label.{field}"))
    return panel_with_undo(looks, conversation, text, entry, "field", how="outerMorph")


def _refused(looks: Viewer, conversation: Conversation, error: Invalid | Refused) -> Response:
    toast = render.partial("toast", looks.reader, text=sentence(looks.reader, error), undo=None, kind="bad")
    return Response(panel(looks, conversation, how="outerMorph") + render.swap("toasts", toast, "beforeend"))

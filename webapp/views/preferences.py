"""What an associate sets for herself: her language, and whether she is available."""

from __future__ import annotations

from urllib.parse import urlunsplit

from flask import Blueprint, Response, redirect, request
from werkzeug import Response as AnyResponse

from .. import render
from ..auth import address, signed_in, this_viewer
from ..domain.people import access, associates
from ..domain.tables import Associate
from ..screens import inbox
from .sign_in import safe_next

blueprint = Blueprint("preferences", __name__, url_prefix="/preferences")


@blueprint.post("/language")
@signed_in
def set_language(viewer: Associate) -> AnyResponse:
    """Show the workspace in another language, at the place where she was."""
    associates.set_language(viewer, request.form.get("language", ""))
    here = address(request.referrer or "")
    return redirect(safe_next(urlunsplit(("", "", here.path, here.query, ""))), 303)


@blueprint.post("/availability")
@signed_in
def set_availability(viewer: Associate) -> AnyResponse:
    """Turn her switch, and show the inbox that she was looking at."""
    associates.set_available(viewer, request.form.get("available") == "yes")
    name = request.form.get("inbox", "")
    name = name if name in access.INBOXES else "waiting"
    if not request.headers.get("HX-Request"):
        return redirect(f"/inbox/{name}", 303)
    return Response(render.swap(render.dom_id("inbox", name), inbox.pane(this_viewer(), name)))

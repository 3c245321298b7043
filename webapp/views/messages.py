"""Writing to the customer."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, redirect, request
from werkzeug import Response as AnyResponse

from .. import render, security
from ..auth import signed_in, this_viewer
from ..domain.chats import messages
from ..domain.errors import Invalid, Refused
from ..domain.people import access
from ..domain.tables import Associate
from ..errors import sentence
from ..screens import conversation as screen

blueprint = Blueprint("messages", __name__, url_prefix="/conversations/<public_id>/messages")


@blueprint.post("")
@signed_in
def create(viewer: Associate, public_id: str) -> AnyResponse:
    """Send a message; the answer is its line, so that it is seen with the socket down as well."""
    conversation = access.conversation(viewer, public_id)
    reader, form = this_viewer().reader, request.form
    client_id = form.get("client_id", "")
    try:
        count = partial(security.limiter().hit, security.MESSAGES, conversation.id)
        message = messages.send(conversation, form.get("body", ""), client_id, by=viewer, count=count)
    except (Invalid, Refused, security.TooMany) as error:
        complaint = render.swap(render.dom_id("composer-error", public_id), sentence(reader, error), "textContent")
        return _complaint(complaint, error)
    if not request.headers.get("HX-Request"):
        return redirect(f"/conversations/{public_id}", 303)
    line = screen.line(reader, conversation, message)
    return Response(render.swap(render.dom_id("log", public_id), line, "log"))


def _complaint(content: str, error: Invalid | Refused | security.TooMany) -> Response:
    if isinstance(error, security.TooMany):
        return Response(content, status=429, headers={"Retry-After": str(error.retry_after)})
    return Response(content, status=422 if isinstance(error, Invalid) else 409)

"""Who the customer is to the shop: checking what it has signed, earlier chats, and forgetting the browser.

A signed identity is kept by the frame alone, which sends it along with every request; nothing of it is kept here
before a chat is started with it. Whether a profile carries its subject, no answer tells.
"""

from __future__ import annotations

from flask import Blueprint, Response

from .. import auth, logs
from ..domain.chats import earlier, forgetting
from ..domain.errors import NotFound
from ..domain.identity.proof import NotProved
from ..errors import sentence
from ..screens import widget
from .widget import before_chat, this_guest

blueprint = Blueprint("widget_identity", __name__, url_prefix="/widget")

REFUSED = "X-Rapport-Refused"  # says why, for the console of the shop's developers


@blueprint.post("/identity")
def check() -> Response:
    """Say whether the signed identity in the header is valid: 204, or 401 with the same words for all that are not."""
    guest = this_guest()
    try:
        if auth.proved(guest.site) is None:
            raise NotProved("missing")
    except NotProved as error:
        logs.security("identity_refused", reason=error.reason, site=guest.site.id)
        return Response(sentence(guest.reader, error), status=401, headers={REFUSED: error.reason})
    return Response(status=204)


@blueprint.get("/earlier/<public_id>")
def show_earlier(public_id: str) -> Response:
    """Show what was written in an earlier chat of the customer whom the shop has signed."""
    guest = this_guest()
    found = earlier.chat_of(guest.site, guest.proved.subject, public_id) if guest.proved else None
    if found is None:
        raise NotFound
    return Response(widget.transcript(guest.reader, found))


@blueprint.post("/reset")
def reset() -> Response:
    """Forget the browser's visitor, whoever is signed in by now, and show what stands before a first chat."""
    guest = this_guest()
    visitor = auth.current_visitor(guest.site)
    if visitor:
        forgetting.forget(visitor)
    response = Response(widget.drawn(guest.reader, before_chat(guest, cleared=visitor is not None)))
    auth.forget_visitor(response, guest.site)
    return response

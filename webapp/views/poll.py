"""Live without a socket: what a socket would answer to its command, for browsers behind a proxy that lets none through.

A document asks every few seconds with what it watches, and is told what it lacks. It says back which parts it was sent
last, so that a poll to which there is no news is short, and swaps nothing.
"""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, abort, current_app, request

from .. import security
from ..auth import Customer, signed_in, this_viewer
from ..domain.tables import Associate
from ..live import catching_up
from ..live.connection import Watch, parse_command
from ..render import joined
from .live import customer_of

POLLS = security.Limit("polls", 10, 5)  # two a second, in bursts of ten
SEEN = "X-Rapport-Seen"  # marks of the parts that the document was sent

blueprint = Blueprint("poll", __name__)


@blueprint.post("/live/poll")
@signed_in
def workspace(viewer: Associate) -> Response:
    """Tell a document of the workspace what it lacks."""
    looks = this_viewer()
    return _answer(looks, "session", looks.sign_in)


@blueprint.post("/widget/live/poll")
def widget() -> Response:
    """Tell a widget what it lacks."""
    customer = customer_of(request) or abort(401)
    return _answer(customer, "visitor", customer.visitor)


def _answer(looker: catching_up.Looker, *whose: object) -> Response:
    security.limiter().hit(POLLS, *whose)
    try:
        command = parse_command(request.get_data(as_text=True))
    except ValueError:
        abort(400)
    if not isinstance(command, Watch):  # who has no socket does not say that she types
        abort(400)
    if isinstance(looker, Customer):
        current_app.extensions["presence"].polled(catching_up.allowed(looker, command.topics))
    parts = {_mark(part): part for part in catching_up.lacking(looker, command.topics)}
    seen = request.headers.get(SEEN, "").split()
    news = joined(part for mark, part in parts.items() if mark not in seen)
    return Response(news, status=200 if news else 204, headers={SEEN: " ".join(parts)})


def _mark(part: str) -> str:
    return hashlib.sha256(part.encode("utf-8", "surrogatepass")).hexdigest()[:16]

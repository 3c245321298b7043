"""Is the process alive? Asked by whoever watches it; the database is not."""

from __future__ import annotations

from flask import Blueprint, Response

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """Answer."""
    return Response("ok\n", mimetype="text/plain")

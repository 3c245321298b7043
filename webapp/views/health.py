"""How the process is, for whoever watches it: alive, ready, and which version. Nothing here is secret."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify

from ..domain import schema
from ..domain.errors import NotFound
from ..metrics import CONTENT_TYPE, Metrics
from ..readiness import Readiness
from ..version import VERSION

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """Answer: the process is alive. Neither database nor anything else is asked."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def ready() -> Response:
    """Say whether customers may be sent here: 200 when they may, 503 when not or not any more."""
    readiness: Readiness = current_app.extensions["readiness"]
    report = readiness.report()
    answer = jsonify(status=report.state, checks=report.checks)
    answer.status_code = 200 if report.serves else 503
    if not report.serves:
        answer.headers["Retry-After"] = "5"
    return answer


@blueprint.get("/metrics")
def metrics() -> Response:
    """Give Prometheus the figures of this process; without the token there is nothing here."""
    found: Metrics | None = current_app.extensions.get("metrics")
    if found is None or not found.may_be_read():
        raise NotFound
    return Response(found.text(), content_type=CONTENT_TYPE)


@blueprint.get("/version")
def version() -> Response:
    """Say which program this is, and for which schema of the database it was made."""
    return jsonify(version=VERSION, schema=schema.newest())

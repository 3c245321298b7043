"""The audit log. It is only read here: nobody can change or remove an entry."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ..auth import for_managers, this_viewer
from ..domain import audit
from ..domain.tables import Associate
from ..screens import audit as screen
from .answers import row_before

blueprint = Blueprint("audit", __name__)


@blueprint.get("/audit")
@for_managers
def show(viewer: Associate) -> Response:
    """Show who changed what, newest first, perhaps only of one person (`?person=`) or one kind (`?kind=`)."""
    chosen = audit.Chosen(person=request.args.get("person", ""), kind=request.args.get("kind", ""))
    return screen.log(this_viewer(), chosen, before=row_before())

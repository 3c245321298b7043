"""The three inboxes."""

from __future__ import annotations

from flask import Blueprint, Response

from ..auth import signed_in, this_viewer
from ..domain.errors import NotFound
from ..domain.people import access
from ..domain.tables import Associate
from ..screens import workspace

blueprint = Blueprint("inbox", __name__)


@blueprint.get("/inbox/<name>")
@signed_in
def show(viewer: Associate, name: str) -> Response:
    """Show an inbox with nothing open beside it."""
    if name not in access.INBOXES:
        raise NotFound
    looks = this_viewer()
    return workspace.answer(looks, looks.reader.t("inbox.title"), workspace.list_panes(looks, name))

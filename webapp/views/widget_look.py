"""What the frame of the widget asks beside its screens: the site's own colours, and that its page be noted as seen."""

from __future__ import annotations

from flask import Blueprint, Response, request

from .. import colours
from ..domain.errors import NotFound
from ..domain.people import sites
from ..screens import widget
from .static import A_YEAR

blueprint = Blueprint("widget_look", __name__, url_prefix="/widget")


@blueprint.get("/look.css")
def look() -> Response:
    """Answer with the styles of the site's colour; a browser that asked for those of the present one keeps them."""
    site = sites.of_key(request.args.get("key", ""))
    if not site.colour:
        raise NotFound
    response = Response(colours.stylesheet(site.colour), content_type="text/css; charset=utf-8")
    if request.args.get("v") == widget.look_version(site.colour):
        response.headers["Cache-Control"] = A_YEAR
    return response


@blueprint.post("/seen")
def seen() -> Response:
    """Note which page of the site has opened the widget; what is not on the site's list is not noted."""
    sites.seen(sites.of_key(request.args.get("key", "")), request.form.get("origin", ""))
    return Response(status=204)

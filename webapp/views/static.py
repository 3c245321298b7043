"""Styles, scripts and icons, under names that change with their content: kept by browsers for ever."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from ..assets import Assets
from ..domain.errors import NotFound

blueprint = Blueprint("static_files", __name__)

A_YEAR = "public, max-age=31536000, immutable"


@blueprint.get("/static/<filename>")
def serve(filename: str) -> Response:
    """Serve a file by the name that `Assets.url` gave it."""
    assets: Assets = current_app.extensions["assets"]
    asset = assets.get(filename)
    if asset is None:
        raise NotFound
    zipped = bool(request.accept_encodings["gzip"])
    response = Response(asset.gzip_body if zipped else asset.body, content_type=asset.content_type)
    response.headers["Cache-Control"] = A_YEAR
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.vary.add("Accept-Encoding")
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.set_etag(asset.etag + ("-gzip" if zipped else ""))
    response.make_conditional(request)
    return response

"""The demo shop: a retailer's page with the widget on it, to try things out. It is there in development only."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, abort, current_app, request

from .. import auth, render, security
from ..demo import DEMO_SITE_KEY, DEMO_SITE_KEY_WITHOUT_FORM

blueprint = Blueprint("demo", __name__)


@blueprint.get("/demo/shop")
def shop() -> Response:
    """Show the shop; `?prechat=off`, `?locale=` and `?store=` say how its page embeds the widget."""
    if current_app.config["RAPPORT"].env != "development":
        abort(404)
    chat = _address_of_chat()
    security.allow_embedding(chat)
    key = DEMO_SITE_KEY_WITHOUT_FORM if request.args.get("prechat") == "off" else DEMO_SITE_KEY
    page = render.page(
        "shop",
        auth.guest_reader(),
        here="/demo/shop" + ("?" + urlencode(request.args) if request.args else ""),
        loader=f"{chat}/widget/v1/loader.js",
        key=key,
        locale=request.args.get("locale", ""),
        store=request.args.get("store", ""),
    )
    return Response(page)


def _address_of_chat() -> str:
    """Return where the widget comes from: seen as `localhost`, the shop frames 127.0.0.1, which is another site."""
    parts = urlsplit(request.host_url)
    host = "127.0.0.1" if parts.hostname == "localhost" else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")

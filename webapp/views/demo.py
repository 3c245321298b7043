"""The demo shop: a retailer's page with the widget on it, to try things out. It is there in development only."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, abort, current_app, request

from .. import auth, demo, render, security
from ..demo import DEMO_SITE_KEY, DEMO_SITE_KEY_WITHOUT_FORM
from ..domain.people import sites
from ..domain.tables import Profile
from ..screens.sites import launcher

blueprint = Blueprint("demo", __name__, url_prefix="/demo")


@blueprint.before_request
def _only_in_development() -> None:
    if current_app.config["RAPPORT"].env != "development":
        abort(404)


@blueprint.get("/shop")
def shop() -> Response:
    """Show the shop; `?prechat=off`, `?locale=` and `?store=` say how its page embeds the widget.

    `?signed_in=C-1001` is a customer who has signed in at the shop.
    """
    chat = _address_of_chat()
    security.allow_embedding(chat)
    page = render.page(
        "shop",
        auth.guest_reader(),
        here=_address(request.args.to_dict()),
        loader=f"{chat}/widget/v1/loader.js",
        key=_site_key(),
        locale=request.args.get("locale", ""),
        store=request.args.get("store", ""),
        launcher=_launcher(),
        customer=_customer(),
        token="/demo/token?" + urlencode(request.args.to_dict()),
        signed_out=_address({name: value for name, value in request.args.items() if name != "signed_in"}),
    )
    return Response(page)


@blueprint.get("/token")
def token() -> Response:
    """Answer as the shop's back end would: with a fresh token for who is signed in."""
    customer = _customer()
    signed = demo.identity_token(current_app.config["RAPPORT"], _site_key(), customer) if customer else None
    if signed is None:
        abort(404)
    return Response(signed, content_type="text/plain")


def _site_key() -> str:
    return DEMO_SITE_KEY_WITHOUT_FORM if request.args.get("prechat") == "off" else DEMO_SITE_KEY


def _customer() -> Profile | None:
    number = request.args.get("signed_in", "")
    return demo.customer(number) if number else None


def _address(query: dict[str, str]) -> str:
    return "/demo/shop" + ("?" + urlencode(query) if query else "")


def _launcher() -> dict[str, str]:
    """Return the colours that the install page of the site would put into the snippet."""
    site = sites.by_key(_site_key())
    return launcher(site) if site else {}


def _address_of_chat() -> str:
    """Return where the widget comes from: seen as `localhost`, the shop frames 127.0.0.1, which is another site."""
    parts = urlsplit(request.host_url)
    host = "127.0.0.1" if parts.hostname == "localhost" else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")

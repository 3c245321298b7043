"""The identity keys of a site: made with a secret that is shown once, tried with a token, revoked for good."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request
from werkzeug import Response as AnyResponse

from ..auth import for_managers, this_viewer
from ..domain import clock
from ..domain.identity import proof
from ..domain.people import identity_keys
from ..domain.people.access import managed_key, managed_site
from ..domain.tables import Associate
from ..screens import settings, sites
from ..screens import signing as screen

blueprint = Blueprint("settings_identity", __name__, url_prefix=f"{sites.ADDRESS}/<key>/identity")


@blueprint.get("")
@for_managers
def show(viewer: Associate, key: str) -> Response:
    """Show the keys of a site."""
    return screen.page(this_viewer(), managed_site(viewer, key))


@blueprint.post("")
@for_managers
def add(viewer: Associate, key: str) -> Response:
    """Make a key. Its secret is in this answer and in no other, so there is no page to be sent on to."""
    site = managed_site(viewer, key)
    made = identity_keys.add(site, by=viewer)
    return screen.page(this_viewer(), site, made=(str(made.kid), identity_keys.secret(made, _master())))


@blueprint.post("/<kid>/revocation")
@for_managers
def revoke(viewer: Associate, key: str, kid: str) -> AnyResponse:
    """Let nothing that was signed with a key count any more."""
    site, looks = managed_site(viewer, key), this_viewer()
    identity_keys.revoke(managed_key(viewer, site, kid), by=viewer)
    shown = screen.page(looks, site, said=looks.reader.t("sites.keys.gone"))
    return settings.saved(looks, sites.address(site, "identity"), shown)


@blueprint.post("/check")
@for_managers
def check(viewer: Associate, key: str) -> Response:
    """Say what a token proves, or what is wrong with it; nothing of it is kept."""
    site, token = managed_site(viewer, key), request.form.get("token", "").strip()
    try:
        secrets = identity_keys.secrets_of(site, _master())
        tried = screen.Tried(token, proof.verify(token, str(site.key), secrets, clock.now()))
    except proof.NotProved as error:
        tried = screen.Tried(token, reason=error.reason)
    return screen.page(this_viewer(), site, tried=tried)


def _master() -> bytes:
    return bytes(current_app.config["RAPPORT"].secret_key.encode())

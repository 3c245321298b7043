"""What an associate sets for herself on a page of her own: her password, her language, and where she is signed in."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug import Response as AnyResponse

from .. import security
from ..auth import current_sign_in, signed_in, this_viewer
from ..domain.errors import Invalid
from ..domain.people import associates, passwords, sessions
from ..domain.tables import Associate, SignIn
from ..errors import sentences
from ..screens import people as screen
from ..screens import settings

blueprint = Blueprint("me", __name__, url_prefix="/me")
ADDRESS = "/me"


@blueprint.get("")
@signed_in
def show(viewer: Associate) -> Response:
    """Show her own page."""
    return screen.me(this_viewer(), viewer, _session())


@blueprint.post("/password")
@signed_in
def change_password(viewer: Associate) -> AnyResponse:
    """Give her another password, when she knows the one before; a guess counts like a failed sign-in."""
    looks, old, new = this_viewer(), request.form.get("old", ""), request.form.get("password", "")
    attempt = (viewer.email, request.remote_addr)
    security.limiter().check(security.FAILED_SIGN_INS, *attempt)
    try:
        if passwords.is_too_long(old) or not passwords.is_right(str(viewer.password_hash), old):
            security.limiter().hit(security.FAILED_SIGN_INS, *attempt)
            raise Invalid({"old": "password_wrong"})
        associates.change_password(viewer, new, keep=_session())
    except Invalid as error:
        return screen.me(looks, viewer, _session(), sentences(looks.reader, error))
    return settings.saved(looks, ADDRESS, screen.me(looks, viewer, _session(), said=looks.reader.t("settings.saved")))


@blueprint.post("/sessions/closure")
@signed_in
def sign_out_elsewhere(viewer: Associate) -> AnyResponse:
    """End her other sessions."""
    looks = this_viewer()
    sessions.end_others(viewer, _session())
    said = looks.reader.t("me.sessions.ended")
    return settings.saved(looks, ADDRESS, screen.me(looks, viewer, _session(), said=said))


def _session() -> SignIn:
    session = current_sign_in()
    assert session
    return session

"""Joining: whoever has the link of an invitation becomes an associate, once."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request
from werkzeug import Response as AnyResponse

from .. import auth, render, security
from ..domain.errors import Invalid, NotFound
from ..domain.people import invitations, sessions
from ..errors import sentences
from ..i18n import LANGUAGES, Reader
from ..screens import door, settings

blueprint = Blueprint("join", __name__)


@blueprint.get("/join/<token>")
def show(token: str) -> Response:
    """Ask for a name and a password."""
    reader = auth.guest_reader()
    try:
        return _page(reader, token, str(invitations.by_token(token).email))
    except NotFound:
        return _dead(reader, token)


@blueprint.post("/join/<token>")
def join(token: str) -> AnyResponse:
    """Make her an associate and let her in; whoever was signed in at this browser before is out."""
    form, reader, before = request.form, auth.guest_reader(), auth.current_sign_in()
    try:
        _, session = invitations.accept(
            token, form.get("name", ""), form.get("password", ""), form.get("language", reader.locale)
        )
    except NotFound:
        return _dead(reader, token)
    except Invalid as error:
        email = str(invitations.by_token(token).email)
        return _page(reader, token, email, form.get("name", ""), form.get("language", ""), sentences(reader, error))
    if before:
        sessions.sign_out(before)
    response = redirect("/inbox/waiting", 303)
    auth.remember_session(response, session)
    return response


def _page(
    reader: Reader,
    token: str,
    email: str,
    name: str = "",
    language: str = "",
    problems: dict[str, str] | None = None,
) -> Response:
    here = f"/join/{token}"
    content = render.partial(
        "door/join",
        reader,
        csrf=settings.csrf(),
        action=f"{here}?locale={reader.locale}",
        email=email,
        typed_name=name,
        languages_named=[(code, reader.t(f"language.{code}")) for code in LANGUAGES],
        language=language or reader.locale,
        problems=problems or {},
        summary=settings.problems_in(problems or {}, "join"),
    )
    return door.answer(reader, reader.t("join.title"), content, here, status=422 if problems else 200)


def _dead(reader: Reader, token: str) -> Response:
    """Answer alike for every link that opens nothing; who tries many has to wait."""
    security.limiter().hit(security.FAILED_SIGN_INS, "join", request.remote_addr)
    content = render.partial("door/dead_link", reader)
    return door.answer(reader, reader.t("join.dead"), content, f"/join/{token}", status=404)

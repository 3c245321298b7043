"""Signing in and out. It works without a script, and its answer never says which part was wrong."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from flask import Blueprint, Response, g, redirect, request
from werkzeug import Response as AnyResponse

from .. import auth, logs, render, security
from ..domain.people import associates, passwords, sessions, setup
from ..domain.tables import Associate
from ..screens import door, settings
from .first_run import ADDRESS as FIRST_RUN

blueprint = Blueprint("sign_in", __name__)

HOME = "/inbox/waiting"


@blueprint.get("/")
def home() -> AnyResponse:
    """Lead to the inbox; while nobody is there, to the first run."""
    return redirect(FIRST_RUN if setup.is_due() else HOME)


@blueprint.get("/sign-in")
def show() -> AnyResponse:
    """Show the door; whoever is in already goes on, and while nobody can be, it leads to the first run."""
    if setup.is_due():
        return redirect(FIRST_RUN)
    there = safe_next(request.args.get("next", ""))
    return redirect(there) if auth.current_sign_in() else _page("", "", there)


@blueprint.post("/sign-in")
def enter() -> AnyResponse:
    """Open a session when e-mail and password belong together."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    there = safe_next(request.form.get("next", ""))
    g.reader = reader = auth.guest_reader()
    attempt = (associates.fold(email)[:254], request.remote_addr)
    try:
        security.limiter().check(security.FAILED_SIGN_INS, *attempt)
    except security.TooMany as error:
        answer = _page(reader.n("error.too_many_sign_ins", int(str(error.facts["n"]))), email, there, status=429)
        answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    associate = _who(email, password)
    if associate is None:
        security.limiter().hit(security.FAILED_SIGN_INS, *attempt)
        logs.security("sign_in_refused")
        return _page(reader.t("sign_in.wrong"), email, there, status=422)
    logs.security("sign_in", associate=associate.id)
    response = redirect(there, 303)
    auth.remember_session(response, sessions.sign_in(associate))
    return response


@blueprint.post("/sign-out")
@auth.signed_in
def leave(viewer: Associate) -> AnyResponse:
    """End the session and its sockets."""
    session = auth.current_sign_in()
    assert session
    sessions.sign_out(session)
    logs.security("sign_out", associate=viewer.id)
    response = redirect("/sign-in", 303)
    response.delete_cookie(auth.session_cookie(), secure=auth.is_secure(), httponly=True, samesite="Lax")
    return response


def safe_next(target: str) -> str:
    """Return the path of our own that was asked for, or home: never an address elsewhere."""
    if any(ord(character) <= 32 or character == "\\" for character in target):
        return HOME
    try:
        parts = urlsplit(target)
    except ValueError:
        return HOME
    ours = parts.path.startswith("/") and not parts.path.startswith("//") and not parts.scheme and not parts.netloc
    leads_on = ours and parts.path != "/sign-in"  # or whoever is in would go round in a circle
    return urlunsplit(("", "", parts.path, parts.query, "")) if leads_on else HOME


def _who(email: str, password: str) -> Associate | None:
    if passwords.is_too_long(password):
        return None
    associate = associates.by_email(email)
    if associate and associate.deactivated_at:
        associate = None
    known = str(associate.password_hash) if associate else None
    return associate if passwords.is_right(known, password) else None


def _page(problem: str, email: str, there: str, status: int = 200) -> Response:
    reader = auth.guest_reader()
    content = render.partial(
        "door/sign_in", reader, problem=problem, email=email, next=there, csrf=settings.csrf()
    )
    return door.answer(reader, reader.t("sign_in.title"), content, "/sign-in", status=status, next=there)

"""Who is asking: the associate of a session cookie, or the visitor of a widget cookie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import SplitResult, quote, urlsplit
from zoneinfo import available_timezones

from flask import Response, current_app, g, redirect, request
from werkzeug import Response as AnyResponse

from .domain import clock
from .domain.errors import NotFound
from .domain.identity import proof
from .domain.people import identity_keys, sessions, visitors
from .domain.prepared import given, prepared
from .domain.tables import Associate, SignIn, Site, Store, StoreMember, Visitor
from .i18n import Reader, best
from .starts import token_of

P = ParamSpec("P")
R = TypeVar("R")

_first_zone = prepared(
    Store.select(Store.time_zone)
    .join(StoreMember)
    .where(StoreMember.associate == given("associate"))
    .order_by(StoreMember.id)
    .limit(1)
)
VISITOR_AGE = 60 * 60 * 24 * 30 * 13  # SPEC section 7: 13 months from the last chat
IDENTITY_HEADER = "X-Rapport-Identity"  # carries what the retailer signed of a customer


@dataclass(frozen=True, slots=True)
class Viewer:
    """What a socket remembers of the associate behind it: enough to group viewers who see the same bytes."""

    associate: int
    sign_in: int
    chat_enabled: bool
    is_manager: bool
    reader: Reader


@dataclass(frozen=True, slots=True)
class Customer:
    """What a socket remembers of the visitor behind it."""

    visitor: int
    reader: Reader


def session_cookie() -> str:
    """Return the name of the session cookie: with the `__Host-` promise where there is TLS to keep it."""
    return "__Host-rapport" if is_secure() else "rapport"


def is_secure() -> bool:
    """Say whether people reach us over TLS."""
    return bool(current_app.config["RAPPORT"].base_url.startswith("https://"))


def remember_session(response: AnyResponse, token: str) -> None:
    """Let the browser keep the token of a session."""
    response.set_cookie(session_cookie(), token, httponly=True, samesite="Lax", secure=is_secure())


def current_sign_in() -> SignIn | None:
    """Return the session of the request, or None."""
    if "sign_in" not in g:
        token = request.cookies.get(session_cookie(), "")
        g.sign_in = sessions.current(token) if token else None
    found: SignIn | None = g.sign_in
    return found


def reader_of(associate: Associate) -> Reader:
    """Return the associate as a reader: her language, and the time of her first store."""
    zones = _first_zone.rows(associate=associate.id)
    return Reader(str(associate.language), zones[0][0] if zones else "UTC")


def guest_reader() -> Reader:
    """Return whoever is not signed in as a reader: by `?locale=` or what the browser asks for."""
    asked = request.args.get("locale", "")
    return Reader(best([asked] if asked else [value for value, _ in request.accept_languages]))


def known_zone(name: str) -> str:
    """Return the IANA time zone of this name if there is one, else UTC."""
    return name if name in _zones() else "UTC"


@cache
def _zones() -> set[str]:
    return available_timezones()


def viewer_of(session: SignIn) -> Viewer:
    """Return what a socket remembers of this session."""
    return _viewer(session, reader_of(session.associate))


def _viewer(session: SignIn, reader: Reader) -> Viewer:
    associate = session.associate
    return Viewer(associate.id, session.id, bool(associate.chat_enabled), associate.is_manager, reader)


def this_viewer() -> Viewer:
    """Return who looks, for the screens; only in a view of whoever is signed in."""
    session = current_sign_in()
    assert session
    return _viewer(session, g.reader)  # which `signed_in` has looked up


def signed_in(view: Callable[Concatenate[Associate, P], R]) -> Callable[P, Any]:
    """Hand the view the signed-in associate; anybody else is sent to sign in, and back afterwards."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
        session = current_sign_in()
        if session is None:
            return to_sign_in()
        g.reader = reader_of(session.associate)
        return view(session.associate, *args, **kwargs)

    return guarded


def for_managers(view: Callable[Concatenate[Associate, P], R]) -> Callable[P, Any]:
    """Hand the view the signed-in manager; for an associate who is none it does not exist."""

    @signed_in
    @wraps(view)
    def guarded(viewer: Associate, /, *args: P.args, **kwargs: P.kwargs) -> Any:
        if not viewer.is_manager:
            raise NotFound
        return view(viewer, *args, **kwargs)

    return guarded


def to_sign_in() -> Any:
    """Answer with the way to the sign-in page, as a redirect or, for htmx, as a header."""
    asked_by_htmx = bool(request.headers.get("HX-Request"))
    # What htmx asks for may be a part of a page: the way back is to the page on which it stands.
    page = address(request.headers.get("HX-Current-URL", "")).path if asked_by_htmx else ""
    here = page or (request.full_path.rstrip("?") if request.method == "GET" else "/inbox/waiting")
    there = f"/sign-in?next={quote(here, safe='/')}"
    if asked_by_htmx:
        return Response(status=204, headers={"HX-Redirect": there})
    return redirect(there)


def address(text: str) -> SplitResult:
    """Return the parts of an address that came in a header; of one that cannot be read, none."""
    try:
        return urlsplit(text)
    except ValueError:
        return urlsplit("")


def visitor_cookie(site: Site) -> str:
    """Return the name of the cookie that knows a browser on this site."""
    return f"rapport_visitor_{site.id}"


def current_visitor(site: Site) -> Visitor | None:
    """Return the visitor of the request on this site, or None."""
    token = request.cookies.get(visitor_cookie(site), "")
    found = visitors.by_token(site, token) if token else None
    if found:
        g.visitor = found.id  # for the log
    return found


def visitor_of_start(site: Site, start: str) -> tuple[str, Visitor | None]:
    """Return the token of the visitor who begins with this start, "" for none that is ours, and the visitor if it has.

    For a browser that has sent its request a second time: it never heard of the cookie that the first has brought.
    """
    token = token_of(current_app.config["RAPPORT"].secret_key, str(site.key), start, clock.now())
    found = visitors.by_token(site, token) if token else None
    if found:
        g.visitor = found.id
    return token, found


def proved(site: Site) -> proof.Proved | None:
    """Return what the retailer has signed of the customer who asks, or None when nothing came; raises `NotProved`."""
    token = request.headers.get(IDENTITY_HEADER)
    if token is None:
        return None
    secrets = identity_keys.secrets_of(site, current_app.config["RAPPORT"].secret_key.encode())
    return proof.verify(token, str(site.key), secrets, clock.now())


def remember_visitor(response: Response, site: Site, token: str) -> None:
    """Let the browser keep the visitor's token, apart for each page that frames us where browsers can do that."""
    _set_visitor_cookie(response, site, token, VISITOR_AGE)


def forget_visitor(response: Response, site: Site) -> None:
    """Let the browser drop the visitor's token."""
    _set_visitor_cookie(response, site, "", 0)


def _set_visitor_cookie(response: Response, site: Site, token: str, age: int) -> None:
    response.set_cookie(
        visitor_cookie(site),
        token,
        max_age=age,
        path="/widget",
        secure=True,  # browsers make an exception for the addresses of a machine itself
        httponly=True,
        samesite="None",
        partitioned=True,
    )

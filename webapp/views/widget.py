"""The customer's side before the chat: the frame, and starting a chat. What happens in it is in `widget_chat`.

A chat is looked up through the visitor of the cookie: another's does not exist. Nothing that is answered depends on
whether the customer was recognised. A GET writes nothing, not even a cookie.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from flask import Blueprint, Response, current_app, g, request

from .. import auth, refused, security, starts
from ..domain import clock, texts
from ..domain.chats import earlier, messages, requests
from ..domain.errors import Invalid, NotFound
from ..domain.identity.proof import NotProved, Proved
from ..domain.people import sites
from ..domain.profiles import contact
from ..domain.profiles.contact import Given
from ..domain.tables import Conversation, Site, Visitor
from ..domain.tables.sites import FIELDS
from ..errors import sentence, sentences
from ..i18n import Reader
from ..screens import widget
from ..screens.widget import Screen, Typed

blueprint = Blueprint("widget", __name__, url_prefix="/widget")


@dataclass(frozen=True, slots=True)
class Guest:
    """Who asks: from which site, in which language, the visitor when the browser is known, and who it is if proved.

    `named` is whom the page has named: "" for nobody we know, None for nothing at all.
    """

    site: Site
    visitor: Visitor | None
    reader: Reader
    proved: Proved | None = None
    named: str | None = None


def this_guest() -> Guest:
    """Return who asks; raises `NotFound` for a key that nobody has."""
    site = sites.of_key(request.args.get("key", ""))
    security.allow_framing(site.origins)
    reader = replace(auth.guest_reader(), zone=auth.known_zone(request.args.get("zone", "")))
    g.reader = reader
    visitor, (proved, named) = auth.current_visitor(site), _identity(site)
    if visitor and named is not None and earlier.is_anothers(visitor, named):
        visitor = None  # two people at one browser: neither gets to see the other's chat
    return Guest(site, visitor, reader, proved, named)


def _identity(site: Site) -> tuple[Proved | None, str | None]:
    """Return who it is, if that is proved; and whom the page has named: "" for nobody we know, None for nothing at all.

    What is not proved identifies nobody, and `/widget/identity` says why. But it still tells that somebody else may
    be at this browser than began the chat in it.
    """
    try:
        proved = auth.proved(site)
    except NotProved as error:
        return None, error.subject
    return proved, proved.subject if proved else None


def chat_of(guest: Guest, public_id: str) -> Conversation:
    """Return the guest's own chat; raises `NotFound` for any other."""
    found = requests.chat_of(guest.visitor, public_id) if guest.visitor else None
    if found is None:
        raise NotFound
    return found


def framed(guest: Guest, screen: Screen) -> Response:
    """Answer with a screen alone for the frame that is there, else with the whole page around it."""
    if "HX-Request" in request.headers:
        return Response(widget.drawn(guest.reader, screen))
    return Response(widget.document(guest.reader, guest.site, screen, security.csrf_token("widget")))


def later(error: security.TooMany, content: str) -> Response:
    """Answer that it was too much, and when to try again."""
    return Response(content, status=429, headers={"Retry-After": str(error.retry_after)})


def generated_name(reader: Reader) -> str:
    """Return a name for a customer who gave none, in their language."""
    return reader.t("widget.visitor", number=f"{secrets.randbelow(10**8):08d}")


@blueprint.get("/frame")
def frame() -> Response:
    """Show the visitor's open chat, or what stands before one."""
    guest = this_guest()
    refused.note_if_refused(guest.site)
    running = requests.open_chat(guest.visitor) if guest.visitor else None
    if running and not _waits_for_proof(guest, running):
        return framed(guest, widget.chat_screen(guest.reader, running))
    return framed(guest, before_chat(guest))


def before_chat(guest: Guest, *, cleared: bool = False) -> Screen:
    """Return what stands before a chat, filled in only for a customer whom the retailer has signed."""
    known = guest.proved or Proved("")
    typed = Typed(
        name=known.name,
        email=known.email,
        phone=known.phone,
        start=_new_start(guest.site),
        store=_tidied(request.args.get("store", "")),
        page=_tidied(request.args.get("page", "")),
    )
    return widget.prechat(guest.reader, guest.site, typed, proved=guest.proved, cleared=cleared)


def _waits_for_proof(guest: Guest, running: Conversation) -> bool:
    """Say whether a signed-in customer's chat stays hidden until the page, which announced a token, has handed it over.

    Whoever is signed in now may not be who was when the chat was begun.
    """
    return bool(running.subject) and guest.proved is None and "signed" in request.args


@blueprint.post("/chats")
def start() -> Response:
    """Start a chat with what was typed; when it cannot be, answer with the form and everything in it."""
    guest, token = _starting(this_guest())
    typed = _typed(request.form["start"] if token else _new_start(guest.site))
    try:
        given = _read(guest, typed)
        security.limiter().hit(security.CHAT_STARTS, request.remote_addr)
    except Invalid as error:
        problems = sentences(guest.reader, error)
        screen = widget.prechat(guest.reader, guest.site, typed, proved=guest.proved, problems=problems)
        return Response(widget.drawn(guest.reader, screen), status=422)
    except security.TooMany as error:
        complaint = sentence(guest.reader, error)
        screen = widget.prechat(guest.reader, guest.site, typed, proved=guest.proved, complaint=complaint)
        return later(error, widget.drawn(guest.reader, screen))
    conversation, new = _request_chat(guest, typed, given, token)
    response = Response(widget.chat(guest.reader, conversation))
    auth.remember_visitor(response, guest.site, new or token or request.cookies[auth.visitor_cookie(guest.site)])
    return response


def _starting(guest: Guest) -> tuple[Guest, str]:
    """Return a guest who is not known with the visitor that an earlier try has made, and with the token for the cookie.

    Without a token a new visitor gets one that nobody has heard of: when the form's start is not ours, and when
    another customer has begun with it.
    """
    if guest.visitor:
        return guest, ""
    token, visitor = auth.visitor_of_start(guest.site, request.form.get("start", ""))
    if visitor and guest.named is not None and earlier.is_anothers(visitor, guest.named):
        return guest, ""
    return replace(guest, visitor=visitor), token


def _request_chat(guest: Guest, typed: Typed, given: Given, token: str) -> tuple[Conversation, str | None]:
    """Ask for the chat."""
    asked = requests.Request(
        given=given,
        message=typed.message,
        client_id=typed.client_id,
        generated_name=generated_name(guest.reader),
        locale=guest.reader.locale,
        declared_store=typed.store,
        page_title=typed.page,
        proved=guest.proved,
        token=token,
    )
    return requests.request_chat(guest.site, guest.visitor, asked)


def _new_start(site: Site) -> str:
    return starts.new(current_app.config["RAPPORT"].secret_key, str(site.key), clock.now())


def _typed(start: str) -> Typed:
    form = request.form
    client_id = form.get("client_id", "")
    if not messages.is_client_id(client_id):
        client_id = secrets.token_urlsafe(16)
    return Typed(
        name=form.get("name", ""),
        email=form.get("email", ""),
        phone=form.get("phone", ""),
        message=form.get("message", ""),
        client_id=client_id,
        start=start,
        store=_tidied(form.get("store", "")),
        page=_tidied(form.get("page", "")),
    )


def _read(guest: Guest, typed: Typed) -> Given:
    """Return the details of the form; raises `Invalid` for everything that has to be mended, the message too."""
    given = Given()
    problems: dict[str, str] = {}
    try:
        messages.check(typed.message, typed.client_id)
    except Invalid as error:
        problems |= error.fields
    if guest.site.prechat_enabled:
        region, required = requests.region_for(typed.store), guest.site.required_fields
        asked = [getattr(typed, field) if field in guest.site.shown_fields else "" for field in FIELDS]
        try:
            given = contact.read(*asked, region=region, required=required)
        except Invalid as error:
            problems |= error.fields
    if problems:
        raise Invalid(problems)
    return given


def _tidied(text: str) -> str:
    """What a page says of itself, cut to what is worth keeping."""
    limit = texts.LIMITS["search"]
    return "" if texts.problem_with(text[:limit], limit) else texts.tidy(text[:limit])

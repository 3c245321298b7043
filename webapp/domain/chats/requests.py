"""A customer asks for a chat. It is kept and answered first; then the customer is identified and the chat routed.

Two transactions, on purpose: what the customer waits for is the same work whether or not a profile was found, so
that the time it takes tells nothing. The second one identifies and routes, and only then does a store see the chat.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta

from peewee import IntegrityError

from .. import clock, lines
from ..db import emit, verb_of
from ..errors import Refused
from ..events import ChatAsked, ChatRequested
from ..identity import facts, linking, resolution
from ..identity.candidates import remembered_profile
from ..identity.proof import Proved
from ..people import identity_keys, stores, visitors
from ..prepared import given as comes
from ..prepared import prepared
from ..profiles.contact import Given
from ..tables import Conversation, Site, Store, Visitor
from . import details, messages, routing

_of_visitor = prepared(
    Conversation.select().where(Conversation.visitor == comes("visitor"), Conversation.public_id == comes("public_id"))
)


@dataclass(frozen=True, slots=True)
class Request:
    """What comes with a request for a chat: the form, and where it was filled in."""

    given: Given
    message: str
    client_id: str
    generated_name: str  # in the customer's language, for a name left blank
    locale: str = "en"
    declared_store: str | None = None
    page_title: str = ""
    proved: Proved | None = None  # who the retailer says it is
    token: str = ""  # that a new visitor gets, known to this browser alone: asked twice with it, it is one visitor


def request_chat(site: Site, visitor: Visitor | None, request: Request) -> tuple[Conversation, str | None]:
    """Keep the request; returns the chat with the new visitor's token, or with None when the browser was known.

    Who the customer is, and who gets to see the chat, is decided by `route`, which has to follow.

    A visitor has one open chat: asking again, also at the same moment, adds what was given and written to that one.
    So does a browser that is not known and asks with the same token.
    """
    messages.check(request.message, request.client_id)
    running = open_chat(visitor) if visitor else None
    if running is None:
        try:
            return _start(visitor, site, request)
        except IntegrityError:  # the same request was faster
            if visitor is None and request.token:
                visitor = visitors.by_token(site, request.token)
                request = replace(request, token="")  # if that visitor has been forgotten, it opens nothing any more
                return request_chat(site, visitor, request)
            running = open_chat(visitor) if visitor else None
            if running is None:
                raise
    try:
        _join(running, request)
    except Refused as error:
        if error.code != "chat_ended":
            raise
        return _start(visitor, site, request)  # it has ended since it was looked up: this begins another
    return running, None


def open_chat(visitor: Visitor) -> Conversation | None:
    """Return the visitor's open chat, or None."""
    found: Conversation | None = Conversation.get_or_none(
        Conversation.visitor == visitor, Conversation.state.in_(("waiting", "active"))
    )
    return found


def chat_of(visitor: Visitor | int, public_id: str) -> Conversation | None:
    """Return this visitor's chat with the public id, or None: another's is as if it did not exist."""
    found: Conversation | None = _of_visitor.first(visitor=visitor, public_id=public_id)
    return found


def store_for(declared_store: str | None) -> Store | None:
    """Return the store to which a chat goes from a page that declares this one; None while there is none at all."""
    every = stores.every()
    return routing.choose(every, declared_store) if every else None


def region_for(declared_store: str | None) -> str:
    """Return the region in which phone numbers are read for a page that declares this store."""
    return str(_store(declared_store).region)


@verb_of("conversation")
def _join(running: Conversation, request: Request) -> None:
    running = Conversation.get_by_id(running.id)  # its details may have changed while this waited for its turn
    before, given = facts.details_of(running), request.given
    name = given.name or ("" if before.name_generated else str(before.name))
    kept = Given(name, given.email or str(before.email), given.phone or str(before.phone))
    details.change(running, kept, generated_name=request.generated_name)
    try:
        messages.send(running, request.message, request.client_id, by=None)
    except Refused as error:
        if error.code != "client_id_reused":
            raise
        # An earlier wording was stored under this id, and its answer was lost on the way.
        messages.send(running, request.message, secrets.token_urlsafe(16), by=None)


@verb_of("visitor")
def _start(visitor: Visitor | None, site: Site, request: Request) -> tuple[Conversation, str | None]:
    token = None
    if visitor is None or not visitors.seen(visitor):
        visitor, token = visitors.remember(site, request.token if visitor is None else "")
    proved = request.proved
    if proved:
        identity_keys.used(site, proved.kid)
    conversation: Conversation = Conversation.create(
        public_id=secrets.token_urlsafe(16),
        site=site,
        store=_store(request.declared_store),
        visitor=visitor,
        prechat_enabled=site.prechat_enabled,
        locale=request.locale,
        page_title=request.page_title,
        identity_level="verified" if proved else "anonymous",
        subject=proved.subject if proved else None,
        proved_email=proved.email if proved and proved.email_verified else "",
    )
    details.keep(conversation, request.given, request.generated_name)
    body = messages.check(request.message, request.client_id)
    lines.say(conversation.id, body, request.client_id, None)
    emit(ChatAsked(conversation.id))
    return Conversation.get_by_id(conversation.id), token


@verb_of("conversation")
def route(conversation_id: int) -> None:
    """Decide who the customer of a kept request is, and show the chat to its store; nothing when that is done.

    What the customer has written or changed since counts as well: the newest details decide.
    """
    for earlier in _unrouted_before(conversation_id):  # who was here before has to be known first
        route(earlier)
    claimed = Conversation.update(routed_at=clock.now()).where(
        Conversation.id == conversation_id, Conversation.routed_at.is_null()
    )
    if not claimed.execute():
        return
    conversation: Conversation = Conversation.get_by_id(conversation_id)
    given = facts.given(facts.details_of(conversation), str(conversation.store.region))
    decision = resolution.decide(
        given,
        conversation.visitor,
        remembered_profile(conversation.visitor),
        subject=conversation.subject,
        proved_email=str(conversation.proved_email),
    )
    if decision.profile:
        linking.link(
            conversation, decision.profile.profile, decision.provenance, by=None, evidence=decision.evidence
        )
    count = len(decision.candidates.offered)
    Conversation.update(candidate_count=count).where(Conversation.id == conversation.id).execute()
    emit(ChatRequested(conversation.id))


def _unrouted_before(conversation_id: int) -> list[int]:
    """Return the ids of the chats that the same visitor asked for before this one, and that are not routed yet."""
    visitor = Conversation.select(Conversation.visitor).where(Conversation.id == conversation_id)
    query = Conversation.select(Conversation.id).where(
        Conversation.routed_at.is_null(), Conversation.id < conversation_id, Conversation.visitor == visitor
    )
    return [row.id for row in query.order_by(Conversation.id.desc()).limit(1)]


def unrouted(older_than: float | None = None) -> list[int]:
    """Return the ids of the chats that were kept and not routed yet, the oldest first.

    With `older_than` only of those that were asked for more than so many seconds ago.
    """
    query = Conversation.select(Conversation.id).where(Conversation.routed_at.is_null())
    if older_than is not None:
        query = query.where(Conversation.created_at < clock.now() - timedelta(seconds=older_than))
    return [row.id for row in query.order_by(Conversation.id)]


def _store(declared: str | None) -> Store:
    store = store_for(declared)
    if store is None:
        raise Refused("no_store")
    return store

"""The customer's side in a chat: catching up, writing, "Your details", leaving."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from flask import Blueprint, Response, request

from .. import security
from ..domain.chats import details, lifecycle, messages
from ..domain.errors import DomainError, Invalid, Refused
from ..domain.profiles import contact
from ..domain.profiles.contact import Given
from ..domain.tables import Conversation
from ..errors import sentence, sentences
from ..render import dom_id, joined, swap
from ..screens import widget
from .widget import Guest, chat_of, framed, generated_name, later, this_guest

blueprint = Blueprint("widget_chat", __name__, url_prefix="/widget/chats/<public_id>")


@blueprint.get("")
def show(public_id: str) -> Response:
    """Show the chat as it stands, with the lines after `?after=` for a log that is there already."""
    guest = this_guest()
    conversation = chat_of(guest, public_id)
    if "HX-Request" not in request.headers:
        return framed(guest, widget.chat_screen(guest.reader, conversation))
    return Response(_caught_up(guest, conversation, min(max(request.args.get("after", 0, int), 0), 2**31)))


@blueprint.post("/messages")
def send(public_id: str) -> Response:
    """Send a message; answer with its line."""
    guest = this_guest()
    conversation = chat_of(guest, public_id)
    body, client_id = request.form.get("body", ""), request.form.get("client_id", "")
    try:
        count = partial(security.limiter().hit, security.MESSAGES, public_id)
        message = messages.send(conversation, body, client_id, by=None, count=count)
    except security.TooMany as error:
        return later(error, _complaint(guest, conversation, error))
    except Invalid as error:
        return Response(_complaint(guest, conversation, error), status=422)
    except Refused as error:
        return Response(_complaint(guest, conversation, error) + _present(guest, conversation), status=409)
    return Response(swap(dom_id("log", public_id), widget.line(guest.reader, conversation, message), "log"))


@blueprint.post("/closure")
def close(public_id: str) -> Response:
    """End the chat, or leave the queue."""
    guest = this_guest()
    conversation = chat_of(guest, public_id)
    lifecycle.end(conversation, by=None)
    return Response(_caught_up(guest, chat_of(guest, public_id), int(conversation.seq)))


@blueprint.get("/details")
def show_details(public_id: str) -> Response:
    """Show "Your details": alone for the chat that is there, or in its page."""
    guest = this_guest()
    conversation = chat_of(guest, public_id)
    if not conversation.is_open:
        raise Refused("chat_ended")
    if "HX-Request" in request.headers:
        return Response(widget.details(guest.reader, conversation))
    return framed(guest, widget.chat_screen(guest.reader, conversation, details_open=True))


@blueprint.post("/details")
def change_details(public_id: str) -> Response:
    """Save changed details, close their form and say so; or answer with the form and what has to be mended."""
    guest = this_guest()
    conversation = chat_of(guest, public_id)
    shown = widget.shown(conversation)  # what is not asked for any more stays as it was given
    typed = Given(**{name: request.form.get(name, "") for name in shown})
    try:
        security.limiter().hit(security.MESSAGES, public_id, "details")
        given = contact.read(
            typed.name,
            typed.email,
            typed.phone,
            region=str(conversation.store.region),
            required=widget.required(conversation),
        )
        given = replace(widget.given(conversation), **{name: getattr(given, name) for name in shown})
        details.change(conversation, given, generated_name=generated_name(guest.reader))
    except security.TooMany as error:
        return later(error, _form(guest, conversation, typed, complaint=sentence(guest.reader, error)))
    except Invalid as error:
        form = _form(guest, conversation, typed, problems=sentences(guest.reader, error))
        return Response(form, status=422)
    except Refused:  # the chat has ended meanwhile
        return Response(_present(guest, conversation), status=409)
    return Response(swap(dom_id("details", public_id), "", "innerHTML") + _status(guest, conversation, "saved"))


def _form(guest: Guest, conversation: Conversation, typed: Given, **wrong: Any) -> str:
    form = widget.details(guest.reader, conversation, typed, **wrong)
    target = dom_id("details", conversation.public_id)
    return swap(target, form, "innerMorph") + _status(guest, conversation, "invalid")


def _status(guest: Guest, conversation: Conversation, state: str) -> str:
    status = widget.details_status(guest.reader, conversation, state)
    return swap(dom_id("details-status", conversation.public_id), status, "outerSync")


def _complaint(guest: Guest, conversation: Conversation, error: DomainError) -> str:
    target = dom_id("composer-error", conversation.public_id)
    return swap(target, sentence(guest.reader, error), "textContent")


def _present(guest: Guest, conversation: Conversation) -> str:
    present = chat_of(guest, str(conversation.public_id))
    return swap(dom_id("chat", present.public_id), widget.chat(guest.reader, present))


def _caught_up(guest: Guest, conversation: Conversation, after: int) -> str:
    lines = [widget.line(guest.reader, conversation, line) for line in messages.log(conversation, after=after)]
    return _present(guest, conversation) + swap(dom_id("log", conversation.public_id), joined(lines), "log")

"""The sockets: one for a browser of the workspace, one for a widget. They carry what happens to those who watch it.

A client says which topics are in its document, and how far it has read. It is subscribed first, and then sent what it
lacks, so that nothing falls between: lines after its numbers, and state as it stands now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from flask import Flask, Request, abort, current_app

from .. import auth, security
from ..auth import Customer, Viewer
from ..domain import db, events
from ..domain.chats import messages, requests
from ..domain.errors import NotFound
from ..domain.people import access, sessions, sites
from ..domain.tables import Associate, SignIn, Visitor
from ..i18n import Reader, best
from ..live.connection import Connection, Cursor, Watch
from ..live.hub import Hub
from ..live.push import Push
from ..live.routes import LiveRoutes, require_origin
from ..live.socket import LiveSocket
from ..render import dom_id, joined, swap
from ..screens import context, inbox, profile, widget
from ..screens import conversation as conversations

SIGNED_OUT = 4401
MOST_OF_A_VISITOR = 6  # sockets


def open_sockets(app: Flask, for_events: Callable[[Sequence[object]], Iterable[Push]], *, most: int) -> None:
    """Serve the sockets, at most so many at a time, and let them hear of what happens."""
    hub = Hub(for_events)
    app.extensions["hub"] = hub

    def tell(happened: list[object]) -> None:
        for event in happened:
            _look_after_viewers(hub, event)
        hub.publish(happened)

    db.listeners[:] = [tell]
    # Visitors are many, and anybody can be one: they cannot take the places of those who answer them.
    for_staff = max(2, most // 3)
    LiveRoutes(for_staff).route(app, "/live", _associate, _serve_workspace)
    LiveRoutes(most - for_staff).route(app, "/widget/live", _customer, _serve_widget)


def _associate(request: Request) -> Viewer:
    require_origin(request, security.own_origins())
    with db.database.connection_context():
        session = auth.current_sign_in()
        if session is None:
            abort(403)
        return auth.viewer_of(session)


def _customer(request: Request) -> Customer:
    require_origin(request, security.own_origins())
    with db.database.connection_context():
        site = sites.by_key(request.args.get("key", "")) or abort(403)
        visitor = auth.current_visitor(site) or abort(403)
        zone = request.args.get("zone", "UTC")
        return Customer(visitor.id, Reader(best([request.args.get("locale", "")]), auth.known_zone(zone)))


def _serve_workspace(socket: LiveSocket, viewer: Viewer) -> None:
    _serve(socket, viewer, _workspace_topic)


def _serve_widget(socket: LiveSocket, customer: Customer) -> None:
    _serve(socket, customer, _widget_topic)


Content = str | None
Looker = Viewer | Customer
Draw = Callable[[Any, str, str, Cursor], Content]


def _serve(socket: LiveSocket, looker: Looker, draw: Draw) -> None:
    hub: Hub = current_app.extensions["hub"]
    connection = Connection(socket, looker)
    _make_room(hub, looker)

    def obey(command: Watch) -> None:
        viewer = connection.viewer  # as it is now: a manager may have changed what she may do
        assert isinstance(viewer, Looker)
        with db.database.connection_context():
            if not _still_there(viewer):
                connection.close(SIGNED_OUT, "signed out")
                return
            allowed = {topic: cursor for topic, cursor in command.topics.items() if _may(viewer, topic)}
            hub.watch(connection, allowed)
            contents = [draw(viewer, *_parts(topic), cursor) for topic, cursor in allowed.items()]
        hub.send_to(connection, joined(content for content in contents if content) or "<!-- up to date -->")

    hub.serve(connection, obey)


def _make_room(hub: Hub, looker: Looker) -> None:
    """Close the oldest sockets of a visitor who opens more than a few tabs need."""
    if isinstance(looker, Customer):
        theirs = [c for c in hub.connections() if isinstance(c.viewer, Customer) and c.viewer.visitor == looker.visitor]
        for oldest in theirs[: max(0, len(theirs) - MOST_OF_A_VISITOR + 1)]:
            oldest.close(1008, "too many")


def _parts(topic: str) -> tuple[str, str]:
    kind, _, key = topic.partition(":")
    return kind, key


def _still_there(viewer: Looker) -> bool:
    if isinstance(viewer, Customer):
        return bool(Visitor.select().where(Visitor.id == viewer.visitor).exists())
    session = SignIn.get_or_none(SignIn.id == viewer.sign_in, SignIn.revoked_at.is_null())
    return session is not None and sessions.is_fresh(session)


def _may(viewer: Looker, topic: str) -> bool:
    """Say whether somebody may watch the topic."""
    kind, key = _parts(topic)
    if isinstance(viewer, Customer):
        return kind == "chat" and requests.chat_of(viewer.visitor, key) is not None
    if kind == "inbox":
        return key in access.INBOXES
    if kind == "profile":
        return key.isdecimal() and _found(lambda: access.profile(_who(viewer), int(key)))
    if kind == "transcript":
        return _found(lambda: profile.readable(viewer, key))
    return kind in ("conversation", "context") and _found(lambda: access.conversation(_who(viewer), key))


def _workspace_topic(viewer: Viewer, kind: str, key: str, cursor: Cursor) -> Content:
    """Draw what somebody who watches this topic may lack."""
    if kind == "inbox":
        return swap(dom_id("inbox", key), inbox.pane(viewer, key))
    if kind == "profile":
        return swap(dom_id("profile", key), profile.page_pane(viewer, access.profile(_who(viewer), int(key))))
    if kind == "transcript":
        return None  # it was read a moment ago, when somebody opened it
    conversation = access.conversation(_who(viewer), key)
    if kind == "context":
        return swap(dom_id("context", key), context.panel(viewer, conversation))
    missed = messages.log(
        conversation, after=cursor.get("after", 0), after_staff=cursor.get("after_staff", 0)
    )
    lines = joined(conversations.line(viewer.reader, conversation, line) for line in missed)
    pane = swap(dom_id("conversation", key), conversations.pane(viewer, conversation))
    return pane + (swap(dom_id("log", key), lines, "log") if lines else "")


def _widget_topic(customer: Customer, kind: str, key: str, cursor: Cursor) -> Content:
    conversation = requests.chat_of(customer.visitor, key)
    if conversation is None:
        return None
    missed = messages.log(conversation, after=cursor.get("after", 0))
    lines = joined(widget.line(customer.reader, conversation, line) for line in missed)
    chat = swap(dom_id("chat", key), widget.chat(customer.reader, conversation))
    return chat + (swap(dom_id("log", key), lines, "log") if lines else "")


def _who(viewer: Viewer) -> Associate:
    found: Associate = Associate.get_by_id(viewer.associate)
    return found


def _found(look_up: Callable[[], object]) -> bool:
    try:
        look_up()
    except NotFound:
        return False
    return True


def _look_after_viewers(hub: Hub, event: object) -> None:
    """Close the sockets of a session that has ended, and tell sockets when what they know of their viewer changed."""
    if isinstance(event, events.SignedOut):
        hub.kick(lambda c: getattr(c.viewer, "sign_in", None) == event.sign_in, SIGNED_OUT, "signed out")
    if isinstance(event, events.AvailabilityChanged):
        associate = Associate.get_by_id(event.associate)
        for connection in hub.connections():
            if isinstance(connection.viewer, Viewer) and connection.viewer.associate == event.associate:
                connection.viewer = replace(
                    connection.viewer, chat_enabled=bool(associate.chat_enabled), is_manager=associate.is_manager
                )

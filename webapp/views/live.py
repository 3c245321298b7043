"""The sockets: one for a browser of the workspace, one for a widget. They carry what happens to those who watch it.

A client says which topics are in its document, and how far it has read. It is subscribed first, and then sent what it
lacks, so that nothing falls between. Where no socket can be opened, `poll` answers the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from functools import partial

from flask import Flask, Request, abort, current_app

from .. import auth, security
from ..auth import Customer, Viewer
from ..config import Settings
from ..domain import db, events, remembered
from ..domain.people import sessions, sites
from ..domain.tables import Visitor
from ..i18n import Reader, best
from ..live import catching_up
from ..live.bus import Bus
from ..live.catching_up import Looker
from ..live.connection import Command, Connection, Typing
from ..live.hub import Hub
from ..live.leases import SharedLeases
from ..live.presence import Presence
from ..live.push import Push
from ..live.routes import LiveRoutes, require_origin
from ..live.session_watch import SIGNED_OUT, SessionWatch
from ..live.socket import LiveSocket
from ..live.typists import Typists
from ..presence import leases
from ..render import joined

MOST_OF_A_VISITOR = 6  # sockets
RESTART = 1012


def open_sockets(
    app: Flask, for_events: Callable[[Sequence[object]], Iterable[Push]], *, most: int
) -> Callable[[list[object]], None]:
    """Serve the sockets, at most so many at a time; return the listener by which they hear of what happens."""
    hub = Hub(for_events, around=db.database.connection_context)
    watch = SessionWatch(_going_on)
    hub.on_stop.append(watch.stop)
    app.extensions["hub"] = hub
    app.extensions["session_watch"] = watch
    app.extensions["typists"] = Typists(hub)
    app.extensions["presence"] = presence = Presence(hub, leases)
    leases.begin()
    hub.on_stop.append(presence.stop)

    def tell(happened: list[object]) -> None:
        for event in happened:
            _look_after_viewers(hub, event)
        hub.publish(happened)

    # Visitors are many, and anybody can be one: they cannot take the places of those who answer them.
    for_staff = max(2, most // 3)
    LiveRoutes(for_staff).route(app, "/live", _associate, _serve_workspace)
    LiveRoutes(most - for_staff).route(app, "/widget/live", _customer, _serve_widget)
    return tell


def begin_anew(hub: Hub) -> None:
    """Take it that anything may have happened of which this process has not heard."""
    remembered.forget()
    hub.close_all_once()


def join_others(app: Flask, bus: Bus, settings: Settings) -> None:
    """Say to other processes who types and who is here, and hear it from them; without Redis there is no way."""
    typists: Typists = app.extensions["typists"]
    presence: Presence = app.extensions["presence"]
    bus.listeners |= {"typing": typists.heard, "presence": presence.heard}
    if settings.redis_url:
        typists.tell_others = partial(bus.whisper, "typing")
        presence.share(SharedLeases(settings.redis_url, lambda: bus.name), partial(bus.whisper, "presence"))
    elif settings.processes > 1:
        leases.begin(with_others=True)  # whoever is not here may be at one of them


def customer_of(request: Request) -> Customer | None:
    """Return the visitor who asks, as far as its cookie and the key of the site tell."""
    site = sites.by_key(request.args.get("key", ""))
    visitor = auth.current_visitor(site) if site else None
    if visitor is None:
        return None
    zone = auth.known_zone(request.args.get("zone", "UTC"))
    return Customer(visitor.id, Reader(best([request.args.get("locale", "")]), zone))


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
        return customer_of(request) or abort(403)


def _serve_workspace(socket: LiveSocket, viewer: Viewer) -> None:
    _serve(socket, viewer)


def _serve_widget(socket: LiveSocket, customer: Customer) -> None:
    _serve(socket, customer)


def _serve(socket: LiveSocket, looker: Looker) -> None:
    hub: Hub = current_app.extensions["hub"]
    watch: SessionWatch = current_app.extensions["session_watch"]
    presence: Presence = current_app.extensions["presence"]
    connection = Connection(socket, looker)
    typing = current_app.extensions["typists"].of(connection)
    watched: list[str] = []
    _make_room(hub, looker)

    def obey(command: Command) -> None:
        if isinstance(command, Typing):
            typing(command.topic)
            return
        viewer = connection.viewer  # as it is now: a manager may have changed what she may do
        assert isinstance(viewer, Looker)
        with db.database.connection_context():
            if not _still_there(viewer):
                connection.close(SIGNED_OUT, "signed out")
                return
            added, removed = hub.watch(connection, catching_up.allowed(viewer, command.topics))
            watched[:] = connection.topics
            presence.watches(added + removed)
            parts = catching_up.lacking(viewer, command.topics)
        hub.send_to(connection, joined(parts) or "<!-- up to date -->")

    with watch.over(connection, looker.sign_in) if isinstance(looker, Viewer) else nullcontext():
        hub.serve(connection, obey)
    presence.closed(watched, connection.closed_with)


def _make_room(hub: Hub, looker: Looker) -> None:
    """Close the oldest sockets of a visitor who opens more than a few tabs need."""
    if isinstance(looker, Customer):
        theirs = [c for c in hub.connections() if isinstance(c.viewer, Customer) and c.viewer.visitor == looker.visitor]
        for oldest in theirs[: max(0, len(theirs) - MOST_OF_A_VISITOR + 1)]:
            oldest.close(1008, "too many")


def _still_there(viewer: Looker) -> bool:
    if isinstance(viewer, Customer):
        return bool(Visitor.select().where(Visitor.id == viewer.visitor, Visitor.forgotten_at.is_null()).exists())
    return bool(sessions.going_on([viewer.sign_in]))


def _going_on(sign_ins: set[int]) -> set[int]:
    with db.database.connection_context():
        return sessions.going_on(sign_ins)


def _look_after_viewers(hub: Hub, event: object) -> None:
    """Close the sockets of who is no longer known, or may see other things than before: those come back at once.

    And keep nothing of who has been erased.
    """
    if isinstance(event, events.SignedOut):
        hub.kick(lambda c: getattr(c.viewer, "sign_in", None) == event.sign_in, SIGNED_OUT, "signed out")
    if isinstance(event, events.RightsChanged):
        hub.kick(lambda c: getattr(c.viewer, "associate", None) == event.associate, RESTART, "rights changed")
    if isinstance(event, events.PersonErased):
        remembered.forget()
    if isinstance(event, events.VisitorForgotten):
        hub.kick(lambda c: getattr(c.viewer, "visitor", None) == event.visitor, SIGNED_OUT, "forgotten")

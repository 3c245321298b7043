"""What waits and what is in use at this moment, for `webapp.metrics`."""

from __future__ import annotations

import time
from collections.abc import Iterable

from peewee import fn

from .auth import Customer
from .domain import clock
from .domain.chats import requests
from .domain.db import database
from .domain.tables import Conversation
from .live.bus import Bus
from .live.hub import Hub
from .metrics import Reading


def of_hub(hub: Hub) -> Iterable[Reading]:
    """Give open sockets by side, and what the hub has not told yet."""
    viewers = [isinstance(connection.viewer, Customer) for connection in hub.connections()]
    for side, number in (("customer", sum(viewers)), ("staff", len(viewers) - sum(viewers))):
        yield "rapport_sockets", "Open sockets", {"side": side}, number
    number, delay = hub.backlog()
    yield "rapport_hub_queue", "Commits that the hub has not told its sockets of", {}, number
    yield "rapport_hub_delay_seconds", "How long the oldest of them has waited", {}, delay


def of_bus(bus: Bus) -> Iterable[Reading]:
    """Give how late this process hears of others."""
    behind = time.monotonic() - bus.read_at if bus.read_at else 0.0
    yield "rapport_outbox_behind_seconds", "Since this process last read what others committed", {}, behind
    yield "rapport_redis_heard", "1 while Redis can be heard, or none is used", {}, bus.heard


def of_pool() -> Iterable[Reading]:
    """Give connections to the database by what they do."""
    pool = database.obj
    yield "rapport_connections", "Connections to the database", {"state": "in_use"}, len(pool._in_use)
    yield "rapport_connections", "Connections to the database", {"state": "idle"}, len(pool._connections)
    yield "rapport_connections", "Connections to the database", {"state": "most"}, pool._max_connections


def of_house() -> Iterable[Reading]:
    """Give chats that wait, as the database has them: the same in every process."""
    with database.connection_context():
        yield "rapport_chats_unrouted", "Chats that no store sees yet", {}, len(requests.unrouted())
        waiting = Conversation.select(fn.COUNT(Conversation.id), fn.MIN(Conversation.created_at))
        number, since = waiting.where(Conversation.state == "waiting").scalar(as_tuple=True)
    yield "rapport_chats_waiting", "Chats that nobody has accepted", {}, number
    seconds = 0.0 if since is None else (clock.now() - since).total_seconds()
    yield "rapport_chats_waiting_seconds", "How long the first of them has waited", {}, seconds

"""Sockets of the shop's people, on a server that really listens."""

from __future__ import annotations

from tests.cast import ORIGIN
from tests.unit.live.peer import Peer

from .table import STAFF
from .world import World

SOCKET_OF = {"jane": "/widget/live?key={site}", "zoe": "/widget/live?key={site}"} | dict.fromkeys(STAFF, "/live")


def knock(world: World, port: int, actor: str, address: str, origin: str | None = ORIGIN) -> Peer:
    """Ask for a socket as this actor's browser would."""
    return Peer.connect(port, path=address, Host="localhost", Origin=origin, Cookie=world.cookies(actor) or None)


def socket_of(world: World, port: int, actor: str) -> Peer:
    """Return the socket that this actor gets."""
    peer = knock(world, port, actor, SOCKET_OF[actor].format_map(world.ids))
    assert peer.status == 101
    return peer

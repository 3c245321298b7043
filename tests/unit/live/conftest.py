"""Real sockets in pairs: the server's end as our code sees it, and a peer on the other."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from webapp.live.connection import Connection, Watch
from webapp.live.hub import Hub
from webapp.live.socket import LiveSocket

from .peer import Pair, Peer, Visit, environ_of


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Return a maker of sockets: `pair(buffer=bytes, **options)`."""
    with ExitStack() as ends:

        def make(buffer: int | None = None, **options: float) -> tuple[LiveSocket, Peer]:
            ours, theirs = socket.socketpair()
            ends.callback(ours.close)
            if buffer is not None:
                ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer)
            peer = Peer(theirs)
            live_socket = LiveSocket(environ_of(ours), **options)
            ends.callback(live_socket.finish)
            ends.callback(peer.hang_up)
            peer.read_head()
            return live_socket, peer

        yield make


@pytest.fixture
def visit(pair: Pair) -> Iterator[Visit]:
    """Return a maker of served connections: `visit(hub, viewer, on_command, **options)`."""
    peers: list[Peer] = []

    def make(
        hub: Hub,
        viewer: Hashable,
        on_command: Callable[[Connection, Watch], None] | None = None,
        **options: Any,
    ) -> tuple[Connection, Peer]:
        live_socket, peer = pair(**options)
        connection = Connection(live_socket, viewer)

        def obey(command: Watch) -> None:
            if on_command is not None:
                on_command(connection, command)
            else:
                hub.watch(connection, command.topics)
                hub.send_to(connection, "watching")

        def serve() -> None:
            hub.serve(connection, obey)
            live_socket.finish()

        peer.served = threading.Thread(target=serve)
        peer.served.start()
        peers.append(peer)
        return connection, peer

    yield make
    for peer in peers:
        peer.hang_up()

"""Where WebSockets come in: the only module that touches flask-sock.

flask-sock accepts every handshake before our code runs, whatever its Origin. `LiveRoutes` puts a check and a
limit before it, and keeps the rest: the route, and the answer that each WSGI server expects when a socket has
ended.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Any, TypeVar

import flask_sock
from flask import Blueprint, Flask, Request, abort, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import ServiceUnavailable
from wsproto.utilities import RemoteProtocolError

from webapp.live.socket import ConnectionClosed, LiveSocket

RETRY_AFTER = 5  # seconds

log = logging.getLogger(__name__)
Viewer = TypeVar("Viewer")

flask_sock.Server = LiveSocket  # flask-sock has no setting for the class that it builds


def require_origin(request: Request, allowed: AbstractSet[str]) -> None:
    """Abort with 403 unless the Origin header is, to the letter, one of `allowed`; a missing one is not."""
    if request.headers.get("Origin") not in allowed:
        abort(403)


class LiveRoutes:
    """The WebSocket routes of a process, which together hold at most `limit` sockets.

    Every socket keeps a thread of the server; the limit leaves some for pages.
    """

    def __init__(self, limit: int) -> None:
        self._free = threading.BoundedSemaphore(limit)

    def route(
        self,
        target: Flask | Blueprint,
        path: str,
        authorise: Callable[[Request], Viewer],
        handler: Callable[[LiveSocket, Viewer], None],
    ) -> None:
        """Serve WebSockets at `path`, on a thread of the server for as long as each lasts.

        `authorise` runs before the handshake is accepted: it aborts (403, 429 …) or returns the viewer that
        `handler` is given. A socket too many is answered 503 with Retry-After. What is still open when
        `handler` returns or raises closes with 1011: 1000 would tell a browser not to come back.
        """

        def live(live_socket: LiveSocket, viewer: Viewer) -> None:
            try:
                handler(live_socket, viewer)
            except ConnectionClosed:
                pass
            except Exception:
                log.exception("a live connection failed")
            finally:
                live_socket.finish()

        live.__name__ = handler.__name__
        gate = _Gate(target, authorise, self._free)
        flask_sock.Sock().route(path, bp=gate)(live)


class _Gate:
    """Stands where flask-sock expects a blueprint, and puts the check and the limit before its handshake."""

    def __init__(
        self,
        target: Flask | Blueprint,
        authorise: Callable[[Request], object],
        free: threading.BoundedSemaphore,
    ) -> None:
        self._target, self._authorise, self._free = target, authorise, free

    def route(self, path: str, **options: Any) -> Callable[[Callable[..., ResponseReturnValue]], None]:
        def register(accept: Callable[..., ResponseReturnValue]) -> None:
            def view() -> ResponseReturnValue:
                viewer = self._authorise(request)
                if not self._free.acquire(blocking=False):
                    raise ServiceUnavailable(retry_after=RETRY_AFTER)
                try:
                    return accept(viewer)
                except (RemoteProtocolError, UnicodeError, OSError):
                    abort(400)  # not a handshake, or the browser is gone already
                finally:
                    self._free.release()

            self._target.add_url_rule(path, accept.__name__, view, **options)

        return register

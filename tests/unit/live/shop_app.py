"""A small application with one socket route, and how gunicorn is to end it."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

from flask import Flask, Request

from webapp.live.connection import Connection, Watch
from webapp.live.hub import Hub
from webapp.live.routes import LiveRoutes, require_origin
from webapp.live.socket import LiveSocket

ORIGIN = "https://chat.example.com"
LIMIT = 2

hub = Hub(lambda _events: [])


def create_app() -> Flask:
    app = Flask(__name__)

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    def authorise(request: Request) -> str:
        require_origin(request, frozenset({ORIGIN}))
        return request.headers["User-Agent"]

    def live(live_socket: LiveSocket, viewer: str) -> None:
        connection = Connection(live_socket, viewer)

        def obey(command: Watch) -> None:
            if "crash:now" in command.topics:
                raise RuntimeError("a bug in a command")
            hub.watch(connection, command.topics)
            hub.send_to(connection, f"{viewer} watches {len(connection.topics)}")

        hub.serve(connection, obey)

    LiveRoutes(limit=LIMIT).route(app, "/live", authorise, live)
    return app


def post_worker_init(_worker: Any) -> None:
    """Close the sockets when gunicorn is told to end, before it waits for their threads."""
    wait_for_threads = signal.getsignal(signal.SIGTERM)
    assert callable(wait_for_threads)

    def end(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=hub.close_all).start()  # a signal may come while this thread holds the hub's lock
        wait_for_threads(number, frame)

    signal.signal(signal.SIGTERM, end)

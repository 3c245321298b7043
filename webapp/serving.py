"""Serving with gunicorn: one process, a thread for each request or socket, and an orderly end."""

from __future__ import annotations

import gc
import logging
import signal
import threading
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from .config import Settings

GRACE = 5  # seconds that requests get to finish when the process is told to end


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with our settings, and none from its own files or the command line."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.app, self.settings = app, settings
        super().__init__()

    def load_config(self) -> None:
        """Say how to serve."""
        for name, value in {
            "bind": f"{self.settings.host}:{self.settings.port}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": self.settings.threads,
            "worker_connections": 10_000,
            "graceful_timeout": GRACE,
            "timeout": 60,
            "keepalive": 15,
            "control_socket_disable": True,
            "accesslog": None,
            "loglevel": "warning",
            "post_worker_init": _settle,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application, which was made before the process divided."""
        return self.app


def serve(app: Flask, settings: Settings) -> None:
    """Serve until told to end."""
    logging.getLogger("gunicorn.error").setLevel(logging.WARNING)
    Server(app, settings).run()


def _settle(worker: Any) -> None:
    """Leave what was made at start to itself: a full collection with a thousand sockets open stops everybody."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    worker.app.app.extensions["afterwards"].catch_up()
    _close_sockets_on_term(worker)


def _close_sockets_on_term(worker: Any) -> None:
    """Let sockets go at once when the process is told to end: their clients come back to the next one by themselves."""
    finish = signal.getsignal(signal.SIGTERM)
    hub = worker.app.app.extensions["hub"]

    def on_term(number: int, frame: Any) -> None:
        # On a thread of its own: the signal may have come while this one held the hub's lock.
        threading.Thread(target=hub.close_all, daemon=True).start()
        if callable(finish):
            finish(number, frame)

    signal.signal(signal.SIGTERM, on_term)

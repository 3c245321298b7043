"""Serving with gunicorn: one process or several, a thread or greenlet for each request or socket, and an orderly end.

Each process is a fork of this one, in which nothing is connected and no thread runs; what needs either begins in
`_settle`. A process that dies is replaced.
"""

from __future__ import annotations

import gc
import signal
import sys
import threading
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger as GunicornLog

from .config import MOST_CONNECTIONS, Settings
from .domain import storage

WORKERS = {"threads": "gthread", "gevent": "gevent"}  # gunicorn's names for what we call them
KEPT_ALIVE = 1000  # connections that wait for their next request without a thread
GRACE = 3  # seconds that requests get to finish when the process is told to end


class Log(GunicornLog):  # type: ignore[misc]
    """gunicorn's own lines, written where and as ours are."""

    def setup(self, cfg: Any) -> None:
        """Hand its lines on."""
        super().setup(cfg)
        self.error_log.propagate = True


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with our settings, and none from its own files or the command line."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.app, self.settings = app, settings
        super().__init__()

    def load_config(self) -> None:
        """Say how to serve."""
        for name, value in {
            "bind": f"{self.settings.host}:{self.settings.port}",
            "worker_class": WORKERS[self.settings.worker],
            "workers": self.settings.processes,
            "threads": self.settings.threads,
            "worker_connections": _connections(self.settings),
            "graceful_timeout": GRACE,
            "timeout": 60,
            "keepalive": 15,
            "control_socket_disable": True,
            "accesslog": None,
            "errorlog": None,
            "loglevel": "warning",
            "logger_class": Log,
            "post_worker_init": _settle,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application, which was made before the process divided."""
        return self.app


def _connections(settings: Settings) -> int:
    """Return how many may be open: with as many as threads, gunicorn would keep none alive between two requests."""
    return MOST_CONNECTIONS if settings.worker == "gevent" else max(MOST_CONNECTIONS, settings.threads + KEPT_ALIVE)


def serve(app: Flask, settings: Settings) -> None:
    """Serve until told to end."""
    storage.database.close_all()  # a connection belongs to one process, and this one is about to divide
    Server(app, settings).run()


def _settle(worker: Any) -> None:
    """Leave what was made at start to itself: a full collection with a thousand sockets open stops everybody."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    sys.setswitchinterval(0.0005)  # seconds: who tells everybody waits less for those who draw; 8 instead of 13 ms
    _tell_figures_together(worker.app.app)
    worker.app.app.extensions["bus"].start()
    worker.app.app.extensions["presence"].start()
    worker.app.app.extensions["afterwards"].begin()
    _close_sockets_on_term(worker)


def _tell_figures_together(app: Flask) -> None:
    settings: Settings = app.config["RAPPORT"]
    if settings.metrics_token and settings.processes > 1:
        app.extensions["metrics"].share(settings.data_dir / "figures")


def _close_sockets_on_term(worker: Any) -> None:
    """Let sockets go at once when the process is told to end: their clients come back to the next one by themselves."""
    finish = signal.getsignal(signal.SIGTERM)
    hub, readiness = (worker.app.app.extensions[name] for name in ("hub", "readiness"))
    told = threading.Event()

    def close() -> None:
        told.wait()
        hub.close_all()

    # On a thread of its own, which is there already: the signal may come while this one holds the hub's lock, and
    # under gevent it comes where nothing may wait, not even for a thread to start.
    threading.Thread(target=close, name="closing", daemon=True).start()

    def on_term(number: int, frame: Any) -> None:
        readiness.end()
        told.set()
        if callable(finish):
            finish(number, frame)

    signal.signal(signal.SIGTERM, on_term)

"""Rapport: live chat that knows who it is talking to. `create_app()` is the one place that knows everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from .config import Settings

LARGEST_BODY = 256 * 1024  # bytes; files do not come this way
THREADS_FOR_PAGES = 6  # kept from the sockets, each of which holds a thread for hours


def create_app(settings: Settings) -> Flask:
    """Put the application together: database, assets, protections, pages and sockets."""
    # Imported here, so that the domain can be used without the web.
    from flask import Flask

    from . import assets, errors, refused, render, security
    from .afterwards import Afterwards
    from .domain import db
    from .live import pushes
    from .views import BLUEPRINTS
    from .views import live as sockets

    app = Flask(__name__, static_folder=None)
    app.config["RAPPORT"] = settings
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_BODY
    app.config["MAX_FORM_PARTS"] = 100
    _believe_proxies(app, settings.trusted_proxies)
    db.open_sqlite(settings.sqlite_path)
    app.extensions["assets"] = assets.Assets(settings.static_dir, reload=settings.env == "development")
    render.use(app.extensions["assets"].url, reload=settings.env == "development")
    app.extensions["refused"] = refused.Refused()
    _connect_per_request(app)
    security.protect(app)
    errors.answer(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.extensions["afterwards"] = afterwards = Afterwards()
    tell = sockets.open_sockets(app, pushes.for_events, most=settings.threads - THREADS_FOR_PAGES)
    db.listeners[:] = [afterwards.note, tell]
    return app


def _believe_proxies(app: Flask, hops: int) -> None:
    """Take the browser's address and scheme from so many proxies; from nobody's headers when there is none."""
    from werkzeug.middleware.proxy_fix import ProxyFix

    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]


def _connect_per_request(app: Flask) -> None:
    """Give each request a connection, but for those that need none.

    A socket, which lasts for hours, takes one for each thing that it does instead.
    """
    from flask import g, request

    from .domain import db

    def needs_none() -> bool:
        is_socket = request.headers.get("Upgrade", "").lower() == "websocket"
        return is_socket or request.path == "/healthz" or request.path.startswith("/static/")

    @app.before_request
    def connect() -> None:
        if not needs_none():
            g.connected = db.database.connect(reuse_if_open=True)

    @app.teardown_request
    def close(_: BaseException | None) -> None:
        if g.pop("connected", False):
            db.database.close()

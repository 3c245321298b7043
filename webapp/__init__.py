"""Rapport: live chat that knows who it is talking to. `create_app()` is the one place that knows everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from .config import Settings

LARGEST_BODY = 256 * 1024  # bytes; files do not come this way
KEPT_FOR_PAGES = 6  # of what is served at a time, from the sockets, which stay for hours


def create_app(settings: Settings) -> Flask:
    """Put the application together: database, assets, protections, pages and sockets."""
    # Imported here, so that the domain can be used without the web.
    from functools import partial

    from flask import Flask

    from . import assets, errors, logs, readiness, refused, render, security
    from .afterwards import Afterwards
    from .domain import db, storage
    from .live import pushes
    from .live.bus import Bus
    from .shared_limits import SharedLimiter
    from .views import BLUEPRINTS
    from .views import live as sockets

    app = Flask(__name__, static_folder=None)
    app.config["RAPPORT"] = settings
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_BODY
    app.config["MAX_FORM_PARTS"] = 100
    _believe_proxies(app, settings.trusted_proxies)
    storage.open_database(settings.database_url, connections=settings.connections)
    app.extensions["assets"] = assets.Assets(settings.static_dir, reload=settings.env == "development")
    render.use(app.extensions["assets"].url, reload=settings.env == "development")
    app.extensions["refused"] = refused.Refused()
    app.extensions["readiness"] = readiness.Readiness(settings)
    logs.per_request(app)  # first: before everything else when a request comes, and after it when it goes
    _connect_per_request(app)
    security.protect(app)
    if settings.redis_url:
        app.extensions["limiter"] = SharedLimiter(settings.redis_url, settings.secret_key.encode())
    errors.answer(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.extensions["afterwards"] = afterwards = Afterwards()
    tell = sockets.open_sockets(app, pushes.for_events, most=settings.at_a_time - KEPT_FOR_PAGES)
    begin_anew = partial(sockets.begin_anew, app.extensions["hub"])
    app.extensions["bus"] = bus = Bus(tell, begin_anew, redis_url=settings.redis_url)
    sockets.join_others(app, bus, settings)
    db.listeners[:] = [afterwards.note, tell, bus.note]
    if settings.metrics_token:
        _keep_figures(app, settings.metrics_token)
    return app


def _keep_figures(app: Flask, token: str) -> None:
    """Count what happens from now on, and read what waits when somebody asks."""
    from functools import partial

    from . import gauges
    from .domain import db
    from .metrics import Metrics

    app.extensions["metrics"] = metrics = Metrics(token)
    metrics.watch(app)
    hub, bus = (partial(read, app.extensions[of]) for of, read in (("hub", gauges.of_hub), ("bus", gauges.of_bus)))
    metrics.read(hub, bus, gauges.of_pool, gauges.of_house)
    db.listeners.append(metrics.note)
    db.watchers[:] = [metrics.note_commit]


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
    from .security import FOR_WATCHERS

    def needs_none() -> bool:
        is_socket = request.headers.get("Upgrade", "").lower() == "websocket"
        return is_socket or request.path in FOR_WATCHERS or request.path.startswith("/static/")

    @app.before_request
    def connect() -> None:
        if not needs_none():
            g.connected = db.database.connect(reuse_if_open=True)

    @app.teardown_request
    def close(_: BaseException | None) -> None:
        if g.pop("connected", False):
            db.database.close()

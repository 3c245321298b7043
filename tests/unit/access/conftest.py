"""The shop of the access matrix, built once for each module and put back after each row that changed it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from werkzeug.serving import make_server

from tests.unit.live.peer import PATIENCE
from webapp import create_app
from webapp.config import Settings
from webapp.domain import db

from .world import World

KEY = "kX3_only-tests-know-this-one_93kfQ8vLw"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, empty_database: bytes) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    (folder / "rapport.db").write_bytes(empty_database)
    settings = Settings.from_environ({
        "RAPPORT_ENV": "production", "RAPPORT_DATA_DIR": str(folder), "RAPPORT_SECRET_KEY": KEY,
        "RAPPORT_BASE_URL": "http://localhost",
    })  # fmt: skip
    app = create_app(settings)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.extensions["readiness"].patience = 30  # on a busy machine, too, the matrix is the same
    afterwards = app.extensions["afterwards"]
    afterwards.soonest = afterwards.latest = 3600  # the world does it itself, before anybody looks
    db.database.connect()
    db.database.execute_sql("PRAGMA synchronous = OFF")  # nobody pulls the plug here
    built = World(app)
    yield built
    built.close()
    db.database.close()
    app.extensions["hub"].stop()
    app.extensions["afterwards"].stop()
    db.database.close_all()


@pytest.fixture(scope="module")
def port(world: World) -> Iterator[int]:
    """The port of a server that serves the shop, sockets too."""
    server = make_server("127.0.0.1", 0, world.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    world.app.extensions["hub"].close_all()
    server.shutdown()
    thread.join(PATIENCE)
    server.server_close()

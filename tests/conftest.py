"""Fixtures for all tests: a real SQLite file for each, and the house with its people.

`house` is Maison Lumière in small: Alice, Bruno, Nadia (a manager who does not chat) in Lyon, Charlie in London, Dana
(a manager of all stores); and the customers Jane Doe, John Smith (twice) and Zoé Lefèvre.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from webapp import create_app
from webapp.config import Settings
from webapp.domain import db, schema

from .cast import House, Person, furnish

SECRET = "a secret that only the tests know, long enough"


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a migrated, empty database: copied, because migrating takes longer than copying."""
    folder = tmp_path_factory.mktemp("empty")
    db.open_sqlite(folder / "empty.db")
    schema.migrate(folder / "lock")
    with db.database.connection_context():
        db.database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.database.close_all()
    return (folder / "empty.db").read_bytes()


@pytest.fixture
def settings(tmp_path: Path, empty_database: bytes) -> Settings:
    (tmp_path / "rapport.db").write_bytes(empty_database)
    return Settings.from_environ(
        {"RAPPORT_DATA_DIR": str(tmp_path), "RAPPORT_SECRET_KEY": SECRET, "RAPPORT_BASE_URL": "http://localhost"}
    )


@pytest.fixture
def database(settings: Settings) -> Iterator[None]:
    """The database of this test, connected; for tests of the domain."""
    db.open_sqlite(settings.sqlite_path)
    db.listeners.clear()
    with db.database.connection_context():
        yield
    db.database.close_all()


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    application = create_app(settings)
    application.config["TESTING"] = True
    application.config["PROPAGATE_EXCEPTIONS"] = False
    _do_afterwards_at_once(application)
    with db.database.connection_context():
        yield application
    application.extensions["hub"].stop()
    application.extensions["afterwards"].stop()
    db.database.close_all()


def _do_afterwards_at_once(application: Flask) -> None:
    """What follows an answer is done before the test reads it, instead of a moment later."""
    afterwards = application.extensions["afterwards"]
    afterwards.soonest = afterwards.latest = 3600

    @application.after_request
    def drain(response: Response) -> Response:
        afterwards.drain()
        return response


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def house(request: pytest.FixtureRequest) -> House:
    """The people and the customers, in the database of this test."""
    request.getfixturevalue("app" if "app" in request.fixturenames else "database")
    return furnish()


@pytest.fixture
def alice(app: Flask, house: House) -> Person:
    """Alice, signed in: a client whose unsafe requests carry what a browser's would."""
    return Person(app, house.alice)


@pytest.fixture
def bruno(app: Flask, house: House) -> Person:
    return Person(app, house.bruno)


@pytest.fixture
def charlie(app: Flask, house: House) -> Person:
    return Person(app, house.charlie)


@pytest.fixture
def nadia(app: Flask, house: House) -> Person:
    return Person(app, house.nadia)


@pytest.fixture
def dana(app: Flask, house: House) -> Person:
    return Person(app, house.dana)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", metavar="FOLDER", help="keep photographs of the screens in this folder")

"""Fixtures for all tests: a real SQLite file for each, and the house with its people.

`house` is Maison Lumière in small: Alice, Bruno, Nadia (a manager who does not chat) in Lyon, Charlie in London, Dana
(a manager of all stores); and the customers Jane Doe, John Smith (twice) and Zoé Lefèvre.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask, Response
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from webapp import create_app
from webapp.config import Settings
from webapp.domain import db, schema, storage
from webapp.domain.people import passwords

from .cast import House, Person, furnish

SECRET = "a secret that only the tests know, long enough"


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a migrated, empty database: copied, because migrating takes longer than copying."""
    folder = tmp_path_factory.mktemp("empty")
    storage.open_database(f"sqlite:///{folder}/empty.db")
    schema.migrate(folder / "lock")
    with db.database.connection_context():
        db.database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.database.close_all()
    return (folder / "empty.db").read_bytes()


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory, empty_database: bytes) -> tuple[bytes, House]:
    """The bytes of a file with the house in it, and the house: its ids are the same in every copy."""
    path = tmp_path_factory.mktemp("furnished") / "house.db"
    path.write_bytes(empty_database)
    storage.open_database(f"sqlite:///{path}")
    with db.database.connection_context():
        house = furnish()
        db.database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.database.close_all()
    return path.read_bytes(), house


@pytest.fixture(scope="session", autouse=True)
def _addresses_are_read_once() -> Iterator[None]:
    """Each application reads the same 130 rules of addresses, which takes longer than all else to put it together."""
    known: dict[tuple[object, ...], Any] = {}
    read = Rule._compile_builder

    def once(rule: Rule, append_unknown: bool = True) -> Any:
        key = (rule.rule, rule.subdomain, str(rule.defaults), append_unknown)
        return known.get(key) or known.setdefault(key, read(rule, append_unknown))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def hasher_for_people() -> Iterator[PasswordHasher]:
    """Hash passwords in no time; what hashes them for people is for the tests that are about that."""
    real = passwords._hasher
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield real


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """The settings of a test with its own database: empty, or with the house in it when the test asks for that."""
    with_house = "house" in request.fixturenames
    content = request.getfixturevalue("furnished")[0] if with_house else request.getfixturevalue("empty_database")
    (tmp_path / "rapport.db").write_bytes(content)
    return Settings.from_environ(
        {"RAPPORT_DATA_DIR": str(tmp_path), "RAPPORT_SECRET_KEY": SECRET, "RAPPORT_BASE_URL": "http://localhost"}
    )


@pytest.fixture
def database(settings: Settings) -> Iterator[None]:
    """The database of this test, connected; for tests of the domain."""
    storage.open_database(settings.database_url)
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
    db.listeners.clear()  # nobody is told any more: what they would start for it works on a database that is gone
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
    made = request.getfixturevalue("furnished")[1]
    return House(**{name: type(row).get_by_id(row.id) for name, row in vars(made).items()})


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

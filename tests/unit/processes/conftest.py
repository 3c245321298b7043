"""A house for several processes: on a file of SQLite alone, or on PostgreSQL with a Redis of the test's own."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from tests import databases
from tests.cast import House, furnish
from tests.conftest import SECRET
from webapp.domain import db, schema, storage

from .served import Served, free_port, until

Serve = Callable[..., Served]


class OwnRedis:
    """A Redis that only this test knows, so that it may be killed."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        program = databases.require("redis-server", shutil.which("redis-server"))
        command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        until(self._answers)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


@pytest.fixture
def own_redis() -> Iterator[OwnRedis]:
    made = OwnRedis()
    yield made
    made.kill()


@pytest.fixture(scope="session")
def emptied() -> Iterator[databases.Postgres]:
    """A database on PostgreSQL, with the schema and nobody in it."""
    made = databases.Postgres(databases.require("PostgreSQL", databases.postgres_url()))
    yield made
    made.drop()


@pytest.fixture(params=["sqlite", "postgresql and redis"])
def environ(request: pytest.FixtureRequest, tmp_path: Path, empty_database: bytes) -> dict[str, str]:
    """The settings of all processes of a test, with an empty database."""
    told = {"RAPPORT_DATA_DIR": str(tmp_path), "RAPPORT_SECRET_KEY": SECRET}
    if request.param == "sqlite":
        (tmp_path / "rapport.db").write_bytes(empty_database)
        return told | {"RAPPORT_DATABASE_URL": f"sqlite:///{tmp_path}/rapport.db"}
    postgres: databases.Postgres = request.getfixturevalue("emptied")
    storage.open_database(postgres.url)
    schema.migrate(tmp_path / "lock")
    db.database.close_all()
    postgres.remember("empty")
    return told | {
        "RAPPORT_DATABASE_URL": postgres.url,
        "RAPPORT_REDIS_URL": request.getfixturevalue("own_redis").url,
    }


@pytest.fixture
def house(environ: dict[str, str], request: pytest.FixtureRequest) -> Iterator[House]:
    """The people; this process is connected as well, and what it does others learn by the outbox only."""
    storage.open_database(environ["RAPPORT_DATABASE_URL"])
    db.listeners.clear()
    with db.database.connection_context():
        yield furnish()
    db.database.close_all()
    if storage.is_postgresql():
        request.getfixturevalue("emptied").restore("empty")


@pytest.fixture
def serve(environ: dict[str, str], house: House) -> Iterator[Serve]:
    """Return what starts a server: `serve(*arguments, **settings)`, settings without their RAPPORT_."""
    started: list[Served] = []

    def start(*arguments: str, **settings: str) -> Served:
        named = {f"RAPPORT_{name.upper()}": value for name, value in settings.items()}
        started.append(Served(environ | named, *arguments))
        started[-1].wait()
        return started[-1]

    yield start
    for served in started:
        served.kill()

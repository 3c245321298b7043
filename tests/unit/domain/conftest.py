"""What tests of the domain share: the house made once, promises kept, and people who act at once.

Each of them runs on both databases. One that is about a file of SQLite says `@on_sqlite`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import databases
from tests.cast import House, furnish
from tests.conftest import SECRET
from tests.invariants import assert_invariants
from webapp.config import Settings
from webapp.domain import db, schema, storage

PATIENCE = 10  # seconds, for what takes a millisecond


on_sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[databases.Postgres]:
    """A database on PostgreSQL, as it is when "empty" and when "furnished" with the house."""
    made = databases.Postgres(databases.require("PostgreSQL", databases.postgres_url()))
    storage.open_database(made.url)
    schema.migrate(tmp_path_factory.mktemp("migrated") / "lock")
    made.remember("empty")
    with db.database.connection_context():
        furnish()
    db.database.close_all()
    made.remember("furnished")
    yield made
    made.drop()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of a test with many cases, run one on PostgreSQL: cases are about rules, and the rules are the same code."""
    seen: set[tuple[object, str]] = set()
    kept, left = [], []
    for item in items:
        call = getattr(item, "callspec", None)
        on_postgresql = call is not None and call.params.get("settings") == "postgresql"
        test = (item.parent, getattr(item, "originalname", item.name))
        (left if on_postgresql and test in seen else kept).append(item)
        if on_postgresql:
            seen.add(test)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """The settings of a test with its own database: empty, or with the house in it when the test asks for that."""
    with_house = "house" in request.fixturenames
    environ = {"RAPPORT_DATA_DIR": str(tmp_path), "RAPPORT_SECRET_KEY": SECRET, "RAPPORT_BASE_URL": "http://localhost"}
    if request.param == "sqlite":
        content = "furnished" if with_house else "empty_database"
        found = request.getfixturevalue(content)
        (tmp_path / "rapport.db").write_bytes(found[0] if with_house else found)
        return Settings.from_environ(environ)
    postgres: databases.Postgres = request.getfixturevalue("postgres")
    postgres.restore("furnished" if with_house else "empty")
    return Settings.from_environ(environ | {"RAPPORT_DATABASE_URL": postgres.url})


@pytest.fixture
def house(furnished: tuple[bytes, House], database: None) -> House:
    """The people and the customers, in the database of this test."""
    return House(**{name: type(row).get_by_id(row.id) for name, row in vars(furnished[1]).items()})


@pytest.fixture(autouse=True)
def promises(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test did, the database keeps what it promises."""
    needed = next((name for name in ("house", "database") if name in request.fixturenames), None)
    if needed:
        request.getfixturevalue(needed)
    yield
    if needed:
        assert_invariants()


@pytest.fixture
def told(database: None) -> list[object]:
    """What was said to have happened since."""
    events: list[object] = []
    db.listeners.append(events.extend)
    return events


AtOnce = Callable[[Sequence[Callable[[], object]]], list[object]]


@pytest.fixture
def at_once(database: None) -> AtOnce:
    """Let many act at the same moment, each on a thread; of each comes its result, or what it raised."""

    def run(acts: Sequence[Callable[[], object]]) -> list[object]:
        barrier = threading.Barrier(len(acts))

        def one(act: Callable[[], object]) -> object:
            with db.database.connection_context():
                barrier.wait(PATIENCE)
                return act()

        with ThreadPoolExecutor(len(acts)) as threads:
            futures = [threads.submit(one, act) for act in acts]
        return [future.exception() or future.result() for future in futures]

    return run


def until(condition: Callable[[], bool]) -> None:
    """Wait until it is so."""
    pause = threading.Event()
    for _ in range(PATIENCE * 1000):
        if condition():
            return
        pause.wait(0.001)
    raise AssertionError("it never came")

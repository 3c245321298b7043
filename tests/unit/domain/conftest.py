"""What tests of the domain share: the house made once, promises kept, and people who act at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.cast import House, furnish
from tests.invariants import assert_invariants
from webapp.config import Settings
from webapp.domain import db

PATIENCE = 10  # seconds, for what takes a millisecond


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory, empty_database: bytes) -> tuple[bytes, House]:
    """The bytes of a database with the house in it: copied, because furnishing takes longer than copying."""
    path = tmp_path_factory.mktemp("furnished") / "house.db"
    path.write_bytes(empty_database)
    db.open_sqlite(path)
    with db.database.connection_context():
        house = furnish()
        db.database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.database.close_all()
    return path.read_bytes(), house


@pytest.fixture
def house(request: pytest.FixtureRequest, furnished: tuple[bytes, House], settings: Settings) -> House:
    """The people and the customers, in the database of this test."""
    settings.sqlite_path.write_bytes(furnished[0])
    request.getfixturevalue("database")
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

"""A process that is killed while it migrates leaves nothing half made: the next one finishes the work."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import databases
from webapp.config import Settings
from webapp.domain import db, schema, storage
from webapp.domain.tables import TABLES

KILLED_AT = (1, 3, 10, 20, 35, 50, 60)  # statements


@pytest.fixture
def unmade(settings: Settings, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database without any table."""
    if settings.sqlite_path:
        settings.sqlite_path.unlink()
        yield settings.database_url
        return
    made = databases.Postgres(databases.require("PostgreSQL", databases.postgres_url()))
    yield made.url
    made.drop()


def migrate_and_be_killed(address: str, lock: str, at: int) -> int:
    """In a process of its own, killed before this statement; return by which signal, or 0 when it got through."""
    child = os.fork()
    if child == 0:
        storage.open_database(address)
        run, count = db.database.obj.execute_sql, 0

        def run_or_die(*statement: object) -> object:
            nonlocal count
            count += 1
            if count == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return run(*statement)

        db.database.obj.execute_sql = run_or_die
        schema.migrate(Path(lock))
        os._exit(0)
    return os.WTERMSIG(os.waitpid(child, 0)[1])


def test_a_migration_that_is_killed_is_done_by_the_next(unmade: str, settings: Settings) -> None:
    lock = settings.data_dir / "migrate.lock"
    ends = [migrate_and_be_killed(unmade, str(lock), at) for at in KILLED_AT]
    assert set(ends) == {signal.SIGKILL}
    storage.open_database(unmade)
    schema.migrate(lock)
    assert schema.pending() == []
    with db.database.connection_context():
        assert set(db.database.get_tables()) >= {table._meta.table_name for table in TABLES}
    db.database.close_all()

"""Migrations: they make what the tables say, once, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from webapp.domain import db, schema
from webapp.domain.tables import TABLES


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Path]:
    db.open_sqlite(tmp_path / "empty.db")
    yield tmp_path / "lock"
    db.database.close_all()


def made() -> set[tuple[object, ...]]:
    """Columns, foreign keys and indexes: a column that was added later stands elsewhere in the text of its table."""
    with db.database.connection_context():
        ask = db.database.execute_sql
        rows = ask("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        ours = [row for row in rows if "migration" not in row[1] and not row[1].startswith("sqlite_")]
        found: set[tuple[object, ...]] = {row for row in ours if row[0] == "index"}
        for _, table, sql in (row for row in ours if row[0] == "table"):
            found |= {(table, "WITHOUT ROWID" in sql)}
            columns = ask(f'PRAGMA table_info("{table}")').fetchall()  # id, name, type, not null, default, key
            found |= {(table, name, kind, filled, key) for _, name, kind, filled, _, key in columns}
            keys = ask(f'PRAGMA foreign_key_list("{table}")').fetchall()
            found |= {(table, "references", *key[2:]) for key in keys}
        return found


def test_the_migrations_make_what_the_tables_say(empty: Path) -> None:
    assert schema.migrate(empty)
    migrated = made()
    db.database.close_all()
    db.open_sqlite(empty.with_name("other.db"))
    with db.database.connection_context():
        db.database.create_tables(TABLES)
    assert made() == migrated
    assert len(migrated) > len(TABLES)


def test_migrating_again_changes_nothing(empty: Path) -> None:
    names = schema.pending()
    assert names
    assert schema.migrate(empty) == names
    assert schema.migrate(empty) == []
    assert schema.pending() == []


def test_every_migration_can_be_taken_back_and_made_again(empty: Path) -> None:
    names = schema.migrate(empty)
    migrated = made()
    for name in reversed(names):
        assert schema.revert() == [name]
    assert made() == set()
    assert schema.migrate(empty) == names
    assert made() == migrated


def test_two_processes_that_migrate_at_once_do_it_once(empty: Path) -> None:
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(schema.migrate, [empty, empty])
    assert sorted([first, second], key=len)[0] == []
    assert schema.pending() == []

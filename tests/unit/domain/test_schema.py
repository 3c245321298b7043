"""Migrations: they make what the tables say, once, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import databases
from tests.cast import House, chat
from webapp.domain import db, schema, storage
from webapp.domain.chats import messages
from webapp.domain.tables import TABLES, Table


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Path]:
    storage.open_database(f"sqlite:///{tmp_path / 'empty.db'}")
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
    storage.open_database(f"sqlite:///{empty.with_name('other.db')}")
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


def test_on_postgresql_too_the_migrations_make_what_the_tables_say(postgres: databases.Postgres) -> None:
    """Columns, whether they may be empty, and what is unique."""
    storage.open_database(postgres.url)
    with db.database.connection_context():
        migrated = {table._meta.table_name: made_on_postgresql(table._meta.table_name) for table in TABLES}
        said = {table._meta.table_name: said_by(table) for table in TABLES}
    db.database.close_all()
    assert migrated == said


def made_on_postgresql(table: str) -> set[tuple[object, ...]]:
    columns = {(column.name, column.null) for column in db.database.get_columns(table)}
    unique = {tuple(index.columns) for index in db.database.get_indexes(table) if index.unique}
    return columns | {("unique", *sorted(columns)) for columns in unique}


def said_by(table: type[Table]) -> set[tuple[object, ...]]:
    meta = table._meta
    columns: set[tuple[object, ...]] = {(field.column_name, field.null) for field in meta.sorted_fields}
    unique = {tuple(field.column_name for field in fields) for fields in [meta.get_primary_keys()] if fields}
    unique |= {(field.column_name,) for field in meta.sorted_fields if field.unique}
    unique |= {
        tuple(getattr(part, "column_name", str(part)) for part in index._expressions)
        for index in meta.fields_to_index()
        if index._unique
    }
    return columns | {("unique", *sorted(columns)) for columns in unique}


def test_old_code_goes_on_while_a_newer_version_has_added_a_column(house: House) -> None:
    """Versions run side by side while processes are restarted one after the other."""
    db.database.execute_sql("ALTER TABLE conversation ADD COLUMN mood VARCHAR(255) NOT NULL DEFAULT ''")
    db.database.execute_sql("ALTER TABLE message ADD COLUMN mood VARCHAR(255)")
    conversation = chat(house, "Jane Doe", "jane.doe@example.com")
    messages.send(conversation, "Hello", "1", by=house.alice)
    assert [line.body for line in messages.log(conversation) if line.kind == "text"] == ["Hello!", "Hello"]
    for table in ("conversation", "message"):
        db.database.execute_sql(f"ALTER TABLE {table} DROP COLUMN mood")

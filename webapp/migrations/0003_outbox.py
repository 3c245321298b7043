"""The outbox, from which processes learn what others committed; and beginnings of words in one order everywhere.

A frozen copy, on purpose independent of today's tables.
"""

from typing import Any

from peewee import BigAutoField, BigIntegerField, CharField, Model, PostgresqlDatabase, TextField
from playhouse.migrate import SchemaMigrator


class Outbox(Model):
    id = BigAutoField()
    process = CharField()
    happened = TextField()
    at = BigIntegerField()

    class Meta:
        legacy_table_names = False


def up(migrator: SchemaMigrator, db: Any) -> None:
    with db.bind_ctx([Outbox]):
        db.create_tables([Outbox])
    _order(db, '"C"')


def down(migrator: SchemaMigrator, db: Any) -> None:
    with db.bind_ctx([Outbox]):
        db.drop_tables([Outbox])
    _order(db, '"default"')


def _order(db: Any, collation: str) -> None:
    """Let PostgreSQL compare keys of the search by their characters: SQLite does, and prefixes are ranges."""
    if isinstance(db, PostgresqlDatabase):
        sql: Any = db.execute_sql
        sql(f'ALTER TABLE "search_key" ALTER COLUMN "key" TYPE VARCHAR(255) COLLATE {collation}')

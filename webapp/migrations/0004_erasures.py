"""The ledger of erasures: marks of who and what was erased, so that a restored backup brings nobody back.

A frozen copy, on purpose independent of today's tables.
"""

from typing import Any

from peewee import BigIntegerField, CharField, Model
from playhouse.migrate import SchemaMigrator


class Erasure(Model):
    mark = CharField(primary_key=True)
    at = BigIntegerField()

    class Meta:
        legacy_table_names = False


def up(migrator: SchemaMigrator, db: Any) -> None:
    with db.bind_ctx((Erasure,)):
        db.create_tables((Erasure,))


def down(migrator: SchemaMigrator, db: Any) -> None:
    with db.bind_ctx((Erasure,)):
        db.drop_tables((Erasure,))

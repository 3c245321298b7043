"""Opening hours, invitations, the look of a site, identity keys, the audit log, and chats that wait for their routing.

A frozen copy, on purpose independent of today's tables.
"""

from typing import Any

from peewee import AutoField, BigIntegerField, BooleanField, CharField, ForeignKeyField, Model, TextField
from playhouse.migrate import SchemaMigrator, migrate

NULLABLE = (
    ("store", "hours", TextField(null=True)),
    ("associate", "deactivated_at", BigIntegerField(null=True)),
    ("site", "seen_at", BigIntegerField(null=True)),
    ("visitor", "forgotten_at", BigIntegerField(null=True)),
    ("profile", "erased_at", BigIntegerField(null=True)),
    ("conversation", "subject", CharField(null=True)),
    ("conversation", "routed_at", BigIntegerField(null=True)),
)
# With their defaults, so that rows that are there get them without the table being built anew.
FILLED = (
    ("site", "shown_fields", """TEXT NOT NULL DEFAULT '["name","email","phone"]'"""),
    ("site", "texts", "TEXT NOT NULL DEFAULT '{}'"),
    ("site", "colour", "VARCHAR(255) NOT NULL DEFAULT ''"),
    ("site", "seen_on", "VARCHAR(255) NOT NULL DEFAULT ''"),
    ("conversation", "proved_email", "VARCHAR(255) NOT NULL DEFAULT ''"),
)


class Associate(Model):
    id = AutoField()

    class Meta:
        legacy_table_names = False


class Site(Model):
    id = AutoField()

    class Meta:
        legacy_table_names = False


class Conversation(Model):
    id = AutoField()
    subject = CharField(null=True)
    routed_at = BigIntegerField(null=True)

    class Meta:
        legacy_table_names = False


class Invitation(Model):
    id = AutoField()
    token_hash = CharField(unique=True)
    email = CharField()
    role = CharField()
    stores = TextField()
    chat_enabled = BooleanField()
    invited_by = ForeignKeyField(Associate, null=True, on_delete="SET NULL")
    created_at = BigIntegerField()
    accepted_at = BigIntegerField(null=True)
    revoked_at = BigIntegerField(null=True)

    class Meta:
        legacy_table_names = False


class AuditEntry(Model):
    id = AutoField()
    at = BigIntegerField(index=True)
    associate = ForeignKeyField(Associate, null=True, on_delete="SET NULL")
    action = CharField()
    subject = CharField()
    data = TextField()

    class Meta:
        legacy_table_names = False


class IdentityKey(Model):
    id = AutoField()
    site = ForeignKeyField(Site, on_delete="CASCADE")
    kid = CharField(unique=True)
    created_at = BigIntegerField()
    created_by = ForeignKeyField(Associate, null=True, on_delete="SET NULL")
    used_at = BigIntegerField(null=True)
    revoked_at = BigIntegerField(null=True)

    class Meta:
        legacy_table_names = False


NEW = (Invitation, AuditEntry, IdentityKey)
BY_SUBJECT = Conversation.index(Conversation.subject, Conversation.id)
UNROUTED = Conversation.index(Conversation.id, where=Conversation.routed_at.is_null(), name="not_routed_yet")


def up(migrator: SchemaMigrator, db: Any) -> None:
    migrate(*(migrator.add_column(*column) for column in NULLABLE))
    for table, column, kind in FILLED:
        db.execute_sql(f'ALTER TABLE "{table}" ADD COLUMN "{column}" {kind}')
    db.execute_sql('UPDATE "conversation" SET "routed_at" = "created_at"')
    with db.bind_ctx((*NEW, Associate, Site, Conversation)):
        db.create_tables(NEW)
        db.execute(BY_SUBJECT)
        db.execute(UNROUTED)


def down(migrator: SchemaMigrator, db: Any) -> None:
    with db.bind_ctx((*NEW, Associate, Site, Conversation)):
        db.drop_tables(NEW)
    db.execute_sql('DROP INDEX "conversation_subject_id"')
    db.execute_sql('DROP INDEX "not_routed_yet"')
    for table, column, _ in (*FILLED, *NULLABLE):
        db.execute_sql(f'ALTER TABLE "{table}" DROP COLUMN "{column}"')

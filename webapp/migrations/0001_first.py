"""The first schema. A frozen copy, on purpose independent of today's tables."""

from peewee import (
    AutoField,
    BigIntegerField,
    BooleanField,
    CharField,
    CompositeKey,
    Database,
    ForeignKeyField,
    IntegerField,
    Model,
    SqliteDatabase,
    TextField,
)
from playhouse.migrate import SchemaMigrator


class Setting(Model):
    name = CharField(primary_key=True)
    value = CharField()

    class Meta:
        legacy_table_names = False


class Counter(Model):
    name = CharField(primary_key=True)
    value = IntegerField()

    class Meta:
        legacy_table_names = False


class Store(Model):
    id = AutoField()
    slug = CharField(unique=True)
    name = CharField()
    region = CharField(max_length=2)
    time_zone = CharField()
    is_default = BooleanField()

    class Meta:
        legacy_table_names = False


class Associate(Model):
    id = AutoField()
    name = CharField()
    email = CharField(unique=True)
    password_hash = CharField()
    role = CharField()
    chat_enabled = BooleanField()
    available = BooleanField()
    language = CharField()
    created_at = BigIntegerField()

    class Meta:
        legacy_table_names = False


class StoreMember(Model):
    id = AutoField()
    store = ForeignKeyField(Store)
    associate = ForeignKeyField(Associate, on_delete="CASCADE")

    class Meta:
        legacy_table_names = False
        indexes = (
            (("store", "associate"), True),
        )


class SignIn(Model):
    id = AutoField()
    associate = ForeignKeyField(Associate, on_delete="CASCADE")
    token_hash = CharField(unique=True)
    created_at = BigIntegerField()
    seen_at = BigIntegerField()
    revoked_at = BigIntegerField(null=True)

    class Meta:
        legacy_table_names = False


class Site(Model):
    id = AutoField()
    key = CharField(unique=True)
    name = CharField()
    origins = TextField()
    prechat_enabled = BooleanField()
    required_fields = TextField()

    class Meta:
        legacy_table_names = False


class Profile(Model):
    id = AutoField()
    customer_number = CharField(unique=True)
    external_id = CharField(unique=True, null=True)
    name = CharField()
    name_generated = BooleanField()
    language = CharField(null=True)
    region = CharField(max_length=2)
    created_at = BigIntegerField()
    withdrawn_at = BigIntegerField(null=True)

    class Meta:
        legacy_table_names = False


class ContactPoint(Model):
    id = AutoField()
    profile = ForeignKeyField(Profile, on_delete="CASCADE")
    kind = CharField()
    value = CharField()
    key = CharField()
    position = IntegerField()

    class Meta:
        legacy_table_names = False
        indexes = (
            (("profile", "kind", "key"), True),
            (("kind", "key"), False),
        )


class MatchKey(Model):
    kind = CharField()
    key = CharField()
    profile = ForeignKeyField(Profile, on_delete="CASCADE")

    class Meta:
        legacy_table_names = False
        primary_key = CompositeKey("kind", "key", "profile")
        without_rowid = True


class SearchKey(Model):
    key = CharField()
    profile = ForeignKeyField(Profile, on_delete="CASCADE")

    class Meta:
        legacy_table_names = False
        primary_key = CompositeKey("key", "profile")
        without_rowid = True


class ActivityEntry(Model):
    id = AutoField()
    profile = ForeignKeyField(Profile, on_delete="CASCADE")
    kind = CharField()
    at = BigIntegerField()
    associate = ForeignKeyField(Associate, null=True)
    conversation = IntegerField(null=True)
    data = TextField()
    undone_at = BigIntegerField(null=True)

    class Meta:
        legacy_table_names = False
        indexes = (
            (("profile", "at", "id"), False),
        )


class Visitor(Model):
    id = AutoField()
    site = ForeignKeyField(Site)
    token_hash = CharField(unique=True)
    created_at = BigIntegerField()
    seen_at = BigIntegerField()

    class Meta:
        legacy_table_names = False


class Conversation(Model):
    id = AutoField()
    public_id = CharField(unique=True)
    site = ForeignKeyField(Site, null=True)
    store = ForeignKeyField(Store)
    visitor = ForeignKeyField(Visitor, null=True)
    channel = CharField()
    state = CharField()
    associate = ForeignKeyField(Associate, null=True)
    prechat_enabled = BooleanField()
    identity_level = CharField()
    locale = CharField()
    page_title = CharField()
    details = IntegerField(null=True)
    candidate_count = IntegerField()
    seq = IntegerField()
    staff_seq = IntegerField()
    created_at = BigIntegerField()
    accepted_at = BigIntegerField(null=True)
    ended_at = BigIntegerField(null=True)
    last_at = BigIntegerField()
    last_text = TextField()
    last_author = CharField()
    waiting_since = BigIntegerField(null=True)

    class Meta:
        legacy_table_names = False


class ContactDetails(Model):
    id = AutoField()
    conversation = ForeignKeyField(Conversation, on_delete="CASCADE")
    version = IntegerField()
    name = CharField()
    name_generated = BooleanField()
    email = CharField()
    phone = CharField()
    submitted_at = BigIntegerField()

    class Meta:
        legacy_table_names = False
        indexes = (
            (("conversation", "version"), True),
        )


class Message(Model):
    id = AutoField()
    conversation = ForeignKeyField(Conversation, on_delete="CASCADE")
    lane = CharField()
    seq = IntegerField()
    author = CharField()
    associate = ForeignKeyField(Associate, null=True)
    client_id = CharField()
    kind = CharField()
    body = TextField()
    data = TextField()
    sent_at = BigIntegerField()

    class Meta:
        legacy_table_names = False
        indexes = (
            (("conversation", "lane", "seq"), True),
        )


class Link(Model):
    id = AutoField()
    conversation = ForeignKeyField(Conversation, on_delete="CASCADE")
    profile = ForeignKeyField(Profile, on_delete="CASCADE")
    provenance = CharField()
    evidence = TextField()
    made_by = ForeignKeyField(Associate, null=True)
    made_at = BigIntegerField()
    ended_by = ForeignKeyField(Associate, null=True)
    ended_at = BigIntegerField(null=True)

    class Meta:
        legacy_table_names = False


class Rejection(Model):
    id = AutoField()
    visitor = ForeignKeyField(Visitor, on_delete="CASCADE")
    profile = ForeignKeyField(Profile, on_delete="CASCADE")
    associate = ForeignKeyField(Associate)
    at = BigIntegerField()

    class Meta:
        legacy_table_names = False
        indexes = (
            (("visitor", "profile"), True),
        )


ActivityEntry.add_index(
    ActivityEntry.index(
        ActivityEntry.conversation,
        unique=True,
        where=(ActivityEntry.kind == "chat"),
        name="one_activity_log_per_conversation",
    )
)
Conversation.add_index(
    Conversation.index(
        Conversation.visitor,
        unique=True,
        where=Conversation.state.in_(("waiting", "active")),
        name="one_open_chat_per_visitor",
    )
)
Conversation.add_index(Conversation.index(Conversation.store, Conversation.state, Conversation.last_at))
Conversation.add_index(Conversation.index(Conversation.associate, Conversation.state, Conversation.last_at))
Message.add_index(
    Message.index(
        Message.conversation,
        Message.author,
        Message.client_id,
        unique=True,
        where=(Message.client_id != ""),
        name="a_message_is_stored_once",
    )
)
Link.add_index(
    Link.index(Link.conversation, unique=True, where=Link.ended_at.is_null(), name="one_current_link_per_conversation")
)

TABLES = (
    Setting,
    Counter,
    Store,
    Associate,
    StoreMember,
    SignIn,
    Site,
    Profile,
    ContactPoint,
    MatchKey,
    SearchKey,
    ActivityEntry,
    Visitor,
    Conversation,
    ContactDetails,
    Message,
    Link,
    Rejection,
)


def up(migrator: SchemaMigrator, db: Database) -> None:
    for table in (MatchKey, SearchKey):
        table._meta.without_rowid = isinstance(db, SqliteDatabase)  # PostgreSQL has no word for it
    with db.bind_ctx(TABLES):
        db.create_tables(TABLES)


def down(migrator: SchemaMigrator, db: Database) -> None:
    with db.bind_ctx(TABLES):
        db.drop_tables(TABLES)

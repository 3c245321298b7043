"""What the retailer knows of its customers, the keys that find them, and what happened with them."""

from __future__ import annotations

from peewee import AutoField, BooleanField, CharField, CompositeKey, IntegerField

from .. import clock
from .base import DataField, MomentField, Reference, Table
from .people import Associate

KINDS = ("email", "phone")


class Profile(Table):
    id = AutoField()
    customer_number = CharField(unique=True)
    external_id = CharField(null=True, unique=True)
    name = CharField(default="")
    name_generated = BooleanField(default=False)
    language = CharField(null=True)
    region = CharField(default="", max_length=2)  # of the store that made it: how its phones are read
    created_at = MomentField(default=clock.now)
    withdrawn_at = MomentField(null=True)  # its creation was undone; kept, but found by nobody
    erased_at = MomentField(null=True)  # nothing of the person is left in the row, and it is found by nobody


class ContactPoint(Table):
    """An address or phone number of a profile; that with the lowest position of its kind is primary."""

    id = AutoField()
    profile_id: int
    profile = Reference(Profile, backref="contact_points", on_delete="CASCADE")
    kind = CharField()  # of KINDS
    value = CharField()  # as it was given
    key = CharField()  # folded: two points are the same address when their keys are equal
    position = IntegerField(default=0)

    class Meta:
        indexes = ((("profile", "kind", "key"), True), (("kind", "key"), False))


class MatchKey(Table):
    """Where a profile is found when a customer's details resemble it; kinds are those of `profiles.keys`."""

    kind = CharField()
    key = CharField()
    profile_id: int
    profile = Reference(Profile, on_delete="CASCADE")

    class Meta:
        primary_key = CompositeKey("kind", "key", "profile")
        without_rowid = True


class SearchKey(Table):
    """Where a profile is found while somebody types; looked up by prefix."""

    key = CharField()
    profile_id: int
    profile = Reference(Profile, on_delete="CASCADE")

    class Meta:
        primary_key = CompositeKey("key", "profile")
        without_rowid = True


ENTRY_KINDS = ("chat", "linked", "unlinked", "profile_changed", "conflict_resolved")


class ActivityEntry(Table):
    """One line of a profile's activity log. The `chat` entry of a conversation moves with its link."""

    id = AutoField()
    profile_id: int
    profile = Reference(Profile, backref="activity", on_delete="CASCADE")
    kind = CharField()  # of ENTRY_KINDS
    at = MomentField(default=clock.now)
    associate = Reference(Associate, null=True)  # who did it; nobody when it was automatic
    conversation = IntegerField(null=True)  # an id; tables of chats stand above this one
    data = DataField(default=dict)
    undone_at = MomentField(null=True)

    class Meta:
        indexes = ((("profile", "at", "id"), False),)


ActivityEntry.add_index(
    ActivityEntry.index(
        ActivityEntry.conversation,
        unique=True,
        where=(ActivityEntry.kind == "chat"),
        name="one_activity_log_per_conversation",
    )
)

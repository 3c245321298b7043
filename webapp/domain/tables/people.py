"""Stores, the associates who work in them, and the sessions in which they are signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peewee import AutoField, BooleanField, CharField

from .. import clock
from .base import DataField, MomentField, Reference, Table

ROLES = ("associate", "manager")


class Store(Table):
    id = AutoField()
    slug = CharField(unique=True)
    name = CharField()
    region = CharField(max_length=2)  # ISO 3166: how a phone number typed without a country is read
    time_zone = CharField()
    is_default = BooleanField(default=False)
    hours = DataField(null=True)  # as `people.hours` reads them; none: open at all hours


class Associate(Table):
    id = AutoField()
    name = CharField()
    email = CharField(unique=True)  # folded
    password_hash = CharField()
    role = CharField(default="associate")
    chat_enabled = BooleanField(default=True)  # a manager's switch
    available = BooleanField(default=True)  # her own
    language = CharField(default="en")
    created_at = MomentField(default=clock.now)
    deactivated_at = MomentField(null=True)  # her name stays on what she did; she cannot sign in

    if TYPE_CHECKING:
        memberships: Any

    @property
    def is_manager(self) -> bool:
        return bool(self.role == "manager")

    @property
    def first_name(self) -> str:
        return str(self.name).split()[0]


class StoreMember(Table):
    id = AutoField()
    store = Reference(Store, backref="members")
    associate = Reference(Associate, backref="memberships", on_delete="CASCADE")

    class Meta:
        indexes = ((("store", "associate"), True),)


class SignIn(Table):
    """One session of an associate on one device. The token itself is only in the cookie."""

    id = AutoField()
    associate = Reference(Associate, backref="sign_ins", on_delete="CASCADE")
    token_hash = CharField(unique=True)
    created_at = MomentField(default=clock.now)
    seen_at = MomentField(default=clock.now)
    revoked_at = MomentField(null=True)


class Invitation(Table):
    """A place kept for an associate to be, until its link is used, taken back or too old."""

    id = AutoField()
    token_hash = CharField(unique=True)  # the token itself is only in the link
    email = CharField()  # folded
    role = CharField()
    stores = DataField(default=list)  # ids
    chat_enabled = BooleanField(default=True)
    invited_by = Reference(Associate, null=True, on_delete="SET NULL")
    created_at = MomentField(default=clock.now)
    accepted_at = MomentField(null=True)
    revoked_at = MomentField(null=True)

"""The retailer’s web sites: where the widget may be shown, what it asks, and who may sign for customers."""

from __future__ import annotations

from peewee import AutoField, BooleanField, CharField

from .. import clock
from .base import DataField, MomentField, Reference, Table
from .people import Associate

FIELDS = ("name", "email", "phone")


class Site(Table):
    id = AutoField()
    key = CharField(unique=True)
    name = CharField()
    origins = DataField(default=list)  # exact origins, "https://shop.example"
    prechat_enabled = BooleanField(default=True)
    required_fields = DataField(default=list)  # of FIELDS; the message is always required
    shown_fields = DataField(default=lambda: list(FIELDS))  # of FIELDS
    texts = DataField(default=dict)  # language: {name of a text: words}, in place of the widget's own
    colour = CharField(default="")  # "#rrggbb", or the widget's own
    seen_at = MomentField(null=True)  # when a page of an allowed origin last opened the widget
    seen_on = CharField(default="")  # and which origin that was


class IdentityKey(Table):
    """A key with which the retailer's back end signs who is signed in on a site. The secret is not kept here.

    It is derived from the secret key of the installation and `kid`, so that a stolen database signs nothing.
    """

    id = AutoField()
    site = Reference(Site, on_delete="CASCADE")
    kid = CharField(unique=True)
    created_at = MomentField(default=clock.now)
    created_by = Reference(Associate, null=True, on_delete="SET NULL")
    used_at = MomentField(null=True)
    revoked_at = MomentField(null=True)

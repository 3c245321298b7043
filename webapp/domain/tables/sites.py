"""The retailer's web sites: where the widget may be shown, and what it asks before a chat."""

from __future__ import annotations

from peewee import AutoField, BooleanField, CharField

from .base import DataField, Table

FIELDS = ("name", "email", "phone")


class Site(Table):
    id = AutoField()
    key = CharField(unique=True)
    name = CharField()
    origins = DataField(default=list)  # exact origins, "https://shop.example"
    prechat_enabled = BooleanField(default=True)
    required_fields = DataField(default=list)  # of FIELDS; the message is always required

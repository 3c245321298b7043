"""Settings of the installation, numbers that are given out once, and the outbox."""

from __future__ import annotations

from peewee import BigAutoField, CharField, IntegerField, TextField

from .base import MomentField, Table


class Setting(Table):
    name = CharField(primary_key=True)
    value = CharField()


class Counter(Table):
    """The last number given out, by name (`customer_number`)."""

    name = CharField(primary_key=True)
    value = IntegerField()


class Outbox(Table):
    """What happened in one commit, for other processes; see `webapp.domain.outbox`."""

    id = BigAutoField()
    process = CharField()
    happened = TextField()
    at = MomentField()

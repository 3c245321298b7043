"""Settings of the installation, and numbers that are given out once."""

from __future__ import annotations

from peewee import CharField, IntegerField

from .base import Table


class Setting(Table):
    name = CharField(primary_key=True)
    value = CharField()


class Counter(Table):
    """The last number given out, by name (`customer_number`)."""

    name = CharField(primary_key=True)
    value = IntegerField()

"""Who was erased, told by marks that name nobody: a restored backup is compared with them."""

from __future__ import annotations

from peewee import CharField

from .. import clock
from .base import MomentField, Table


class Erasure(Table):
    mark = CharField(primary_key=True)  # of `rights.ledger`
    at = MomentField(default=clock.now)

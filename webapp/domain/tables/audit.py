"""Who changed what in the house, and who took a person's record out of it. Entries are only ever added."""

from __future__ import annotations

from peewee import AutoField, CharField

from .. import clock
from .base import DataField, MomentField, Reference, Table
from .people import Associate


class AuditEntry(Table):
    id = AutoField()
    at = MomentField(default=clock.now, index=True)
    associate = Reference(Associate, null=True, on_delete="SET NULL")  # nobody: by the program `rapport`
    action = CharField()  # of `domain.audit.ACTIONS`
    subject = CharField()  # what it was done to, in the words of that moment
    data = DataField(default=dict)  # {"before": …, "after": …} by field; never a secret

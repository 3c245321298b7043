"""What all tables share: the database they live in, and two kinds of column.

A bare annotation in a table, such as `profile_id: int`, names for mypy what Peewee makes of a foreign key.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from peewee import BigIntegerField, Model, TextField

from ..storage import database

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Table(Model):
    """A table; rows are compared by id."""

    class Meta:
        database = database
        legacy_table_names = False


class MomentField(BigIntegerField):
    """A moment in UTC, kept as microseconds: exact, and ordered the same on every database."""

    def db_value(self, value: Any) -> Any:
        return (value - _EPOCH) // _MICROSECOND if isinstance(value, datetime) else value

    def python_value(self, value: Any) -> Any:
        return None if value is None else _EPOCH + value * _MICROSECOND


class DataField(TextField):
    """Plain data (dicts, lists, strings, numbers), kept as JSON."""

    def db_value(self, value: Any) -> Any:
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def python_value(self, value: Any) -> Any:
        return None if value is None else json.loads(value)

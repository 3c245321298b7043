"""What all tables share: the database they live in, and three kinds of column.

A bare annotation in a table, such as `profile_id: int`, names for mypy what Peewee makes of a foreign key.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from peewee import BigIntegerField, ForeignKeyField, Model, TextField
from peewee import ForeignKeyAccessor as Accessor

from ..prepared import given, prepared
from ..storage import database

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Table(Model):
    """A table; rows are compared by id."""

    class Meta:
        database = database
        legacy_table_names = False


class _Loading(Accessor):
    """Loads the row that is referred to with a prepared query: every screen does, and all at once after a restart."""

    def __init__(self, model: Any, field: Any, name: str) -> None:
        super().__init__(model, field, name)
        self._one = prepared(self.rel_model.select().where(field.rel_field == given("key")))

    def get_rel_instance(self, instance: Any) -> Any:
        key, loaded = instance.__data__.get(self.name), instance.__rel__
        if key is not None and self.name not in loaded:
            found = self._one.first(key=key)
            if found is None:
                raise self.rel_model.DoesNotExist
            loaded[self.name] = found
        return super().get_rel_instance(instance)  # type: ignore[no-untyped-call]


class Reference(ForeignKeyField):
    """The row of another table."""

    accessor_class = _Loading


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

"""Peewee queries whose SQL is built once, for the few statements that run with every message or changed detail.

Building a select takes Peewee many times as long as running it, and a message needs ten statements, the panel with the
banner twenty. A prepared query is written like any other, with `given("name")` where a value comes with the call:

    _by_token = prepared(Visitor.select().where(Visitor.token_hash == given("hash")))
    visitor = _by_token.first(hash=hash_token(token))

Everything else is better off with a plain query.
"""

from __future__ import annotations

from collections.abc import Callable
from types import NoneType
from typing import Any

from peewee import (
    AutoField,
    BigAutoField,
    CharField,
    Field,
    ForeignKeyField,
    IntegerField,
    ModelObjectCursorWrapper,
    Node,
    TextField,
)

from .storage import database

_NATIVE = {AutoField: int, BigAutoField: int, IntegerField: int, CharField: str, TextField: str}


class given(Node):
    """A value that comes with the call, converted as `like` is, or else as the column that it is compared with."""

    def __init__(self, name: str, like: Field | None = None) -> None:
        self.name, self.like = name, like

    def __sql__(self, context: Any) -> Any:
        converter = self.like.db_value if self.like else context.state.converter
        return context.value(_Place(self.name, converter), converter=False)


class _Place:
    """Stands among the parameters where the value will be."""

    def __init__(self, name: str, converter: Callable[[Any], Any] | None) -> None:
        self.name, self.converter = name, converter
        field = getattr(converter, "__self__", None)
        self.native = _NATIVE.get(type(field), NoneType)  # values of which go to the driver as they are

    def value(self, values: dict[str, Any]) -> Any:
        value = values[self.name]
        if value is None or type(value) is self.native or self.converter is None:
            return value
        return self.converter(value)


class prepared:
    """A query to be run many times; its SQL is built at the first, once for each kind of database."""

    def __init__(self, query: Any) -> None:
        self._query = query
        self._built: dict[type, tuple[str, list[Any]]] = {}
        self._row: dict[type, Callable[[Any], Any]] = {}  # of the database → the maker of a model from a row

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Run it and return what it returns, as the database gives it; for updates and inserts without any, nothing."""
        cursor = self._run(values)
        return list(cursor.fetchall()) if cursor.description else []

    def all(self, **values: Any) -> list[Any]:
        """Run it and return all that it finds, as models."""
        cursor = self._run(values)
        made = self._maker(cursor)
        return [made(row) for row in cursor.fetchall()]

    def first(self, **values: Any) -> Any:
        """Run it and return the first that it finds, as a model, or None."""
        cursor = self._run(values)
        row = cursor.fetchone()
        found = self._maker(cursor)(row) if row is not None else None
        cursor.close()  # an open one would keep SQLite's connection reading at this moment's state
        return found

    def _run(self, values: dict[str, Any]) -> Any:
        sql, parameters = self._built.get(type(database.obj)) or self._build()
        return database.execute_sql(
            sql, [parameter.value(values) if type(parameter) is _Place else parameter for parameter in parameters]
        )

    def _build(self) -> tuple[str, list[Any]]:
        return self._built.setdefault(type(database.obj), self._query.sql())

    def _maker(self, cursor: Any) -> Callable[[Any], Any]:
        kind = type(database.obj)
        if kind not in self._row:
            # Peewee finds out which column belongs to which model for each run anew; it is the same each time.
            wrapper = self._query._get_cursor_wrapper(cursor)
            wrapper.initialize()
            wrapper.cursor = None
            is_of_one = type(wrapper) is ModelObjectCursorWrapper
            self._row[kind] = _maker_of(wrapper.model, wrapper.fields) if is_of_one else wrapper.process_row
        return self._row[kind]


# What a driver returns for these is what their rows hold.
_AS_THEY_ARE = (AutoField, BigAutoField, CharField, IntegerField, TextField)


def _maker_of(make: Any, fields: list[Field]) -> Callable[[Any], Any]:
    """Make a row of one table into its model without asking each column how: a third of Peewee's time."""
    names: list[str] = [field.name for field in fields]
    others: list[tuple[str, Any]] = [
        (field.name, field.python_value)
        for field in fields
        if type(field) not in _AS_THEY_ARE and not isinstance(field, ForeignKeyField)  # which is the key alone
    ]

    def made(row: Any) -> Any:
        found: Any = make(__no_default__=True)
        found.__data__ = data = dict(zip(names, row, strict=True))
        for name, convert in others:
            data[name] = convert(data[name])
        return found

    return made

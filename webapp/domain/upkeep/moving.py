"""Moving the house from its file of SQLite into an empty database of PostgreSQL: all of it, or nothing.

Every table is copied in one transaction, read back and compared row by row, and looked through for broken promises,
before anything is committed. The file stays as it was.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import psycopg
from peewee import (  # type: ignore[attr-defined]  # sort_models is not in its list of names
    AutoField,
    BooleanField,
    CharField,
    Field,
    PeeweeException,
    sort_models,
)
from psycopg import sql

from .. import schema, storage
from ..tables import TABLES, Table
from ..tables.base import DataField
from . import invariants, occupied
from .archive import Unusable
from .postgresql_copy import Postgresql
from .sqlite_copy import Sqlite

_HISTORY = "schema_migration"  # of the migrations, which the new database has already
_AT_ONCE = 2000  # rows
_NO_CHARACTER = "\u2400"  # is shown where a text has a NUL byte, which PostgreSQL cannot keep
_NO_CHARACTER_IN_JSON = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")

Tell = Callable[[str, int], None]  # is told each table with the number of rows that have been copied


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved: rows by table, and how many of them had a NUL byte, in whose place `␀` stands now."""

    counts: dict[str, int]
    mended: int


def move(url: str, to: str, *, data_dir: Path, tell: Tell, even_broken: bool = False) -> Moved:
    """Copy everything from the SQLite file at `url` into the PostgreSQL database at `to`.

    Raises `Unusable`, and then nothing has changed: when a Rapport works with either, when there is something in the
    new database, when a promise is broken (unless `even_broken`), and when a row did not arrive as it was.
    """
    path = url.removeprefix("sqlite:///")
    if path == url:
        raise Unusable("this installation is on PostgreSQL already: only a file of SQLite can be moved")
    file = Path(path)
    if not to.startswith("postgresql://"):
        raise Unusable("the new database has to be postgresql://user:password@host/name")
    storage.database.close_all()
    with occupied.by_us_alone(data_dir):
        if occupied.stays_used(Sqlite(file)):
            raise Unusable("a Rapport works with this database: stop it first")
        _check_is_free(Postgresql(to))
        try:
            storage.open_database(to)
            schema.migrate(data_dir / "migrate.lock")
            with storage.database.connection_context(), closing(_opened(file)) as source:
                return _copy(source, tell, even_broken)
        except (PeeweeException, psycopg.Error) as error:
            raise Unusable(f"PostgreSQL: {_reason(error)}") from error
        finally:
            storage.database.close_all()
            storage.open_database(url)


def _check_is_free(there: Postgresql) -> None:
    filled = [name for name, rows in there.counts().items() if rows and name != _HISTORY]
    if filled:
        raise Unusable(f"there is something in the new database already ({', '.join(filled)}): make an empty one")
    if occupied.stays_used(there):
        raise Unusable("a Rapport works with the new database: stop it first")


def _opened(file: Path) -> sqlite3.Connection:
    """Open the file, so that nobody writes to it until it is closed."""
    try:
        connection = sqlite3.connect(file, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as error:
        raise Unusable(f"{file} cannot be read: {error}") from error
    return connection


def _copy(source: sqlite3.Connection, tell: Tell, even_broken: bool) -> Moved:
    with storage.transaction():
        there = storage.database.connection()
        # However long it takes: it is the only one here.
        there.silence = float("inf")
        there.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
        copied, mended = {}, 0
        for table in sort_models(TABLES):
            name = table._meta.table_name
            with _named(name):
                copied[name], found = _fill(source, there, table, tell)
                mended += found
                _compare(source, there, table)
        broken = "; ".join(invariants.broken())
        if broken and not even_broken:
            raise Unusable(f"the database breaks what is promised: {broken} (--even-broken moves it all the same)")
    storage.database.execute_sql("ANALYZE")  # or its first searches would be slow
    return Moved(copied, mended)


@contextmanager
def _named(table: str) -> Iterator[None]:
    """Say in which table something went wrong."""
    try:
        yield
    except (psycopg.Error, sqlite3.Error) as error:
        raise Unusable(f"{table}: {_reason(error)}") from error


def _fill(source: sqlite3.Connection, there: psycopg.Connection, table: type[Table], tell: Tell) -> tuple[int, int]:
    """Copy a table, with its numbers; new ones are given from the highest on. Return its rows, and those mended."""
    name, copied, mended = table._meta.table_name, 0, 0
    columns = sql.SQL(", ").join(sql.Identifier(field.column_name) for field in _fields(table))
    tell(name, 0)
    with there.cursor() as cursor:
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(name), columns)) as rows:
            for row, is_mended in _rows(source, table):
                rows.write_row(row)
                copied += 1
                mended += is_mended
                if copied % _AT_ONCE == 0:
                    tell(name, copied)
        if isinstance(table._meta.primary_key, AutoField):
            give_next = "SELECT setval(pg_get_serial_sequence({}, 'id'), coalesce(max(id), 0) + 1, false) FROM {}"
            cursor.execute(sql.SQL(give_next).format(sql.Literal(f'"{name}"'), sql.Identifier(name)))
    tell(name, copied)
    return copied, mended


def _compare(source: sqlite3.Connection, there: psycopg.Connection, table: type[Table]) -> None:
    """Read the table back, and see that each row is what it was; raises `Unusable`."""
    with there.cursor(name="moved") as cursor:  # which does not hold all of it in memory
        cursor.itersize = _AT_ONCE
        cursor.execute(_query(table, binary='COLLATE "C"').encode())
        for ours, theirs in zip_longest((row for row, _ in _rows(source, table)), cursor):
            if ours != theirs:
                raise Unusable(f"{table._meta.table_name}: a row did not arrive as it was")


def _fields(table: type[Table]) -> list[Field]:
    fields: list[Field] = table._meta.sorted_fields
    return fields


def _query(table: type[Table], binary: str) -> str:
    """Return the query of all rows, in an order that is the same in both databases."""
    columns = ", ".join(f'"{field.column_name}"' for field in _fields(table))
    keys: tuple[Field, ...] = table._meta.get_primary_keys()  # type: ignore[no-untyped-call]
    order = ", ".join(f'"{key.column_name}"' + f" {binary}" * isinstance(key, CharField) for key in keys)
    return f'SELECT {columns} FROM "{table._meta.table_name}" ORDER BY {order}'


def _rows(source: sqlite3.Connection, table: type[Table]) -> Iterator[tuple[tuple[Any, ...], bool]]:
    """Give all rows of a table as PostgreSQL holds them, and whether each had to be mended for that."""
    makers = [_maker(field) for field in _fields(table)]
    for row in source.execute(_query(table, binary="COLLATE BINARY")):
        made = tuple(value if value is None else make(value) for make, value in zip(makers, row, strict=True))
        yield made, made != row


def _maker(field: Field) -> Callable[[Any], Any]:
    if isinstance(field, BooleanField):
        return bool
    if isinstance(field, DataField):
        return lambda text: _NO_CHARACTER_IN_JSON.sub(rf"\1{_NO_CHARACTER}", text.replace("\0", _NO_CHARACTER))
    return lambda value: value.replace("\0", _NO_CHARACTER) if isinstance(value, str) else value


def _reason(error: BaseException) -> str:
    """Return what a database says, without the row that it says it of."""
    if isinstance(error, PeeweeException):
        error = getattr(error, "orig", None) or error
    if isinstance(error, psycopg.Error) and error.diag.message_primary:
        return error.diag.message_primary
    if isinstance(error, sqlite3.OperationalError) and "UTF-8" in str(error):
        return "a text is not UTF-8"
    return str(error)

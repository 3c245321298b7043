"""The databases that tests run on: a file of SQLite, and PostgreSQL where there is one.

`RAPPORT_TEST_POSTGRES_URL` names a server on which databases may be made and dropped; without it the usual one of this
machine is tried. A test that needs what is not there is skipped by name, or fails with
`RAPPORT_TEST_REQUIRE_SERVICES=1`.
"""

from __future__ import annotations

import os
import secrets
from functools import cache
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from peewee import AutoField, sort_models
from psycopg import sql

from webapp.config import Settings
from webapp.domain.db import database
from webapp.domain.tables import TABLES

LOCAL_POSTGRES = ("postgresql://postgres@127.0.0.1:5432/postgres", "postgresql://root@127.0.0.1:5432/postgres")
LOCAL_REDIS = ("redis://127.0.0.1:6379/9",)


def require(service: str, url: str | None) -> str:
    """Return where the service is; skip the test, or let it fail, when it is nowhere."""
    if url:
        return url
    if os.environ.get("RAPPORT_TEST_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{service} is needed and was not found")
    pytest.skip(f"{service} is not here")


@cache
def postgres_url() -> str | None:
    """Return where databases can be made, or None."""
    given = os.environ.get("RAPPORT_TEST_POSTGRES_URL")
    for url in (given,) if given else LOCAL_POSTGRES:
        try:
            psycopg.connect(url, connect_timeout=2).close()
            return url
        except psycopg.OperationalError:
            continue
    return None


@cache
def redis_url() -> str | None:
    """Return where Redis is, or None."""
    given = os.environ.get("RAPPORT_TEST_REDIS_URL")
    for url in (given,) if given else LOCAL_REDIS:
        try:
            with redis.Redis.from_url(url, socket_connect_timeout=2) as client:
                client.ping()
            return url
        except redis.RedisError:
            continue
    return None


def waiting_for_locks() -> int:
    """Return how many verbs wait for a lock in the PostgreSQL database that is open."""
    query = (
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
        "WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"
    )
    return int(database.execute_sql(query).fetchone()[0])


class Postgres:
    """A database of this run's own on a PostgreSQL server; each test finds it as it was when it was remembered.

    Rows are deleted and written again, for that takes a hundredth of the time of making a database.
    """

    def __init__(self, server: str) -> None:
        self.name = f"rapport_test_{secrets.token_hex(6)}"
        self.url = urlsplit(server)._replace(path=f"/{self.name}").geturl()
        self._server = psycopg.connect(server, autocommit=True)
        self._server.execute(f"CREATE DATABASE \"{self.name}\" TEMPLATE template0 ENCODING 'UTF8'")
        self._scripts: dict[str, str] = {}

    def remember(self, moment: str) -> None:
        """Take note of all rows that there are now."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            script = ["SET synchronous_commit = off"]
            tables = [table._meta.table_name for table in sort_models(TABLES)]
            script += [f'DELETE FROM "{name}"' for name in reversed(tables)]
            for table in sort_models(TABLES):
                script += self._rows(connection, table._meta.table_name)
                if isinstance(table._meta.primary_key, AutoField):
                    name = table._meta.table_name
                    script.append(
                        f"SELECT setval(pg_get_serial_sequence('\"{name}\"', 'id'), "
                        f'coalesce(max(id), 0) + 1, false) FROM "{name}"'
                    )
            self._scripts[moment] = ";\n".join(script)

    def restore(self, moment: str) -> None:
        """Bring the rows back that were there then, and no others."""
        with psycopg.connect(self.url) as connection:
            connection.execute(self._scripts[moment])  # type: ignore[arg-type]

    def drop(self) -> None:
        self._server.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
        self._server.close()

    def _rows(self, connection: psycopg.Connection, table: str) -> list[str]:
        cursor = connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))
        assert cursor.description
        columns = ", ".join(f'"{column.name}"' for column in cursor.description)
        literals = [", ".join(sql.Literal(value).as_string(connection) for value in row) for row in cursor]
        return [f'INSERT INTO "{table}" ({columns}) VALUES ({row})' for row in literals]


def everything(settings: Settings) -> bytes:
    """Return all that the database of a test has: the bytes of its files, or PostgreSQL's rows as text."""
    if settings.sqlite_path:
        files = sorted(settings.sqlite_path.parent.glob(settings.sqlite_path.name + "*"))
        return b"".join(file.read_bytes() for file in files)
    with psycopg.connect(settings.database_url) as connection:
        tables = [sql.Identifier(table._meta.table_name) for table in TABLES]
        return "\n".join(
            str(row) for table in tables for row in connection.execute(sql.SQL("SELECT * FROM {}").format(table))
        ).encode()

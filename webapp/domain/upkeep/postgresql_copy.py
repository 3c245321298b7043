"""Copying a database of PostgreSQL while it is used, and loading a copy, with PostgreSQL's own programs."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString
from urllib.parse import unquote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from .archive import Unusable

KIND = "postgresql"


class Postgresql:
    """The database at an address."""

    kind = KIND

    def __init__(self, url: str) -> None:
        self._url = url

    def copy(self, to: Path) -> dict[str, int]:
        """Write a copy of this moment with pg_dump, and return its rows by table; nobody has to wait for it."""
        try:
            with psycopg.connect(self._url) as connection:
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                (snapshot,) = _row(connection, "SELECT pg_export_snapshot()")
                self._run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}",
                          f"--file={to}")  # fmt: skip
                to.chmod(0o600)
                return counts(connection)
        except psycopg.Error as error:
            raise Unusable(f"the database cannot be copied: {error}") from error

    def counts(self) -> dict[str, int]:
        """Return rows by table."""
        with self._connected() as connection:
            return counts(connection)

    def is_empty(self) -> bool:
        """Say whether nothing would be lost by replacing it."""
        there = self.counts()
        return not (there.get("store") or there.get("associate"))

    def is_used(self) -> bool:
        """Say whether a Rapport is connected to it, on this machine or another."""
        with self._connected() as connection:
            (others,) = _row(
                connection,
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND application_name = 'rapport' AND pid != pg_backend_pid()",
            )
        return bool(others)

    @contextmanager
    def scratch(self, dump: Path, folder: Path) -> Iterator[str]:
        """Give the address of a database like the copy, on the same server; it is gone afterwards."""
        name = f"rapport_scratch_{secrets.token_hex(6)}"
        with self._connected() as connection:
            connection.autocommit = True
            try:
                connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
            except psycopg.Error as error:
                raise Unusable(f"a database to look at the copy in cannot be made: {error}") from error
            try:
                there = Postgresql(urlunsplit(urlsplit(self._url)._replace(path=f"/{name}")))
                there.load(dump)
                yield there._url
            finally:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def replace(self, dump: Path) -> str:
        """Put the copy in the place of what is there, all or nothing; return what to say of that."""
        self.load(dump)
        return ""

    def load(self, dump: Path) -> None:
        """Load a copy, in one transaction, over what is there."""
        self._run("pg_restore", "--single-transaction", "--clean", "--if-exists", "--no-owner", "--no-privileges",
                  "--exit-on-error", str(dump))  # fmt: skip

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection]:
        try:
            connection = psycopg.connect(self._url, connect_timeout=5)
        except psycopg.Error as error:
            raise Unusable(f"the database cannot be reached: {error}") from error
        try:
            yield connection
        finally:
            connection.close()

    def _run(self, program: str, *arguments: str) -> None:
        """Run a program of PostgreSQL on this database; the password goes by the environment, which nobody lists."""
        parts = urlsplit(self._url)
        host = parts.netloc.rpartition("@")[2]
        user = f"{parts.username}@" if parts.username else ""
        address = urlunsplit(parts._replace(netloc=user + host))
        told = os.environ | ({"PGPASSWORD": unquote(parts.password)} if parts.password else {})
        try:
            ended = subprocess.run(
                [program, f"--dbname={address}", *arguments], env=told, capture_output=True, text=True, check=False
            )
        except FileNotFoundError:
            raise Unusable(f"{program} is not installed here: install PostgreSQL's client programs") from None
        if ended.returncode:
            raise Unusable(f"{program}: {ended.stderr.strip().splitlines()[0] if ended.stderr else 'failed'}")


def counts(connection: psycopg.Connection) -> dict[str, int]:
    """Return rows by table."""
    names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
    found = {}
    for (name,) in names.fetchall():
        (number,) = _row(connection, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name)))
        found[str(name)] = int(str(number))
    return found


def _row(connection: psycopg.Connection, query: LiteralString | sql.Composed) -> tuple[object, ...]:
    row = connection.execute(query).fetchone()
    assert row is not None
    return tuple(row)

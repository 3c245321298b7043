"""What `rapport doctor` asks of the database: is it there, as it should be, and is nobody forgotten in it?"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from peewee import fn

from .. import clock, schema
from ..storage import database, is_postgresql
from ..tables import Associate, Conversation, Message, StoreMember
from . import invariants, probe

Level = Literal["ok", "warn", "fail"]
FORGOTTEN = timedelta(hours=24)  # that a chat has waited
UNROUTED = timedelta(minutes=2)  # that a chat has been kept from its store: each minute somebody looks
SKEW = 5.0  # seconds between our clock and the database's
SLOW = 0.25  # seconds to write a row


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, what was found, and what to do about it."""

    level: Level
    subject: str
    text: str
    do: str = ""


def of_database() -> Iterator[Finding]:
    """Look at everything; needs a connection. Raises the database's own error when it cannot be asked at all."""
    yield from _server() if is_postgresql() else _file()
    pending = schema.pending()
    if pending:
        yield Finding("warn", "schema", f"{len(pending)} migrations are missing", "rapport migrate, or start Rapport")
        return
    yield Finding("ok", "schema", schema.newest())
    yield _writing()
    broken = invariants.broken()
    for promise, rows in broken.items():
        ids = ", ".join(str(row[0]) for row in rows[:5])
        yield Finding("fail", "promise", f"broken: {promise} ({ids})", "make a backup, and report it with this line")
    if not broken:
        yield Finding("ok", "promises", f"all {len(invariants.PROMISES)} are kept")
    yield from _people()


def _file() -> Iterator[Finding]:
    def pragma(name: str) -> str:
        return str(database.execute_sql(f"PRAGMA {name}").fetchone()[0])

    size = int(pragma("page_count")) * int(pragma("page_size")) / 1_000_000
    yield Finding("ok", "database", f"SQLite {sqlite3.sqlite_version}, {size:.1f} MB")
    wanted = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1"}
    wrong = {name: found for name, value in wanted.items() if (found := pragma(name)) != value}
    if wrong:
        do = "another program has changed the file: what is acknowledged may be lost"
        yield Finding("fail", "durability", f"{wrong}", do)
    else:
        yield Finding("ok", "durability", "journal_mode wal, synchronous full")
    said = pragma("quick_check")
    if said == "ok":
        yield Finding("ok", "integrity", "quick_check found nothing")
    else:
        yield Finding("fail", "integrity", said.splitlines()[0], "stop Rapport and restore the last good backup")


def _server() -> Iterator[Finding]:
    def setting(name: str) -> str:
        return str(database.execute_sql(f"SHOW {name}").fetchone()[0])

    yield Finding("ok", "database", f"PostgreSQL {setting('server_version')}")
    wanted = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "server_encoding": "UTF8"}
    wrong = {name: found for name, value in wanted.items() if (found := setting(name)) != value}
    if wrong:
        yield Finding("fail", "durability", f"{wrong}", f"set them to {wanted}: what is acknowledged may be lost")
    else:
        yield Finding("ok", "durability", "fsync and synchronous_commit are on")
    theirs = float(database.execute_sql("SELECT extract(epoch FROM clock_timestamp())").fetchone()[0])
    apart = abs(theirs - clock.now().timestamp())
    level: Level = "ok" if apart <= SKEW else "fail"
    yield Finding(level, "clock", f"{apart:.1f} s from the database's", "" if level == "ok" else "let both follow NTP")


def _writing() -> Finding:
    began = time.monotonic()
    probe.write()
    took = time.monotonic() - began
    if took > SLOW:
        return Finding("warn", "writing", f"a row took {took * 1000:.0f} ms", "the disk is slow or busy")
    return Finding("ok", "writing", f"a row took {took * 1000:.0f} ms")


def _people() -> Iterator[Finding]:
    """Say whether chats are forgotten; how many, and never whose."""
    now = clock.now()
    unrouted = _number(Conversation.routed_at.is_null(), Conversation.created_at < now - UNROUTED)
    if unrouted:
        yield Finding("fail", "routing", f"{unrouted} chats are seen by no store", "restart Rapport; the log says why")
    waiting = Conversation.state == "waiting"
    old = _number(waiting, Conversation.created_at < now - FORGOTTEN)
    if old:
        yield Finding("warn", "waiting", f"{old} chats have waited for a day", "accept or end them: inbox, waiting")
    able = StoreMember.select(StoreMember.store).join(Associate)
    able = able.where(Associate.chat_enabled, Associate.deactivated_at.is_null())
    alone = _number(waiting, Conversation.store.not_in(able))
    if alone:
        yield Finding("warn", "waiting", f"{alone} chats wait where nobody may chat", "give somebody that store")
    if not (unrouted or old or alone):
        yield Finding("ok", "waiting", f"{_number(waiting)} chats wait, none is forgotten")
    newest = Message.select(fn.MAX(Message.sent_at)).scalar()
    if newest and newest > now + timedelta(seconds=SKEW):
        yield Finding("warn", "clock", "there are messages from the future", "the clock was set back: look at NTP")


def _number(*where: object) -> int:
    return int(Conversation.select().where(*where).count())

"""From a file of SQLite to PostgreSQL: all that there is, as it was, or nothing; and the house goes on there."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests import databases
from tests.cast import House, ask, chat, fresh
from tests.unit.domain.conftest import on_sqlite
from webapp import cli
from webapp.config import Settings
from webapp.domain import db, storage
from webapp.domain.chats import lifecycle, messages, requests
from webapp.domain.identity import linking
from webapp.domain.people import sessions
from webapp.domain.profiles import creating, search
from webapp.domain.profiles.contact import Given
from webapp.domain.rights import erasure
from webapp.domain.tables import TABLES, Associate, Conversation, Erasure, Message, Outbox, Profile, Table
from webapp.domain.upkeep import invariants, moving, occupied
from webapp.domain.upkeep.archive import Unusable

pytestmark = on_sqlite
WORDS = "Zoé Lefèvre, 🧥 à 120 €\t\\N \\. \\\\ 'quoted' \"twice\"\n王小明 \u202eمرحبا"

Move = Callable[..., moving.Moved]


@pytest.fixture
def there() -> Iterator[databases.Postgres]:
    made = databases.Postgres(databases.require("PostgreSQL", databases.postgres_url()))
    yield made
    db.database.close_all()
    made.drop()


@pytest.fixture
def lived_in(house: House) -> House:
    """A house in which people have chatted, been linked, and one of them erased."""
    jane = chat(house, "Jane Doe", "jane.doe@example.com", message=WORDS)
    messages.send(jane, WORDS, "a-1", by=house.alice)
    lifecycle.end(jane, by=None)
    zoe = chat(house, "Zoé", "zoe.lefevre@example.com", by=house.bruno)
    linking.link(zoe, house.zoe, "candidate", by=house.bruno)
    ask(house, "John Smith", "john.smith@example.com")
    lifecycle.end(chat(house, "", "gone@example.com"), by=house.alice)
    creating.create(Given("Marie d'Été", "marie@example.com"), region="FR")
    erasure.erase(house.jane, by=None)
    sessions.sign_in(house.alice)
    return house


@pytest.fixture
def move(settings: Settings, database: None, there: databases.Postgres) -> Move:
    """Move as the program does, which has no connection open; afterwards this process works on PostgreSQL."""

    def run(**how: bool) -> moving.Moved:
        db.database.close_all()
        try:
            return moving.move(
                settings.database_url, there.url, data_dir=settings.data_dir, tell=lambda *_: None, **how
            )
        finally:
            storage.open_database(there.url)
            db.database.connect(reuse_if_open=True)

    return run


def everything() -> dict[type[Table], list[dict[str, object]]]:
    def of(table: type[Table]) -> list[dict[str, object]]:
        return sorted((dict(row.__data__) for row in table.select()), key=repr)

    return {table: of(table) for table in TABLES}


def raw(settings: Settings, *statements: str) -> None:
    """Write into the file past the program."""
    with closing(sqlite3.connect(str(settings.sqlite_path), isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def is_empty(there: databases.Postgres) -> bool:
    with psycopg.connect(there.url) as connection:
        names = [row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        filled = [name for name in names if connection.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone()]
    return set(filled) <= {"schema_migration"}


def test_all_that_there_was_is_there_and_the_house_goes_on(lived_in: House, move: Move) -> None:
    before = everything()
    assert all(before[table] for table in (Message, Profile, Erasure, Outbox))
    moved = move()
    assert everything() == before
    assert moved.counts == {table._meta.table_name: len(rows) for table, rows in before.items()}
    assert moved.mended == 0
    assert invariants.broken() == {}

    zoe = Conversation.get(Conversation.associate == lived_in.bruno)
    assert messages.send(zoe, "Still there?", "b-1", by=lived_in.bruno).id > max(row["id"] for row in before[Message])
    again = ask(lived_in, "Marie d'Été", "marie@example.com")
    assert again.id > max(row["id"] for row in before[Conversation])
    assert [found.profile.name for found in search.search("marie").records] == ["Marie d'Été"]
    assert max(row.id for row in Outbox.select()) > max(row["id"] for row in before[Outbox])
    assert sessions.sign_in(Associate.get_by_id(lived_in.alice.id))
    assert requests.open_chat(again.visitor) == fresh(again)


def test_a_nul_byte_is_shown_as_what_it_is_and_everything_else_stays(
    lived_in: House, move: Move, settings: Settings
) -> None:
    lifecycle.end(Conversation.get(Conversation.associate == lived_in.bruno), by=None)
    raw(
        settings,
        "UPDATE message SET body = 'be' || char(0) || 'fore' WHERE client_id = 'a-1' OR id = 1",
        "UPDATE conversation SET page_title = char(0) WHERE id = 2",
        r"""UPDATE store SET hours = '{"a":"x\u0000y","b":"\\u0000"}' WHERE id = 2""",
        "UPDATE conversation SET last_text = 'be' || char(0) || 'fore' WHERE id = 1",
    )
    raw(settings, "UPDATE message SET body = 'be' || char(0) || 'fore' WHERE id = (SELECT max(id) FROM message)")
    moved = move(even_broken=True)
    assert moved.mended == 3
    assert Conversation.get_by_id(2).page_title == "␀"
    assert lived_in.london.get_by_id(2).hours == {"a": "x␀y", "b": "\\u0000"}
    assert "be␀fore" in {row.body for row in Message.select()}


def test_where_there_is_something_already_nothing_is_moved(
    lived_in: House, move: Move, there: databases.Postgres
) -> None:
    move()
    before = everything()
    with pytest.raises(Unusable, match="something in the new database already"):
        move()
    assert everything() == before


def test_nothing_is_moved_while_a_rapport_works_with_either(
    lived_in: House, move: Move, settings: Settings, there: databases.Postgres
) -> None:
    with occupied.serving(settings.data_dir), pytest.raises(Unusable, match="stop it first"):
        move()
    with closing(sqlite3.connect(str(settings.sqlite_path), isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unusable, match="works with this database"):
            move()
    with psycopg.connect(there.url, application_name="rapport"), pytest.raises(Unusable, match="the new database"):
        move()
    assert is_empty(there)
    assert sum(move().counts.values())


def test_a_server_that_is_started_meanwhile_waits(settings: Settings, database: None) -> None:
    serves = threading.Event()

    def serve() -> None:
        with occupied.serving(settings.data_dir):
            serves.set()

    with occupied.by_us_alone(settings.data_dir):
        server = threading.Thread(target=serve)
        server.start()
        assert not serves.is_set()
    assert serves.wait(10)
    server.join(10)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ("UPDATE conversation SET seq = seq + 1 WHERE id = 2", "the public lane has no gap"),
        ("UPDATE profile SET language = 'fr' || hex(zeroblob(300)) WHERE id = 2", "profile: value too long"),
        ("UPDATE profile SET name = CAST(x'ff' AS TEXT) WHERE id = 2", "profile: a text is not UTF-8"),
        ("UPDATE profile SET created_at = 'yesterday' WHERE id = 2", "profile: invalid input syntax"),
    ],
)
def test_what_is_not_as_it_has_to_be_is_named_and_nothing_is_moved(
    lived_in: House, move: Move, settings: Settings, there: databases.Postgres, harm: str, words: str
) -> None:
    raw(settings, harm)
    with pytest.raises(Unusable, match=words):
        move()
    assert is_empty(there)


def test_a_broken_promise_can_be_taken_along(lived_in: House, move: Move, settings: Settings) -> None:
    raw(settings, "UPDATE conversation SET seq = seq + 1 WHERE id = 2")
    move(even_broken=True)
    assert list(invariants.broken()) == ["the public lane has no gap"]


def rapport(*arguments: str) -> None:
    db.database.close_all()  # the program has the database to itself
    cli.main(arguments)


def test_the_program_says_how_far_it_is_and_what_comes_next(
    lived_in: House, settings: Settings, there: databases.Postgres, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    address = tmp_path / "address"
    address.write_text(f"{there.url}\n")
    monkeypatch.setenv("RAPPORT_DATA_DIR", str(settings.data_dir))
    chats = Conversation.select().count()
    rapport("move", "--to-file", str(address))
    printed = capsys.readouterr()
    assert f"conversation: {chats}\n" in printed.err
    assert "Moved, and every row compared" in printed.out
    assert "Set RAPPORT_DATABASE_URL" in printed.out
    with pytest.raises(SystemExit, match="nothing was moved: there is something in the new database already"):
        rapport("move", "--to", there.url)
    with pytest.raises(SystemExit, match="nothing was moved: the new database has to be postgresql://"):
        rapport("move", "--to", "mysql://somewhere")
    with pytest.raises(SystemExit, match=r"nothing was moved: .*No such file"):
        rapport("move", "--to-file", str(tmp_path / "nothing"))
    with pytest.raises(SystemExit, match="nothing was moved: the database cannot be reached"):
        rapport("move", "--to", "postgresql://nobody@127.0.0.1:1/nothing")
    monkeypatch.setenv("RAPPORT_DATABASE_URL", there.url)
    with pytest.raises(SystemExit, match="on PostgreSQL already"):
        rapport("move", "--to", there.url)


def test_who_kills_it_in_the_middle_finds_the_new_database_empty_and_moves_again(
    lived_in: House, move: Move, settings: Settings, there: databases.Postgres
) -> None:
    killed = """
import os, sys
from webapp.domain import storage
from webapp.domain.upkeep import moving
def tell(table, copied):
    if table == "message" and copied:
        os._exit(9)
storage.open_database(sys.argv[1])
moving.move(sys.argv[1], sys.argv[2], data_dir=moving.Path(sys.argv[3]), tell=tell)
"""
    db.database.close_all()
    command = [sys.executable, "-c", killed, settings.database_url, there.url, str(settings.data_dir)]
    assert subprocess.run(command, check=False).returncode == 9
    assert is_empty(there)
    assert sum(move().counts.values())

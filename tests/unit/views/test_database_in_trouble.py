"""When the database is busy for long, out of reach or full: a clear answer, nothing half done, and it goes on after."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from flask import Flask

from tests.cast import House, Person, chat, fresh
from webapp.config import Settings
from webapp.domain import storage
from webapp.domain.chats import messages
from webapp.domain.db import database as base
from webapp.domain.tables import Conversation


@contextmanager
def somebody_writes(settings: Settings) -> Iterator[None]:
    """Another program holds the file, and this one is not as patient as it would be."""
    base.execute_sql("PRAGMA busy_timeout = 20")
    with closing(sqlite3.connect(str(settings.sqlite_path), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def no_room() -> Iterator[None]:
    """The file cannot grow: SQLite says what it says when the disk is full."""
    base.execute_sql("PRAGMA max_page_count = 1")  # as few as it has now
    yield
    base.execute_sql("PRAGMA max_page_count = 1000000")


def send(alice: Person, conversation: Conversation, text: str, client_id: str = "sent-1") -> tuple[int, str]:
    answer = alice.post(f"/conversations/{conversation.public_id}/messages", {"body": text, "client_id": client_id})
    return answer.status_code, answer.headers.get("Retry-After", "")


def texts(conversation: Conversation) -> list[str]:
    return [line.body for line in messages.log(conversation) if line.author == "associate"]


def test_while_somebody_else_writes_for_long_she_is_told_to_try_again(
    house: House, alice: Person, settings: Settings
) -> None:
    conversation = chat(house, "Jane")
    with somebody_writes(settings):
        assert send(alice, conversation, "Hello") == (503, "2")
        assert alice.get("/inbox/mine").status_code == 200  # reading goes on
    assert texts(conversation) == []
    assert send(alice, conversation, "Hello")[0] == 200
    assert texts(conversation) == ["Hello"]


def test_with_no_room_left_nothing_is_acknowledged_and_it_goes_on_when_there_is(house: House, alice: Person) -> None:
    conversation = chat(house, "Jane")
    long = "word " * 790
    with no_room():
        outcomes = [send(alice, conversation, long, f"sent-{number}") for number in range(20)]
        assert alice.get(f"/conversations/{conversation.public_id}").status_code == 200
    assert outcomes[-1] == (507, "")
    stored = [status for status, _ in outcomes].count(200)
    assert len(texts(conversation)) == stored
    assert fresh(conversation).seq == 2 + stored
    assert send(alice, conversation, long, "sent-19")[0] == 200


@pytest.mark.parametrize(
    ("language", "words"), [("en", "cannot reach its database"), ("fr", "n’atteint pas sa base de données")]
)
def test_a_page_says_it_in_the_language_of_the_browser(
    app: Flask, monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    def refuse(reuse_if_open: bool = False) -> None:
        raise storage.MaxConnectionsExceeded("none left")

    monkeypatch.setattr(base.obj, "connect", refuse)
    answer = app.test_client().get("/sign-in", headers={"Accept-Language": language})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert words in answer.text

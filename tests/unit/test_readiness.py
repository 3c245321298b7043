"""Ready to serve: what a proxy is told when all is well, when something fails, and when the process is about to end."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import threading
from collections import namedtuple
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import House
from webapp import readiness
from webapp.config import Settings
from webapp.domain import db, schema
from webapp.domain.tables import Counter
from webapp.readiness import Readiness

Usage = namedtuple("Usage", "total used free")
MEGABYTE = 1024 * 1024


@pytest.fixture
def asked(app: Flask, settings: Settings) -> Readiness:
    """Asked as a proxy would, but with less patience, and with no answer kept for the next."""
    made = app.extensions["readiness"] = Readiness(settings, patience=5, kept=0)
    return made


def test_a_process_that_can_keep_messages_is_ready(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ready", "checks": {"database": "ok", "disk": "ok", "redis": "unused"}}


def test_asking_leaves_no_trace(client: FlaskClient, house: House) -> None:
    before = list(Counter.select().tuples())
    assert client.get("/readyz").status_code == 200
    assert list(Counter.select().tuples()) == before


def test_it_really_writes(asked: Readiness, settings: Settings) -> None:
    os.chmod(settings.data_dir / "rapport.db", 0o600)
    with closing(sqlite3.connect(settings.data_dir / "rapport.db")) as other:
        before = other.execute("PRAGMA data_version").fetchone()
        asked.report()
        assert other.execute("PRAGMA data_version").fetchone() != before


def test_a_database_in_which_nothing_can_be_written_is_told_in_time_and_when_it_is_back(
    client: FlaskClient, asked: Readiness, settings: Settings
) -> None:
    asked.patience = 0.05
    with closing(sqlite3.connect(settings.data_dir / "rapport.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = client.get("/readyz")
        assert client.get("/healthz").status_code == 200  # the process is alive all the same
        other.execute("ROLLBACK")
    assert (answer.status_code, answer.json["checks"]["database"]) == (503, "slow")
    asked.patience = 10
    assert client.get("/readyz").status_code == 200
    assert answer.headers["Retry-After"] == "5"


def test_however_many_ask_a_database_that_hangs_keeps_one_thread(
    settings: Settings, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, looks = threading.Event(), []

    def hang() -> str:
        looks.append(1)
        go_on.wait(10)
        return "ok"

    monkeypatch.setattr(readiness, "_database", hang)
    slow = Readiness(settings, patience=0, kept=0)
    assert {slow.report().checks["database"] for _ in range(20)} == {"slow"}
    assert len(looks) == 1
    go_on.set()


def test_asking_often_writes_no_more_often(
    settings: Settings, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    monkeypatch.setattr(readiness, "_database", lambda: looks.append(1) or "ok")
    often = Readiness(settings, patience=5, kept=3600)
    assert {often.report().state for _ in range(20)} == {"ready"}
    assert len(looks) == 1


def test_a_database_of_an_older_version_is_not_served(client: FlaskClient, asked: Readiness) -> None:
    schema.revert()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["checks"]["database"]) == (503, "old_schema")


def test_a_database_that_is_gone_is_told_without_its_address(
    client: FlaskClient, asked: Readiness, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> list[str]:
        raise sqlite3.OperationalError(f"unable to open {settings.data_dir}")

    monkeypatch.setattr(schema, "pending", gone)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["checks"]["database"]) == (503, "failing")
    assert str(settings.data_dir) not in answer.text


@pytest.mark.parametrize(
    ("total", "free", "status", "state"),
    [
        (100_000, 50_000, 200, "ready"),
        (100_000, 511, 200, "degraded"),
        (100_000, 7, 503, "not_ready"),
        (100, 50, 200, "ready"),  # a small disk has its own measure
        (100, 9, 200, "degraded"),
        (100, 7, 503, "not_ready"),
    ],
)
def test_a_full_disk_is_told_before_messages_are_lost(
    client: FlaskClient, asked: Readiness, monkeypatch: pytest.MonkeyPatch,
    total: int, free: int, status: int, state: str,
) -> None:  # fmt: skip
    usage = Usage(total * MEGABYTE, (total - free) * MEGABYTE, free * MEGABYTE)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (status, state)


def test_without_its_redis_it_serves_on_and_says_so(
    client: FlaskClient, app: Flask, settings: Settings
) -> None:
    without = replace(settings, redis_url="redis://:pass-word@127.0.0.1:1/0")
    app.extensions["readiness"] = Readiness(without, patience=5)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (200, "degraded")
    assert answer.json["checks"]["redis"] == "failing"
    assert "pass-word" not in answer.text


def test_nobody_is_sent_to_a_process_that_was_told_to_end(client: FlaskClient, asked: Readiness) -> None:
    asked.end()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "ending", "checks": {}})


def test_whoever_watches_asks_by_its_address(app: Flask, settings: Settings) -> None:
    app.config["RAPPORT"] = replace(settings, env="production", base_url="https://chat.shop.example")
    for path in ("/healthz", "/readyz", "/version"):
        assert app.test_client().get(path, headers={"Host": "10.0.0.7:8000"}).status_code == 200


def test_the_version_is_that_of_the_project(client: FlaskClient) -> None:
    project = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    (version,) = re.findall(r'^version = "(.+)"$', project, re.MULTILINE)
    newest = max(path.stem for path in schema.MIGRATIONS.glob("0*.py"))
    assert client.get("/version").json == {"version": version, "schema": newest}


def test_whoever_asks_whether_it_is_alive_needs_no_database(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(db.database.obj), "connect", lambda *_, **__: pytest.fail("the database was asked"))
    for path in ("/healthz", "/version"):
        assert app.test_client().get(path).status_code == 200

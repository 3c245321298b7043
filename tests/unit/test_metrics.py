"""Figures for Prometheus: for whoever has the token and for nobody else, and of nobody in particular."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from tests.cast import House, Person, ask
from tests.unit.views.customer import Customer
from webapp import create_app, gauges
from webapp.config import Settings, SettingsError
from webapp.domain import db
from webapp.domain.errors import DomainError
from webapp.domain.people import associates
from webapp.live.hub import Hub
from webapp.metrics_together import Together

TOKEN = "a token of sixteen or more"
HAS_IT = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application with its figures kept."""
    application = create_app(replace(settings, metrics_token=TOKEN))
    application.config["PROPAGATE_EXCEPTIONS"] = False
    afterwards = application.extensions["afterwards"]
    afterwards.soonest = afterwards.latest = 3600
    with db.database.connection_context():
        yield application
    application.extensions["hub"].stop()
    afterwards.stop()
    db.database.close_all()
    db.watchers.clear()


def figures(app: Flask) -> dict[tuple[str, ...], float]:
    """What is told: the value by name and values of labels, those in the order of their names."""
    answer = app.test_client().get("/metrics", headers=HAS_IT)
    assert answer.status_code == 200
    samples = [sample for family in text_string_to_metric_families(answer.text) for sample in family.samples]
    return {(s.name, *(s.labels[name] for name in sorted(s.labels))): s.value for s in samples}


@pytest.mark.parametrize("sent", ["", "Bearer", f"bearer {TOKEN}", f"Bearer {TOKEN}x", "Basic abc", "Bearer é"])
def test_without_the_token_there_is_nothing(app: Flask, sent: str) -> None:
    answer = app.test_client().get("/metrics", headers={"Authorization": sent})
    assert answer.status_code == 404
    assert "rapport_" not in answer.text
    assert answer.text == app.test_client().get("/nowhere").text


def test_a_process_without_a_token_keeps_none(settings: Settings) -> None:
    without = create_app(settings)
    assert "metrics" not in without.extensions
    assert without.test_client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_requests_are_counted_by_the_rule_of_their_address(app: Flask, house: House) -> None:
    alice = Person(app, house.alice)
    chat = ask(house, "Jane Doe", "jane.doe@example.com")
    alice.get(f"/conversations/{chat.public_id}")
    alice.get("/nowhere-in-particular")
    told = figures(app)
    assert told["rapport_requests_total", "GET", "/conversations/<public_id>", "200"] == 1
    assert told["rapport_requests_total", "GET", "none", "404"] == 1
    assert told["rapport_request_seconds_count", "/conversations/<public_id>"] == 1


def test_messages_and_what_else_happened_are_counted(app: Flask, house: House) -> None:
    customer = Customer(app, house.site)
    chat = customer.start_chat("Hello!")
    customer.write(chat, "Are you there?")
    told = figures(app)
    assert told["rapport_events_total", "ChatAsked"] == 1
    assert told["rapport_events_total", "MessageSent"] == 1


def test_commits_are_counted_with_the_verbs_that_share_them(app: Flask, house: House) -> None:
    ask(house, "John Smith")
    before = figures(app)
    ask(house, "Zoé Lefèvre")
    after = figures(app)
    new = after["rapport_commits_total", "kept"] - before["rapport_commits_total", "kept"]
    assert new >= 2  # the request, and its routing
    assert after["rapport_commit_seconds_count",] - before["rapport_commit_seconds_count",] == new
    assert after["rapport_commit_verbs_sum",] - before["rapport_commit_verbs_sum",] == new
    with pytest.raises(DomainError):
        associates.add("Alice", "alice@maison.example", "long enough a password")
    assert figures(app)["rapport_commits_total", "undone"] == after.get(("rapport_commits_total", "undone"), 0) + 1


def test_how_late_a_process_hears_of_others_is_told(app: Flask) -> None:
    told = figures(app)
    assert told["rapport_outbox_behind_seconds",] == 0
    assert told["rapport_redis_heard",] == 1
    app.extensions["bus"].heard = False
    assert figures(app)["rapport_redis_heard",] == 0


def test_who_was_refused_is_counted(app: Flask, house: House) -> None:
    app.test_client().post("/sign-in", headers={"Origin": "http://evil.example"})
    assert figures(app)["rapport_security_total", "request_refused", "origin"] == 1


def test_what_waits_is_told(app: Flask, house: House) -> None:
    Customer(app, house.site).start_chat("Hello!")
    told = figures(app)
    assert told["rapport_chats_unrouted",] == 1
    assert told["rapport_chats_waiting",] == 1
    assert told["rapport_chats_waiting_seconds",] >= 0
    assert told["rapport_connections", "in_use"] >= 1
    assert told["rapport_sockets", "staff"] == told["rapport_sockets", "customer"] == 0
    assert told["rapport_hub_queue",] == 0
    assert told["rapport_gauges_failed",] == 0


def test_figures_are_told_also_when_the_database_is_not(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> Iterator[gauges.Reading]:
        raise OSError
        yield

    app.extensions["metrics"].read(gone)
    told = figures(app)
    assert told["rapport_gauges_failed",] == 1
    assert ("rapport_sockets", "staff") in told


def test_no_label_is_made_of_what_somebody_sends(app: Flask, house: House) -> None:
    client = app.test_client()
    for word in ("canary", "canary2"):
        client.get(f"/{word}?{word}={word}", headers={"User-Agent": word, "Host": word})
        client.open(f"/{word}", method=word.upper())
    text = client.get("/metrics", headers=HAS_IT).text
    assert "canary" not in text.lower()


def test_how_long_the_hub_is_behind_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    hub = Hub(lambda _: (), clock=lambda: now[0])
    hub._topics["chat:x"] = {}  # somebody watches
    monkeypatch.setattr(hub, "start", lambda: None)  # and nobody works the queue off
    assert hub.backlog() == (0, 0.0)
    hub.publish(["first"])
    now[0] += 3
    hub.publish(["second"])
    assert hub.backlog() == (2, 3.0)


def test_a_token_that_could_be_guessed_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    told = {"RAPPORT_DATA_DIR": str(tmp_path_factory.mktemp("data"))}
    with pytest.raises(SettingsError, match="RAPPORT_METRICS_TOKEN is shorter than 16"):
        Settings.from_environ(told | {"RAPPORT_METRICS_TOKEN": "short"})
    kept = Settings.from_environ(told | {"RAPPORT_METRICS_TOKEN": TOKEN})
    assert TOKEN not in repr(kept)


def test_of_several_processes_behind_one_port_whoever_is_asked_tells_all(tmp_path: Path) -> None:
    alive, dead = tmp_path / "1.prom", tmp_path / "2.prom"
    for number, file in enumerate((alive, dead), 1):
        file.write_bytes(b'# HELP a_total A\n# TYPE a_total counter\na_total{x="}"} %d.0\na_seconds 1.0\n' % number)
    os.utime(dead, (0, 0))
    own = b'# HELP a_total A\n# TYPE a_total counter\na_total{x="}"} 7.0\na_seconds 2.0\n'
    together = Together(tmp_path, lambda: own)
    together.write()
    samples = [s for family in text_string_to_metric_families(together.text().decode()) for s in family.samples]
    told = {(s.name, s.labels["process"]): s.value for s in samples}
    me = str(os.getpid())
    assert told == {("a_total", "1"): 1, ("a_total", me): 7, ("a_seconds", "1"): 1, ("a_seconds", me): 2}
    assert not dead.exists()

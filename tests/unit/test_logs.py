"""What the process writes down about itself: enough to find what went wrong, and nothing about anybody."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import House, Person
from tests.unit.views.customer import Customer
from webapp import create_app, logs, security
from webapp.config import Settings

Lines = Callable[[], list[dict[str, Any]]]
CANARY = "canary-7f3b"


@pytest.fixture
def production(settings: Settings) -> Settings:
    return replace(settings, env="production", log_level="debug", trusted_proxies=1)


@pytest.fixture
def lines(production: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """The lines since, as JSON; the logging of the tests themselves comes back afterwards."""
    root, written = logging.getLogger(), StringIO()
    handlers, level = list(root.handlers), root.level
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", written)
        logs.configure(production)

    def read() -> list[dict[str, Any]]:
        text = written.getvalue()
        written.seek(0)
        written.truncate()
        return [json.loads(line) for line in text.splitlines()]

    yield read
    root.handlers[:] = handlers
    root.setLevel(level)


def of(lines: list[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["event"] == event]


def test_a_request_is_written_down_by_its_rule_and_ids(alice: Person, lines: Lines) -> None:
    answer = alice.get(f"/inbox/all?q={CANARY}")
    (line,) = of(lines(), "request")
    assert line["route"] == "/inbox/<name>"
    assert (line["method"], line["status"], line["associate"]) == ("GET", 200, alice.associate.id)
    assert line["request"] == answer.headers["X-Request-ID"]
    assert line["ms"] >= 0


def test_nothing_of_anybody_gets_into_a_line(app: Flask, house: House, alice: Person, lines: Lines) -> None:
    customer = Customer(app, house.site)
    customer.start_chat(f"Where is {CANARY}?", name=f"Ada {CANARY}", email=f"{CANARY}@example.com")
    alice.get(f"/profiles?q={CANARY}")
    alice.get(f"/join/{CANARY}-token")
    alice.get(f"/{CANARY}")
    app.test_client().post("/sign-in", data={"email": f"{CANARY}@example.com", "password": CANARY})
    told = {"X-Request-ID": f"{CANARY} or so", "User-Agent": CANARY, "Cookie": CANARY, "Referer": CANARY}
    app.test_client().get("/healthz", headers=told)
    text = json.dumps(lines())
    assert "request" in text
    assert CANARY not in text
    assert "127.0.0.1" not in text


def test_an_accident_is_told_by_its_kind_and_place_and_never_in_its_own_words(app: Flask, lines: Lines) -> None:
    def fail(secret: str) -> str:
        try:
            raise OSError(28, "No space left on device")
        except OSError as error:
            raise ValueError(f"a row with {CANARY}") from error

    app.add_url_rule(f"/{CANARY}/<secret>", "fail", fail)
    answer = app.test_client().get(f"/{CANARY}/{CANARY}")
    assert answer.status_code == 500
    told = lines()
    (line,) = [line for line in told if "error" in line]
    assert line["error"] == "ValueError < OSError: [Errno 28] No space left on device"
    assert any(place.endswith(" fail") for place in line["at"])
    assert f"a row with {CANARY}" not in json.dumps(told)
    assert of(told, "request")[0]["level"] == "error"


def test_what_somebody_sends_cannot_forge_a_line(lines: Lines) -> None:
    logging.getLogger("webapp.somewhere").warning("said %s", 'x\n{"event": "sign_in"}\x1b[2J')
    (line,) = lines()
    assert line["event"].startswith("said x\n")
    assert line["logger"] == "webapp.somewhere"


def test_what_was_answered_is_written_at_debug_and_what_was_refused_always(
    app: Flask, alice: Person, lines: Lines
) -> None:
    logging.getLogger().setLevel(logging.INFO)
    assert alice.get("/inbox/all").status_code == 200
    assert alice.get("/nowhere").status_code == 404
    assert [line["status"] for line in of(lines(), "request")] == [404]


def test_who_came_in_and_who_was_refused_is_written_as_security(
    app: Flask, house: House, client: FlaskClient, lines: Lines
) -> None:
    alice = Person(app, house.alice)
    wrong = {"email": "alice@maison.example", "password": "no"}
    client.post("/sign-in", data=wrong)
    client.post("/sign-in", data=wrong, headers={"Origin": "http://evil.example"})
    client.post("/sign-in", data=wrong, headers={"Origin": "http://localhost", "X-CSRF-Token": "made up"})
    with app.test_request_context():
        ours = {"Origin": "http://localhost", "X-CSRF-Token": security.csrf_token("sign-in")}
    client.post("/sign-in", data=wrong, headers=ours)
    client.post("/sign-in", data=wrong | {"password": "demo-password"}, headers=ours)
    alice.post("/sign-out")
    told = [line for line in lines() if line.get("kind") == "security"]
    assert [line["event"] for line in told] == ["request_refused"] * 3 + ["sign_in_refused", "sign_in", "sign_out"]
    assert [line.get("reason") for line in told[:3]] == ["origin", "origin", "token"]
    assert [line.get("associate") for line in told[3:]] == [None, house.alice.id, house.alice.id]
    assert len({line["source"] for line in told}) == 1


@pytest.mark.parametrize(("proxies", "given", "is_taken"), [
    (1, "proxy-0123456789", True),
    (0, "proxy-0123456789", False),
    (1, "short", False),
    (1, "x" * 65, False),
    (1, "with space in it", False),
])  # fmt: skip
def test_the_id_of_a_request_is_taken_only_from_a_proxy_that_is_believed(
    settings: Settings, proxies: int, given: str, is_taken: bool
) -> None:
    client = create_app(replace(settings, trusted_proxies=proxies)).test_client()
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    assert (answer.headers["X-Request-ID"] == given) == is_taken


def test_the_server_below_says_neither_who_asked_nor_for_what(lines: Lines) -> None:
    gunicorn = logging.getLogger("gunicorn.error")
    gunicorn.warning(f"Invalid request from ip=198.51.100.7: Invalid Request Line 'GET /join/{CANARY}'")
    gunicorn.error("Error handling request %s", f"/join/{CANARY}")
    assert [line["event"] for line in lines()] == ["Invalid request", "Error handling request"]

"""What protects every page, asked of every route: where requests come from, what a GET may do, what a page may load."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import ORIGIN, House, Person, chat
from webapp.domain.db import database
from webapp.domain.tables import ActivityEntry, Conversation

SAFE = {"GET", "HEAD", "OPTIONS"}
SOCKETS = {"/live", "/widget/live"}
EVIL = ["http://evil.example", "null", "http://localhost.evil.example", "http://evil.example/http://localhost",
        "https://localhost", "http://localhost:8001", "http://LOCALHOST.", ""]  # fmt: skip


def routes(app: Flask, safe: bool) -> list[tuple[str, str]]:
    """Method and rule of every route."""
    return [
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods or ())
        if (method in SAFE) == safe and method not in ("HEAD", "OPTIONS") and rule.rule not in SOCKETS
    ]


def fill(rule: str, conversation: Conversation) -> str:
    """Put into a rule what exists."""
    entry = ActivityEntry.select().first()
    values = {
        "public_id": conversation.public_id, "profile_id": "1", "id": "1", "field": "email", "name": "waiting",
        "entry_id": str(entry.id if entry else 1), "filename": "app.css",
    }  # fmt: skip
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: values[part[1]], rule)


def test_every_unsafe_route_refuses_what_comes_from_elsewhere(app: Flask, alice: Person, house: House) -> None:
    conversation = chat(house, "Jane Doe", "jane.doe@example.com")
    unsafe = routes(app, safe=False)
    assert len(unsafe) > 10
    for method, rule in unsafe:
        path = fill(rule, conversation)
        for origin in EVIL:
            headers = {"X-CSRF-Token": alice.token} | ({"Origin": origin} if origin else {})
            assert alice.client.open(path, method=method, headers=headers).status_code == 403, (method, rule, origin)


def test_every_unsafe_route_asks_for_the_token(app: Flask, alice: Person, bruno: Person, house: House) -> None:
    conversation = chat(house, "Jane Doe", "jane.doe@example.com")
    for method, rule in routes(app, safe=False):
        path = fill(rule, conversation)
        for token in ("", "é", bruno.token):
            headers = {"Origin": ORIGIN} | ({"X-CSRF-Token": token.encode().decode("latin-1")} if token else {})
            assert alice.client.open(path, method=method, headers=headers).status_code == 403, (method, rule)


def test_a_get_writes_nothing(app: Flask, alice: Person, house: House) -> None:
    conversation = chat(house, "Jane Doe", "jane.doe@example.com")
    database.execute_sql("PRAGMA query_only = ON")
    for _, rule in routes(app, safe=True):
        answer = alice.get(fill(rule, conversation))
        assert answer.status_code < 500, (rule, answer.text[:200])
        assert "Set-Cookie" not in answer.headers, rule
    database.execute_sql("PRAGMA query_only = OFF")


def test_whoever_is_not_signed_in_is_sent_to_sign_in(app: Flask, client: FlaskClient, house: House) -> None:
    conversation = chat(house, "Jane Doe", "jane.doe@example.com")
    public = ("/widget", "/static", "/healthz", "/sign-in", "/demo", "/favicon")
    for _, rule in routes(app, safe=True):
        if rule == "/" or rule.startswith(public):
            continue
        answer = client.get(fill(rule, conversation))
        assert answer.status_code == 302, rule
        assert answer.headers["Location"].startswith("/sign-in"), rule


@pytest.mark.parametrize("path", ["/inbox/waiting", "/profiles", "/nowhere"])
def test_pages_of_the_workspace_are_framed_by_nobody_and_run_nothing_inline(alice: Person, path: str) -> None:
    answer = alice.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=|javascript:", answer.text)


def test_the_widget_is_framed_by_its_site_alone(client: FlaskClient, house: House) -> None:
    policy = client.get(f"/widget/frame?key={house.site.key}").headers["Content-Security-Policy"]
    assert "frame-ancestors http://shop.example" in policy
    assert client.get("/widget/frame?key=another").status_code == 404

"""Styles, scripts and icons as they travel, and the sign of life."""

from __future__ import annotations

import gzip
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.unit.views.dom import look
from webapp.assets import Assets


@pytest.fixture
def assets(app: Flask) -> Assets:
    found: Assets = app.extensions["assets"]
    return found


def test_every_file_that_a_page_names_is_there(client: FlaskClient) -> None:
    page = client.get("/first-run").text
    named = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page))
    assert {address.split(".")[0] for address in named} == {"/static/app", "/static/icons", "/static/favicon"}
    for address in named:
        assert client.get(address).status_code == 200, address


def test_every_sign_that_a_page_draws_is_in_the_sprite(client: FlaskClient) -> None:
    page = client.get("/first-run").text
    sprite = client.get(re.findall(r'"(/static/icons[^"#]+)', page)[0]).text
    drawn = set(re.findall(r'#(i-[a-z]+)"', page))
    assert drawn
    assert drawn <= {e["id"] for e in look(sprite).walk() if "id" in e}


@pytest.mark.parametrize("name", ["app.css", "app.js", "icons.svg"])
def test_it_is_packed_for_browsers_that_can_unpack_it(client: FlaskClient, assets: Assets, name: str) -> None:
    plain = client.get(assets.url(name), headers={"Accept-Encoding": "identity"})
    packed = client.get(assets.url(name), headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data == assets.named(name).body
    assert len(packed.data) < len(plain.data)
    for answer in (plain, packed):
        assert answer.headers["Content-Type"] == assets.named(name).content_type
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert plain.headers["ETag"] != packed.headers["ETag"]


def test_a_browser_that_refuses_gzip_gets_none(client: FlaskClient, assets: Assets) -> None:
    answer = client.get(assets.url("app.css"), headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert "Content-Encoding" not in answer.headers


def test_it_may_be_kept_for_ever(client: FlaskClient, assets: Assets) -> None:
    answer = client.get(assets.url("app.js"))
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers["Vary"]


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_whoever_has_it_is_not_sent_it_again(client: FlaskClient, assets: Assets, encoding: str) -> None:
    headers = {"Accept-Encoding": encoding}
    first = client.get(assets.url("app.js"), headers=headers)
    again = client.get(assets.url("app.js"), headers=headers | {"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "name",
    [
        "app.css",
        "app.000000000000.js",
        "rapport.db",
        "..%2f..%2fwebapp%2fconfig.py",
        "%2e%2e/dev",
        "vendor/htmx.min.js",
    ],
)
def test_nothing_else_is_served(client: FlaskClient, assets: Assets, name: str) -> None:
    assert client.get(assets.url("app.js")).status_code == 200
    assert client.get(f"/static/{name}").status_code == 404


def test_it_says_that_it_is_alive(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text.strip()) == (200, "ok")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["Cache-Control"] == "no-store"

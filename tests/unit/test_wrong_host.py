"""Whoever comes to a server in production by a name not its own is told so, by a page that needs nothing else."""

from __future__ import annotations

import re
from dataclasses import replace

from flask import Flask
from flask.testing import FlaskClient

HEADERS = {"Host": "evil.example", "Accept-Language": "de"}


def test_zoe_reads_it_in_her_language_and_styled(app: Flask, client: FlaskClient) -> None:
    app.config["RAPPORT"] = replace(app.config["RAPPORT"], env="production", base_url="https://chat.example.com")
    answer = client.get("/sign-in", headers=HEADERS)
    assert answer.status_code == 400
    for code, words in (("en", "This address does not lead here"), ("fr", "Cette adresse ne mène pas ici")):
        assert re.search(rf'<section lang="{code}"><h[12]>{words}<', answer.text)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src data:;")
    assert "unsafe" not in policy
    assert all(address.startswith("data:text/css;") for address in re.findall(r'(?:href|src)="([^"]+)"', answer.text))
    assert "evil.example" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_at_its_own_name_an_empty_house_leads_on_as_ever(app: Flask, client: FlaskClient) -> None:
    app.config["RAPPORT"] = replace(app.config["RAPPORT"], env="production", base_url="https://chat.example.com")
    assert client.get("/sign-in", headers=HEADERS | {"Host": "chat.example.com"}).status_code == 302

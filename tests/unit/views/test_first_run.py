"""The first run: while nobody is there every way leads to it, and afterwards it never was."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cast import ORIGIN, House
from tests.conftest import SECRET
from tests.unit.views.dom import Element, look
from webapp import security
from webapp.domain.people import setup
from webapp.domain.tables import Associate, Site, Store

CODE = setup.code(SECRET)
DOOR = f"/first-run?code={CODE}"
ANSWERS = {
    "name": "Dana Petit", "email": "dana@maison.example", "password": "tulips on tuesday", "store_name": "Lyon",
    "region": "FR", "time_zone": "Europe/Paris", "site_name": "Maison Lumière", "origin": "https://shop.example",
}  # fmt: skip


def hidden(page: Element) -> dict[str, str]:
    return {e["name"]: e["value"] for e in page.walk() if e.tag == "input" and e.attributes.get("type") == "hidden"}


def answer_it(client: FlaskClient, **other: str) -> TestResponse:
    page = look(client.get(DOOR).text)
    data = hidden(page) | ANSWERS | other
    return client.post(page.the("first-run-form")["action"], data=data, headers={"Origin": ORIGIN})


@pytest.mark.parametrize("path", ["/", "/sign-in", "/sign-in?next=/profiles"])
def test_while_nobody_is_there_every_way_leads_to_it(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Location"] == "/first-run"
    assert look(client.get("/first-run").text).all("first-run-code")


def test_dana_makes_the_house_and_is_in(client: FlaskClient) -> None:
    answer = answer_it(client)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/settings/sites/{Site.get().key}/install")
    assert (Associate.get().name, Store.get().name) == ("Dana Petit", "Lyon")
    assert client.get("/settings").status_code == 200
    for look_again in (client.get(DOOR), client.get("/first-run")):
        assert look_again.status_code == 404


def test_it_speaks_her_language_and_goes_on_in_it(client: FlaskClient) -> None:
    page = look(client.get(f"{DOOR}&locale=fr").text)
    assert page.the("first-run-submit").text == "Installer"
    assert [e["href"] for e in page.walk() if "aria-current" in e] == [f"/first-run?locale=fr&code={CODE}"]
    client.post(page.the("first-run-form")["action"], data=hidden(page) | ANSWERS, headers={"Origin": ORIGIN})
    assert Associate.get().language == "fr"


@pytest.mark.parametrize("path", [DOOR, "/first-run"])
def test_once_somebody_is_there_it_does_not_exist(client: FlaskClient, house: House, path: str) -> None:
    assert client.get(path).status_code == 404
    assert "/first-run" not in client.get("/sign-in", follow_redirects=True).text
    with client.application.test_request_context():
        token = security.csrf_token("sign-in")
    data = ANSWERS | {"code": CODE, "csrf_token": token}
    assert client.post("/first-run", data=data, headers={"Origin": ORIGIN}).status_code == 404


@pytest.mark.parametrize("code", ["ABCDEFGHJK", "x", "\0", "é" * 10, "A" * 5000])
def test_without_the_code_nothing_is_made(client: FlaskClient, code: str) -> None:
    answer = client.get("/first-run", query_string={"code": code})
    assert answer.status_code == 422
    assert look(answer.text).the("field-error").text == "That is not the setup code."
    assert answer_it(client, code=code).status_code == 422
    assert answer_it(client, code="").status_code == 200
    assert not Associate.select().exists()


def test_who_guesses_the_code_has_to_wait(app: Flask, client: FlaskClient) -> None:
    for _ in range(security.FAILED_SIGN_INS.amount):
        client.get("/first-run?code=guess")
    answer = client.get("/first-run?code=guess")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    elsewhere = app.test_client()
    elsewhere.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    assert elsewhere.get(DOOR).status_code == 200


def test_strangers_who_guess_do_not_keep_the_owner_out(app: Flask, client: FlaskClient) -> None:
    for _ in range(security.FAILED_SIGN_INS.amount + 1):
        client.get("/first-run?code=guess")
    assert client.get(DOOR).status_code == 200


def test_a_refused_form_keeps_everything_but_the_password(client: FlaskClient) -> None:
    wrong = {"name": "", "email": "dana", "password": "short", "time_zone": "Mars/Olympus", "origin": "shop/<b>"}
    answer = answer_it(client, **wrong)
    assert answer.status_code == 422
    page = look(answer.text)
    assert {error["data-field"] for error in page.all("field-error")} == set(wrong)
    kept = ANSWERS | wrong | {"password": ""}
    for field in ("name", "email", "password", "store_name", "site_name", "origin"):
        assert page.the(f"settings-{field}")["value"] == kept[field]
    chosen = [e["value"] for e in page.the("settings-region").walk() if "selected" in e]
    assert chosen == ["FR"]
    assert hidden(page)["code"] == CODE
    assert not Store.select().exists()


@pytest.mark.parametrize(
    ("accepts", "region", "zone"),
    [
        ("fr-FR,fr;q=0.9", "FR", "Europe/Paris"),
        ("en-GB,en;q=0.5", "GB", "Europe/London"),
        ("en,fr-CH;q=0.5", "CH", "Europe/Zurich"),
        ("en-US", "US", ""),
        ("fr", "", ""),
        ("*,xx-!!;q=0.3", "", ""),
    ],
)
def test_where_the_store_is_may_be_guessed(client: FlaskClient, accepts: str, region: str, zone: str) -> None:
    page = look(client.get(DOOR, headers={"Accept-Language": accepts}).text)
    for name, value in (("region", region), ("time_zone", zone)):
        assert [e["value"] for e in page.the(f"settings-{name}").walk() if "selected" in e] == [value]


def test_it_needs_no_script_and_our_own_page(client: FlaskClient) -> None:
    page = look(client.get(DOOR).text)
    assert [e for e in page.walk() if e.tag == "script"] == []
    assert page.the("settings-password")["autocomplete"] == "new-password"
    for headers in ({}, {"Origin": "http://evil.example"}):
        assert client.post("/first-run", data=hidden(page) | ANSWERS, headers=headers).status_code == 403
    assert client.post("/first-run", data=ANSWERS, headers={"Origin": ORIGIN}).status_code == 403
    assert setup.is_due()

"""Joining by a link: a form for whoever has it, and one same page for whatever opens nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cast import ORIGIN, House, Person
from tests.unit.views.dom import look
from webapp import security
from webapp.domain import clock
from webapp.domain.people import invitations, sessions
from webapp.domain.tables import Associate, SignIn

GOOD = "tulips on tuesday"
EVA = "eva@maison.example"


@pytest.fixture
def link(house: House) -> str:
    return f"/join/{invitations.invite(EVA, stores=[house.lyon], by=house.dana)[1]}"


def join(client: FlaskClient, link: str, name: str = "Eva Blanc", password: str = GOOD, **more: str) -> TestResponse:
    """Fill in the form that the page shows."""
    page = look(client.get(link).text)
    token = next(e["value"] for e in page.walk() if e.attributes.get("name") == "csrf_token")
    data = {"name": name, "password": password, "language": "fr", "csrf_token": token} | more
    return client.post(page.the("join-form")["action"], data=data, headers={"Origin": ORIGIN})


def test_eva_joins_and_lands_in_her_inbox(client: FlaskClient, link: str) -> None:
    page = look(client.get(link).text)
    assert page.the("join-email")["value"] == EVA
    assert "readonly" in page.the("join-email")
    assert "name" not in page.the("join-email")
    answer = join(client, link)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/inbox/waiting")
    assert {"HttpOnly", "SameSite=Lax"} <= set(answer.headers["Set-Cookie"].split("; "))
    inbox = client.get("/inbox/waiting").text
    assert 'lang="fr"' in inbox
    assert "Eva Blanc" in inbox


def test_nobody_else_becomes_her_by_typing_another_e_mail(client: FlaskClient, link: str) -> None:
    join(client, link, email="dana@maison.example", role="manager")
    eva = Associate.get(Associate.name == "Eva Blanc")
    assert (eva.email, eva.role) == (EVA, "associate")


def test_a_link_that_was_used_is_as_good_as_none(client: FlaskClient, app: Flask, link: str, house: House) -> None:
    assert join(client, link).status_code == 303
    revoked, token = invitations.invite("emma@maison.example", by=house.dana)
    invitations.take_back(revoked, by=house.dana)
    with clock.at(clock.now() - timedelta(days=8)):
        _, old = invitations.invite("zoe@maison.example", by=house.dana)
    pages = set()
    for dead in (link, f"/join/{token}", f"/join/{old}", "/join/nothing", "/join/%00", "/join/" + "x" * 500):
        app.extensions["limiter"] = security.Limiter()
        answer = app.test_client().get(dead)
        assert answer.status_code == 404
        pages.add(answer.text.replace(dead, ""))
        assert look(answer.text).all("join-dead")
    assert len(pages) <= 3  # but for the address in the links to other languages


def test_the_second_to_press_reads_that_the_link_is_dead(app: Flask, link: str) -> None:
    first, second = app.test_client(), app.test_client()
    token = next(e["value"] for e in look(second.get(link).text).walk() if e.attributes.get("name") == "csrf_token")
    assert join(first, link).status_code == 303
    data = {"name": "Evil", "password": GOOD, "csrf_token": token}
    answer = second.post(link, data=data, headers={"Origin": ORIGIN})
    assert answer.status_code == 404
    assert look(answer.text).all("join-dead")
    assert "Set-Cookie" not in answer.headers
    assert SignIn.select().count() == 1


@pytest.mark.parametrize(
    ("name", "password", "wrong"),
    [
        ("", GOOD, ["name"]),
        ("Eva", "short", ["password"]),
        (" ", "password", ["name", "password"]),
        ("n" * 121, GOOD, ["name"]),
        ("Eva", EVA, ["password"]),
        ("Eva", "é" * 513, ["password"]),
        ("Eva", "x" * 100_000, ["password"]),
    ],
)
def test_a_refused_form_keeps_the_name_and_forgets_the_password(
    client: FlaskClient, link: str, name: str, password: str, wrong: list[str]
) -> None:
    answer = join(client, link, name, password)
    assert answer.status_code == 422
    page = look(answer.text)
    assert [error["data-field"] for error in page.all("field-error")] == wrong
    assert (page.the("settings-name")["value"], page.the("settings-password")["value"]) == (name, "")
    assert any("autofocus" in element and "data-errors" in element for element in page.walk())
    assert not Associate.select().where(Associate.email == EVA).exists()
    assert join(client, link).status_code == 303


def test_a_megabyte_is_too_much(client: FlaskClient, link: str) -> None:
    assert join(client, link, password="x" * 1_000_000).status_code == 413


def test_who_tries_many_links_has_to_wait_and_keeps_nobody_out(client: FlaskClient, link: str) -> None:
    for number in range(security.FAILED_SIGN_INS.amount):
        assert client.get(f"/join/guess-{number}").status_code == 404
    assert client.get("/join/one-more").status_code == 429
    assert join(client, link).status_code == 303


def test_whoever_was_signed_in_at_this_browser_is_out(alice: Person, link: str) -> None:
    page = look(alice.get(link).text)
    token = next(e["value"] for e in page.walk() if e.attributes.get("name") == "csrf_token")
    before = alice.client.get_cookie("rapport")
    assert before
    assert alice.post(link, {"name": "Eva", "password": GOOD, "csrf_token": token}, htmx=False).status_code == 303
    assert sessions.current(before.value) is None
    after = alice.client.get_cookie("rapport")
    assert after
    session = sessions.current(after.value)
    assert session
    assert session.associate.email == EVA


def test_the_page_speaks_two_languages_and_needs_no_script(client: FlaskClient, link: str) -> None:
    page = look(client.get(f"{link}?locale=fr").text)
    assert page.the("join-submit").text == "Rejoindre"
    assert [e for e in page.walk() if e.tag == "script"] == []
    assert [e["href"] for e in page.walk() if "aria-current" in e] == [f"{link}?locale=fr"]


@pytest.mark.parametrize("header", [{}, {"Origin": "http://evil.example"}])
def test_it_takes_our_own_page(client: FlaskClient, link: str, header: dict[str, str]) -> None:
    assert client.post(link, data={"name": "Eva", "password": GOOD}, headers=header).status_code == 403
    assert client.post(link, data={"name": "Eva", "password": GOOD}, headers={"Origin": ORIGIN}).status_code == 403

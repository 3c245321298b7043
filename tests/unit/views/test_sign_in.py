"""The door: who gets in, what those who do not are told, and where it leads."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cast import ORIGIN, PASSWORD, House, Person
from tests.unit.views.dom import look
from webapp import security
from webapp.domain.people import sessions
from webapp.domain.tables import SignIn
from webapp.i18n import Reader

ALICE = "alice@maison.example"
HOME = "/inbox/waiting"


def knock(
    client: FlaskClient, email: str = ALICE, password: str = PASSWORD, query: str = "", **form: str
) -> TestResponse:
    """Fill in the form that the page shows, and send it as a browser would."""
    page = look(client.get(f"/sign-in{query}").text)
    hidden = {e["name"]: e["value"] for e in page.walk() if e.tag == "input" and e.attributes.get("type") == "hidden"}
    data = hidden | {"email": email, "password": password} | form
    address = next(e["action"] for e in page.walk() if e.tag == "form")
    return client.post(address, data=data, headers={"Origin": ORIGIN})


def test_alice_signs_in_and_lands_in_her_inbox(client: FlaskClient, house: House) -> None:
    assert client.get(HOME).status_code == 302
    answer = knock(client)
    assert (answer.status_code, answer.headers["Location"]) == (303, HOME)
    assert "Nobody is waiting." in client.get(HOME).text


def test_alice_may_write_her_e_mail_as_she_likes(client: FlaskClient, house: House) -> None:
    assert knock(client, "  ALICE@Maison.Example ").status_code == 303


def test_her_cookie_is_for_our_pages_only_and_closed_to_scripts(client: FlaskClient, house: House) -> None:
    cookie = knock(client).headers["Set-Cookie"]
    assert cookie.startswith("rapport=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert not SignIn.select().where(SignIn.token_hash == cookie.split("=")[1].split(";")[0]).exists()


def test_with_tls_the_cookie_never_travels_without(app: Flask, client: FlaskClient, house: House) -> None:
    app.config["RAPPORT"] = replace(app.config["RAPPORT"], base_url="https://localhost")
    page = look(client.get("/sign-in", base_url="https://localhost").text)
    token = next(e["value"] for e in page.walk() if e.attributes.get("name") == "csrf_token")
    data = {"email": ALICE, "password": PASSWORD, "csrf_token": token}
    headers = {"Origin": "https://localhost"}
    answer = client.post("/sign-in", data=data, headers=headers, base_url="https://localhost")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-rapport=")
    assert "Secure" in cookie.split("; ")
    assert "Domain" not in cookie


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (ALICE, "wrong"), (ALICE, ""), ("", ""), ("nobody@maison.example", PASSWORD), (ALICE, PASSWORD.upper()),
        (ALICE, PASSWORD + " "), (ALICE, "x" * 5000), ("x" * 5000, PASSWORD), ("\0", "\0"),
    ],
)  # fmt: skip
def test_whoever_does_not_get_in_is_not_told_which_part_was_wrong(
    client: FlaskClient, house: House, email: str, password: str
) -> None:
    answer = knock(client, email, password)
    assert answer.status_code == 422
    assert "Set-Cookie" not in answer.headers
    page = look(answer.text)
    assert [e.text for e in page.walk() if e.attributes.get("role") == "alert"] == [
        "That e-mail and password don’t match."
    ]
    assert page.the("sign-in-email")["value"] == email
    assert "value" not in page.the("sign-in-password")
    assert not SignIn.select().exists()


def test_after_ten_failures_even_the_right_password_has_to_wait(client: FlaskClient, house: House) -> None:
    for _ in range(security.FAILED_SIGN_INS.amount):
        assert knock(client, password="wrong").status_code == 422
    answer = knock(client, ALICE.upper())
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= security.FAILED_SIGN_INS.seconds
    assert "Too many tries. Try again in 10 minutes." in answer.text
    assert not SignIn.select().exists()


def test_the_failures_of_one_account_keep_nobody_else_out(client: FlaskClient, house: House) -> None:
    for _ in range(security.FAILED_SIGN_INS.amount):
        knock(client, password="wrong")
    assert knock(client).status_code == 429
    assert knock(client, "bruno@maison.example").status_code == 303


def test_nor_does_somebody_elsewhere_who_guesses_her_password(app: Flask, client: FlaskClient, house: House) -> None:
    elsewhere = app.test_client()
    elsewhere.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    for _ in range(security.FAILED_SIGN_INS.amount):
        knock(elsewhere, password="wrong")
    assert knock(elsewhere).status_code == 429
    assert knock(client).status_code == 303


def test_signing_in_often_is_no_failure(app: Flask, house: House) -> None:
    for _ in range(security.FAILED_SIGN_INS.amount + 2):
        assert knock(app.test_client()).status_code == 303


def test_a_deep_link_is_where_she_lands(client: FlaskClient, house: House) -> None:
    answer = client.get("/profiles?q=zo%C3%A9&before=3")
    there = answer.headers["Location"]
    assert there.startswith("/sign-in?next=")
    assert knock(client, query=there.removeprefix("/sign-in")).headers["Location"] == "/profiles?q=zo%C3%A9&before=3"


def test_a_wrong_password_does_not_lose_the_way(client: FlaskClient, house: House) -> None:
    page = look(knock(client, password="wrong", query="?next=/profiles/1").text)
    assert [e["value"] for e in page.walk() if e.attributes.get("name") == "next"] == ["/profiles/1"]


@pytest.mark.parametrize(
    "target",
    [
        "", "http://evil.example/", "//evil.example", "///evil.example//x", "////evil.example", "/\\evil.example",
        "\\\\evil.example", "https:evil.example", "javascript:alert(1)", "/\t/evil.example", "/\r\nX: y",
        " //evil.example", "inbox/mine", "http://[", "//evil.example/..//x", "/sign-in", "/sign-in?next=/sign-in", "http:///evil.example",
    ],
)  # fmt: skip
def test_nobody_is_led_to_another_site_nor_round_in_a_circle(client: FlaskClient, house: House, target: str) -> None:
    location = knock(client, next=target).headers["Location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\", "/sign-in"))
    assert "\\" not in location


def test_whoever_is_in_already_goes_on(alice: Person) -> None:
    assert alice.get("/sign-in").headers["Location"] == HOME
    assert alice.get("/sign-in?next=/profiles").headers["Location"] == "/profiles"
    assert alice.get("/").headers["Location"] == HOME


@pytest.mark.parametrize(
    ("query", "accepts", "language", "button"),
    [
        ("", "en-GB,en", "en", "Sign in"),
        ("", "fr-CA,fr;q=0.9,en;q=0.5", "fr", "Se connecter"),
        ("", "de", "en", "Sign in"),
        ("?locale=fr", "en", "fr", "Se connecter"),
        ("?locale=en", "fr", "en", "Sign in"),
    ],
)
def test_the_door_speaks_the_language_of_who_stands_before_it(
    client: FlaskClient, house: House, query: str, accepts: str, language: str, button: str
) -> None:
    page = look(client.get(f"/sign-in{query}", headers={"Accept-Language": accepts}).text)
    assert next(e for e in page.walk() if e.tag == "html")["lang"] == language
    assert page.the("sign-in-submit").text == button
    current = [e.text for e in page.walk() if "aria-current" in e]
    assert current == [{"en": "English", "fr": "Français"}[language]]


def test_it_goes_on_in_the_language_that_was_chosen(client: FlaskClient, house: House) -> None:
    answer = knock(client, password="faux", query="?locale=fr")
    assert "E-mail ou mot de passe incorrect." in answer.text


def test_every_number_of_minutes_can_be_said() -> None:
    assert Reader("fr").n("error.too_many_sign_ins", 1) == "Trop d’essais. Réessayez dans 1 minute."
    assert Reader("fr").n("error.too_many_sign_ins", 2) == "Trop d’essais. Réessayez dans 2 minutes."


def test_the_door_needs_no_script_and_its_fields_are_known_to_password_managers(
    client: FlaskClient, house: House
) -> None:
    page = look(client.get("/sign-in").text)
    assert [e for e in page.walk() if e.tag == "script"] == []
    assert page.the("sign-in-email")["autocomplete"] == "username"
    assert page.the("sign-in-password")["autocomplete"] == "current-password"
    labels = {e["for"] for e in page.walk() if e.tag == "label"}
    assert labels == {page.the("sign-in-email")["id"], page.the("sign-in-password")["id"]}


def test_signing_out_ends_the_session_and_not_only_the_cookie(alice: Person) -> None:
    token = alice.client.get_cookie("rapport")
    assert token
    assert sessions.current(token.value)
    answer = alice.post("/sign-out", htmx=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    assert sessions.current(token.value) is None
    assert alice.client.get_cookie("rapport") is None


def test_nobody_is_signed_out_by_a_link(alice: Person) -> None:
    assert alice.get("/sign-out").status_code == 405
    assert alice.get(HOME).status_code == 200


def test_whoever_was_signed_out_meanwhile_is_led_to_the_door_by_htmx_too(client: FlaskClient) -> None:
    answer = client.get("/inbox/mine", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/sign-in?next=/inbox/mine")

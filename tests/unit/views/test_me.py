"""Her own page: another password, another language, and an end to sessions elsewhere."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.cast import PASSWORD, Person
from tests.unit.views.dom import look
from webapp import security
from webapp.domain.people import passwords
from webapp.domain.tables import Associate

GOOD = "tulips on tuesday"


def test_alice_gives_herself_another_password(app: Flask, alice: Person, bruno: Person) -> None:
    elsewhere = Person(app, alice.associate)
    answer = alice.post("/me/password", {"old": PASSWORD, "password": GOOD})
    assert answer.status_code == 200
    assert "Saved" in answer.text
    assert GOOD not in answer.text
    assert passwords.is_right(Associate.get_by_id(alice.associate.id).password_hash, GOOD)
    assert alice.get("/me").status_code == 200
    assert elsewhere.get("/me").status_code == 302
    assert bruno.get("/me").status_code == 200


def test_it_works_without_a_script(alice: Person) -> None:
    data = {"old": PASSWORD, "password": GOOD, "csrf_token": alice.token}
    answer = alice.post("/me/password", data, htmx=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/me")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("wrong", GOOD, "old"),
        ("", GOOD, "old"),
        ("x" * 5000, GOOD, "old"),
        (PASSWORD, "short", "password"),
        (PASSWORD, "Alice Martin", "password"),
        (PASSWORD, "Password1", "password"),
        (PASSWORD, "", "password"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(alice: Person, old: str, new: str, field: str) -> None:
    answer = alice.post("/me/password", {"old": old, "password": new})
    assert answer.status_code == 422
    page = look(answer.text)
    assert page.the("field-error")["data-field"] == field
    assert page.the("settings-old")["value"] == page.the("settings-password")["value"] == ""
    assert passwords.is_right(Associate.get_by_id(alice.associate.id).password_hash, PASSWORD)


def test_who_guesses_at_an_open_browser_has_to_wait(alice: Person) -> None:
    for _ in range(security.FAILED_SIGN_INS.amount):
        assert alice.post("/me/password", {"old": "wrong", "password": GOOD}).status_code == 422
    assert alice.post("/me/password", {"old": PASSWORD, "password": GOOD}).status_code == 429
    assert passwords.is_right(Associate.get_by_id(alice.associate.id).password_hash, PASSWORD)


def test_she_sees_where_she_is_signed_in_and_ends_the_others(app: Flask, alice: Person, bruno: Person) -> None:
    elsewhere = Person(app, alice.associate)
    page = look(alice.get("/me").text)
    assert ["data-this" in row for row in page.all("me-session")] == [False, True]
    answer = alice.post("/me/sessions/closure")
    assert len(look(answer.text).all("me-session")) == 1
    assert not look(answer.text).all("me-sign-out-elsewhere")
    assert elsewhere.get("/me").status_code == 302
    assert alice.get("/me").status_code == bruno.get("/me").status_code == 200


def test_the_menu_leads_there(alice: Person) -> None:
    assert look(alice.get("/inbox/waiting").text).the("me-open")["href"] == "/me"

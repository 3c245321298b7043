"""The settings of associates: who sees whom, what is kept when a form is refused, and links that are shown once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.cast import House, Person, chat, fresh
from tests.unit.views.dom import Element, look
from webapp.domain import clock
from webapp.domain.chats import staffing
from webapp.domain.people import associates, invitations, sessions
from webapp.domain.tables import Associate, Invitation

LIST = "/settings/associates"
EVA = "eva@maison.example"


def rows(page: Element) -> dict[str, str]:
    return {row["data-email"]: row["data-state"] for row in page.all("associate-row")}


def page_of(associate: Associate) -> str:
    return f"{LIST}/{associate.id}"


def invite(dana: Person, email: str = EVA, **how: object) -> str:
    """Invite somebody by the form; return the token of the link that is shown."""
    answer = dana.post(f"{LIST}/invite", {"email": email, "role": "associate", "stores": "lyon"} | how)
    assert answer.status_code == 200
    found = re.fullmatch(r"http://localhost/join/([\w-]{43})", look(answer.text).the("invite-link").text)
    assert found
    return found[1]


def test_a_manager_sees_those_of_her_stores(nadia: Person, dana: Person, house: House) -> None:
    staffing.deactivate(house.bruno, by=house.dana)
    seen = rows(look(nadia.get(LIST).text))
    assert seen == {
        "alice@maison.example": "active", "dana@maison.example": "active", "nadia@maison.example": "active",
        "bruno@maison.example": "deactivated",
    }  # fmt: skip
    assert "charlie@maison.example" in rows(look(dana.get(LIST).text))
    row = look(nadia.get(LIST).text).the("associate-row", email="nadia@maison.example")
    told = ("Nadia Roux", "Lyon", "last signed in Today", "Not chat-enabled", "Manager")
    assert all(words in row.text for words in told)


def test_for_others_the_pages_do_not_exist(alice: Person, nadia: Person, house: House) -> None:
    for path in (LIST, f"{LIST}/invite", page_of(house.alice)):
        assert alice.get(path).status_code == 404
    for path in (page_of(house.charlie), f"{LIST}/999999", f"{LIST}/{2**70}"):
        assert nadia.get(path).status_code == 404
    for act in ("", "/deactivation", "/reactivation"):
        assert nadia.post(page_of(house.charlie) + act, {"role": "manager"}).status_code == 404
        assert alice.post(page_of(house.bruno) + act, {"role": "manager"}).status_code == 404
    assert Associate.get_by_id(house.charlie.id).deactivated_at is None


def test_dana_changes_what_alice_may_do(dana: Person, house: House) -> None:
    page = look(dana.get(page_of(house.alice)).text)
    assert "checked" in page.the("settings-stores-lyon")
    assert "checked" not in page.the("settings-stores-london")
    answer = dana.post(page_of(house.alice), {"role": "manager", "stores": ["lyon", "london"]})
    assert answer.status_code == 200
    assert "Saved" in answer.text
    assert answer.headers["HX-Push-Url"] == page_of(house.alice)
    alice = Associate.get_by_id(house.alice.id)
    assert (alice.role, alice.chat_enabled, alice.memberships.count()) == ("manager", False, 2)


def test_it_works_without_a_script(dana: Person, house: House) -> None:
    fields = {"role": "associate", "stores": "london", "chat_enabled": "on", "csrf_token": dana.token}
    answer = dana.post(page_of(house.alice), fields, htmx=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, page_of(house.alice))
    answer = dana.post(page_of(house.alice) + "/deactivation", {}, htmx=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, page_of(house.alice))
    assert look(dana.get(page_of(house.alice)).text).all("associate-reactivate")


def test_nadia_leaves_the_stores_of_others_alone(nadia: Person, house: House) -> None:
    page = look(nadia.get(page_of(house.dana)).text)
    assert not page.all("settings-stores-london")
    assert "London" in page.the("associate-elsewhere").text
    nadia.post(page_of(house.dana), {"role": "manager", "stores": "lyon"})
    assert {member.store for member in house.dana.memberships} == {house.lyon, house.london}
    answer = nadia.post(page_of(house.alice), {"role": "associate", "stores": ["lyon", "london"]})
    assert answer.status_code == 422
    assert [member.store for member in house.alice.memberships] == [house.lyon]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"role": "queen", "stores": "lyon"}, "role"),
        ({}, "role"),
        ({"role": "manager", "stores": "nowhere"}, "stores"),
        ({"role": "manager", "stores": "\0"}, "stores"),
    ],
)
def test_what_is_no_choice_is_refused_at_its_field(
    dana: Person, house: House, fields: dict[str, object], field: str
) -> None:
    answer = dana.post(page_of(house.alice), fields)
    assert answer.status_code == 422
    page = look(answer.text)
    assert [error["data-field"] for error in page.all("field-error")] == [field]
    assert any("data-errors" in element for element in page.walk())
    assert Associate.get_by_id(house.alice.id).role == "associate"


def test_the_last_manager_stays_one(dana: Person, house: House) -> None:
    staffing.deactivate(house.nadia, by=house.dana)
    answer = dana.post(page_of(house.dana), {"role": "associate", "stores": "london"})
    assert answer.status_code == 422
    page = look(answer.text)
    assert page.the("field-error")["data-field"] == "role"
    assert "checked" in page.the("settings-stores-london")
    assert "checked" not in page.the("settings-stores-lyon")  # what she chose is still chosen
    answer = dana.post(page_of(house.dana) + "/deactivation")
    assert answer.status_code == 409
    assert look(answer.text).all("associate-refused")
    assert dana.get(LIST).status_code == 200


def test_a_manager_who_steps_down_is_led_away(dana: Person, nadia: Person, house: House) -> None:
    associates.change(house.nadia, stores=[house.lyon, house.london])
    answer = dana.post(page_of(house.dana), {"role": "associate", "stores": "lyon"})
    assert answer.headers["HX-Redirect"] == "/inbox/waiting"
    assert dana.get(LIST).status_code == 404
    associates.change(house.alice, role="manager", stores=[house.lyon, house.london])
    answer = nadia.post(page_of(house.nadia) + "/deactivation", htmx=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    assert nadia.get("/inbox/waiting").status_code == 302


def test_about_dana_who_works_in_london_too_nadia_decides_nothing(nadia: Person, dana: Person, house: House) -> None:
    page = look(nadia.get(page_of(house.dana)).text)
    assert page.the("associate-role").text == "Manager"
    assert "all their stores" in page.the("associate-held").text
    assert not page.all("settings-role")
    assert not page.all("associate-deactivate")
    answer = nadia.post(page_of(house.dana), {"role": "associate", "stores": "lyon"})
    assert answer.status_code == 422
    assert "all their stores" in answer.text
    assert nadia.post(page_of(house.dana) + "/deactivation").status_code == 409
    assert nadia.post(page_of(house.dana), {"stores": "lyon"}).status_code == 200, "the rest is hers to change"
    kept = Associate.get_by_id(house.dana.id)
    assert (kept.role, kept.chat_enabled, kept.deactivated_at) == ("manager", False, None)
    assert dana.get(LIST).status_code == 200


def test_a_store_that_nobody_would_manage_is_said_at_the_field(dana: Person, house: House) -> None:
    for form, field in (
        ({"role": "manager", "stores": "lyon"}, "stores"),
        ({"role": "associate", "stores": ["lyon", "london"]}, "role"),
    ):
        answer = dana.post(page_of(house.dana), form)
        assert answer.status_code == 422
        assert "Nobody else manages London." in look(answer.text).the("field-error", field=field).text
    answer = dana.post(page_of(house.dana) + "/deactivation")
    assert answer.status_code == 409
    assert "London" in look(answer.text).the("associate-refused").text
    assert dana.get(LIST).status_code == 200


def test_whoever_gives_somebody_away_is_back_at_the_list(nadia: Person, house: House) -> None:
    associates.change(house.alice, stores=[house.lyon, house.london])
    answer = nadia.post(page_of(house.alice), {"role": "associate"})
    assert answer.headers["HX-Push-Url"] == LIST
    assert nadia.get(page_of(house.alice)).status_code == 404


def test_alice_is_sent_away_and_called_back(dana: Person, alice: Person, house: House) -> None:
    conversation = chat(house, "Jane")
    page = look(dana.post(page_of(house.alice) + "/deactivation").text)
    assert page.all("associate-deactivated")
    assert alice.get("/inbox/waiting").status_code == 302
    assert alice.post(f"/conversations/{conversation.public_id}/messages", {"body": "Hi", "client_id": "1"}).headers[
        "HX-Redirect"
    ].startswith("/sign-in")
    assert fresh(conversation).state == "waiting"
    shown = dana.get(f"/conversations/{conversation.public_id}").text
    assert "Alice had to leave. The customer is waiting again." in shown
    dana.post(page_of(house.alice) + "/reactivation")
    assert sessions.sign_in(house.alice)


def test_a_link_is_shown_once(dana: Person, house: House) -> None:
    token = invite(dana, chat_enabled="")
    invitation = invitations.by_token(token)
    assert (invitation.email, invitation.stores, invitation.chat_enabled) == (EVA, [house.lyon.id], False)
    page = dana.get(LIST).text
    row = look(page).the("invitation-row", email=EVA)
    assert "valid until" in row.text
    assert token not in page
    assert sessions.hash_token(token) not in page


def test_a_new_link_is_made_and_taken_back(dana: Person, nadia: Person, house: House) -> None:
    first = invite(dana)
    answer = nadia.post(f"{LIST}/invitations/{invitations.by_token(first).id}/link")
    assert look(answer.text).the("invite-link").text != f"http://localhost/join/{first}"
    (row,) = Invitation.select().where(Invitation.revoked_at.is_null())
    answer = nadia.post(f"{LIST}/invitations/{row.id}/revocation")
    assert not look(answer.text).all("invitation-row")
    assert nadia.post(f"{LIST}/invitations/{row.id}/revocation").status_code == 404
    assert nadia.post(f"{LIST}/invitations/{row.id}/link").status_code == 404


def test_the_invitations_of_other_stores_are_not_hers(dana: Person, nadia: Person, house: House) -> None:
    there = f"{LIST}/invitations/{invitations.by_token(invite(dana, stores='london')).id}"
    assert not look(nadia.get(LIST).text).all("invitation-row")
    assert nadia.post(f"{there}/link").status_code == nadia.post(f"{there}/revocation").status_code == 404
    answer = nadia.post(f"{LIST}/invite", {"email": EVA, "role": "associate", "stores": "lyon"})
    assert answer.status_code == 422
    assert "not yours" in look(answer.text).the("field-error", field="email").text


def test_nadia_takes_back_what_is_partly_hers_and_makes_no_link_of_it(
    dana: Person, nadia: Person, house: House
) -> None:
    there = f"{LIST}/invitations/{invitations.by_token(invite(dana, stores=['lyon', 'london'])).id}"
    assert look(dana.get(LIST).text).all("invitation-renew")
    page = look(nadia.get(LIST).text)
    assert "Lyon, London" in page.the("invitation-row", email=EVA).text
    assert not page.all("invitation-renew")
    assert nadia.post(f"{there}/link").status_code == 404
    assert "taken back" in nadia.post(f"{there}/revocation").text
    assert not look(dana.get(LIST).text).all("invitation-row")


def test_an_invitation_that_has_ended_is_listed_no_more(dana: Person, house: House) -> None:
    with clock.at(clock.now() - timedelta(days=8)):
        old, _ = invitations.invite(EVA, stores=[house.lyon], by=house.dana)
    assert not look(dana.get(LIST).text).all("invitation-row")
    assert dana.post(f"{LIST}/invitations/{old.id}/link").status_code == 404


def test_the_list_asks_as_often_however_long_it_is(
    dana: Person, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    def asked() -> int:
        caplog.clear()
        with caplog.at_level("DEBUG", "peewee"):
            assert dana.get(LIST).status_code == 200
        return len(caplog.records)

    invite(dana)
    before = asked()
    for number in range(5):
        invitations.invite(f"ida{number}@maison.example", stores=[house.lyon, house.london], by=house.dana)
        sessions.sign_in(house.alice)
        associates.add(f"Ida {number}", f"ida-{number}@maison.example", None, stores=[house.lyon])
    assert asked() == before > 0


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"email": "Alice@Maison.example", "role": "associate"}, ["email"]),
        ({"email": "", "role": "associate"}, ["email"]),
        ({"email": "eva", "role": "queen"}, ["email", "role"]),
        ({"email": EVA, "role": "associate", "stores": "nowhere"}, ["stores"]),
        ({"email": "e" * 300, "role": "associate"}, ["email"]),
        ({"email": "<b>@x", "role": "associate"}, ["email"]),
    ],
)
def test_a_refused_invitation_keeps_what_was_typed(
    dana: Person, house: House, fields: dict[str, object], wrong: list[str]
) -> None:
    answer = dana.post(f"{LIST}/invite", fields)
    assert answer.status_code == 422
    page = look(answer.text)
    assert [error["data-field"] for error in page.all("field-error")] == wrong
    assert page.the("settings-email")["value"] == fields["email"]
    assert not Invitation.select().exists()


def test_who_has_one_store_invites_to_it(nadia: Person, dana: Person) -> None:
    assert "checked" in look(nadia.get(f"{LIST}/invite").text).the("settings-stores-lyon")
    assert "checked" not in look(dana.get(f"{LIST}/invite").text).the("settings-stores-lyon")

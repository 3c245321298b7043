"""Profiles: the list, the page of one, and fields that save themselves."""

from __future__ import annotations

import pytest

from tests.cast import House, Person, chat
from tests.unit.views.dom import Element, look
from webapp.domain.identity import linking
from webapp.domain.profiles import creating, editing, records
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import Profile

HUGE = "9" * 30


def listing(person: Person, query: str = "") -> Element:
    answer = person.get(f"/profiles{query}", htmx=True)
    assert answer.status_code == 200
    return look(answer.text)


def numbers(seen: Element) -> list[str]:
    return [row["data-customer-number"] for row in seen.all("profile-row")]


def save(person: Person, profile: Profile, field: str, value: str, seen: str, **more: object) -> tuple[int, Element]:
    data = {"value": value, "seen": seen} | more
    answer = person.post(f"/profiles/{profile.id}/fields/{field}", data)
    return answer.status_code, look(answer.text)


def email(profile: Profile) -> str:
    return editing.value_of(Profile.get_by_id(profile.id), "email")


# ---- the list


def test_all_profiles_are_listed_in_pages(alice: Person, house: House) -> None:
    for number in range(30):
        creating.create(Given(f"Somebody {number}"), region="FR")
    first = listing(alice)
    assert numbers(first)[:2] == ["C-1001", "C-1002"]
    assert len(numbers(first)) == 20
    (following,) = [e["href"] for e in first.walk() if e.tag == "a" and "before=" in e.attributes.get("href", "")]
    assert numbers(listing(alice, following.removeprefix("/profiles")))[0] == "C-1021"


@pytest.mark.parametrize("query", ["zoe", "lefevre", "C-1004", "zoe.lefevre@", "06 98 76"])
def test_a_profile_is_found_by_whatever_is_known_of_it(alice: Person, house: House, query: str) -> None:
    seen = listing(alice, f"?q={query}")
    assert numbers(seen) == ["C-1004"]
    assert seen.the("profile-open")["href"] == f"/profiles/{house.zoe.id}"
    assert "+33 6 98 76 54 32" in seen.text


def test_a_slip_is_forgiven_and_said(alice: Person, house: House) -> None:
    seen = listing(alice, "?q=lefevrr")
    assert numbers(seen) == ["C-1004"]
    assert "spelled alike" in seen.text


def test_nothing_found_says_what_was_looked_for(alice: Person, house: House) -> None:
    seen = listing(alice, "?q=<b>qqqq")
    assert numbers(seen) == []
    assert "<b>qqqq" in seen.text


def test_a_list_without_profiles_says_so(alice: Person, house: House) -> None:
    for profile in Profile.select():
        creating.withdraw(profile)
    assert "No profiles yet" in listing(alice).text


@pytest.mark.parametrize("query", [f"?before={HUGE}", "?before=-1", "?before=x", "?q=" + "x" * 5000, "?q=%00"])
def test_nonsense_in_the_address_breaks_nothing(alice: Person, house: House, query: str) -> None:
    assert alice.get(f"/profiles{query}").status_code == 200


def test_the_address_gives_the_whole_page_and_htmx_the_panes(alice: Person, house: House) -> None:
    assert alice.get("/profiles").text.startswith("<!doctype html>")
    assert alice.get("/profiles", htmx=True).text.startswith("<title>")


def test_strangers_are_sent_to_sign_in(alice: Person, house: House) -> None:
    alice.client.delete_cookie("rapport")
    for address in ("/profiles", f"/profiles/{house.jane.id}", f"/profiles/{house.jane.id}/activity"):
        assert alice.get(address).headers["Location"].startswith("/sign-in")


# ---- the page of one


def test_a_profile_has_a_page(alice: Person, house: House) -> None:
    editing.add(house.jane, "phone", "01 23 45 67 89", by=house.alice)
    seen = look(alice.get(f"/profiles/{house.jane.id}").text)
    assert seen.the("profile-name").text == "Jane Doe"
    assert seen.the("profile-email").text == "jane.doe@example.com"
    assert seen.the("profile-phone").text == "+33 6 12 34 56 78"
    assert "01 23 45 67 89" in seen.text
    assert seen.the("activity-log")
    assert not seen.all("profile-field-name")


def test_the_page_of_a_profile_opens_its_fields_and_closes_them(alice: Person, house: House) -> None:
    opened = look(alice.get(f"/profiles/{house.jane.id}/edit", htmx=True).text)
    fields = {field: opened.the(f"profile-field-{field}")["value"] for field in editing.FIELDS}
    assert fields == {"name": "Jane Doe", "email": "jane.doe@example.com", "phone": "+33 6 12 34 56 78"}
    assert {status["data-state"] for status in opened.all("field-status")} == {"idle"}
    back = opened.the("edit-back")["hx-get"]
    assert look(alice.get(back, htmx=True).text).the("profile-edit")


def test_every_associate_sees_every_profile(charlie: Person, house: House) -> None:
    assert charlie.get(f"/profiles/{house.jane.id}").status_code == 200


@pytest.mark.parametrize("id", ["0", "999", HUGE, "x", "-1"])
def test_a_profile_that_is_not_there_is_not_found(alice: Person, house: House, id: str) -> None:
    assert alice.get(f"/profiles/{id}").status_code == 404
    assert alice.get(f"/profiles/{id}/activity").status_code == 404
    assert alice.post(f"/profiles/{id}/fields/name", {"value": "A", "seen": "B"}).status_code == 404
    assert alice.post(f"/profiles/{id}/contact-points", {"kind": "email", "value": "a@b.example"}).status_code == 404


def test_a_withdrawn_profile_is_not_found(alice: Person, house: House) -> None:
    creating.withdraw(house.zoe)
    assert alice.get(f"/profiles/{house.zoe.id}").status_code == 404
    assert save(alice, house.zoe, "name", "Zoé", "Zoé Lefèvre")[0] == 404


# ---- fields that save themselves


def test_a_field_saves_itself(alice: Person, house: House) -> None:
    status, seen = save(alice, house.jane, "email", " jane@new.example ", "jane.doe@example.com")
    assert status == 200
    assert email(house.jane) == "jane@new.example"
    shown = seen.the("field-status", field="email")
    assert shown["data-state"] == "saved"
    assert "Saved at" in shown.text
    (next_seen,) = [e["value"] for e in seen.walk() if e.attributes.get("name") == "seen"]
    assert next_seen == "jane@new.example"


def test_the_same_value_again_is_saved_too(alice: Person, house: House) -> None:
    status, seen = save(alice, house.jane, "name", "Jane Doe", "Jane Doe")
    assert (status, seen.the("field-status")["data-state"]) == (200, "saved")


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("email", "jane@"), ("phone", "no number"), ("email", "\0")]
)
def test_what_cannot_be_saved_is_said_in_place(alice: Person, house: House, field: str, value: str) -> None:
    before = editing.value_of(house.jane, field)
    status, seen = save(alice, house.jane, field, value, before)
    assert (status, seen.the("field-status")["data-state"]) == (422, "invalid")
    assert editing.value_of(Profile.get_by_id(house.jane.id), field) == before


def test_an_address_that_is_among_the_others_is_refused_in_place(alice: Person, house: House) -> None:
    editing.add(house.jane, "email", "jd@example.com", by=house.bruno)
    status, seen = save(alice, house.jane, "email", "JD@example.com", "jane.doe@example.com")
    assert (status, seen.the("field-status")["data-state"]) == (422, "invalid")
    assert "has this one already" in seen.text


def test_two_people_never_overwrite_each_other_unseen(alice: Person, bruno: Person, house: House) -> None:
    save(bruno, house.jane, "email", "bruno@was.faster", "jane.doe@example.com")
    status, seen = save(alice, house.jane, "email", "alice@was.slower", "jane.doe@example.com")
    assert (status, seen.the("field-status")["data-state"]) == (409, "stale")
    assert email(house.jane) == "bruno@was.faster"
    assert "Bruno" in seen.text
    assert "bruno@was.faster" in seen.text
    keep = seen.the("stale-keep")
    assert seen.the("stale-take")["data-current"] == keep["data-current"] == "bruno@was.faster"
    status, _ = save(alice, house.jane, "email", "alice@was.slower", keep["data-current"])
    assert status == 200
    assert email(house.jane) == "alice@was.slower"


def test_two_people_change_two_fields_without_meeting(alice: Person, bruno: Person, house: House) -> None:
    assert save(bruno, house.jane, "name", "Jane B. Doe", "Jane Doe")[0] == 200
    assert save(alice, house.jane, "email", "jane@new.example", "jane.doe@example.com")[0] == 200


def test_saving_in_the_panel_brings_the_panel_up_to_date(alice: Person, house: House) -> None:
    conversation = chat(house, "Jane D")
    linking.link(conversation, house.jane, "candidate", by=house.alice)
    here = f"/conversations/{conversation.public_id}/context"
    assert look(alice.get(here, htmx=True).text).the("conflict-banner")
    _, seen = save(alice, house.jane, "name", "Jane D", "Jane Doe", conversation=conversation.public_id)
    assert seen.the("context-panel")
    assert seen.all("conflict-banner") == []


def test_nobody_looks_into_another_chat_by_saving(charlie: Person, house: House) -> None:
    conversation = chat(house, "Jane Doe", "jane.doe@example.com")
    status, _ = save(charlie, house.jane, "name", "Jane D", "Jane Doe", conversation=conversation.public_id)
    assert status == 404
    assert Profile.get_by_id(house.jane.id).name == "Jane Doe"


def test_a_field_that_no_profile_has_is_not_found(alice: Person, house: House) -> None:
    assert save(alice, house.jane, "customer_number", "C-1", "C-1001")[0] == 404


# ---- more addresses and numbers


def test_another_number_is_added(alice: Person, house: House) -> None:
    data = {"kind": "phone", "value": "01 23 45 67 89"}
    seen = look(alice.post(f"/profiles/{house.jane.id}/contact-points", data).text)
    assert "+33 1 23 45 67 89" in seen.text
    assert len(records.of(house.jane).phones) == 2


@pytest.mark.parametrize("value", ["", "jane@", "JANE.doe@example.com"])
def test_what_cannot_be_added_stays_in_the_field(alice: Person, house: House, value: str) -> None:
    answer = alice.post(f"/profiles/{house.jane.id}/contact-points", {"kind": "email", "value": value})
    assert answer.status_code == 422
    (field,) = [e for e in look(answer.text).walk() if e.attributes.get("name") == "value"]
    assert (field["value"], field["aria-invalid"]) == (value, "true")
    assert len(records.of(house.jane).emails) == 1


def test_nobody_has_another_name(alice: Person, house: House) -> None:
    assert alice.post(f"/profiles/{house.jane.id}/contact-points", {"kind": "name", "value": "J"}).status_code == 404

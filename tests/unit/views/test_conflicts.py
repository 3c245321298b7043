"""The warning banner: what it shows and to whom, and its buttons."""

from __future__ import annotations

import pytest

from tests.cast import House, Person, chat, fresh
from tests.unit.views.dom import Element, look
from webapp.domain.chats import details, lifecycle
from webapp.domain.identity import linking
from webapp.domain.people import sites
from webapp.domain.profiles import creating, editing, records
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import Conversation, Profile

NEW = "jane@new.example"


@pytest.fixture
def jane_again(house: House) -> Conversation:
    """Jane, linked and back in the same browser, with another e-mail and another phone."""
    first = chat(house, "Jane Doe", "jane.doe@example.com")
    lifecycle.end(first, by=None)
    return chat(house, "Jane Doe", NEW, "07 81 20 44 19", visitor=first.visitor_id)


def panel(person: Person, conversation: Conversation) -> Element:
    return look(person.get(f"/conversations/{conversation.public_id}/context", htmx=True).text)


def press(person: Person, conversation: Conversation, row: Element, how: str) -> Element:
    """Press a button of a row as it was seen."""
    seen = {e["name"]: e["value"] for e in row.walk() if e.attributes.get("type") == "hidden"}
    answer = person.post(f"/conversations/{conversation.public_id}/conflicts/{row['data-field']}", {**seen, "how": how})
    assert answer.status_code == 200
    return look(answer.text)


def values(profile: Profile, field: str) -> list[str]:
    return [point.value for point in records.of(profile).points(field)]


def test_it_shows_the_fields_in_conflict_and_no_other(alice: Person, jane_again: Conversation) -> None:
    banner = panel(alice, jane_again).the("conflict-banner")
    assert "2 details differ from the profile" in banner.text
    rows = {row["data-field"]: row for row in banner.all("conflict-row")}
    assert list(rows) == ["email", "phone"]
    assert rows["email"].the("conflict-given").text == NEW
    assert rows["email"].the("conflict-held").text == "jane.doe@example.com"
    assert rows["phone"].the("conflict-given").text == "07 81 20 44 19"
    assert rows["phone"].the("conflict-held").text == "+33 6 12 34 56 78"
    (different,) = [element.text for element in rows["email"].walk() if element.tag == "mark"]
    assert different == "@new.example"


def test_all_that_the_profile_holds_is_shown(alice: Person, house: House, jane_again: Conversation) -> None:
    editing.add(house.jane, "phone", "01 23 45 67 89", by=house.bruno)
    row = panel(alice, jane_again).the("conflict-row", field="phone")
    assert row.the("conflict-held").text == "+33 6 12 34 56 78, +33 1 23 45 67 89"


def test_a_shortened_name_is_marked_and_never_added_as_another(alice: Person, house: House) -> None:
    conversation = chat(house, "Jane D")
    linking.link(conversation, house.jane, "candidate", by=house.alice)
    row = panel(alice, conversation).the("conflict-row", field="name")
    assert row.the("conflict-apply")
    assert row.all("conflict-add") == []
    assert [element.text for element in row.walk() if element.tag == "mark"] == ["D"]


def test_whoever_does_not_chat_sees_none(nadia: Person, dana: Person, jane_again: Conversation) -> None:
    assert panel(dana, jane_again).the("conflict-banner")
    seen = panel(nadia, jane_again)
    assert seen.the("profile-card")
    assert seen.all("conflict-banner") == []


def test_a_customer_who_is_new_gets_a_live_card_and_no_banner(alice: Person, house: House) -> None:
    conversation = chat(house, "Nora Blum", "nora@blum.example")
    profile = creating.create(Given("Nora Blum", "nora@blum.example"), region="FR")
    linking.link(conversation, profile, "candidate", by=house.alice)
    details.change(conversation, Given("Nora Blum", "nora@other.example"), generated_name="x")
    seen = panel(alice, conversation)
    assert seen.all("conflict-banner") == []
    assert seen.the("given-email").text == "nora@other.example"


def test_without_the_form_before_the_chat_there_is_none(alice: Person, house: House) -> None:
    plain = sites.add("No form", ["https://plain.example"], key="pk_plain", prechat_enabled=False)
    conversation = chat(house, "Jane D", site=plain)
    linking.link(conversation, house.jane, "candidate", by=house.alice)
    seen = panel(alice, conversation)
    assert seen.the("profile-card")
    assert seen.all("conflict-banner") == []


def test_blank_fields_and_a_made_up_name_contradict_nothing(alice: Person, house: House) -> None:
    conversation = chat(house)
    linking.link(conversation, house.jane, "search", by=house.alice)
    assert panel(alice, conversation).all("conflict-banner") == []


def test_update_profile_and_take_it_back(alice: Person, house: House, jane_again: Conversation) -> None:
    row = panel(alice, jane_again).the("conflict-row", field="email")
    seen = press(alice, jane_again, row, "replace")
    assert values(house.jane, "email") == [NEW]
    assert [left["data-field"] for left in seen.all("conflict-row")] == ["phone"]
    assert "E-mail updated on the profile." in seen.text
    entry = seen.all("activity-entry", kind="conflict_resolved")[0]
    assert f"jane.doe@example.com → {NEW}" in entry.text
    alice.post(seen.all("undo", undoes="field")[-1]["hx-post"], {"conversation": jane_again.public_id})
    assert values(house.jane, "email") == ["jane.doe@example.com"]
    assert panel(alice, jane_again).the("conflict-row", field="email")


def test_add_as_another(alice: Person, house: House, jane_again: Conversation) -> None:
    row = panel(alice, jane_again).the("conflict-row", field="phone")
    seen = press(alice, jane_again, row, "add")
    assert len(values(house.jane, "phone")) == 2
    assert seen.the("profile-phone").text == "+33 6 12 34 56 78"
    assert seen.all("conflict-row", field="phone") == []


def test_when_the_last_one_is_settled_there_is_no_banner(alice: Person, jane_again: Conversation) -> None:
    for field in ("email", "phone"):
        seen = press(alice, jane_again, panel(alice, jane_again).the("conflict-row", field=field), "replace")
    assert seen.all("conflict-banner") == []
    assert any("data-gone" in element for element in seen.walk())


def test_what_the_customer_changed_meanwhile_is_not_written(
    alice: Person, house: House, jane_again: Conversation
) -> None:
    row = panel(alice, jane_again).the("conflict-row", field="email")
    details.change(jane_again, Given("Jane Doe", "jane@newer.example", "07 81 20 44 19"), generated_name="x")
    seen = press(alice, jane_again, row, "replace")
    assert values(house.jane, "email") == ["jane.doe@example.com"]
    refreshed = seen.the("conflict-row", field="email")
    assert "data-refreshed" in refreshed
    assert "Check the new value" in refreshed.text
    assert refreshed.the("conflict-given").text == "jane@newer.example"
    assert "data-refreshed" not in seen.the("conflict-row", field="phone")


def test_what_a_colleague_changed_meanwhile_is_not_overwritten(
    alice: Person, house: House, jane_again: Conversation
) -> None:
    row = panel(alice, jane_again).the("conflict-row", field="email")
    editing.change(house.jane, "email", "j@bruno.example", seen="jane.doe@example.com", by=house.bruno)
    seen = press(alice, jane_again, row, "replace")
    assert values(house.jane, "email") == ["j@bruno.example"]
    assert "data-refreshed" in seen.the("conflict-row", field="email")


def test_a_row_that_is_gone_meanwhile_writes_nothing(alice: Person, house: House, jane_again: Conversation) -> None:
    row = panel(alice, jane_again).the("conflict-row", field="email")
    details.change(jane_again, Given("Jane Doe", "jane.doe@example.com"), generated_name="x")
    assert press(alice, jane_again, row, "add").all("conflict-banner") == []
    assert values(house.jane, "email") == ["jane.doe@example.com"]


@pytest.mark.parametrize(("field", "how"), [("email", "delete"), ("name", "add"), ("shoe", "replace")])
def test_what_no_button_does_is_not_done(
    alice: Person, house: House, jane_again: Conversation, field: str, how: str
) -> None:
    here = f"/conversations/{jane_again.public_id}/conflicts/{field}"
    alice.post(here, {"how": how, "given": NEW, "held": "jane.doe@example.com"})
    assert values(house.jane, "email") == ["jane.doe@example.com"]


def test_new_information_is_added_with_one_button(alice: Person, house: House) -> None:
    conversation = chat(
        house, "John Smith", "john.smith@example.com", "020 7946 0018", store="london", by=house.charlie
    )
    linking.link(conversation, house.other_john, "candidate", by=house.charlie)
    seen = panel(Person(alice.client.application, house.charlie), conversation)
    button = seen.the("new-information-add", field="phone")
    charlie = Person(alice.client.application, house.charlie)
    stale = look(charlie.post(button["hx-post"], {"given": "020 1"}).text)
    assert stale.the("new-information-add", field="phone")
    assert values(house.other_john, "phone") == []
    seen = look(charlie.post(button["hx-post"], {"given": "020 7946 0018"}).text)
    assert seen.all("new-information-add") == []
    assert seen.the("profile-phone").text == "+44 20 7946 0018"


def test_who_may_not_open_the_chat_settles_nothing(charlie: Person, house: House, jane_again: Conversation) -> None:
    here = f"/conversations/{jane_again.public_id}"
    seen = {"given": NEW, "held": "jane.doe@example.com", "how": "replace"}
    assert charlie.post(f"{here}/conflicts/email", seen).status_code == 404
    assert charlie.post(f"{here}/new-information/phone", seen).status_code == 404
    assert values(house.jane, "email") == ["jane.doe@example.com"]


def test_it_stays_after_the_end(alice: Person, house: House, jane_again: Conversation) -> None:
    lifecycle.end(jane_again, by=house.alice)
    row = panel(alice, fresh(jane_again)).the("conflict-row", field="email")
    press(alice, jane_again, row, "replace")
    assert values(house.jane, "email") == [NEW]

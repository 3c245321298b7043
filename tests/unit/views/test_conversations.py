"""A conversation at the workspace: opening it, and what each can do in each of its states."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.cast import House, Person, ask, chat, fresh
from tests.unit.views.dom import Element, look
from webapp.domain import clock
from webapp.domain.chats import details, lifecycle, messages
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import Associate, Conversation

JANE = ("Jane Doe", "jane.doe@example.com")


def path(conversation: Conversation, what: str = "") -> str:
    return f"/conversations/{conversation.public_id}{what}"


def see(person: Person, conversation: Conversation, *, htmx: bool = True) -> Element:
    answer = person.get(path(conversation), htmx=htmx)
    assert answer.status_code == 200
    return look(answer.text)


def pane(page: Element) -> Element:
    return page.the("conversation")


def ids(page: Element) -> list[str]:
    return [e["id"] for e in page.walk() if "id" in e]


def heading(page: Element) -> str:
    return next(e for e in pane(page).walk() if e.tag == "h2").text


def test_it_stands_between_its_inbox_and_its_customer(alice: Person, house: House) -> None:
    conversation = chat(house, *JANE)
    page = see(alice, conversation, htmx=False)
    panes = next(e for e in page.walk() if e.attributes.get("id") == "panes")
    shown = [e for e in panes.inside if isinstance(e, Element) and e.tag == "section"]
    assert [e["id"].partition("-")[0] for e in shown] == ["inbox", "conversation", "context"]
    assert (panes.tag, panes["data-pane"]) == ("main", "chat")
    assert pane(page)["data-conversation"] == conversation.public_id
    assert next(e for e in page.walk() if e.tag == "title").text == "Chat with Jane Doe · Rapport"
    assert sorted(ids(page)) == sorted(set(ids(page)))


def test_htmx_gets_the_panes_alone_and_the_title(alice: Person, house: House) -> None:
    part = see(alice, chat(house, *JANE))
    assert [e.tag for e in part.inside if isinstance(e, Element)] == ["title", "main"]


@pytest.mark.parametrize(("state", "inbox"), [("waiting", "waiting"), ("active", "mine"), ("ended", "all")])
def test_it_is_seen_in_the_inbox_that_it_is_in(alice: Person, house: House, state: str, inbox: str) -> None:
    conversation = ask(house, *JANE)
    if state != "waiting":
        lifecycle.accept(conversation, by=house.alice)
    if state == "ended":
        lifecycle.end(conversation, by=house.alice)
    page = see(alice, conversation)
    assert pane(page)["data-state"] == state
    assert f"inbox-{inbox}" in ids(page)
    assert page.the("conversation-row", conversation=conversation.public_id)


def test_for_others_it_does_not_exist(
    alice: Person, bruno: Person, charlie: Person, nadia: Person, dana: Person, house: House
) -> None:
    conversation = chat(house, *JANE)
    for person, status in ((alice, 200), (nadia, 200), (dana, 200), (bruno, 404), (charlie, 404)):
        assert person.get(path(conversation)).status_code == status, person.associate.name
    assert bruno.get(path(conversation)).text == bruno.get("/conversations/nothing").text
    for act in ("/closure", "/reopening", "/messages", "/acceptance"):
        assert charlie.post(path(conversation, act)).status_code == 404, act
    assert fresh(conversation).state == "active"


def test_all_lines_are_in_it_day_by_day_for_staff_eyes_too(alice: Person, house: House) -> None:
    with clock.at(datetime(2026, 3, 13, 22, 30, tzinfo=UTC)):  # 23:30 in Lyon
        conversation = chat(house, *JANE, message="Good evening")
    with clock.at(datetime(2026, 3, 13, 23, 30, tzinfo=UTC)):  # the next day in Lyon
        messages.send(conversation, "Good night", "night", by=house.alice)
        details.change(conversation, Given("Jane Doe", "jane@nordlys.example", ""), generated_name="Visitor 1")
    log = pane(see(alice, conversation)).the("message-log")
    lines = [e for e in log.walk() if e.tag == "li"]
    assert [e["data-day"] for e in lines if e["class"] == "day"] == ["2026-03-13", "2026-03-14"]
    assert [(e["data-author"], e["data-lane"], e["data-seq"]) for e in log.all("message")] == [
        ("customer", "public", "1"), ("system", "staff", "1"), ("system", "public", "2"),
        ("associate", "public", "3"), ("system", "staff", "2"),
    ]  # fmt: skip
    assert log.all("message")[4].text == "The customer changed: e-mail"
    assert "23:30" in log.all("message")[0].text
    assert log["aria-live"] == "off"


def test_a_linked_customer_goes_by_the_profile_and_what_was_typed_stands_beneath(alice: Person, house: House) -> None:
    conversation = chat(house, "jane   DOE", JANE[1])
    page = see(alice, conversation)
    assert heading(page) == "Jane Doe"
    assert "typed “jane DOE”" in pane(page).text
    same = chat(house, "Zoé Lefèvre", "zoe.lefevre@example.com")
    assert "typed" not in pane(see(alice, same)).text


def test_without_a_link_the_customer_goes_by_what_was_given(alice: Person, house: House) -> None:
    assert heading(see(alice, chat(house, "Nobody Inparticular"))) == "Nobody Inparticular"
    assert heading(see(alice, chat(house))) == "Visitor 48213127"


def test_a_waiting_chat_can_be_read_and_accepted_but_not_answered(alice: Person, nadia: Person, house: House) -> None:
    conversation = ask(house, *JANE)
    opened = pane(see(alice, conversation))
    assert f"foot-accept-{conversation.public_id}" in ids(opened)
    assert opened.all("message-input") == []
    assert opened.all("conversation-end") == []
    assert f"foot-accept-{conversation.public_id}" not in ids(pane(see(nadia, conversation)))


def test_alice_accepts_and_has_the_chat_before_her(alice: Person, house: House) -> None:
    conversation = ask(house, *JANE)
    answer = alice.post(path(conversation, "/acceptance"))
    assert answer.status_code == 200
    assert answer.headers["HX-Push-Url"] == path(conversation)
    opened = pane(look(answer.text))
    assert opened["data-state"] == "active"
    assert opened.the("message-input")
    assert opened.the("conversation-end").text == "End chat"
    stored = fresh(conversation)
    assert (stored.state, stored.associate_id) == ("active", house.alice.id)


def test_alice_presses_accept_twice(alice: Person, house: House) -> None:
    conversation = ask(house, *JANE)
    for _ in range(2):
        assert pane(look(alice.post(path(conversation, "/acceptance")).text))["data-state"] == "active"
    assert len(pane(see(alice, conversation)).all("message", author="system")) == 2  # linked, accepted: once each


def test_bruno_is_told_that_alice_was_first_and_sees_nothing_of_the_chat(bruno: Person, house: House) -> None:
    conversation, other = ask(house, *JANE, message="Just between us"), ask(house, message="Next, please")
    lifecycle.accept(conversation, by=house.alice)
    answer = bruno.post(path(conversation, "/acceptance"))
    assert answer.status_code == 409
    assert answer.headers["HX-Push-Url"] == "/inbox/waiting"
    page = look(answer.text)
    lost = page.the("accept-lost")
    assert lost.text == "Alice Martin took this chat."
    assert lost["role"] == "status"
    assert [row["data-conversation"] for row in page.all("conversation-row")] == [other.public_id]
    assert "Just between us" not in answer.text
    assert "Jane" not in answer.text
    assert fresh(conversation).associate_id == house.alice.id


def test_a_customer_who_has_left_can_no_longer_be_accepted(alice: Person, house: House) -> None:
    conversation = ask(house, *JANE)
    lifecycle.end(conversation, by=None)
    answer = alice.post(path(conversation, "/acceptance"))
    assert answer.status_code == 404
    assert look(answer.text).the("accept-lost")
    assert fresh(conversation).state == "abandoned"


def test_whoever_is_not_enabled_for_chats_accepts_none(nadia: Person, house: House) -> None:
    conversation = ask(house, *JANE)
    answer = nadia.post(path(conversation, "/acceptance"))
    assert answer.status_code == 409
    assert look(answer.text).the("accept-lost")
    assert fresh(conversation).state == "waiting"


def test_a_manager_looks_on_and_reads_who_has_the_chat(nadia: Person, house: House) -> None:
    opened = pane(see(nadia, chat(house, *JANE)))
    assert "Alice Martin has this chat." in opened.text
    assert opened.all("message-input") == []
    assert opened.all("conversation-end") == []


def test_ending_acts_at_once_and_offers_the_way_back(alice: Person, house: House) -> None:
    conversation = chat(house, *JANE)
    answer = alice.post(path(conversation, "/closure"))
    assert answer.status_code == 200
    page = look(answer.text)
    assert [e["hx-target"] for e in page.walk() if e.tag == "hx-partial"] == [
        f"#conversation-{conversation.public_id}", "#toasts",
    ]  # fmt: skip
    assert pane(page)["data-state"] == "ended"
    assert pane(page).all("message-input") == []
    assert "This chat has ended." in pane(page).text
    undo = page.the("undo", undoes="end")
    assert fresh(conversation).state == "ended"
    again = alice.post(undo["hx-post"])
    assert pane(look(again.text))["data-state"] == "active"
    assert fresh(conversation).state == "active"


def test_it_is_opened_again_by_whose_it_was_and_by_managers(
    alice: Person, bruno: Person, nadia: Person, charlie: Person, house: House
) -> None:
    conversation = chat(house, *JANE)
    lifecycle.end(conversation, by=house.alice)
    for person in (alice, nadia):
        assert pane(see(person, conversation)).the("conversation-reopen").text == "Reopen"
        assert person.post(path(conversation, "/reopening")).status_code == 200
        assert fresh(conversation).state == "active"
        lifecycle.end(conversation, by=house.alice)
    for person in (bruno, charlie):
        assert person.post(path(conversation, "/reopening")).status_code == 404
    assert fresh(conversation).state == "ended"


def test_it_is_not_opened_again_while_the_customer_is_in_another(alice: Person, house: House) -> None:
    conversation = chat(house, *JANE)
    lifecycle.end(conversation, by=house.alice)
    ask(house, *JANE, visitor=conversation.visitor_id)
    answer = alice.post(path(conversation, "/reopening"))
    assert answer.status_code == 409
    assert "The customer has begun another chat meanwhile." in answer.text
    assert fresh(conversation).state == "ended"


def test_a_customer_who_left_is_not_fetched_back(dana: Person, house: House) -> None:
    conversation = ask(house, *JANE)
    lifecycle.end(conversation, by=None)
    opened = pane(see(dana, conversation))
    assert opened["data-state"] == "abandoned"
    assert "The customer left before anybody came." in opened.text
    assert opened.all("conversation-reopen") == []
    assert dana.post(path(conversation, "/reopening")).status_code == 404


def test_on_a_narrow_screen_a_strip_says_what_the_panel_would(alice: Person, nadia: Person, house: House) -> None:
    def strip(person: Person, conversation: Conversation) -> list[tuple[str, str]]:
        found = [e for e in pane(see(person, conversation)).walk() if e.attributes.get("id") == "conv-strip"]
        return [(e.text, e["href"]) for e in found]

    first = chat(house, *JANE)
    assert strip(alice, first) == []
    lifecycle.end(first, by=house.alice)
    again = chat(house, "Jane Doe", "jane@nordlys.example", "+33 7 81 20 44 19", visitor=first.visitor_id)
    assert strip(alice, again) == [("2 details differ from the profile", path(again, "/context"))]
    assert strip(nadia, again) == []
    unknown = chat(house, "John Smith")
    assert strip(alice, unknown) == [("2 possible matches", path(unknown, "/context"))]


def test_the_composer_changes_its_identity_with_the_state_so_that_no_draft_stays_in_a_chat_that_is_over(
    alice: Person, house: House
) -> None:
    conversation = chat(house, *JANE)
    composer = f"composer-{conversation.public_id}"
    running = pane(see(alice, conversation))
    form = next(e for e in running.walk() if e.attributes.get("id") == composer)
    assert "hx-morph-skip" in form
    assert "hx-morph-skip" in next(e for e in running.walk() if e.attributes.get("id") == form["data-composer"])
    assert form["data-composer"] == f"log-{conversation.public_id}"
    lifecycle.end(conversation, by=house.alice)
    assert composer not in ids(pane(see(alice, conversation)))


def test_alice_reads_it_in_french(alice: Person, house: House) -> None:
    Associate.update(language="fr").where(Associate.id == house.alice.id).execute()
    opened = pane(see(alice, chat(house, *JANE)))
    assert opened["aria-label"] == "Conversation avec Jane Doe"
    assert opened.the("conversation-end").text == "Terminer"

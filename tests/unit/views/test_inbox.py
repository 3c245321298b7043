"""The inbox: who is in it, in which order, what a row says of each, and what it costs to draw."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest

from tests.cast import House, Person, ask, chat, fresh
from tests.unit.views.dom import Element, look
from webapp.domain import clock
from webapp.domain.chats import details, lifecycle, messages
from webapp.domain.db import database
from webapp.domain.people import associates, sites
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import Associate, Conversation
from webapp.screens import rows as rows_of_inbox

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
JANE = ("Jane Doe", "jane.doe@example.com")


def see(person: Person, name: str = "waiting", *, htmx: bool = True) -> Element:
    answer = person.get(f"/inbox/{name}", htmx=htmx)
    assert answer.status_code == 200
    return look(answer.text)


def rows(page: Element) -> list[str]:
    """What the customers of the rows said last, in the order of the rows."""
    of_rows = (element for row in page.all("conversation-row") for element in row.walk())
    return [element.text for element in of_rows if "row__last" in element.attributes.get("class", "")]


def counts(page: Element) -> dict[str, str]:
    return {name: page.the(f"inbox-{name}")["data-count"] for name in ("waiting", "mine", "all")}


def at(minutes: int) -> AbstractContextManager[None]:
    """Let it be so many minutes past noon."""
    return clock.at(NOON + timedelta(minutes=minutes))


def reply(conversation: Conversation, text: str, by: Associate | None, id: str) -> None:
    messages.send(conversation, text, id, by=by)


def test_an_empty_inbox_says_so_in_a_sentence(alice: Person) -> None:
    assert "Nobody is waiting." in see(alice).text
    assert "No open chats. New ones appear under Waiting, ended ones under All." in see(alice, "mine").text
    assert counts(see(alice, "all")) == {"waiting": "0", "mine": "0", "all": "0"}


def test_each_inbox_is_a_whole_page_or_a_part_of_one(alice: Person) -> None:
    page, part = see(alice, "mine", htmx=False), see(alice, "mine")
    assert [e.tag for e in page.walk() if e.attributes.get("id") == "panes"] == ["main"]
    assert [e.tag for e in part.inside if isinstance(e, Element)] == ["title", "main"]
    assert next(e for e in part.walk() if e.tag == "main")["data-pane"] == "list"
    assert next(e for e in part.walk() if e.tag == "title").text == "Inbox · Rapport"


def test_there_is_no_fourth_inbox(alice: Person) -> None:
    assert alice.get("/inbox/yours").status_code == 404


def test_it_has_one_main_heading_landmarks_and_a_way_past_the_rail(alice: Person) -> None:
    page = see(alice, htmx=False)
    assert len([e for e in page.walk() if e.tag == "h1"]) == 1
    assert len([e for e in page.walk() if e.tag == "main"]) == 1
    regions = [e for e in page.walk() if e.tag in ("nav", "section") and e.attributes.get("class") != "row-group"]
    assert [e.attributes for e in regions if not {"aria-label", "aria-labelledby"} & e.attributes.keys()] == []
    skip = next(e for e in page.walk() if e.attributes.get("class") == "skip")
    assert [e for e in page.walk() if e.attributes.get("id") == skip["href"][1:]]


def test_no_two_elements_share_an_id(alice: Person, house: House) -> None:
    ask(house, *JANE)
    ids = [e["id"] for e in see(alice, "all", htmx=False).walk() if "id" in e]
    assert sorted(ids) == sorted(set(ids))


def test_who_waits_longest_comes_first_whoever_wrote_last(alice: Person, house: House) -> None:
    with at(0):
        first = ask(house, message="I was first")
    with at(1):
        ask(house, message="I was second")
    with at(2):
        reply(first, "Anybody there?", None, "again")
    assert rows(see(alice)) == ["Anybody there?", "I was second"]
    assert rows(see(alice, "all")) == ["Anybody there?", "I was second"]


def test_in_mine_comes_first_who_waits_longest_for_an_answer(alice: Person, house: House) -> None:
    with at(0):
        answered = chat(house, message="one")
    with at(1):
        unanswered = chat(house, message="two")
    with at(2):
        late = chat(house, message="three")
        reply(late, "How may I help?", house.alice, "a")
    with at(3):
        reply(answered, "Let me see.", house.alice, "b")
    with at(4):
        reply(late, "a lamp, please", None, "c")
    with at(5):
        reply(unanswered, "still me", None, "d")
    assert rows(see(alice, "mine")) == ["still me", "a lamp, please", "You: Let me see."]


def test_all_is_in_groups_and_newest_first_within_them(dana: Person, house: House) -> None:
    with at(0):
        chat(house, message="with Alice")
    with at(1):
        lifecycle.end(chat(house, by=house.dana, message="over"), by=house.dana)
    with at(2):
        chat(house, by=house.dana, message="hers, earlier")
    with at(3):
        chat(house, by=house.dana, message="hers, later")
    with at(4):
        ask(house, message="waits longer")
    with at(5):
        ask(house, message="waits", store="london")
    page = see(dana, "all")
    assert [e.text for e in page.walk() if e.tag == "h3"] == ["Waiting 2", "Mine 2", "Colleagues and earlier 2"]
    assert rows(page) == ["waits longer", "waits", "hers, later", "hers, earlier", "over", "with Alice"]
    assert counts(page) == {"waiting": "2", "mine": "2", "all": "6"}


def test_a_row_is_seen_by_the_store_until_one_of_them_has_accepted(
    alice: Person, bruno: Person, charlie: Person, nadia: Person, dana: Person, house: House
) -> None:
    conversation = ask(house, message="Hello Lyon")
    for person, sees in ((alice, True), (bruno, True), (nadia, True), (dana, True), (charlie, False)):
        assert rows(see(person)) == (["Hello Lyon"] if sees else []), person.associate.name
    lifecycle.accept(conversation, by=house.alice)
    for person, sees in ((alice, True), (bruno, False), (nadia, True), (dana, True), (charlie, False)):
        assert rows(see(person)) == []
        assert rows(see(person, "all")) == (["Hello Lyon"] if sees else []), person.associate.name


@pytest.mark.parametrize(
    ("given", "state", "words"),
    [
        (JANE, "linked", "Linked"),
        (("John Smith", ""), "candidates", "2 possible matches"),
        (("", "jane.doe@example.com"), "candidates", "1 possible match"),
        (("Nobody Inparticular", ""), "none", "No profile"),
    ],
)
def test_a_row_says_whether_we_know_the_customer(
    alice: Person, house: House, given: tuple[str, str], state: str, words: str
) -> None:
    conversation = ask(house, *given)
    row = see(alice).the("conversation-row", conversation=conversation.public_id)
    assert row["id"] == f"row-{conversation.public_id}"
    assert row["data-link-state"] == state
    assert words in row.text
    assert "Lyon" in row.text
    link = next(e for e in row.walk() if e.tag == "a")
    assert words in link.text  # also for whoever hears it


def returning_jane(house: House) -> Conversation:
    """Jane comes back in her browser, with another e-mail and another phone."""
    first = chat(house, *JANE)
    lifecycle.end(first, by=house.alice)
    return ask(house, "Jane Doe", "jane@nordlys.example", "+33 7 81 20 44 19", visitor=first.visitor_id)


def test_what_differs_is_counted_for_whoever_chats(alice: Person, nadia: Person, house: House) -> None:
    conversation = returning_jane(house)
    for person, differs in ((alice, True), (nadia, False)):
        row = see(person).the("conversation-row")
        assert row["data-link-state"] == "linked"
        assert ("2 differences" in row.text) is differs, person.associate.name
    details.change(conversation, Given("Jane Doe", "jane@nordlys.example", ""), generated_name="Visitor 1")
    assert "1 difference" in see(alice).the("conversation-row").text
    details.change(conversation, Given(*JANE, ""), generated_name="Visitor 1")
    assert "differ" not in see(alice).the("conversation-row").text


def test_without_a_form_nothing_is_said_to_differ(alice: Person, house: House) -> None:
    first = chat(house, *JANE)
    lifecycle.end(first, by=house.alice)
    sites.change(house.site, prechat_enabled=False)
    ask(
        house, "Jane Doe", "other@example.org", visitor=first.visitor_id, site=type(house.site).get_by_id(house.site.id)
    )
    row = see(alice).the("conversation-row")
    assert row["data-link-state"] == "linked"
    assert "differ" not in row.text


def test_a_linked_customer_goes_by_the_name_of_the_profile(alice: Person, house: House) -> None:
    ask(house, "jane DOE", JANE[1])
    link = next(e for e in see(alice).the("conversation-row").walk() if e.tag == "a")
    assert link.text.startswith("Jane Doe,")


def test_what_a_customer_types_is_text_and_never_markup(alice: Person, house: House) -> None:
    ask(house, "<img src=x onerror=alert(1)>", message='<script>alert("x")</script> & so on')
    page = see(alice)
    assert rows(page) == ['<script>alert("x")</script> & so on']
    assert [e for e in page.walk() if e.tag in ("script", "img")] == []


def test_accept_stands_beside_the_link_and_not_in_it(alice: Person, house: House) -> None:
    ask(house, *JANE)
    row = see(alice).the("conversation-row")
    link = next(e for e in row.walk() if e.tag == "a")
    assert link.all("conversation-accept") == []
    assert row.the("conversation-accept").text == "Accept, Jane Doe"


def test_a_generated_name_has_no_initials(alice: Person, house: House) -> None:
    for given, initials in ((JANE, ["JD"]), (("", ""), [""])):
        conversation = ask(house, *given)
        row = see(alice).the("conversation-row", conversation=conversation.public_id)
        assert [e.text for e in row.walk() if e.attributes.get("class", "").startswith("avatar")] == initials


def test_after_three_minutes_a_wait_is_long(alice: Person, house: House) -> None:
    with at(0):
        ask(house, message="early")
    with at(2):
        ask(house, message="late")
    with clock.at(NOON + timedelta(minutes=4)):
        assert ["data-wait" in row for row in see(alice).all("conversation-row")] == [True, False]


def test_nobody_accepts_who_is_not_enabled_for_chats(nadia: Person, alice: Person, house: House) -> None:
    ask(house, *JANE)
    assert len(see(alice).all("conversation-accept")) == 1
    assert see(nadia).all("conversation-accept") == []
    assert see(nadia).the("availability").text == "Not chat-enabled"


def test_only_the_oldest_is_pressing(alice: Person, house: House) -> None:
    for _ in range(3):
        ask(house)
    pressing = ["btn--primary" in button["class"] for button in see(alice).all("conversation-accept")]
    assert pressing == [True, False, False]


@pytest.mark.parametrize("name", ["waiting", "mine", "all"])
def test_a_hundred_rows_cost_no_more_queries_than_two(
    alice: Person, house: House, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    execute = type(database.obj).execute_sql

    def count(self: object, sql: str, *args: object, **kwargs: object) -> object:
        asked.append(sql)
        return execute(self, sql, *args, **kwargs)

    def cost() -> int:
        see(alice, name)  # what the requests for chats left to be done is done by now
        asked.clear()
        see(alice, name)
        return len(asked)

    def more(number: int) -> None:
        for index in range(number):
            given = [JANE, ("John Smith", ""), ("", "")][index % 3]
            conversation = ask(house, *given, message=f"number {index}")
            if index % 2:
                lifecycle.accept(conversation, by=house.alice)
                reply(conversation, "Hello!", house.alice, f"hello-{index}")

    monkeypatch.setattr(type(database.obj), "execute_sql", count)
    more(6)
    few = cost()
    assert few
    more(18)
    assert cost() == few


def test_more_than_a_hundred_are_counted_and_those_who_wait_are_never_cut_off(
    alice: Person, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_of_inbox, "MOST", 3)
    with at(0):
        ask(house, message="waits since noon")
    for minute in range(1, 5):
        with at(minute):
            lifecycle.end(chat(house, message=f"over {minute}"), by=house.alice)
    page = see(alice, "all")
    assert rows(page) == ["waits since noon", "over 4", "over 3"]
    assert "2 older chats are not listed." in page.text


def test_alice_goes_away_and_comes_back(alice: Person, house: House) -> None:
    assert see(alice).the("availability").text == "Available. Change to away"
    answer = alice.post("/preferences/availability", {"available": "no", "inbox": "mine"})
    assert answer.status_code == 200
    pane = look(answer.text)
    assert next(e for e in pane.walk() if e.tag == "hx-partial")["hx-target"] == "#inbox-mine"
    assert pane.the("availability").text == "Away. Change to available"
    assert "You’re away." in pane.text
    assert not Associate.get_by_id(house.alice.id).available
    alice.post("/preferences/availability", {"available": "yes", "inbox": "mine"})
    assert Associate.get_by_id(house.alice.id).available
    assert "You’re away." not in see(alice).text


def test_bruno_reads_on_in_french_where_he_was(bruno: Person, house: House) -> None:
    headers = {
        "Origin": "http://localhost",
        "X-CSRF-Token": bruno.token,
        "Referer": "http://localhost/profiles?q=zo%C3%A9",
    }
    answer = bruno.client.post("/preferences/language", data={"language": "fr"}, headers=headers)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/profiles?q=zo%C3%A9")
    page = see(bruno, htmx=False)
    assert next(e for e in page.walk() if e.tag == "html")["lang"] == "fr"
    assert page.the("inbox-waiting").text == "En attente 0"
    assert [e["value"] for e in page.the("language").walk() if "selected" in e] == ["fr"]


def test_a_language_that_we_lack_changes_nothing(bruno: Person, house: House) -> None:
    assert bruno.post("/preferences/language", {"language": "tlh"}, htmx=False).status_code == 422
    assert associates.by_email("bruno@maison.example").language == "en"  # type: ignore[union-attr]


def test_a_chat_that_is_over_says_how_it_ended(alice: Person, dana: Person, house: House) -> None:
    lifecycle.end(chat(house, message="thanks"), by=house.alice)
    left = ask(house, message="too slow")
    lifecycle.end(left, by=None)
    assert fresh(left).state == "abandoned"
    assert "Ended" in see(alice, "all").the("conversation-row").text
    assert "Customer left" in see(dana, "all").the("conversation-row", conversation=left.public_id).text

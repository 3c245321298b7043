"""The activity log: what it tells, transcripts that open in place, and taking things back."""

from __future__ import annotations

import pytest

from tests.cast import House, Person, ask, chat, fresh
from tests.unit.views.dom import Element, look
from webapp.domain.chats import lifecycle, messages
from webapp.domain.identity import banner, linking
from webapp.domain.profiles import editing
from webapp.domain.tables import ActivityEntry, Profile

JANE = ("Jane Doe", "jane.doe@example.com")


def log(person: Person, profile: Profile) -> Element:
    return look(person.get(f"/profiles/{profile.id}").text).the("activity-log")


def test_a_chat_is_there_from_the_moment_of_linking(alice: Person, house: House) -> None:
    conversation = ask(house, *JANE)
    assert "Chat waiting in Lyon" in log(alice, house.jane).the("activity-entry", kind="chat").text
    lifecycle.accept(conversation, by=house.alice)
    entry = log(alice, house.jane).the("activity-entry", kind="chat")
    assert (entry["data-conversation"], entry["data-state"]) == (conversation.public_id, "active")
    assert "Chat in progress with Alice, Lyon" in entry.text
    assert "since" in entry.text
    lifecycle.end(fresh(conversation), by=house.alice)
    entry = log(alice, house.jane).the("activity-entry", kind="chat")
    assert entry["data-state"] == "ended"
    assert "Chat with Alice, Lyon" in entry.text
    assert " to " in entry.text


def test_how_it_was_linked_and_unlinked_is_told_in_both_logs(alice: Person, house: House) -> None:
    conversation = chat(house, *JANE)
    linking.link(conversation, house.zoe, "search", by=house.alice)
    left, come = log(alice, house.jane), log(alice, house.zoe)
    assert [entry["data-kind"] for entry in left.all("activity-entry")] == ["unlinked", "linked"]
    assert "Alice moved a chat to Zoé Lefèvre" in left.the("activity-entry", kind="unlinked").text
    assert "name and e-mail match" in left.the("activity-entry", kind="linked").text
    assert "Alice linked a chat, after a search" in come.the("activity-entry", kind="linked").text
    assert come.the("activity-entry", kind="chat")["data-conversation"] == conversation.public_id


def test_changes_tell_before_after_and_who(alice: Person, house: House) -> None:
    editing.change(house.jane, "name", "Jane Roe", seen="Jane Doe", by=house.bruno)
    entry = log(alice, house.jane).the("activity-entry", kind="profile_changed")
    assert "Bruno changed Name: Jane Doe → Jane Roe" in entry.text


def test_what_came_from_the_banner_says_so(alice: Person, house: House) -> None:
    conversation = chat(house, "Jane D")
    linking.link(conversation, house.jane, "candidate", by=house.alice)
    banner.settle(conversation, "name", "replace", seen_given="Jane D", seen_held="Jane Doe", by=house.alice)
    entry = log(alice, house.jane).the("activity-entry", kind="conflict_resolved")
    assert "Alice settled a difference, Name: Jane Doe → Jane D" in entry.text


def test_days_have_headings(alice: Person, house: House) -> None:
    chat(house, *JANE)
    headings = [e for e in log(alice, house.jane).walk() if "tl-day" in e.attributes.get("class", "").split()]
    assert [heading.text for heading in headings] == ["Today"]


def test_an_empty_log_says_what_will_be_there(alice: Person, house: House) -> None:
    assert "will appear here" in log(alice, house.jane).text


def test_the_log_is_read_in_pages(alice: Person, house: House) -> None:
    for number in range(12):
        editing.change(house.jane, "name", f"Jane {number}", seen=Profile.get_by_id(house.jane.id).name, by=house.alice)
    first = log(alice, house.jane)
    assert len(first.all("activity-entry")) == 10
    more = look(alice.get(first.the("activity-more")["hx-get"], htmx=True).text)
    assert len(more.all("activity-entry")) == 2
    assert more.all("activity-more") == []


@pytest.mark.parametrize("before", ["9" * 30, "-1", "x", ""])
def test_nonsense_in_the_address_breaks_nothing(alice: Person, house: House, before: str) -> None:
    assert alice.get(f"/profiles/{house.jane.id}/activity?before={before}").status_code == 200


# ---- transcripts


def test_a_transcript_opens_in_place_and_closes(charlie: Person, house: House) -> None:
    conversation = chat(house, *JANE, message="A very particular sentence")
    messages.send(conversation, "Good morning!", "one", by=house.alice)
    entry = log(charlie, house.jane).the("activity-entry", kind="chat")
    toggle = entry.the("activity-toggle")
    assert toggle["aria-expanded"] == "false"
    opened = look(charlie.get(toggle["hx-get"], htmx=True).text)
    assert opened.the("activity-toggle")["aria-expanded"] == "true"
    said = opened.the("activity-transcript").text
    assert "A very particular sentence" in said
    assert "Good morning!" in said
    closed = look(charlie.get(opened.the("activity-toggle")["hx-get"], htmx=True).text)
    assert closed.all("activity-transcript") == []
    assert closed.the("activity-toggle")["aria-expanded"] == "false"


def test_a_transcript_has_no_lines_for_the_staff(charlie: Person, house: House) -> None:
    conversation = chat(house, "Jane D")
    linking.link(conversation, house.jane, "candidate", by=house.alice)
    transcript = look(charlie.get(f"/transcripts/{conversation.public_id}", htmx=True).text)
    assert {e["data-lane"] for e in transcript.walk() if "data-lane" in e} == {"public"}
    assert "linked" not in transcript.text


def test_a_chat_in_nobodys_log_is_read_only_by_who_may_open_it(alice: Person, charlie: Person, house: House) -> None:
    conversation = chat(house, "Nobody Known")
    assert alice.get(f"/transcripts/{conversation.public_id}").status_code == 200
    assert charlie.get(f"/transcripts/{conversation.public_id}").status_code == 404
    assert charlie.get(f"/transcripts/{conversation.public_id}?closed=1").status_code == 404
    assert alice.get("/transcripts/none").status_code == 404


# ---- taking back


def test_a_change_is_taken_back_from_its_entry(alice: Person, house: House) -> None:
    editing.change(house.jane, "name", "Jane Roe", seen="Jane Doe", by=house.bruno)
    undo = log(alice, house.jane).the("undo", undoes="field")
    answer = look(alice.post(undo["hx-post"]).text)
    assert Profile.get_by_id(house.jane.id).name == "Jane Doe"
    assert "Alice undid a change, Name: Jane Roe → Jane Doe" in answer.the("activity-log").text
    assert answer.all("undo") == []
    assert alice.post(undo["hx-post"]).status_code == 409


def test_what_was_changed_again_has_no_way_back(alice: Person, house: House) -> None:
    editing.change(house.jane, "name", "Jane Roe", seen="Jane Doe", by=house.bruno)
    editing.change(house.jane, "name", "Jane Foe", seen="Jane Roe", by=house.bruno)
    older = log(alice, house.jane).all("activity-entry", kind="profile_changed")[1]
    assert "Jane Doe → Jane Roe" in older.text
    assert older.all("undo") == []


def test_an_unlinking_is_taken_back_from_the_log_by_who_may_open_the_chat(
    alice: Person, charlie: Person, house: House
) -> None:
    conversation = chat(house, *JANE)
    linking.unlink(conversation, by=house.alice)
    assert log(charlie, house.jane).all("undo") == []
    undo = log(alice, house.jane).the("undo", undoes="unlink")
    assert charlie.post(undo["hx-post"]).status_code == 404
    assert alice.post(undo["hx-post"]).status_code == 200
    assert log(alice, house.jane).the("activity-entry", kind="chat")


@pytest.mark.parametrize("id", ["0", "999", "9" * 30, "x"])
def test_an_entry_that_is_not_there_is_not_found(alice: Person, house: House, id: str) -> None:
    assert alice.post(f"/activity/{id}/undo").status_code == 404


def test_the_entry_of_a_chat_has_nothing_to_take_back(alice: Person, house: House) -> None:
    chat(house, *JANE)
    entry = ActivityEntry.get(ActivityEntry.kind == "chat")
    assert alice.post(f"/activity/{entry.id}/undo").status_code == 409

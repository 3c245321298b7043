"""Erasing a person leaves nothing of her, on the disk neither, and everything of everybody else."""

from __future__ import annotations

import json
import logging
import random
import sqlite3
from collections.abc import Callable
from dataclasses import asdict
from itertools import count

import pytest

from tests.cast import House, ask, chat, fresh
from tests.databases import everything
from tests.invariants import assert_invariants
from webapp.config import Settings
from webapp.domain.chats import details, lifecycle, messages
from webapp.domain.db import database
from webapp.domain.errors import NotFound, Refused
from webapp.domain.events import CandidatesCounted, PersonErased, VisitorForgotten
from webapp.domain.identity import banner, creation, facts, linking
from webapp.domain.people import access
from webapp.domain.profiles import creating, editing, records, search
from webapp.domain.profiles.contact import Given
from webapp.domain.rights import disk, erasure, export, record
from webapp.domain.storage import is_postgresql
from webapp.domain.tables import (
    ActivityEntry,
    AuditEntry,
    ContactDetails,
    Conversation,
    Link,
    Message,
    Profile,
    Rejection,
    Visitor,
)

from .conftest import on_sqlite

_ids = count(1)


class Canary:
    """Words of one person, each in one place only."""

    def __init__(self, whose: str) -> None:
        self.whose, self.words = whose, list[str]()
        self.digits = 1000000 if whose == "jane" else 5000000

    def word(self, what: str) -> str:
        word = f"{self.whose}-{what}-canary"
        self.words.append(word.title() if what.startswith("name") else word)
        return self.words[-1]

    def email(self, what: str) -> str:
        return self.word(what) + "@example.com"

    def phone(self) -> str:
        self.digits += 10101
        one, two, three, four = (str(self.digits)[at : at + 2] for at in (0, 1, 3, 5))
        self.words.append(f"1 4{one[0]} {two} {three} {four}")
        return f"+33 {self.words[-1]}"


def say(conversation: Conversation, text: str, house: House | None = None) -> None:
    messages.send(conversation, text, f"said-{next(_ids)}", by=house.alice if house else None)


def end(*conversations: Conversation) -> None:
    for conversation in conversations:
        lifecycle.end(conversation, by=None)


def a_life(house: House, who: Canary, other: Profile) -> Profile:
    """A customer with words of hers in every field that there is; two chats went astray, with `other`."""
    given = Given(who.word("name"), who.email("mail"), who.phone())
    profile = creating.create(given, region="FR", more=(("email", who.email("second")), ("phone", who.phone())))
    Profile.update(external_id=who.word("external")).where(Profile.id == profile.id).execute()
    editing.change(profile, "email", who.email("later"), seen=given.email, by=house.alice)
    editing.change(profile, "name", who.word("name-later"), seen=given.name, by=house.alice)
    editing.add(profile, "email", who.email("third"), by=house.bruno)
    search.search(given.name)
    now = records.of(Profile.get_by_id(profile.id))

    # linked by itself; with several versions of what she typed, and messages of both sides
    first = chat(house, now.name, now.email, who.phone(), message=who.word("first"))
    Conversation.update(page_title=who.word("page"), subject=who.word("subject"), proved_email=who.email("proved"),
                        identity_level="verified").where(Conversation.id == first.id).execute()  # fmt: skip
    say(first, who.word("said"))
    say(first, who.word("heard"), house)
    details.change(first, Given(who.word("name-typed"), who.email("typed"), who.phone()), generated_name="x")
    details.change(first, Given(who.word("name-again"), who.email("again"), who.phone()), generated_name="x")
    (row,) = [c for c in banner_rows(first) if c.field == "email"]
    banner.settle(first, "email", "add", seen_given=row.given, seen_held=row.held[0], by=house.alice)
    end(first)

    # was with the other for a while, whose e-mail was changed to hers by the banner, and back again
    astray = chat(house, who.word("name-astray"), who.email("astray"), message=who.word("lost"))
    linking.link(astray, other, "search", by=house.alice)
    (row,) = [c for c in banner_rows(astray) if c.field == "email"]
    changed = banner.settle(astray, "email", "replace", seen_given=row.given, seen_held=row.held[0], by=house.alice)
    assert changed
    editing.undo(changed, by=house.bruno)
    linking.link(astray, profile, "candidate", by=house.alice)

    # made a profile by mistake, which was taken back
    made = chat(house, who.word("name-made"), who.email("made"), who.phone())
    entry = creation.create_from(made, facts_of(made), by=house.alice, anyway=True)
    linking.undo(entry, by=house.alice)
    linking.link(made, profile, "search", by=house.alice)
    end(astray, made)
    return Profile.get_by_id(profile.id)


def banner_rows(conversation: Conversation) -> tuple[banner.Conflict, ...]:
    link = facts.current_link(conversation)
    assert link
    return banner.compare_sides(fresh(conversation), link, records.of(link.profile)).conflicts


def facts_of(conversation: Conversation) -> Given:
    row = facts.details_of(conversation)
    return Given(str(row.name), str(row.email), str(row.phone))


def found(words: list[str], where: bytes) -> list[str]:
    folded = where.lower()
    return [word for word in words if word.lower().encode() in folded or word.replace(" ", "").encode() in folded]


@pytest.fixture
def others(house: House) -> tuple[Canary, Profile, Canary, Profile]:
    """Jane and somebody who is like her, each with words of her own, whose chats have been mixed up."""
    jane, june = Canary("jane"), Canary("june")
    her = a_life(house, jane, house.zoe)
    like_her = a_life(house, june, her)
    mixed = chat(house, june.word("name-mixed"), june.email("mixed"), message=june.word("mixed-up"))
    linking.link(mixed, her, "search", by=house.alice)
    linking.link(mixed, like_her, "candidate", by=house.alice)
    linking.reject(mixed, her, by=house.alice)
    return jane, Profile.get_by_id(her.id), june, Profile.get_by_id(like_her.id)


Both = tuple[Canary, Profile, Canary, Profile]


def test_nothing_of_jane_is_left_and_all_of_the_other_is(
    house: House, others: Both, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    jane, her, june, like_her = others
    assert len(jane.words) + len(june.words) >= 40
    assert found(jane.words, everything(settings)) == jane.words
    erasure.erase(her, by=house.dana)
    assert disk.forget_on_disk() == (disk.SERVER if is_postgresql() else disk.GONE)
    on_disk = everything(settings)
    assert found(jane.words, on_disk) == []
    assert found(june.words, on_disk) == june.words
    assert found(jane.words, caplog.text.encode()) == []
    assert_invariants()
    assert not search.search("jane-mail").records
    assert search.search(str(like_her.customer_number)).records


def test_the_export_of_one_holds_all_of_hers_and_nothing_of_the_other(house: House, others: Both) -> None:
    jane, her, june, like_her = others
    for mine, profile, not_mine in ((jane, her, june), (june, like_her, jane)):
        text = export.as_json(export.export(profile, by=house.dana)).encode()
        # A profile that was made by mistake is no more; what was typed then is in the chat.
        assert found(mine.words, text) == mine.words
        assert found(not_mine.words, text) == []


def test_what_is_for_the_staff_alone_is_not_in_the_record(house: House, others: Both) -> None:
    _, her, _, _ = others
    text = export.as_json(record.gather(her))
    public = {row.kind for row in Message.select(Message.kind).where(Message.lane == "public").distinct()}
    chats = [chat for part in ("chats", "attributed") for chat in json.loads(text)[part]]
    assert {line["kind"] for chat in chats for line in chat["messages"]} <= public
    assert "Martin" not in text  # Alice, by her first name only
    assert "token" not in text


def test_what_was_only_typed_stands_apart(house: House, others: Both) -> None:
    _, her, _, _ = others
    whole = record.gather(her)
    assert [c.identity_level for c in whole.chats] == ["verified"]
    assert {c.identity_level for c in whole.attributed} == {"typed"}
    assert [c.number for c in (*whole.chats, *whole.attributed)] == [1, 2, 3]
    moved = [entry for entry in whole.activity if entry.data.get("moved")]
    assert [entry.chat for entry in moved] == [None, None]
    foreign = [entry for entry in whole.activity if None in (entry.data.get("before", ""), entry.data.get("after", ""))]
    assert len(foreign) == 2  # a change that came from the other's chat, and its undoing
    assert all(link.evidence == () for link in whole.links if link.chat is None)


def test_json_has_the_keys_that_it_is_known_for(house: House, others: Both) -> None:
    _, her, _, _ = others
    document = json.loads(export.as_json(record.gather(her)))
    assert document.keys() == {"format", "version", *asdict(record.gather(her))}
    assert (document["format"], document["version"]) == ("rapport-person-record", 1)
    assert document["created_at"].endswith("Z")
    assert document["contact_points"][0] == {"kind": "email", "value": document["contact_points"][0]["value"],
                                             "is_primary": True}  # fmt: skip


def test_what_goes_is_counted_before(house: House, others: Both) -> None:
    _, her, _, _ = others
    before = erasure.what_goes(her)
    assert (before.chats, before.is_running, before.left) == (3, False, 0)
    assert before.messages == 5
    astray = ask(house, "Nobody", records.of(her).email.upper())
    by_phone = ask(house, "Nobody", phone=records.of(her).phone.replace("+33 ", "0"))
    for conversation in (astray, by_phone):
        if facts.current_link(conversation):
            raise AssertionError("not linked by itself")
    assert erasure.what_goes(her).left == 2


def test_a_running_chat_stands_in_the_way(house: House) -> None:
    conversation = chat(house, "Jane Doe", "jane.doe@example.com")
    assert erasure.what_goes(house.jane).is_running
    with pytest.raises(Refused, match="chat_running"):
        erasure.erase(house.jane, by=house.dana)
    assert Profile.get_by_id(house.jane.id).name == "Jane Doe"
    lifecycle.end(conversation, by=None)
    erasure.erase(house.jane, by=house.dana)
    assert not Conversation.select().exists()


def test_nobody_is_erased_twice(house: House) -> None:
    erasure.erase(house.jane, by=house.dana)
    with pytest.raises(NotFound):
        erasure.erase(house.jane, by=house.dana)
    with pytest.raises(NotFound):
        erasure.what_goes(house.jane)
    with pytest.raises(NotFound):
        export.export(house.jane, by=house.dana)
    with pytest.raises(NotFound):
        access.profile(house.dana, house.jane.id)


def test_what_is_left_is_a_row_that_says_nothing(house: House) -> None:
    erasure.erase(house.jane, by=house.dana)
    row = Profile.get_by_id(house.jane.id)
    assert (row.name, row.external_id, row.language, row.region) == ("", None, None, "")
    assert "1001" not in row.customer_number
    entry = AuditEntry.get(AuditEntry.action == "person_erased")
    assert (entry.subject, entry.data, entry.associate) == (f"profile #{house.jane.id}", {}, house.dana)
    assert creating.create(Given("Jane Doe"), region="FR").customer_number == "C-1005"


def test_a_profile_that_was_withdrawn_can_be_erased_too(house: House) -> None:
    creating.withdraw(house.zoe)
    erasure.erase(house.zoe, by=None)
    assert Profile.get_by_id(house.zoe.id).name == ""


def test_a_browser_goes_when_nothing_else_was_written_in_it(house: House) -> None:
    hers = chat(house, "Jane Doe", "jane.doe@example.com")
    lifecycle.end(hers, by=None)
    shared = chat(house, "Jane Doe", "jane.doe@example.com")
    lifecycle.end(shared, by=None)
    visitor = shared.visitor_id
    other = chat(house, "Zoé Lefèvre", "zoe.lefevre@example.com", visitor=visitor)
    erasure.erase(house.jane, by=house.dana)
    assert [row.id for row in Visitor.select()] == [visitor]
    assert [row.id for row in Conversation.select()] == [other.id]


def test_other_chats_no_longer_count_her(house: House, told: list[object]) -> None:
    sharing = chat(house, "Jane Doe", "")
    assert sharing.candidate_count == 1
    untouched = chat(house, "John Smith", "")
    erasure.erase(house.jane, by=house.dana)
    told.clear()
    linking.recount_all()
    assert (fresh(sharing).candidate_count, fresh(untouched).candidate_count) == (0, 2)
    assert told == [CandidatesCounted(sharing.id)]  # its panel and the inboxes are drawn anew


def test_it_is_told_once_with_what_nobody_can_look_up_any_more(house: House, told: list[object]) -> None:
    conversation = chat(house, "Jane Doe", "jane.doe@example.com")
    lifecycle.end(conversation, by=None)
    told.clear()
    erasure.erase(house.jane, by=house.dana)
    assert told == [
        PersonErased((house.jane.id,), (str(conversation.public_id),), (), ()),
        VisitorForgotten(conversation.visitor_id or 0),
    ]


def test_a_staff_line_of_another_chat_forgets_her_and_only_her(house: House) -> None:
    conversation = chat(house, "Somebody")
    linking.link(conversation, house.jane, "search", by=house.alice)
    linking.unlink(conversation, by=house.alice)
    linking.link(conversation, house.zoe, "search", by=house.alice)
    linking.link(conversation, house.john, "search", by=house.alice)
    for profile in (house.jane, house.zoe):  # one after the other: what was done before is passed over
        erasure.erase(profile, by=house.dana)
    names = [line.data["profile"] for line in messages.log(conversation, after_staff=0) if "profile" in line.data]
    assert names == ["…", "…", "…", "John Smith"]
    linked = ActivityEntry.get(ActivityEntry.profile == house.john, ActivityEntry.kind == "linked")
    assert linked.data["former_link"] is None
    linking.undo(linked, by=house.alice)  # to nobody, for who had it before is gone
    assert facts.current_link(conversation) is None


def test_the_log_of_another_keeps_its_lines_without_her(house: House) -> None:
    conversation = chat(house, "Jane Doe", "jane.doe@example.com")
    linking.link(conversation, house.zoe, "search", by=house.alice)
    linking.link(conversation, house.jane, "search", by=house.alice)
    lifecycle.end(conversation, by=None)
    erasure.erase(house.jane, by=house.dana)
    entries = list(ActivityEntry.select().where(ActivityEntry.profile == house.zoe).order_by(ActivityEntry.id))
    assert [(entry.kind, entry.conversation, entry.data["link"]) for entry in entries] == [
        ("linked", None, None),
        ("unlinked", None, None),
    ]
    assert entries[1].data["moved_to_name"] is None
    assert not any(linking.can_undo(entry) for entry in entries)
    again = chat(house, "Zoé Lefèvre", "zoe.lefevre@example.com")  # which may be given the ids of what was erased
    assert_invariants()
    assert Link.get(Link.conversation == again).profile == house.zoe


def test_what_another_holds_to_this_day_is_its_own(house: House) -> None:
    conversation = chat(house, "Jane Doe", "family@example.com")
    linking.link(conversation, house.zoe, "search", by=house.alice)
    banner.settle(conversation, "email", "add", seen_given="family@example.com", seen_held="zoe.lefevre@example.com",
                  by=house.alice)  # fmt: skip
    linking.link(conversation, house.jane, "search", by=house.alice)
    lifecycle.end(conversation, by=None)
    erasure.erase(house.jane, by=house.dana)
    entry = ActivityEntry.get(ActivityEntry.profile == house.zoe, ActivityEntry.kind == "conflict_resolved")
    assert (entry.data["after"], entry.conversation) == ("family@example.com", None)
    editing.undo(entry, by=house.alice)


def test_no_row_outlives_what_it_belongs_to(house: House, others: Both) -> None:
    _, her, _, _ = others
    erasure.erase(her, by=house.dana)
    if not is_postgresql():  # which never lets a key point nowhere
        assert database.execute_sql("PRAGMA foreign_key_check").fetchall() == []
    assert not Rejection.select().where(Rejection.profile == her).exists()
    kept = [row.id for row in Conversation.select()]
    assert not ContactDetails.select().where(ContactDetails.conversation.not_in(kept)).exists()
    logged = ActivityEntry.select().where(ActivityEntry.conversation.is_null(False))
    assert {entry.conversation for entry in logged} <= set(kept)


@on_sqlite
def test_rows_that_were_moved_from_page_to_page_leave_no_fragments(house: House, settings: Settings) -> None:
    """SQLite overwrites what is deleted, but not copies from which it had moved rows away before."""
    draw = random.Random(1)
    whose = [("janescanary", house.jane) if draw.random() < 0.2 else ("zoescanary", house.zoe) for _ in range(3000)]
    keys = [(f"{draw.getrandbits(16):04x}{word}" + "x" * draw.randrange(300), profile.id) for word, profile in whose]
    with database.atomic():
        for key in keys:  # one by one, as a shop fills
            database.execute_sql("INSERT OR IGNORE INTO search_key VALUES (?, ?)", key)
    erasure.erase(house.jane, by=house.dana)
    assert disk.forget_on_disk() == disk.GONE
    left = everything(settings)
    assert b"janescanary" not in left
    assert b"zoescanary" in left


@on_sqlite
def test_whoever_reads_is_waited_for_but_not_for_ever(
    house: House, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "_PATIENCE", 0.1)
    monkeypatch.setattr(disk, "_A_TRY", 0.02)
    reader = sqlite3.connect(settings.sqlite_path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM profile").fetchone()
    erasure.erase(house.jane, by=house.dana)
    assert disk.forget_on_disk() == disk.BUSY
    reader.close()
    assert disk.forget_on_disk() == disk.GONE


@on_sqlite
def test_a_large_file_is_not_rewritten_while_people_work(house: House) -> None:
    erasure.erase(house.jane, by=house.dana)
    assert disk.forget_on_disk(largest=1) == disk.LARGE
    assert disk.forget_on_disk(largest=None) == disk.GONE


@pytest.mark.parametrize("first", ["erase", "link"])
def test_linking_and_erasing_at_the_same_moment(
    house: House, at_once: Callable[[list[Callable[[], object]]], list[object]], first: str
) -> None:
    conversation = chat(house, "Somebody")
    acts: list[Callable[[], object]] = [
        lambda: erasure.erase(house.jane, by=house.dana),
        lambda: linking.link(conversation, house.jane, "search", by=house.alice),
    ]
    outcome = at_once(acts if first == "erase" else acts[::-1])
    refused = [error for error in outcome if isinstance(error, Refused | NotFound)]
    assert len(refused) == 1


def test_whoever_acts_on_what_was_erased_a_moment_ago_is_told_that_it_is_not_there(house: House) -> None:
    conversation = chat(house, "Jane Doe", "jane.doe@example.com")
    lifecycle.end(conversation, by=None)
    erasure.erase(house.jane, by=house.dana)
    acts: list[Callable[[], object]] = [
        lambda: messages.send(conversation, "Hello?", "m-9", by=None),
        lambda: messages.send(conversation, "Hello?", "m-9", by=house.alice),
        lambda: details.change(conversation, Given("Jane"), generated_name=""),
        lambda: lifecycle.end(conversation, by=None),
        lambda: lifecycle.accept(conversation, by=house.alice),
        lambda: linking.unlink(conversation, by=house.alice),
    ]
    for act in acts:
        with pytest.raises(NotFound):
            act()

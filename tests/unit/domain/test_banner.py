"""The warning banner: its five conditions, and the buttons that make both sides agree."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import House, chat, fresh
from webapp.domain import clock
from webapp.domain.chats import details, lifecycle, threads
from webapp.domain.errors import NotFound
from webapp.domain.identity import banner, creation, facts, linking
from webapp.domain.identity.banner import Comparison, MovedOn
from webapp.domain.people import sites
from webapp.domain.profiles import activity, editing, records
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import ActivityEntry, Conversation, Profile

JANE = ("Jane Doe", "jane.doe@example.com", "+33 6 12 34 56 78")


def sides(conversation: Conversation) -> Comparison:
    conversation = fresh(conversation)
    link = facts.current_link(conversation)
    assert link
    return banner.compare_sides(conversation, link, records.of(link.profile))


def shown(conversation: Conversation, viewer_chats: bool = True) -> list[tuple[str, str, str]]:
    rows = banner.shown(viewer_chats, fresh(conversation), sides(conversation))
    return [(row.field, row.given, row.held[0]) for row in rows]


def returning(house: House, name: str = "", email: str = "", phone: str = "") -> Conversation:
    """A chat with Jane, whom Alice recognised, and who typed this."""
    conversation = chat(house, name, email, phone)
    if facts.current_link(conversation) is None:
        linking.link(conversation, house.jane, "search", by=house.alice)
    return conversation


def says(conversation: Conversation, name: str = "", email: str = "", phone: str = "") -> None:
    details.change(conversation, Given(name, email, phone), generated_name="Visitor 48213127")


def values(profile: Profile) -> dict[str, list[str]]:
    record = records.of(Profile.get_by_id(profile.id))
    return {
        "name": [record.name],
        "email": [point.value for point in record.emails],
        "phone": [point.value for point in record.phones],
    }


def test_the_banner_shows_only_the_fields_in_conflict(house: House) -> None:
    assert shown(returning(house, "Jane D", "JANE.DOE@example.com", "+33 1 11 11 11 11")) == [
        ("name", "Jane D", "Jane Doe"),
        ("phone", "+33 1 11 11 11 11", "+33 6 12 34 56 78"),
    ]


def test_there_is_no_banner_when_both_sides_agree_or_the_customer_left_it_blank(house: House) -> None:
    assert shown(returning(house, *JANE)) == []
    conversation = returning(house)
    assert facts.details_of(conversation).name == "Visitor 48213127"
    assert shown(conversation) == []


def test_there_is_no_banner_when_the_form_was_switched_off(house: House) -> None:
    assert shown(returning(house, "Jane D"))
    site = sites.add("Without a form", ["https://other.example"], prechat_enabled=False)
    conversation = chat(house, "Jane D", site=site)
    linking.link(conversation, house.jane, "search", by=house.alice)
    assert sides(conversation).conflicts
    assert shown(conversation) == []


def test_what_counts_is_the_form_when_the_conversation_started(house: House) -> None:
    conversation = returning(house, "Jane D")
    sites.change(house.site, prechat_enabled=False)
    assert shown(conversation)


def test_there_is_no_banner_on_a_messaging_channel(house: House) -> None:
    conversation = threads.begin("whatsapp", house.lyon, Given("Jane D"), "Hello", "w-1", generated_name="")
    lifecycle.accept(conversation, by=house.alice)
    linking.link(conversation, house.jane, "search", by=house.alice)
    Conversation.update(prechat_enabled=True).where(Conversation.id == conversation.id).execute()
    assert sides(conversation).conflicts
    assert sides(conversation).is_returning
    assert shown(conversation) == []


def test_there_is_no_banner_for_who_became_a_customer_in_this_chat(house: House) -> None:
    conversation = chat(house, "Elsa")
    creation.create_from(conversation, Given("Elsa Blanc"), by=house.alice)
    assert sides(conversation).conflicts
    assert not sides(conversation).is_returning
    assert shown(conversation) == []
    with clock.at(clock.now() + timedelta(hours=1)):
        later = chat(house, "Elsa")
    linking.link(later, Profile.get(Profile.name == "Elsa Blanc"), "candidate", by=house.alice)
    assert shown(later) == [("name", "Elsa", "Elsa Blanc")]


def test_there_is_no_banner_for_who_does_not_chat(house: House) -> None:
    conversation = returning(house, "Jane D")
    assert shown(conversation, viewer_chats=house.alice.chat_enabled)
    assert shown(conversation, viewer_chats=house.nadia.chat_enabled) == []


def test_the_banner_follows_what_the_customer_saves(house: House) -> None:
    conversation = returning(house, "Jane D")
    says(conversation, "Jane Doe", "jane@work.example")
    assert shown(conversation) == [("email", "jane@work.example", "jane.doe@example.com")]
    says(conversation, "Jane Doe", "jane.doe@example.com")
    assert shown(conversation) == []


def test_the_banner_follows_the_profile(house: House) -> None:
    conversation = returning(house, "Jane D", "jane@work.example")
    editing.change(house.jane, "name", "Jane D", seen="Jane Doe", by=house.alice)
    editing.add(house.jane, "email", "Jane@work.example", by=house.alice)
    assert shown(conversation) == []


def test_looking_at_the_banner_changes_nothing(house: House) -> None:
    conversation = returning(house, "Jane D", "jane@work.example", "+33 1 11 11 11 11")
    before, entries = values(house.jane), ActivityEntry.select().count()
    assert len(shown(conversation)) == 3
    assert (values(house.jane), ActivityEntry.select().count()) == (before, entries)


@pytest.mark.parametrize(
    ("field", "how", "after"),
    [
        ("name", "replace", ["Jane D"]),
        ("email", "replace", ["jane@work.example"]),
        ("email", "add", ["jane.doe@example.com", "jane@work.example"]),
        ("phone", "replace", ["+33 1 11 11 11 11"]),
        ("phone", "add", ["+33 6 12 34 56 78", "+33 1 11 11 11 11"]),
    ],
)
def test_a_button_makes_the_profile_agree_and_its_row_goes_until_that_is_undone(
    house: House, field: str, how: str, after: list[str]
) -> None:
    conversation = returning(house, "Jane D", "jane@work.example", "01 11 11 11 11")
    before, rows = values(house.jane), shown(conversation)
    (row,) = [row for row in rows if row[0] == field]
    entry = banner.settle(conversation, field, how, seen_given=row[1], seen_held=row[2], by=house.alice)
    assert entry
    assert values(house.jane) == before | {field: after}
    assert shown(conversation) == [other for other in rows if other != row]
    assert (entry.kind, entry.associate, entry.conversation) == (
        "conflict_resolved",
        house.alice,
        conversation.id,
    )
    assert (entry.data["field"], entry.data["after"]) == (field, after[-1])
    assert entry.data["before"] == ("" if how == "add" else before[field][0])
    editing.undo(entry, by=house.alice)
    assert values(house.jane) == before
    assert shown(conversation) == rows


def test_a_phone_typed_in_london_agrees_with_a_profile_from_lyon(house: House) -> None:
    conversation = chat(house, "Jane", "", "020 7946 0018", store="london", by=house.charlie)
    linking.link(conversation, house.jane, "search", by=house.charlie)
    for how in ("add", "replace"):
        row = next(row for row in shown(conversation) if row[0] == "phone")
        entry = banner.settle(
            conversation, "phone", how, seen_given=row[1], seen_held=row[2], by=house.charlie
        )
        assert "phone" not in [row[0] for row in shown(conversation)]
        assert entry
        editing.undo(entry, by=house.charlie)


@pytest.mark.parametrize("how", ["replace", "add"])
def test_nothing_is_written_when_either_side_has_moved_on(house: House, how: str) -> None:
    conversation = returning(house, "Jane Doe", "jane@work.example")
    (row,) = shown(conversation)

    def press() -> None:
        before, entries = values(house.jane), ActivityEntry.select().count()
        with pytest.raises(MovedOn) as refusal:
            banner.settle(conversation, "email", how, seen_given=row[1], seen_held=row[2], by=house.alice)
        assert refusal.value.field == "email"
        assert (values(house.jane), ActivityEntry.select().count()) == (before, entries)

    says(conversation, "Jane Doe", "jane@home.example")
    press()
    says(conversation, "Jane Doe", "jane@work.example")
    editing.change(house.jane, "email", "jd@example.com", seen="jane.doe@example.com", by=house.bruno)
    press()
    editing.change(house.jane, "email", "jane@work.example", seen="jd@example.com", by=house.bruno)
    press()  # it agrees already
    linking.unlink(conversation, by=house.bruno)
    press()


def test_there_are_no_other_buttons(house: House) -> None:
    conversation = returning(house, "Jane D")
    for how in ("add", "merge", ""):
        with pytest.raises(NotFound):
            banner.settle(
                conversation, "name", how, seen_given="Jane D", seen_held="Jane Doe", by=house.alice
            )
    assert values(house.jane)["name"] == ["Jane Doe"]


def test_even_a_name_without_letters_can_be_put_right(house: House) -> None:
    conversation = returning(house, "🙂")
    assert shown(conversation) == [("name", "🙂", "Jane Doe")]
    banner.settle(conversation, "name", "replace", seen_given="🙂", seen_held="Jane Doe", by=house.alice)
    assert shown(conversation) == []


def test_what_the_profile_lacks_is_new_and_added_with_a_button(house: House) -> None:
    conversation = chat(house, "John Smith", "", "07911 000000", store="london", by=house.charlie)
    linking.link(conversation, house.other_john, "candidate", by=house.charlie)
    assert sides(conversation).conflicts == ()
    assert sides(conversation).new_information == (("phone", "07911 000000"),)
    entry = banner.add_new(conversation, "phone", seen_given="07911 000000", by=house.charlie)
    assert entry
    assert entry.kind == "profile_changed"
    assert values(house.other_john)["phone"] == ["+44 7911 000000"]
    assert sides(conversation).new_information == ()
    editing.undo(entry, by=house.charlie)
    assert values(house.other_john)["phone"] == []


def test_what_is_no_longer_new_is_not_added(house: House) -> None:
    conversation = chat(house, "John Smith", "", "07911 000000", store="london", by=house.charlie)
    linking.link(conversation, house.other_john, "candidate", by=house.charlie)
    editing.add(house.other_john, "phone", "+44 7911 111111", by=house.bruno)
    with pytest.raises(MovedOn):
        banner.add_new(conversation, "phone", seen_given="07911 000000", by=house.charlie)
    with pytest.raises(MovedOn):
        banner.add_new(conversation, "email", seen_given="", by=house.charlie)
    assert values(house.other_john)["phone"] == ["+44 7911 111111"]
    assert activity.page(house.other_john).entries[0].kind == "profile_changed"


def test_a_button_of_another_persons_row_writes_to_nobody(house: House) -> None:
    """The chat was moved to the other John while Dana looked: the values are the same, the person is not."""
    conversation = chat(house, "Johnny Smithe")
    linking.link(conversation, house.john, "search", by=house.dana)
    seen = sides(conversation).link
    linking.link(conversation, house.other_john, "search", by=house.nadia)
    how = {"seen_given": "Johnny Smithe", "seen_held": "John Smith", "by": house.dana}
    with pytest.raises(MovedOn):
        banner.settle(conversation, "name", "replace", seen_link=seen, **how)
    assert Profile.get_by_id(house.other_john.id).name == "John Smith"
    banner.settle(conversation, "name", "replace", seen_link=sides(conversation).link, **how)
    assert Profile.get_by_id(house.other_john.id).name == "Johnny Smithe"

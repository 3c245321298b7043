"""The activity log of a profile, read in pages, newest first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import House, chat
from webapp.domain import clock
from webapp.domain.identity import linking
from webapp.domain.profiles import activity, editing
from webapp.domain.tables import ActivityEntry


def rename(house: House, times: int) -> None:
    for number in range(times):
        seen = editing.value_of(house.zoe, "name") if number == 0 else f"Zoé {number - 1}"
        editing.change(house.zoe, "name", f"Zoé {number}", seen=seen, by=house.bruno)


@pytest.mark.parametrize("how_many", [0, 1, 10, 11, 25])
def test_every_entry_is_on_one_page_newest_first(house: House, how_many: int) -> None:
    rename(house, how_many)
    read: list[ActivityEntry] = []
    page = activity.page(house.zoe)
    while True:
        read += page.entries
        assert len(page.entries) <= activity.PAGE
        if page.more_before is None:
            break
        page = activity.page(house.zoe, before=page.more_before)
    assert [entry.data["after"] for entry in read] == [
        f"Zoé {number}" for number in reversed(range(how_many))
    ]


def test_entries_of_one_moment_are_all_reached(house: House) -> None:
    with clock.at(clock.now()):
        rename(house, 5)
    first = activity.page(house.zoe, limit=3)
    rest = activity.page(house.zoe, before=first.more_before, limit=3)
    ids = [entry.id for entry in (*first.entries, *rest.entries)]
    assert ids == sorted(ids, reverse=True)
    assert (len(ids), rest.more_before) == (5, None)


def test_a_chat_stands_where_it_began_and_not_where_it_was_linked(house: House) -> None:
    with clock.at(clock.now() - timedelta(days=2)):
        conversation = chat(house, "Zoé")
    rename(house, 1)
    linking.link(conversation, house.zoe, "search", by=house.alice)
    assert [entry.kind for entry in activity.page(house.zoe).entries] == ["linked", "profile_changed", "chat"]


def test_reading_on_goes_on_when_the_last_entry_has_moved_to_another_log(house: House) -> None:
    rename(house, 1)
    conversation = chat(house, "Zoé")
    linking.link(conversation, house.zoe, "search", by=house.alice)
    page = activity.page(house.zoe, limit=2)
    assert [entry.kind for entry in page.entries] == ["linked", "chat"]
    linking.link(conversation, house.jane, "search", by=house.alice)
    rest = activity.page(house.zoe, before=page.more_before, limit=2)
    assert [entry.kind for entry in rest.entries] == ["profile_changed"]


def test_an_entry_says_who_did_it(house: House) -> None:
    rename(house, 1)
    (entry,) = activity.page(house.zoe).entries
    assert entry.associate == house.bruno
    assert entry.at.tzinfo is not None


def test_who_changed_a_field_last_is_known_by_field(house: House) -> None:
    rename(house, 2)
    editing.change(house.zoe, "email", "zoe@work.example", seen="zoe.lefevre@example.com", by=house.alice)
    name, email = activity.last_change(house.zoe, "name"), activity.last_change(house.zoe, "email")
    assert name
    assert email
    assert (name.associate, name.data["after"]) == (house.bruno, "Zoé 1")
    assert email.associate == house.alice
    assert activity.last_change(house.zoe, "phone") is None

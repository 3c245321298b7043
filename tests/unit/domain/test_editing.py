"""Changing one field of a profile: nobody overwrites anybody unseen; a change is undone while it stands."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from tests.cast import House
from webapp.domain.errors import DomainError, Invalid, NotFound, Refused, Stale
from webapp.domain.events import ProfileChanged
from webapp.domain.profiles import activity, creating, editing, records, search
from webapp.domain.tables import ActivityEntry, Profile

from .conftest import AtOnce

EMAIL = "jane.doe@example.com"
PHONE = "+33 6 12 34 56 78"


def value(profile: Profile, field: str) -> str:
    return editing.value_of(Profile.get_by_id(profile.id), field)


def emails(profile: Profile) -> list[str]:
    return [str(point.value) for point in records.of(profile).emails]


def log(profile: Profile) -> list[tuple[str, str, str]]:
    entries = activity.page(profile).entries
    return [
        (str(entry.data["field"]), str(entry.data["before"]), str(entry.data["after"])) for entry in entries
    ]


def change(house: House, field: str, new: str, seen: str | None = None) -> ActivityEntry:
    entry = editing.change(
        house.jane, field, new, seen=value(house.jane, field) if seen is None else seen, by=house.alice
    )
    assert entry
    return ActivityEntry.get_by_id(entry.id)


@pytest.mark.parametrize(
    ("field", "before", "after"),
    [
        ("name", "Jane Doe", "Jane Dupont"),
        ("email", EMAIL, "jane@work.example"),
        ("phone", PHONE, "+33 1 23 45 67 89"),
    ],
)
def test_alice_changes_a_field_and_undoes_it(
    house: House, told: list[object], field: str, before: str, after: str
) -> None:
    entry = change(house, field, f" {after} ")
    assert value(house.jane, field) == after
    assert (entry.kind, entry.associate) == ("profile_changed", house.alice)
    assert editing.can_undo(entry, records.of(Profile.get_by_id(house.jane.id)))
    editing.undo(entry, by=house.bruno)
    assert value(house.jane, field) == before
    assert log(house.jane) == [(field, after, before), (field, before, after)]
    assert told == [ProfileChanged(house.jane.id)] * 2


def test_jane_is_found_by_what_she_has_now(house: House) -> None:
    assert [record.id for record in search.search(EMAIL).records] == [house.jane.id]
    change(house, "email", "jd@example.org")
    assert search.search(EMAIL).records == []
    assert [record.id for record in search.search("jd@example.org").records] == [house.jane.id]


def test_bruno_is_shown_what_alice_wrote_before_he_could(house: House) -> None:
    change(house, "name", "Jane Dupont")
    with pytest.raises(Stale) as refusal:
        editing.change(house.jane, "name", "Jane Roe", seen="Jane Doe", by=house.bruno)
    assert (refusal.value.current, refusal.value.changed_by) == ("Jane Dupont", "Alice")
    assert value(house.jane, "name") == "Jane Dupont"
    assert len(log(house.jane)) == 1


def test_bruno_who_writes_the_same_has_nothing_to_choose(house: House) -> None:
    change(house, "name", "Jane Dupont")
    assert editing.change(house.jane, "name", "Jane Dupont", seen="Jane Doe", by=house.bruno) is None
    assert len(log(house.jane)) == 1


def test_of_eight_who_edit_at_once_one_writes_and_the_others_are_told(house: House, at_once: AtOnce) -> None:
    def write(number: int) -> object:
        return editing.change(house.jane, "name", f"Jane {number}", seen="Jane Doe", by=house.alice)

    outcomes = at_once([partial(write, number) for number in range(8)])
    assert sum(isinstance(outcome, ActivityEntry) for outcome in outcomes) == 1
    now = value(house.jane, "name")
    assert [o.current for o in outcomes if isinstance(o, Stale)] == [now] * 7


def test_nothing_is_written_when_nothing_changed(house: House, told: list[object]) -> None:
    assert editing.change(house.jane, "email", f" {EMAIL}", seen=EMAIL, by=house.alice) is None
    assert (log(house.jane), told) == ([], [])


@pytest.mark.parametrize(
    ("field", "new", "code"),
    [
        ("name", "  ", "name_missing"), ("name", "J" * 121, "too_long"), ("email", "jane@", "email_invalid"),
        ("phone", "call me", "phone_invalid"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_not_written(house: House, field: str, new: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        change(house, field, new)
    assert refusal.value.fields == {field: code}
    assert log(house.jane) == []


def test_there_are_no_other_fields(house: House) -> None:
    for act in (
        lambda: editing.change(house.jane, "customer_number", "C-1", seen="C-1001", by=house.alice),
        lambda: editing.add(house.jane, "name", "Janie", by=house.alice),
        lambda: editing.value_of(house.jane, "region"),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_withdrawn_profile_is_not_edited(house: House) -> None:
    entry = change(house, "name", "Jane Dupont")
    creating.withdraw(house.jane)
    acts: list[Callable[[], object]] = [
        lambda: change(house, "name", "Jane Roe"),
        lambda: editing.add(house.jane, "email", "jane@work.example", by=house.alice),
        lambda: editing.undo(entry, by=house.alice),
    ]
    for act in acts:
        with pytest.raises(NotFound):
            act()


def test_another_address_is_added_after_the_primary_one_and_taken_away_by_undoing(house: House) -> None:
    entry = editing.add(house.jane, "email", "jane@work.example", by=house.alice)
    assert entry
    assert emails(house.jane) == [EMAIL, "jane@work.example"]
    assert log(house.jane) == [("email", "", "jane@work.example")]
    editing.undo(entry, by=house.alice)
    assert emails(house.jane) == [EMAIL]


def test_an_address_that_jane_has_is_not_added_again(house: House) -> None:
    assert editing.add(house.jane, "email", EMAIL.upper(), by=house.alice) is None
    assert editing.add(house.jane, "phone", "06 12 34 56 78", by=house.alice) is None
    with pytest.raises(Invalid):
        editing.add(house.jane, "email", " ", by=house.alice)
    assert log(house.jane) == []


def test_numbers_that_cannot_be_read_are_two_when_they_are_written_in_two_ways(house: House) -> None:
    for number in ("555-12", "5551 2", "555-12"):
        editing.add(house.jane, "phone", number, by=house.alice)
    assert [point.value for point in records.of(house.jane).phones] == [PHONE, "555-12", "5551 2"]


def test_an_address_among_the_others_does_not_become_primary_by_typing_it(house: House) -> None:
    editing.add(house.jane, "email", "jane@work.example", by=house.alice)
    with pytest.raises(Refused) as refusal:
        change(house, "email", "JANE@work.example")
    assert refusal.value.code == "taken_by_itself"
    assert emails(house.jane) == [EMAIL, "jane@work.example"]


def test_the_primary_address_may_be_written_in_another_way(house: House) -> None:
    change(house, "phone", "06 12 34 56 78")
    assert value(house.jane, "phone") == "06 12 34 56 78"


def test_with_the_primary_address_gone_the_next_is_primary_until_that_is_undone(house: House) -> None:
    editing.add(house.jane, "email", "jane@work.example", by=house.alice)
    entry = change(house, "email", "")
    assert emails(house.jane) == ["jane@work.example"]
    assert log(house.jane)[0] == ("email", EMAIL, "")
    editing.undo(entry, by=house.alice)
    assert emails(house.jane) == [EMAIL, "jane@work.example"]


def test_the_only_address_is_taken_away_and_given_back(house: House) -> None:
    entry = change(house, "email", "")
    assert emails(house.jane) == []
    editing.undo(entry, by=house.alice)
    assert emails(house.jane) == [EMAIL]


def test_a_change_is_undone_only_while_the_field_stands_as_it_left_it(house: House) -> None:
    first = change(house, "name", "Jane Dupont")
    added = editing.add(house.jane, "email", "jane@work.example", by=house.alice)
    removed = change(house, "email", "")
    assert added
    change(house, "name", "Jane Roe")
    change(house, "email", "jane@home.example")  # in place of the one that was added
    for entry in (first, added, removed):
        assert not editing.can_undo(entry, records.of(Profile.get_by_id(house.jane.id)))
        with pytest.raises(Refused) as refusal:
            editing.undo(entry, by=house.alice)
        assert refusal.value.code == "changed_since"
    assert (value(house.jane, "name"), emails(house.jane)) == ("Jane Roe", ["jane@home.example"])


def test_a_change_is_undone_once(house: House, at_once: AtOnce) -> None:
    entry = change(house, "name", "Jane Dupont")
    outcomes = at_once([lambda: editing.undo(entry, by=house.alice)] * 4)
    assert outcomes.count(None) == 1
    assert [o.code for o in outcomes if isinstance(o, DomainError)] == ["changed_since"] * 3
    assert len(log(house.jane)) == 2


def test_an_undoing_is_not_undone_and_neither_is_what_is_no_change(house: House) -> None:
    editing.undo(change(house, "name", "Jane Dupont"), by=house.alice)
    undoing = activity.page(house.jane).entries[0]
    linked = activity.record(house.jane, "linked", by=house.alice, link=1)
    for entry in (undoing, linked):
        with pytest.raises(Refused):
            editing.undo(entry, by=house.alice)
    ActivityEntry.delete().where(ActivityEntry.id == linked.id).execute()

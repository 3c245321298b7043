"""Finding profiles while somebody types."""

from __future__ import annotations

import pytest

from tests.cast import House
from webapp.domain.profiles import creating, search
from webapp.domain.profiles.contact import Given


def numbers(query: str) -> list[str]:
    return [str(record.profile.customer_number) for record in search.search(query).records]


def emmas(how_many: int) -> None:
    for number in range(how_many):
        creating.create(Given("Emma Martin", f"emma.martin{number}@example.com"), region="FR")


@pytest.mark.parametrize(
    "query",
    [
        "z", "Zo", "zoe", "ZOÉ", "zoe l", "Lefevre", "lefèvre zoé", "le zo", "Lefèvre, Z",
        "zoe.lefevre@example.com",
        "zoe.lef", "lefevre@exa", "06 98 76", "0698765432", "+33 6 98", "33698", "0033698765432",
        "5432", "C-1004", "c1004",
    ],
)  # fmt: skip
def test_zoe_is_found_by_the_beginning_of_whatever_is_hers(house: House, query: str) -> None:
    assert numbers(query) == ["C-1004"]
    assert not search.search(query).is_near


@pytest.mark.parametrize(
    "query",
    [
        "Zoe Lefebvre", "Zeo Lefevre", "Lefevrre Zoe", "Lefvre", "Lefvr", "zoe.lefevre@exmaple.com",
        "zoe.lefvere@example", "+33 6 98 76 45 32", "06 98 77 54", "C-104",
    ],
)  # fmt: skip
def test_a_typing_slip_is_forgiven_when_nothing_begins_with_it(house: House, query: str) -> None:
    found = search.search(query)
    assert "Zoé Lefèvre" in [record.name for record in found.records]
    assert found.is_near


@pytest.mark.parametrize("query", ["Zo Lefebvrrre", "Zx", "Lefebvre Zoe Marie", "Jane Lefvre", "Bertrand"])
def test_another_name_is_not_a_slip(house: House, query: str) -> None:
    assert search.search(query).records == []


def test_who_needs_the_fewest_slips_comes_first(house: House) -> None:
    creating.create(Given("Zoé Lefevvrre"), region="FR")
    creating.create(Given("Zoé Lefevvre"), region="FR")
    found = search.search("Zoe Lefebvre").records
    assert [record.name for record in found][:2] == ["Zoé Lefèvre", "Zoé Lefevvre"]


def test_a_duplicate_is_found_with_its_twin(house: House) -> None:
    assert numbers("john smith") == ["C-1002", "C-1003"]


@pytest.mark.parametrize("query", ["%", "_", "%%", "J%", "Jane_Doe%", "*", "\\", "'; --", "🙂"])
def test_a_percent_sign_is_a_percent_sign(house: House, query: str) -> None:
    creating.create(Given("100% Cotton"), region="FR")
    creating.create(Given("100 Cotton"), region="FR")
    assert "C-1004" not in numbers(query)
    assert len(numbers("J")) > len(numbers("J%Z"))


@pytest.mark.parametrize("query", ["", "   ", "\u200b", "()", "-", "+"])
def test_nothing_typed_finds_nothing(house: House, query: str) -> None:
    assert search.search(query) == search.Found([], False, False)


@pytest.mark.parametrize(
    "query", ["\0", "\ud800", "a\0b", "x" * 200, "NEAR(", '"', "a OR b", "-x", "col:val"]
)
def test_whatever_is_typed_is_answered(house: House, query: str) -> None:
    assert search.search(query).records == []


def test_when_more_fit_than_are_shown_it_says_so(house: House) -> None:
    emmas(3)
    assert len(search.search("emma", limit=3).records) == 3
    assert not search.search("emma", limit=3).more
    assert len(search.search("emma", limit=2).records) == 2
    assert search.search("emma", limit=2).more


def test_all_profiles_are_reached_page_by_page(house: House) -> None:
    emmas(5)
    seen: list[int] = []
    page = search.latest(limit=4)
    while True:
        seen += [record.id for record in page.records]
        if not page.more:
            break
        page = search.latest(before=seen[-1], limit=4)
    assert len(seen) == len(set(seen)) == 9

"""The keys that find a profile: for a customer whose details resemble it, and for an associate who types."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.unit.domain import verdicts
from tests.unit.domain.any_text import ANY_TEXT
from webapp.domain.identity import nicknames
from webapp.domain.profiles.keys import lookup_keys, match_keys, search_keys, search_prefixes

JOHN = search_keys("John Smith", ["john.smith@example.com"], ["+44 7911 123456"], "C-1002", "GB")


def is_found(profile: set[str], query: str) -> bool:
    return all(any(key.startswith(prefix) for key in profile) for prefix in search_prefixes(query))


def keys(kind: str, found: set[tuple[str, str]]) -> set[str]:
    return {key for of_kind, key in found if of_kind == kind}


def test_a_profile_has_keys_of_every_kind() -> None:
    found = match_keys("Jane Dupont-Doe", ["j.doe+shop@gmail.com"], ["06 45 45 45 45", "n/a"], "FR")
    assert keys("N", found) == {"janedupontdoe"}
    assert keys("T", found) == {"dupont jane", "doe jane", "doe dupont"}
    assert keys("W", found) == {"jane", "dupont", "doe"}
    assert keys("I", found) == {"jane d", "dupont j", "doe j"}
    assert keys("MB", found) == {"jdoe@gmail.com"}
    assert keys("L", found) == {"jdoe"}
    assert keys("H", found) == {"4<jd@gmail.com", "4>oe@gmail.com"}
    assert keys("PH", found) == {"+33645454545"}


@pytest.mark.parametrize("name", ["", "  ", "\U0001f600", "---"])
def test_a_name_that_says_nothing_gives_no_keys(name: str) -> None:
    assert match_keys(name, ["", "no address"], ["", "n/a"], "FR") == set()
    assert lookup_keys(name, "", "", "FR") == lookup_keys("", "no address", "n/a", "FR")
    assert lookup_keys(name, "", "", "FR").same == lookup_keys(name, "", "", "FR").near == ()


def test_what_is_the_same_is_looked_up_apart_from_what_is_near() -> None:
    lookup = lookup_keys("Jane Doe", "info@example.com", "0612345678", "FR")
    assert lookup.same == (("MB", "info@example.com"), ("N", "janedoe"), ("PH", "+33612345678"))
    assert {kind for kind, _ in lookup.near} == {"H", "T", "I", "W"}, "no L: everybody is info@"


def test_a_nickname_is_looked_up_as_the_name_it_stands_for() -> None:
    john, variants = match_keys("John Smith", [], [], ""), nicknames.variants
    for typed, wanted in (("Smith Jonathan", ("T", "john smith")), ("Jonathan S", ("I", "john s"))):
        assert wanted in john
        assert wanted not in lookup_keys(typed, "", "", "").near
        assert wanted in lookup_keys(typed, "", "", "", variants=variants).near
    assert john & set(lookup_keys("Johnny", "", "", "", variants=variants).near)


@pytest.mark.parametrize(
    "typed", ["zoelefevre", "zoe.lefevr", "zoe.lefever", "zoe.leefevre", "oe.lefevre", "zoe.lefevr3"]
)
def test_one_slip_in_an_address_leaves_a_key_intact(typed: str) -> None:
    zoe = match_keys("", ["zoe.lefevre@example.com"], [], "")
    assert zoe & set(lookup_keys("", f"{typed}@example.com", "", "").near)


@pytest.mark.parametrize(("typed", "held", "verdict", "level", "conflict"), verdicts.NAMES + verdicts.EMAILS)
def test_whatever_is_exact_or_near_shares_a_key(
    typed: str, held: str, verdict: str, level: str, conflict: bool
) -> None:
    field = "email" if (typed, held, verdict, level, conflict) in verdicts.EMAILS else "name"
    if verdict not in ("exact", "partial") or (typed, held) == ("Müller", "Mueller"):
        return  # a lone word that is misspelled has no other word to be found by
    if field == "name":
        profile = match_keys(held, [], [], "")
        lookup = lookup_keys(typed, "", "", "", variants=nicknames.variants)
    else:
        profile, lookup = match_keys("", [held], [], ""), lookup_keys("", typed, "", "")
    assert profile & set(lookup.same if verdict == "exact" else lookup.same + lookup.near)


@pytest.mark.parametrize(
    "query",
    [
        "jo", "smi", "smith j", "JOHN SMITH", "smith, john",
        "john.smith@exa", "john.smith@", "smith@example", "john.smi",
        "+44 7911", "07911 12", "0044 79", "3456", "john 3456", "+44 (0)7911",
        "C-1002", "c10", "1002", "C 1002 smith",
    ],
)  # fmt: skip
def test_john_is_found_by_the_beginning_of_anything_of_his(query: str) -> None:
    assert search_prefixes(query)
    assert is_found(JOHN, query)


@pytest.mark.parametrize("query", ["jon", "jane", "smyth", "john.smith@gmail", "0612", "C-1003", "john jane"])
def test_john_is_not_found_by_what_is_not_his(query: str) -> None:
    assert not is_found(JOHN, query)


def test_a_name_without_spaces_is_found_by_the_given_name() -> None:
    assert {"王小明", "小明"} <= search_keys("王小明", [], [], "C-1")
    assert {"王小明", "小明王"} <= search_keys("王 小明", [], [], "C-1")


def test_the_longest_word_is_looked_up_first() -> None:
    assert search_prefixes("jo smith 06 12") == ["smith", "#612", "jo"]


@pytest.mark.parametrize("query", ["", "   ", "---", "\U0001f600", "0", "+"])
def test_a_query_that_says_nothing_looks_for_nothing(query: str) -> None:
    assert search_prefixes(query) == []


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_keys_are_few_short_and_never_empty(name: str, email: str, phone: str) -> None:
    lookup = lookup_keys(name, email, phone, "FR", variants=nicknames.variants)
    found = {key for _, key in (*match_keys(name, [email], [phone], "FR"), *lookup.same, *lookup.near)}
    found |= search_keys(name, [email], [phone], "C-1001", "FR") | set(search_prefixes(name))
    assert all(found)
    assert len(found) < 400
    assert max(map(len, found)) < 800


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_a_customer_finds_the_profile_that_says_the_same(name: str, email: str, phone: str) -> None:
    lookup = lookup_keys(name, email, phone, "FR")
    assert set(lookup.same) <= match_keys(name, [email], [phone], "FR")

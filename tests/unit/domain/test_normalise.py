"""Folding: which names, addresses and numbers are the same, whatever anybody types."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.any_text import ANY_TEXT
from webapp.domain.profiles.normalise import (
    Phone,
    clean,
    fold_email,
    fold_name,
    fold_phone,
    mailbox,
    phone_digits,
    show_phone,
)

FOLDS: list[Callable[[str], object]] = [
    clean,
    fold_name,
    fold_email,
    lambda text: mailbox(fold_email(text)),
    lambda text: fold_phone(text, "FR"),
    lambda text: show_phone(text, "FR"),
]


def test_a_name_keeps_its_words_in_order_and_its_suffix_apart() -> None:
    folded = fold_name("Dr. Zoé  Lefèvre-Martin, Jr.")
    assert folded.tokens == ("zoe", "lefevre", "martin")
    assert (folded.suffix, folded.key, folded.joined) == ("jr", "zoe lefevre martin jr", "zoelefevremartinjr")


@pytest.mark.parametrize("name", ["O'Brien", "O’Brien", "O´Brien", "O`Brien", "Oʼbrien", "OBRIEN"])
def test_any_apostrophe_vanishes(name: str) -> None:
    assert fold_name(name).key == "obrien"


@pytest.mark.parametrize(("name", "key"), [("Dr", "dr"), ("Mr. Dr. Doe", "doe"), ("Miss Miss", "miss"), ("Jr", "jr")])
def test_a_name_is_never_only_title_or_suffix(name: str, key: str) -> None:
    assert fold_name(name).key == key


@pytest.mark.parametrize("name", ["", "  ", "\U0001f600", "---", "\u3164", "\u0301", "\u200f\u202e", "\ud800"])
def test_a_name_without_letters_or_digits_has_no_key(name: str) -> None:
    assert fold_name(name).key == ""


def test_chinese_japanese_and_korean_names_have_no_spaces_in_their_key() -> None:
    assert fold_name("王 小明").key == fold_name("王小明").key == "王小明"
    assert fold_name("김 민준").key == fold_name("김민준").key
    assert fold_name("Anna 王 小明").key == "anna 王小明"


def test_marks_that_make_another_letter_stay() -> None:
    assert fold_name("ガ").key != fold_name("カ").key
    assert fold_name("कि").key != fold_name("क").key


def test_eight_words_of_a_name_are_read() -> None:
    assert fold_name("a b c d e f g h i j").tokens == tuple("abcdefgh")


@pytest.mark.parametrize("blank", ["", "   ", "\u200b", "\u3164"])
def test_what_cannot_be_seen_is_blank(blank: str) -> None:
    assert clean(blank) == ""
    assert fold_email(blank) == ""
    assert fold_phone(blank, "FR") == Phone()


@pytest.mark.parametrize(
    "address",
    ["JANE@X.com", "mailto:jane@x.com?subject=Hi", '"Doe, Jane" <jane@x.com>', "<jane@x.com>", "jane＠x.com"],
)
def test_an_address_is_unwrapped(address: str) -> None:
    assert fold_email(address) == "jane@x.com"


def test_an_address_keeps_what_makes_it_another_one() -> None:
    addresses = ("jane@x.com", "jané@x.com", "j.ane@x.com", "jane+a@x.com", "jane@mail.x.com")
    assert len(set(map(fold_email, addresses))) == len(addresses)


def test_a_domain_that_cannot_be_one_is_still_compared() -> None:
    assert fold_email("jane@-é_.-") == fold_email("jane@-É_.-.") == "jane@-é_.-"


def test_a_mailbox_has_no_tag_and_only_gmail_ignores_dots() -> None:
    assert mailbox("j.ane+shop@googlemail.com") == "jane@gmail.com"
    assert mailbox("j.ane+shop@x.com") == "j.ane@x.com"
    assert mailbox("+jane@x.com") == "+jane@x.com"


def test_an_extension_is_kept_beside_the_number() -> None:
    assert fold_phone("212-555-1234 x55", "US") == Phone("+12125551234", "55", "12125551234", "2125551234")


def test_a_number_that_works_only_locally_has_no_international_form() -> None:
    assert fold_phone("555-1234", "US") == Phone(digits="5551234")
    assert fold_phone("06 12 34 56 78", "") == Phone(digits="0612345678")


@pytest.mark.parametrize(
    ("number", "region", "shown"),
    [
        ("+33612345678", "", "+33 6 12 34 56 78"),
        ("07911 123456", "GB", "+44 7911 123456"),
        ("(212) 555-1234", "us", "+1 212 555 1234"),
        ("212-555-1234 ext. 55", "US", "+1 212 555 1234 x55"),
        ("555-1234", "US", "555-1234"),
        (" n/a ", "US", "n/a"),
    ],
)
def test_a_number_is_shown_in_international_format_with_spaces(number: str, region: str, shown: str) -> None:
    assert show_phone(number, region) == shown


@pytest.mark.parametrize("typed", ["+33 (0)6 12", "0033 6 12", "336-12"])
def test_the_beginning_of_a_number_is_read_as_its_digits(typed: str) -> None:
    assert phone_digits(typed) == "33612"


@given(ANY_TEXT)
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert fold_name(fold_name(text).key).key == fold_name(text).key
    assert fold_email(fold_email(text)) == fold_email(text)
    assert mailbox(mailbox(fold_email(text))) == mailbox(fold_email(text))
    assert show_phone(show_phone(text, "FR"), "FR") == show_phone(text, "FR")


@given(ANY_TEXT, st.sampled_from(["", "FR", "us", "XX", "\ud800"]))
def test_every_text_has_an_answer(text: str, region: str) -> None:
    for fold in FOLDS:
        fold(text)
    fold_phone(text, region)
    show_phone(text, region)
    assert len(clean(text)) <= 200


@pytest.mark.parametrize("fold", FOLDS)
@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "1",
        "1 ",
        " ",
        "a ",
        "\u0301\u0323",
        "\u200b",
        "\ufdfa",
        "@",
        "<@",
        '"@',
        "é.",
        "+",
        "(1",
        "\ud800",
        "王 ",
    ],
)
def test_a_long_text_is_folded_at_once(fold: Callable[[str], object], unit: str) -> None:
    for length in (4_000, 10_000):
        text = (unit * length)[:length]
        began = time.thread_time()
        fold(text)
        assert time.thread_time() - began < 0.05

"""The gate for text from outside: SECURITY section 4, lines 1 to 20."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.unit.domain.any_text import ANY_TEXT
from webapp.domain.texts import LIMITS, problem_with, tidy


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "Jane \udfff"])
def test_what_a_database_chokes_on_is_refused(text: str) -> None:
    assert problem_with(text, 100) == "bad_characters"


def test_a_text_may_be_as_long_as_its_limit_and_no_longer() -> None:
    for limit in LIMITS.values():
        assert problem_with("\U0001f600" * limit, limit) is None
        assert problem_with("\U0001f600" * (limit + 1), limit) == "too_long"


@pytest.mark.parametrize(
    "text", ["", "   ", "\u200b", "\u00a0\u200b\ufeff", "\t\r\n", "\u3164", "\u2800\ufe0f", "\x1b\x07"]
)
def test_a_text_in_which_nothing_can_be_seen_is_blank(text: str) -> None:
    assert tidy(text) == tidy(text, lines=True) == ""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Jane Doe\u00a0", "Jane Doe"),
        ("Jane\x1b[31m\x08 Doe\x85", "Jane[31m Doe"),
        ("one\r\ntwo\rthree\u2028four\u2029five", "one\ntwo\nthree\nfour\nfive"),
        ("tab\there", "tab\there"),
        ("Z\u0335\u0321" + "\u0301" * 200 + "oé", "Z\u0335\u0321" + "\u0301" * 6 + "oé"),
    ],
)
def test_what_disturbs_screens_is_taken_out_of_a_message(typed: str, kept: str) -> None:
    assert tidy(typed, lines=True) == kept


def test_a_field_of_one_line_has_no_line_ends() -> None:
    assert tidy("Jane\r\nBcc:\tDoe") == "Jane Bcc: Doe"


@pytest.mark.parametrize(
    "text",
    [
        "null", "NaN", "-0", "[object Object]", "Robert'); DROP TABLE", '" OR 1=1 --',
        "<script>x</script>", "{{7*7}}",
        "%s%n", "José", "Jose\u0301", "\ufb01ona", "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "שלום", "=cmd|' /C calc'!A0",
        "🙂", "-", ".", "ガ",
    ],
)  # fmt: skip
def test_what_people_mean_literally_stays_as_it_is(text: str) -> None:
    assert tidy(text) == tidy(text, lines=True) == text


@given(ANY_TEXT)
def test_tidying_twice_is_tidying_once(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert tidy(tidy(text, lines=True), lines=True) == tidy(text, lines=True)

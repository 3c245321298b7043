"""One colour from the shop, seven for the widget: whatever is chosen can be read."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.contracts.test_styles import EDGE, TEXT, contrast, linear, tokens
from webapp import colours

any_colour = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
THEMES = ["light", "dark"]


@pytest.mark.parametrize("theme", THEMES)
@given(chosen=any_colour)
@example(chosen="#000000")
@example(chosen="#ffffff")
@example(chosen="#777777")
@example(chosen="#ffff00")
@example(chosen="#0000ff")
def test_jane_can_read_the_chat_in_every_colour(theme: str, chosen: str) -> None:
    made, page = colours.palette(chosen, theme), tokens("00-tokens.css", ":root", theme)
    assert contrast(made.ink, made.ground) >= TEXT
    assert contrast(made.ink, made.hover) >= TEXT
    assert contrast(made.soft_ink, made.soft) >= TEXT
    assert contrast(page["ink-2"], made.soft) >= TEXT
    assert contrast(page["on-bubble-me"], made.bubble) >= TEXT
    for ground in ("canvas", "surface"):
        assert contrast(made.accent, page[ground]) >= max(TEXT, EDGE)
    assert contrast(made.ground, page["canvas"]) >= 1.3, "a button stands out from the page"


@pytest.mark.parametrize("theme", THEMES)
@given(chosen=any_colour)
def test_the_launcher_wears_the_ink_that_the_loader_can_tell_apart(theme: str, chosen: str) -> None:
    assert colours.palette(chosen, theme).ink in (colours.WHITE, colours.BLACK)


@given(chosen=any_colour)
def test_a_stylesheet_holds_nothing_but_colours(chosen: str) -> None:
    sheet = colours.stylesheet(chosen)
    assert not re.search(r"url\(|@import|[<>\"'\\]", sheet)
    values = re.findall(r"--[\w-]+: light-dark\(([^)]*)\);", sheet)
    assert len(values) == sheet.count(":") - sheet.count(":is") == 8
    assert all(re.fullmatch(r"#[0-9a-f]{6}, #[0-9a-f]{6}", value) for value in values)


def test_a_colour_that_can_be_read_stays_as_it_was_chosen() -> None:
    made = colours.palette("#1f5f8b", "light")
    assert (made.ground, made.accent, made.ink, made.bubble) == ("#1f5f8b", "#1f5f8b", "#ffffff", "#1f5f8b")


def test_a_yellow_button_stays_yellow_under_dark_ink_and_a_yellow_link_does_not() -> None:
    made = colours.palette("#ffd400", "light")
    assert (made.ground, made.ink) == ("#ffd400", colours.BLACK)
    assert made.accent != "#ffd400"
    assert colours.palette("#ffd400", "dark").accent == "#ffd400"


@pytest.mark.parametrize("theme", THEMES)
def test_the_pages_that_are_reckoned_with_are_those_of_the_styles(theme: str) -> None:
    page = tokens("00-tokens.css", ":root", theme)
    near = "sunken" if theme == "light" else "surface"
    for ours, theirs in ((colours.CANVAS[theme], page["canvas"]), (colours.NEAREST[theme], page[near])):
        assert linear(ours) == pytest.approx(linear(theirs), abs=0.004)


@given(chosen=any_colour)
def test_there_and_back_is_the_same_colour(chosen: str) -> None:
    assert colours.to_hex(colours.to_oklch(chosen)) == chosen

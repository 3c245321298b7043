"""What a manager decides for the whole installation."""

from __future__ import annotations

import pytest

from webapp.domain import settings
from webapp.domain.errors import Invalid


def test_until_somebody_decides_the_defaults_hold(database: None) -> None:
    assert settings.get("automatic_linking") == "single_exact_match"
    assert settings.get("remember_browser") == "on"


def test_the_last_decision_holds(database: None) -> None:
    for value in ("strict", "off"):
        settings.set_values({"automatic_linking": value}, by=None)
        assert settings.get("automatic_linking") == value
    assert settings.get("remember_browser") == "on"


def test_only_what_is_offered_can_be_chosen(database: None) -> None:
    with pytest.raises(Invalid) as refusal:
        settings.set_values({"automatic_linking": "sometimes"}, by=None)
    assert refusal.value.fields == {"automatic_linking": "not_a_choice"}
    assert settings.get("automatic_linking") == "single_exact_match"


@pytest.mark.parametrize("name", ["colour", "", "automatic_linking "])
def test_there_are_no_other_settings(database: None, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        settings.set_values({name: "on"}, by=None)
    assert refusal.value.fields == {name: "unknown_setting"}
    with pytest.raises(Invalid):
        settings.get(name)

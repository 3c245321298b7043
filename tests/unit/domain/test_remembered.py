"""What a process remembers of people is forgotten when somebody is erased, by those who are late as well."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import webapp
from webapp.domain import remembered
from webapp.domain.profiles.normalise import fold_email, fold_name, fold_phone

from .conftest import until

# What is made from words of the house, from settings, or from nothing: nobody's data.
NAMES_NOBODY = {
    "assets.py:_asset",
    "auth.py:_zones",
    "domain/people/passwords.py:_common",
    "domain/people/passwords.py:_nobodys",
    "domain/people/places.py:time_zones",
    "i18n.py:direction",
    "i18n.py:words",
    "render.py:_of_reader",
    "screens/widget.py:look_version",
    "security.py:_address",
    "security.py:_headers",
    "views/loader.py:_finished",
}


def kept() -> int:
    return sum(keeping.cache_info().currsize for keeping in remembered._kept)


def remember_jane() -> None:
    fold_name("Jane Doe")
    fold_email("jane.doe@example.com")
    fold_phone("06 12 34 56 78", "FR")


def test_nothing_is_left_after_forgetting() -> None:
    remember_jane()
    assert kept() >= 3
    remembered.forget()
    assert kept() == 0


def test_what_somebody_was_still_working_on_is_forgotten_a_little_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "LATE", 0.01)
    for _ in range(3):  # people, one after the other
        remembered.forget()
        remember_jane()
    until(lambda: kept() == 0)


def test_whatever_else_is_kept_in_memory_names_nobody() -> None:
    found = set()
    folder = Path(webapp.__file__).parent
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and any("cache" in ast.unparse(each) for each in node.decorator_list):
                found.add(f"{file.relative_to(folder)}:{node.name}")
    assert found == NAMES_NOBODY

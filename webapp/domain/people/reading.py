"""How what was typed of a person, a store or a site becomes what is kept. Pure: no database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .. import texts
from ..errors import Invalid, Problems

LANGUAGES = ("en", "fr")


def each(given: Mapping[str, Any], read: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    """Return the given values by field, each as its own function has `read` it; raises `Invalid` with all problems."""
    values: dict[str, Any] = {}
    problems = Problems()
    for field, value in given.items():
        with problems.of():
            values[field] = read[field](value)
    problems.complain()
    return values


def name(typed: str) -> str:
    """Return a name as it is kept; raises `Invalid` for one that is blank or cannot be."""
    tidied = texts.tidy(typed)
    problem = texts.problem_with(typed, texts.LIMITS["name"]) or ("" if tidied else "name_missing")
    if problem:
        raise Invalid({"name": problem})
    return tidied

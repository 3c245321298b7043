"""Why a profile is, or is not, thought to be the customer's: evidence as sentences, field by field."""

from __future__ import annotations

from dataclasses import dataclass

from ..domain.identity.matching import WEIGHTS, Comparison, Evidence
from ..domain.profiles.normalise import fold_name, show_phone

_SIGNS = {"exact": "same", "partial": "near", "none": "diff"}
_SHORTENED = ("initial", "nick_initial")


@dataclass(frozen=True, slots=True)
class Item:
    """One field: the key of its sentence with the two values in it, and its sign (same, near or diff)."""

    field: str
    key: str
    given: str
    held: str
    sign: str


def items(evidence: Evidence, region: str) -> list[Item]:
    """Return what there is to say; `region` is the profile's, to show its phone in international format."""
    return [_item(comparison, region) for comparison in evidence.comparisons if comparison.verdict != "blank"]


def reason(comparison: Comparison) -> str:
    """Return why two values are the same, near or different, as the sentence tells it."""
    if comparison.field == "name" and comparison.level in _SHORTENED:
        tokens = fold_name(comparison.given).tokens[:1] + fold_name(comparison.held).tokens[:1]
        return f"{comparison.level}_{'first' if 1 in map(len, tokens) else 'last'}"
    return comparison.level.replace(" ", "_")


def reasons(field: str) -> set[str]:
    """Return every reason that a field can have; each has a sentence in every language."""
    levels = set(WEIGHTS[field]) - {"missing"}  # nothing is said of what was not given
    shortened = {f"{level}_{which}" for level in levels & set(_SHORTENED) for which in ("first", "last")}
    return {level.replace(" ", "_") for level in levels - set(_SHORTENED)} | shortened


def _item(comparison: Comparison, region: str) -> Item:
    field, held = comparison.field, comparison.held
    return Item(
        field=field,
        key=f"evidence.{field}.{reason(comparison)}",
        given=comparison.given,
        held=show_phone(held, region) if field == "phone" else held,
        sign=_SIGNS[comparison.verdict],
    )

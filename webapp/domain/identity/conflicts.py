"""Where contact details and profile disagree, and what the details tell anew. Pure; computed, never stored.

SPEC section 3: a conflict needs a value on both sides, the customer's typed by the customer, and none of
the profile's exactly equal to it. A field that the profile lacks is new information.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..profiles.normalise import clean, fold_name, fold_phone
from .matching import Comparison, Details, Held, compare


@dataclass(frozen=True, slots=True)
class Conflict:
    """One field in which they disagree: the value given, and all that the profile holds, primary first."""

    field: str
    given: str
    held: tuple[str, ...]


def conflicts(details: Details, held: Held) -> tuple[Conflict, ...]:
    """Return the conflicts, in the order name, email, phone."""
    values = _values(held)
    return tuple(
        Conflict(comparison.field, comparison.given, values[comparison.field])
        for comparison in compare(details, held).comparisons
        if values[comparison.field]
        and comparison.verdict in ("partial", "none")
        and not _is_held_as_typed(comparison, values[comparison.field], details.region)
    )


def new_information(details: Details, held: Held) -> tuple[tuple[str, str], ...]:
    """Return (field, value given) for every field that was given and that the profile lacks."""
    values = _values(held)
    return tuple(
        (comparison.field, comparison.given)
        for comparison in compare(details, held).comparisons
        if comparison.verdict != "blank" and not values[comparison.field]
    )


def _values(held: Held) -> dict[str, tuple[str, ...]]:
    """Return what the profile holds in each field; a generated name and blanks are nothing."""
    found = {
        "name": () if held.name_generated else (held.name,),
        "email": held.emails,
        "phone": held.phones,
    }
    return {field: tuple(value for value in values if clean(value)) for field, values in found.items()}


def _is_held_as_typed(comparison: Comparison, values: tuple[str, ...], region: str) -> bool:
    """Say whether a value that cannot be compared is the profile's nevertheless, letter for letter.

    A name without letters and a number that cannot be read match nothing. But when the profile has been given
    them nothing is left to put right, and the conflict would stay for ever.
    """
    if comparison.field == "name" and fold_name(comparison.given).key:
        return False
    if comparison.field == "phone" and fold_phone(comparison.given, region).e164:
        return False
    return clean(comparison.given) in map(clean, values)

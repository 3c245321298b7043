"""Opening hours as a form sends them. Nothing is judged here: what is wrong is found where hours are kept."""

from __future__ import annotations

from dataclasses import replace

from werkzeug.datastructures import MultiDict

from ..domain.people.hours import DAYS, MOST_SPANS, Hours
from ..screens.hours import NEW_EXCEPTIONS, Day, Typed

Form = MultiDict[str, str]


def read_hours(form: Form, present: Hours | None) -> Typed:
    """Return the hours that stand in the form of a store with these present ones.

    The form names the exceptions that are to go, and new ones; the others need not come back with it.
    """
    typed = Typed(
        choice=form.get("hours", ""),
        week=tuple(_day(form, key, key) for key in DAYS),
        exceptions=tuple(present["exceptions"]) if present else (),
        removed=frozenset(form.getlist("remove")),
    )
    rows = [row for row in (f"new-{number}" for number in range(NEW_EXCEPTIONS)) if _is_used(form, row)]
    first = len(typed.left)
    return replace(typed, added=tuple(_day(form, f"exception-{first + n}", row) for n, row in enumerate(rows)))


def _is_used(form: Form, row: str) -> bool:
    return bool(form.get(f"{row}-date", "").strip() or f"{row}-open" in form or _spans(form, row))


def _day(form: Form, key: str, row: str) -> Day:
    return Day(key, f"{row}-open" in form, _spans(form, row), form.get(f"{row}-date", "").strip())


def _spans(form: Form, row: str) -> tuple[tuple[str, str], ...]:
    pairs = (tuple(form.get(f"{row}-{edge}-{n}", "").strip() for edge in ("from", "to")) for n in range(MOST_SPANS))
    return tuple((start, end) for start, end in pairs if start or end)

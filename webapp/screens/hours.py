"""Opening hours in words, and as a form holds them while somebody types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from .. import render
from ..domain import clock
from ..domain.people.hours import ALWAYS, DAYS, Exceptional, Hours, Spans, grouped, next_opening
from ..domain.people.presence import is_open_now
from ..domain.tables import Store
from ..i18n import Reader

OFFERED_SPANS = 2  # of each day
NEW_EXCEPTIONS = 3  # rows for more of them, which are there without a script
SUGGESTED: Hours = {"week": [[["09:00", "18:00"]]] * 5 + [[], []], "exceptions": []}


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the week, or an exception to be, as it stands in the form; `spans` are as typed."""

    key: str  # "mon", "exception-4": what a problem with it is called
    is_open: bool = False
    spans: tuple[tuple[str, str], ...] = ()
    dated: str = ""  # the date of an exception, as typed

    @property
    def offered(self) -> list[tuple[str, str]]:
        """The spans, with blank ones for as many as there is room for."""
        room = OFFERED_SPANS if self.key in DAYS else 1
        return [*self.spans, *[("", "")] * (room - len(self.spans))]


@dataclass(frozen=True, slots=True)
class Typed:
    """The hours as they stand in the form."""

    choice: str  # "always" or "these"; anything else is refused
    week: tuple[Day, ...]
    exceptions: tuple[Exceptional, ...]  # that the store has
    removed: frozenset[str] = frozenset()  # the dates of those that are to go
    added: tuple[Day, ...] = ()

    @property
    def offered(self) -> list[Day]:
        """The rows for further exceptions: those in use, and blank ones."""
        rows = range(len(self.added), NEW_EXCEPTIONS)
        return [*self.added, *(Day(f"exception-{len(self.left) + row}") for row in rows)]

    @property
    def left(self) -> list[Exceptional]:
        """The exceptions that stay."""
        return [each for each in self.exceptions if each["date"] not in self.removed]

    @property
    def meant(self) -> Hours | Literal["always"]:
        """What the form says, which may be wrong; an open day without a time has one blank span."""
        if self.choice == ALWAYS:
            return ALWAYS
        return {
            "week": [_meant(day) for day in self.week if self.choice == "these"],
            "exceptions": [*self.left, *(Exceptional(date=day.dated, spans=_meant(day)) for day in self.added)],
        }


def _meant(day: Day) -> Spans:
    # A time field has no 24:00: who closes at 00:00 means the end of the day.
    spans = [[start, "24:00" if end == "00:00" else end] for start, end in day.spans]
    return (spans or [["", ""]]) if day.is_open else []


def typed(hours: Hours | None) -> Typed:
    """Return hours as the form shows them; for a store that is open at all hours, with hours to begin with."""
    shown = hours or SUGGESTED
    return Typed(
        choice=ALWAYS if hours is None else "these",
        week=tuple(_day(key, spans) for key, spans in zip(DAYS, shown["week"], strict=True)),
        exceptions=tuple(shown["exceptions"]),
    )


def _day(key: str, spans: Spans) -> Day:
    return Day(key, bool(spans), tuple((start, "00:00" if end == "24:00" else end) for start, end in spans))


def fields(reader: Reader, shown: Typed, problems: Mapping[str, str]) -> str:
    """Draw the part of a form that asks for hours."""
    return render.partial(
        "settings/hours",
        reader,
        hours=shown,
        names=[reader.weekday(day) for day in range(7)],
        exceptions=[(each["date"], _dated(reader, each), each["date"] in shown.removed) for each in shown.exceptions],
        problems=problems,
    )


def named(reader: Reader, shown: Typed, problems: Mapping[str, str]) -> dict[str, str]:
    """Return the problems of a form, those of a day with its name."""
    names = {key: reader.weekday(number) for number, key in enumerate(DAYS)}
    names |= {day.key: _date_typed(reader, day.dated) for day in shown.added}
    return {
        field: reader.t("hours.problem", day=names[field], problem=problem) if field in names else problem
        for field, problem in problems.items()
    }


def _date_typed(reader: Reader, text: str) -> str:
    try:
        return reader.full_date(date.fromisoformat(text))
    except ValueError:
        return text or reader.t("hours.another_date")


def in_words(reader: Reader, hours: Hours | None) -> str:
    """Return hours in words: "Mon–Fri 09:00–18:00; Sat–Sun closed; 25 December 2026 closed"."""
    if hours is None:
        return reader.t("hours.always")
    week = [f"{_days(reader, first, last)} {_spans(reader, spans)}" for first, last, spans in grouped(hours)]
    return "; ".join(week + [" ".join(_dated(reader, each)) for each in hours["exceptions"]])


def _dated(reader: Reader, exception: Exceptional) -> tuple[str, str]:
    return reader.full_date(date.fromisoformat(exception["date"])), _spans(reader, exception["spans"])


def _days(reader: Reader, first: int, last: int) -> str:
    names = [reader.weekday_in_short(day) for day in sorted({first, last})]
    return "–".join(names)


def _spans(reader: Reader, spans: Spans) -> str:
    return ", ".join("–".join(span) for span in spans) or reader.t("hours.closed").lower()


def when(reader: Reader, moment: datetime) -> str:
    """Return a moment to come, in short: "09:00" today, "Monday 09:00" another day."""
    time = reader.clock_time(moment)
    if reader.date_of(moment) == reader.date_of(clock.now()):
        return time
    return reader.t("hours.when", day=reader.coming_day(moment), time=time)


def closed(reader: Reader, store: Store | None) -> str | None:
    """Return what to tell a customer of a store that is closed: when it opens, or "" when nobody knows.

    None when it is open. The time is the customer's, and the store's besides where clocks differ.
    """
    if store is None or is_open_now(store):
        return None
    moment = next_opening(store.hours, str(store.time_zone), clock.now())
    if moment is None:
        return ""
    here = reader.t("off.next", day=reader.coming_day(moment), time=reader.clock_time(moment))
    there = replace(reader, zone=str(store.time_zone))
    if there.clock_time(moment) == reader.clock_time(moment):
        return here
    time = there.clock_time(moment)
    return f"{here} {reader.t('off.there', day=there.coming_day(moment), time=time, store=store.name)}"

"""Opening hours: which there may be, whether a store is open, and when it opens next. Pure.

Hours are plain data, as a store keeps them: a week of seven days from Monday, each a list of spans
`["09:00", "18:00"]`, and the dates on which it is different. No hours at all: open at all hours. A span ends by
"24:00" at the latest; a night goes on in the span of the next day.

A span is one stretch of time: from the first moment at which the store's clocks show its start, or have passed
over it in spring, to the first at which they show its end. So it is neither lost nor doubled when clocks change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from operator import itemgetter
from typing import Literal, TypedDict
from zoneinfo import ZoneInfo

from ..errors import Invalid

Spans = list[list[str]]


class Exceptional(TypedDict):
    date: str  # "2026-12-25"
    spans: Spans


class Hours(TypedDict):
    week: list[Spans]
    exceptions: list[Exceptional]


ALWAYS: Literal["always"] = "always"  # what is said for open at all hours, where nothing would mean: as before
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_SPANS = 4  # of a day
MOST_EXCEPTIONS = 100
LOOKS_AHEAD = 60  # days

_MINUTE = timedelta(minutes=1)
_clock = re.compile("(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_date = re.compile("20[0-9]{2}-[0-9]{2}-[0-9]{2}")
_part = re.compile(r"\s*([a-z]{3}(?:\s*[-,]\s*[a-z]{3})*)\s+(.+?)\s*")


def is_open(hours: Hours | None, zone: str, moment: datetime) -> bool:
    """Say whether a store with these hours, in this IANA time zone, is open at the moment."""
    if hours is None:
        return True
    here = moment.astimezone(ZoneInfo(zone)).date()
    return any(start <= moment < end for start, end in _stretches(hours, zone, here))


def next_opening(hours: Hours | None, zone: str, moment: datetime) -> datetime | None:
    """Return when it is open next, which is now when it is; None when it stays closed for `LOOKS_AHEAD` days."""
    if hours is None or is_open(hours, zone, moment):
        return moment
    today = moment.astimezone(ZoneInfo(zone)).date()
    for days in range(LOOKS_AHEAD + 1):
        for start, end in _stretches(hours, zone, today + timedelta(days=days)):
            if moment < start < end:
                return start
    return None


def checked(hours: Hours) -> Hours:
    """Return the hours with the spans of each day in order.

    Raises `Invalid` with what is wrong by day ("mon") or by exception, counted from nought ("exception-0").
    """
    week, exceptions = hours["week"], hours["exceptions"]
    days = {**dict(zip(DAYS, week, strict=False)), **{f"exception-{n}": e["spans"] for n, e in enumerate(exceptions)}}
    problems = {day: code for day, spans in days.items() if (code := _problem_with(spans))} | _wrong_dates(exceptions)
    if len(week) != len(DAYS):
        problems["hours"] = "not_a_choice"
    elif len(exceptions) > MOST_EXCEPTIONS:
        problems["hours"] = "hours_many"
    if problems:
        raise Invalid(problems)
    dated: list[Exceptional] = [{"date": e["date"], "spans": sorted(e["spans"])} for e in exceptions]
    return {"week": [sorted(spans) for spans in week], "exceptions": sorted(dated, key=itemgetter("date"))}


def parse(text: str) -> Hours | Literal["always"]:
    """Read hours as one writes them: "mon-fri 09:00-12:00, 14:00-18:00; sat 10:00-17:00", or "always".

    A day that is not named is closed. Raises `Invalid` with what is wrong by day, or by the part that makes no sense.
    """
    if text.strip().casefold() == ALWAYS:
        return ALWAYS
    week: list[Spans] = [[] for _ in DAYS]
    for part in filter(str.strip, text.split(";")):
        found = _part.fullmatch(part.casefold())
        spans = [[edge.strip() for edge in span.split("-")] for span in found[2].split(",")] if found else []
        days = _days(found[1]) if found else []
        if not days or not all(len(span) == 2 for span in spans):
            raise Invalid({part.strip(): "hours_unreadable"})
        for day in days:
            week[day] = week[day] + spans
    if not any(week):
        raise Invalid({text.strip(): "hours_unreadable"})
    return checked({"week": week, "exceptions": []})


def written(hours: Hours | None) -> str:
    """Write hours as `parse` reads them; exceptions are left out."""
    if hours is None:
        return ALWAYS
    return "; ".join(
        f"{DAYS[first]}{f'-{DAYS[last]}' if last > first else ''} {', '.join('-'.join(span) for span in spans)}"
        for first, last, spans in grouped(hours)
        if spans
    )


def grouped(hours: Hours) -> list[tuple[int, int, Spans]]:
    """Return the week in groups of days that follow each other with the same spans: first day, last day, spans."""
    groups: list[tuple[int, int, Spans]] = []
    for day, spans in enumerate(hours["week"]):
        if groups and groups[-1][2] == spans:
            groups[-1] = (groups[-1][0], day, spans)
        else:
            groups.append((day, day, spans))
    return groups


def _days(text: str) -> list[int]:
    """Return the days of "mon-wed, fri", none when one of them is no day; a range may go over the week's end."""
    found: list[int] = []
    for part in text.split(","):
        names = [name.strip() for name in part.split("-")]
        if len(names) > 2 or not set(names) <= set(DAYS):
            return []
        first, last = DAYS.index(names[0]), DAYS.index(names[-1])
        found += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return found


def _wrong_dates(exceptions: list[Exceptional]) -> dict[str, str]:
    problems: dict[str, str] = {}
    seen: set[str] = set()
    for number, each in enumerate(exceptions):
        if not _is_date(each["date"]):
            problems[f"exception-{number}"] = "date_invalid"
        elif each["date"] in seen:
            problems[f"exception-{number}"] = "date_twice"
        seen.add(each["date"])
    return problems


def _is_date(text: str) -> bool:
    if not _date.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _problem_with(spans: Spans) -> str | None:
    if len(spans) > MOST_SPANS:
        return "hours_many"
    if not all(_clock.fullmatch(edge) for span in spans for edge in span):
        return "hours_time"
    if not all(start < end for start, end in spans):
        return "hours_order"
    ordered = sorted(spans)
    overlap = any(later[0] < earlier[1] for earlier, later in pairwise(ordered))
    return "hours_overlap" if overlap else None


def _stretches(hours: Hours, zone: str, day: date) -> Iterator[tuple[datetime, datetime]]:
    exceptions = {each["date"]: each["spans"] for each in hours["exceptions"]}
    for start, end in exceptions.get(day.isoformat(), hours["week"][day.weekday()]):
        yield _first_moment(day, start, zone), _first_moment(day, end, zone)


def _first_moment(day: date, clock: str, zone: str) -> datetime:
    """Return the first moment at which the clocks of the zone show this time of the day, or a later one."""
    hour, minute = map(int, clock.split(":"))
    there = ZoneInfo(zone)
    wall = datetime.combine(day, time()) + timedelta(hours=hour, minutes=minute)
    moment = wall.replace(tzinfo=there).astimezone(UTC)
    while (moment - _MINUTE).astimezone(there).replace(tzinfo=None) >= wall:  # clocks passed over it in spring
        moment -= _MINUTE
    return moment

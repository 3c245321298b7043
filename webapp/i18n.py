"""Words, dates and numbers in the reader's language.

Every text that a person can see is a key in the gettext catalogues under `locales/<language>/`, English included, so
that no language is more equal than another. Nothing here knows of a request: whoever renders says who reads.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, negotiate_locale
from babel.dates import format_date, format_time, format_timedelta, get_day_names
from babel.messages.pofile import read_po

from .domain import clock
from .domain.people import reading

LANGUAGES = reading.LANGUAGES
_HERE = Path(__file__).parent / "locales"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: language ("en", "fr") and IANA time zone."""

    locale: str = "en"
    zone: str = "UTC"

    def t(self, key: str, **values: object) -> str:
        """Return the text of a key, its `{placeholders}` filled in."""
        text = words(self.locale).texts[key]
        return text.format_map(values) if values else text

    def n(self, key: str, number: int, **values: object) -> str:
        """Return the text of a key for this number, which fills `{n}`."""
        catalogue = words(self.locale)
        return catalogue.plurals[key][catalogue.plural(number)].format_map({"n": number, **values})

    def clock_time(self, moment: datetime) -> str:
        """Return the time of day, "14:02"."""
        return format_time(self._here(moment), "short", locale=self.locale) if self.locale != "en" else (
            self._here(moment).strftime("%H:%M")
        )

    def day(self, moment: datetime) -> str:
        """Return the day in words: today, yesterday, or the date, with its year when that is another."""
        day, today = self._here(moment).date(), self._here(clock.now()).date()
        if day == today:
            return self.t("day.today")
        if day == today - timedelta(days=1):
            return self.t("day.yesterday")
        return format_date(day, "d MMMM" if day.year == today.year else "d MMMM y", locale=self.locale)

    def coming_day(self, moment: datetime) -> str:
        """Return a day that is to come in words: today, tomorrow, the day of this week, or weekday and date."""
        day, today = self._here(moment).date(), self._here(clock.now()).date()
        if day <= today + timedelta(days=1):
            return self.t("day.today" if day <= today else "day.tomorrow").lower()
        form = "EEEE" if day < today + timedelta(days=7) else "EEEE d MMMM"
        return format_date(day, form, locale=self.locale)

    def weekday(self, number: int) -> str:
        """Return the name of a day of the week, Monday being 0, as it begins a line."""
        return _begun(get_day_names("wide", locale=self.locale)[number])

    def weekday_in_short(self, number: int) -> str:
        """Return the short name of a day of the week, Monday being 0, as it begins a line."""
        return _begun(get_day_names("abbreviated", locale=self.locale)[number])

    def full_date(self, day: date) -> str:
        """Return a date with its year, "25 December 2026"."""
        return format_date(day, "d MMMM y", locale=self.locale)

    def region(self, code: str) -> str:
        """Return the name of a country by its ISO 3166 code."""
        return str(Locale.parse(self.locale).territories.get(code, code))

    def day_key(self, moment: datetime) -> str:
        """Return the day as "2026-11-22", to tell one day from another."""
        return self._here(moment).date().isoformat()

    def month(self, moment: datetime) -> str:
        """Return the month and year, "March 2026"."""
        return format_date(self._here(moment).date(), "MMMM y", locale=self.locale)

    def short_time(self, moment: datetime) -> str:
        """Return the time of day today, else the day in short: what a row of a list has room for."""
        here, today = self._here(moment), self._here(clock.now()).date()
        if here.date() == today:
            return self.clock_time(moment)
        return format_date(here.date(), "d MMM" if here.year == today.year else "d MMM y", locale=self.locale)

    def ago(self, moment: datetime) -> str:
        """Return how long it has been, "4 min"."""
        return format_timedelta(max(clock.now() - moment, timedelta()), granularity="minute", format="short",
                                locale=self.locale)

    def _here(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.zone))

    def date_of(self, moment: datetime) -> date:
        """Return the calendar day of a moment where the reader is."""
        return self._here(moment).date()


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language."""

    texts: dict[str, str]
    plurals: dict[str, tuple[str, ...]]
    plural: Callable[[int], int]


@cache
def words(language: str) -> Words:
    """Read the catalogues of a language; they are small, and read once."""
    texts: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    rule = "(n != 1)"
    for path in sorted((_HERE / language).glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
        rule = catalogue.plural_expr
        for message in catalogue:
            if message.pluralizable:
                plurals[message.id[0]] = tuple(str(form) for form in message.string or ())
            elif message.id:
                texts[str(message.id)] = str(message.string)
    return Words(texts, plurals, gettext.c2py(rule))


def best(wanted: list[str]) -> str:
    """Return the best language we have for the wanted ones ("fr-CA", "en"), English when none fits."""
    found = negotiate_locale([item.replace("-", "_").lower() for item in wanted], LANGUAGES)
    return found or "en"


@cache
def direction(language: str) -> str:
    """Return "ltr" or "rtl"."""
    return str(Locale.parse(language).text_direction)

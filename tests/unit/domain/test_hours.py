"""Opening hours: which they may be, and what the clocks of a store make of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from webapp.domain.errors import Invalid
from webapp.domain.people import hours
from webapp.domain.people.hours import Hours, Spans

PARIS, TORONTO = "Europe/Paris", "America/Toronto"
MINUTE = timedelta(minutes=1)


def week(text: str, **exceptions: Spans) -> Hours:
    """A week as one writes it; exceptions as `d2026_12_25=[]`."""
    parsed = hours.parse(text)
    assert parsed != "always"
    dated = [{"date": day[1:].replace("_", "-"), "spans": spans} for day, spans in exceptions.items()]
    return hours.checked({"week": parsed["week"], "exceptions": dated})  # type: ignore[typeddict-item]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def refused(held: Hours) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        hours.checked(held)
    return refusal.value.fields


def on_monday(*spans: list[str]) -> Hours:
    return {"week": [list(spans), *[[] for _ in range(6)]], "exceptions": []}


def dated(*exceptions: tuple[str, Spans]) -> Hours:
    return {"week": [[] for _ in range(7)], "exceptions": [{"date": day, "spans": spans} for day, spans in exceptions]}


class TestWhichTheyMayBe:
    def test_up_to_four_spans_that_may_touch_come_back_in_order(self) -> None:
        spans = [["18:00", "24:00"], ["00:00", "02:00"], ["09:00", "12:00"], ["12:00", "14:00"]]
        assert hours.checked(on_monday(*spans))["week"][0] == sorted(spans)
        assert refused(on_monday(*spans, ["15:00", "16:00"])) == {"mon": "hours_many"}

    @pytest.mark.parametrize(
        ("span", "code"),
        [
            (["09:00", "09:00"], "hours_order"),
            (["18:00", "09:00"], "hours_order"),
            (["24:00", "24:00"], "hours_order"),
            (["", ""], "hours_time"),
            (["09:00", ""], "hours_time"),
            (["9:00", "18:00"], "hours_time"),
            (["09:00", "25:00"], "hours_time"),
            (["09:00", "24:01"], "hours_time"),
            (["09:60", "18:00"], "hours_time"),
            (["09:00", "18:00\n"], "hours_time"),
            (["٠٩:٠٠", "18:00"], "hours_time"),
        ],
    )
    def test_a_span_opens_before_it_closes_at_times_of_the_day(self, span: list[str], code: str) -> None:
        assert refused(on_monday(span)) == {"mon": code}
        assert refused(dated(("2026-12-25", [span]))) == {"exception-0": code}

    def test_every_day_that_overlaps_is_named(self) -> None:
        both = [["09:00", "12:30"], ["12:00", "18:00"]]
        held: Hours = {"week": [both, [], both, [], [], [], []], "exceptions": [{"date": "2026-12-24", "spans": both}]}
        assert refused(held) == dict.fromkeys(("mon", "wed", "exception-0"), "hours_overlap")

    @pytest.mark.parametrize(
        "day",
        ["", "0000-00-00", "2026-02-29", "1900-01-01", "10000-01-01", "20261225", "2026-W52-5", "2026-12-25T00:00"],
    )
    def test_an_exception_has_a_date_of_our_time(self, day: str) -> None:
        assert refused(dated((day, []))) == {"exception-0": "date_invalid"}

    def test_a_date_is_named_once_and_dates_come_back_in_order(self) -> None:
        assert refused(dated(("2026-12-25", []), ("2026-12-25", []))) == {"exception-1": "date_twice"}
        held = hours.checked(dated(("2026-12-25", []), ("2026-07-14", [])))
        assert [each["date"] for each in held["exceptions"]] == ["2026-07-14", "2026-12-25"]

    def test_a_week_has_seven_days_and_there_is_an_end_of_exceptions(self) -> None:
        assert refused({"week": [[] for _ in range(8)], "exceptions": []}) == {"hours": "not_a_choice"}
        assert refused({"week": [], "exceptions": []}) == {"hours": "not_a_choice"}
        many = [(f"20{year:02}-01-{day:02}", []) for year in range(10) for day in range(1, 29)]
        assert refused(dated(*many)) == {"hours": "hours_many"}

    def test_they_are_plain_data(self) -> None:
        held = week("mon-fri 09:00-18:00", d2026_12_25=[])
        assert json.loads(json.dumps(held)) == held


class TestWriting:
    @pytest.mark.parametrize(
        "text",
        [
            "mon-fri 09:00-18:00; sat 10:00-17:00",
            "mon-sun 00:00-24:00",
            "mon 09:00-12:00, 14:00-18:00; wed-thu 09:00-12:00",
            "always",
        ],
    )
    def test_what_is_written_is_what_is_read(self, text: str) -> None:
        held = hours.parse(text)
        assert hours.written(None if held == "always" else held) == text

    def test_days_may_be_listed_go_over_the_weekend_and_be_named_twice(self) -> None:
        held = week(" Fri-Mon 10:00-12:00 ;wed , thu  09:00-10:00;mon 14:00-15:00; ")
        assert hours.written(held) == "mon 10:00-12:00, 14:00-15:00; wed-thu 09:00-10:00; fri-sun 10:00-12:00"

    @pytest.mark.parametrize(
        "text",
        ["", ";", "whenever", "mon", "monday 09:00-18:00", "mon-wed-fri 09:00-18:00", "xyz 09:00-18:00", "mon 9"],
    )
    def test_what_makes_no_sense_is_named(self, text: str) -> None:
        with pytest.raises(Invalid) as refusal:
            hours.parse(text)
        assert refusal.value.fields == {text.strip(): "hours_unreadable"}

    def test_what_is_wrong_with_a_day_names_the_day(self) -> None:
        with pytest.raises(Invalid) as refusal:
            hours.parse("mon 09:00-18:00; tue 18:00-09:00")
        assert refusal.value.fields == {"tue": "hours_order"}


class TestOpen:
    def test_without_hours_it_is_always_open(self) -> None:
        night = utc("2026-03-14T03:00")
        assert hours.is_open(None, PARIS, night)
        assert hours.next_opening(None, PARIS, night) == night

    def test_the_first_minute_is_open_and_the_last_is_not(self) -> None:
        held = week("fri 09:00-18:00")
        open_at = [utc("2026-03-13T08:00"), utc("2026-03-13T16:59:59")]
        assert all(hours.is_open(held, PARIS, moment) for moment in open_at)
        assert not any(hours.is_open(held, PARIS, moment) for moment in (open_at[0] - MINUTE, utc("2026-03-13T17:00")))

    def test_a_night_goes_on_in_the_next_day(self) -> None:
        held = week("fri 20:00-24:00; sat 00:00-02:00")
        assert hours.is_open(held, "UTC", utc("2026-03-13T23:59"))
        assert hours.is_open(held, "UTC", utc("2026-03-14T00:00"))
        assert not hours.is_open(held, "UTC", utc("2026-03-14T02:00"))

    def test_an_exception_stands_in_place_of_its_day(self) -> None:
        held = week("mon-sun 09:00-18:00", d2026_12_24=[["09:00", "13:00"]], d2026_12_25=[])
        assert hours.is_open(held, "UTC", utc("2026-12-24T12:00"))
        assert not hours.is_open(held, "UTC", utc("2026-12-24T14:00"))
        assert not hours.is_open(held, "UTC", utc("2026-12-25T12:00"))
        assert hours.next_opening(held, "UTC", utc("2026-12-24T14:00")) == utc("2026-12-26T09:00")

    def test_it_opens_next_after_lunch_or_on_monday(self) -> None:
        held = week("mon-fri 09:00-12:00, 14:00-18:00")
        assert hours.next_opening(held, PARIS, utc("2026-03-13T11:30")) == utc("2026-03-13T13:00")
        assert hours.next_opening(held, PARIS, utc("2026-03-13T20:00")) == utc("2026-03-16T08:00")
        now = utc("2026-03-13T10:00")
        assert hours.next_opening(held, PARIS, now) == now

    def test_nobody_looks_further_ahead_than_sixty_days(self) -> None:
        noon = utc("2026-03-01T12:00")
        assert hours.next_opening(dated(("2026-04-30", [["09:00", "10:00"]])), "UTC", noon) == utc("2026-04-30T09:00")
        assert hours.next_opening(dated(("2026-05-01", [["09:00", "10:00"]])), "UTC", noon) is None


class TestWhenClocksChange:
    @pytest.mark.parametrize(
        ("zone", "friday", "monday"),
        [
            (PARIS, "2026-03-27T08:00", "2026-03-30T07:00"),
            (PARIS, "2026-10-23T07:00", "2026-10-26T08:00"),
            (TORONTO, "2026-03-06T14:00", "2026-03-09T13:00"),
            (TORONTO, "2026-10-30T13:00", "2026-11-02T14:00"),
        ],
    )
    def test_nine_o_clock_stays_nine_o_clock(self, zone: str, friday: str, monday: str) -> None:
        held = week("mon-fri 09:00-18:00")
        assert hours.next_opening(held, zone, utc(friday) - MINUTE) == utc(friday)
        assert hours.next_opening(held, zone, utc(friday) + timedelta(hours=9)) == utc(monday)

    def test_an_hour_that_is_passed_over_opens_with_the_next_minute_there_is(self) -> None:
        held = week("sun 02:30-05:00")
        assert hours.next_opening(held, PARIS, utc("2026-03-28T12:00")) == utc("2026-03-29T01:00")
        assert not hours.is_open(held, PARIS, utc("2026-03-29T00:59"))
        assert hours.is_open(held, PARIS, utc("2026-03-29T02:59"))
        never = week("sun 02:15-02:45")
        assert hours.next_opening(never, PARIS, utc("2026-03-28T12:00")) == utc("2026-04-05T00:15")

    def test_an_hour_that_comes_twice_is_one_stretch(self) -> None:
        held = week("sun 02:30-05:00")
        assert hours.next_opening(held, PARIS, utc("2026-10-24T12:00")) == utc("2026-10-25T00:30")
        assert all(hours.is_open(held, PARIS, utc("2026-10-25T00:30") + n * MINUTE) for n in range(210))
        assert not hours.is_open(held, PARIS, utc("2026-10-25T04:00"))

    @pytest.mark.parametrize(
        ("zone", "day"),
        [(PARIS, "2026-03-28"), (PARIS, "2026-10-24"), (TORONTO, "2026-03-07"), (TORONTO, "2026-10-31")],
    )
    def test_it_is_open_when_it_was_said_to_open_and_not_before(self, zone: str, day: str) -> None:
        held = week("sat 22:00-24:00; sun 00:00-00:45, 01:15-02:30, 02:45-03:10, 23:30-24:00; mon 00:00-00:10")
        start = utc(f"{day}T20:00")
        minutes = [start + n * MINUTE for n in range(36 * 60)]
        expected: datetime | None = None
        for moment in reversed(minutes):
            expected = moment if hours.is_open(held, zone, moment) else expected
            if expected:
                assert hours.next_opening(held, zone, moment) == expected

"""Working days against the published lists, and office hours by their own laws."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.calendar import Calendar

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar()
NOBODY_WORKS = Calendar({date(2026, 9, 30): False})

moments = st.datetimes(datetime(2024, 1, 1), datetime(2027, 6, 30), timezones=st.just(ZONE))
spans = st.integers(0, 60 * 60 * 40).map(lambda seconds: timedelta(seconds=seconds))


def at(text: str) -> datetime:
    """Local time of the district."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_day_agrees_with_the_published_list(year: int) -> None:
    published = holidays.country_holidays("CN", years=[year])
    days = [
        date(year, 1, 1) + timedelta(days=n) for n in range(366) if (date(year, 1, 1) + timedelta(days=n)).year == year
    ]
    assert [day for day in days if CALENDAR.is_working_day(day) != published.is_working_day(day)] == []
    assert not CALENDAR.is_provisional(date(year, 6, 1))


def test_the_notice_for_2026() -> None:
    """Off 1-3 Jan, 15-23 Feb, 4-6 Apr, 1-5 May, 19-21 Jun, 25-27 Sep, 1-7 Oct; six weekend days are worked."""
    off = [("01-01", 3), ("02-15", 9), ("04-04", 3), ("05-01", 5), ("06-19", 3), ("09-25", 3), ("10-01", 7)]
    for first, length in off:
        start = date.fromisoformat(f"2026-{first}")
        assert not any(CALENDAR.is_working_day(start + timedelta(days=n)) for n in range(length))
    worked = ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]
    assert all(CALENDAR.is_working_day(date.fromisoformat(f"2026-{day}")) for day in worked)


def test_a_year_without_published_make_up_days_is_provisional_until_the_operator_adds_one() -> None:
    assert CALENDAR.is_provisional(date(2027, 3, 1))
    assert not Calendar({date(2027, 2, 20): True}).is_provisional(date(2027, 3, 1))
    assert Calendar({date(2027, 2, 20): False}).is_provisional(date(2027, 3, 1))


def test_the_operators_table_goes_before_everything() -> None:
    assert not NOBODY_WORKS.is_working_day(date(2026, 9, 30))
    assert Calendar({date(2026, 10, 3): True}).is_working_day(date(2026, 10, 3))


WORKING_TIME = [
    ("2026-11-20 09:00", 2, "2026-11-20 11:00"),
    ("2026-11-20 09:00", 3, "2026-11-20 12:00"),
    ("2026-11-20 11:00", 2, "2026-11-20 15:00"),
    ("2026-11-20 12:30", 1, "2026-11-20 15:00"),
    ("2026-11-20 17:00", 1, "2026-11-23 09:00"),
    ("2026-11-20 23:00", 7, "2026-11-23 17:30"),
    ("2026-11-21 10:00", 8, "2026-11-24 09:30"),
    ("2026-09-30 17:00", 1, "2026-10-08 09:00"),
]


@pytest.mark.parametrize(("start", "hours", "end"), WORKING_TIME)
def test_working_time_passes_only_in_office_hours(start: str, hours: int, end: str) -> None:
    assert CALENDAR.add_working_time(at(start), timedelta(hours=hours)) == at(end)
    assert CALENDAR.working_time_between(at(start), at(end)) == timedelta(hours=hours)


WORKING_DAYS = [
    ("2026-09-30 10:00", 3, "2026-10-10 17:30"),
    ("2026-11-20 10:00", 0, "2026-11-20 17:30"),
    ("2026-11-21 10:00", 0, "2026-11-23 17:30"),
    ("2026-11-20 23:59", 1, "2026-11-23 17:30"),
    ("2026-11-20 10:00", 0.5, "2026-11-23 17:30"),
    ("2026-11-21 10:00", 1, "2026-11-23 17:30"),
]


@pytest.mark.parametrize(("start", "days", "end"), WORKING_DAYS)
def test_working_days_end_with_the_office(start: str, days: float, end: str) -> None:
    assert CALENDAR.add_working_days(at(start), days) == at(end)


def test_the_day_is_the_districts_own_not_that_of_utc() -> None:
    late = datetime(2026, 11, 20, 17, tzinfo=UTC)  # 1 o'clock on Saturday in Ezhou
    assert CALENDAR.local(late).date() == date(2026, 11, 21)
    assert CALENDAR.add_working_days(late, 1) == at("2026-11-23 17:30")


@given(moments, spans)
@settings(max_examples=150, deadline=None)
def test_adding_and_measuring_working_time_are_inverse(start: datetime, span: timedelta) -> None:
    end = CALENDAR.add_working_time(start, span)
    assert end >= start
    assert end.tzinfo is UTC
    assert CALENDAR.working_time_between(start, end) == span


@given(moments, spans, spans)
@settings(max_examples=100, deadline=None)
def test_working_time_adds_up(start: datetime, first: timedelta, second: timedelta) -> None:
    step = CALENDAR.add_working_time(start, first)
    assert CALENDAR.add_working_time(step, second) == CALENDAR.add_working_time(start, first + second)


@given(moments, moments, moments)
@settings(max_examples=100, deadline=None)
def test_measured_time_is_the_sum_of_its_parts(one: datetime, two: datetime, three: datetime) -> None:
    first, middle, last = sorted((one, two, three))
    whole = CALENDAR.working_time_between(first, last)
    assert whole == CALENDAR.working_time_between(first, middle) + CALENDAR.working_time_between(middle, last)
    assert CALENDAR.working_time_between(last, first) in (timedelta(0), whole if first == last else timedelta(0))


@given(moments, st.integers(0, 40))
@settings(max_examples=100, deadline=None)
def test_so_many_working_days_lie_between(start: datetime, days: int) -> None:
    end = CALENDAR.local(CALENDAR.add_working_days(start, days))
    passed = [start.date() + timedelta(days=n) for n in range(1, (end.date() - start.date()).days + 1)]
    worked = sum(CALENDAR.is_working_day(day) for day in passed)
    assert worked == (days if days or CALENDAR.is_working_day(start.date()) else 1)
    assert CALENDAR.is_working_day(end.date())
    assert end.time() == time(17, 30)


QUIET = [("20:59", False), ("21:00", True), ("23:59", True), ("00:00", True), ("07:59", True), ("08:00", False)]


@pytest.mark.parametrize(("clock", "is_quiet"), QUIET)
def test_quiet_hours_run_over_midnight(clock: str, is_quiet: bool) -> None:
    assert CALENDAR.is_quiet(at(f"2026-11-22 {clock}")) is is_quiet


def test_what_is_written_at_night_waits_for_the_morning() -> None:
    assert CALENDAR.after_quiet(at("2026-11-22 21:00")) == at("2026-11-23 08:00")
    assert CALENDAR.after_quiet(at("2026-11-23 03:00")) == at("2026-11-23 08:00")
    assert CALENDAR.after_quiet(at("2026-11-23 12:00")) == at("2026-11-23 12:00")


@pytest.mark.parametrize("quiet", [(time(21), time(8)), (time(12), time(14)), (time(0), time(0))])
@given(moment=moments)
@settings(max_examples=60, deadline=None)
def test_after_quiet_is_the_first_moment_that_is_not_quiet(quiet: tuple[time, time], moment: datetime) -> None:
    calendar = Calendar(quiet_hours=quiet)
    after = calendar.after_quiet(moment)
    assert not calendar.is_quiet(after)
    assert (after == moment) is not calendar.is_quiet(moment)
    assert after - moment < timedelta(days=1)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without zone"):
        CALENDAR.is_quiet(datetime(2026, 11, 22))


def test_other_office_hours() -> None:
    calendar = Calendar(office_hours=((time(9), time(17)),))
    assert calendar.add_working_time(at("2026-11-20 16:00"), timedelta(hours=2)) == at("2026-11-23 10:00")
    assert calendar.add_working_days(at("2026-11-20 16:00"), 1) == at("2026-11-23 17:00")

"""Working days and hours, holidays, make-up days and quiet hours of a district. Pure: the time is handed in."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol, cast
from zoneinfo import ZoneInfo

OFFICE_HOURS = ((time(8, 30), time(12)), (time(14), time(17, 30)))
QUIET_HOURS = (time(21), time(8))

_DAY = timedelta(days=1)


class _Year(Protocol):
    """What we use of a year of the `holidays` package."""

    weekend_workdays: set[date]

    def __contains__(self, day: object) -> bool: ...


class Calendar:
    """What dialogues, routing and follow-ups ask of a calendar. Times in are aware (any zone), times out are UTC.

    A day counts by the operator's table first, then by the published holidays and make-up days, then by its weekday.
    The operator's table may also close the office on a single local day.
    """

    def __init__(
        self,
        table: Mapping[date, bool] | None = None,
        office_hours: tuple[tuple[time, time], ...] = OFFICE_HOURS,
        quiet_hours: tuple[time, time] = QUIET_HOURS,
        zone: str = "Asia/Shanghai",
    ) -> None:
        """`table`: day -> whether people work on it. `office_hours`: in order, not overlapping, within one day.
        `quiet_hours`: from, until; may run over midnight; two equal times mean that no hour is quiet."""
        self._table = dict(table or {})
        self._office_hours = office_hours
        self._quiet_from, self._quiet_until = quiet_hours
        self._zone = ZoneInfo(zone)
        self._years: dict[int, _Year] = {}

    def local(self, at: datetime) -> datetime:
        """`at` in the district's own zone (Asia/Shanghai)."""
        if at.tzinfo is None:
            raise ValueError(f"a time without zone: {at}")
        return at.astimezone(self._zone)

    def is_working_day(self, day: date) -> bool:
        if day in self._table:
            return self._table[day]
        year = self._year(day.year)
        return day in year.weekend_workdays or (day.weekday() < 5 and day not in year)

    def is_provisional(self, day: date) -> bool:
        """True when the year's holidays and make-up days have not been published yet. A make-up day of that year in the
        operator's own table counts as published."""
        own = any(works and known.year == day.year for known, works in self._table.items())
        return not own and all(known.year != day.year for known in self._year(day.year).weekend_workdays)

    def add_working_time(self, at: datetime, span: timedelta) -> datetime:
        """The moment when `span` of office hours has passed since `at`; `at` itself when `span` is nothing."""
        left = span
        if left <= timedelta(0):
            return self.local(at).astimezone(UTC)
        for opens, closes in self._spans_from(self.local(at)):
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        raise AssertionError("unreachable: office hours never end")

    def add_working_days(self, at: datetime, days: float) -> datetime:
        """The end of office hours `days` working days after the day of `at` (half days round up). The day of `at` does
        not count; zero days end with that day, or with the next working day when nobody works on it."""
        day = self.local(at).date()
        left = math.ceil(days)
        while left > 0 or not self.is_working_day(day):
            day += _DAY
            left -= self.is_working_day(day)
        return self._utc(day, self._office_hours[-1][1])

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Office hours between two times; nothing when `end` is not after `start`."""
        total = timedelta(0)
        if self.local(end) <= self.local(start):
            return total
        for opens, closes in self._spans_from(self.local(start)):
            if opens >= end:
                break
            total += min(closes, end) - opens
        return total

    def is_quiet(self, at: datetime) -> bool:
        """Whether nobody should be disturbed at `at` (21:00-08:00 unless the operator says otherwise)."""
        clock = self.local(at).time()
        if self._quiet_from <= self._quiet_until:
            return self._quiet_from <= clock < self._quiet_until
        return clock >= self._quiet_from or clock < self._quiet_until

    def after_quiet(self, at: datetime) -> datetime:
        """`at` itself, or the end of the quiet hours it lies in."""
        local = self.local(at)
        if not self.is_quiet(at):
            return local.astimezone(UTC)
        day = local.date() if local.time() < self._quiet_until else local.date() + _DAY
        return self._utc(day, self._quiet_until)

    def _spans_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Office hours from `start` (local) on, without end; the first may begin in the middle."""
        begins, day = start.astimezone(UTC), start.date()
        while True:
            for opens, closes in self._office_hours if self.is_working_day(day) else ():
                first, last = max(begins, self._utc(day, opens)), self._utc(day, closes)
                if first < last:
                    yield first, last
            day += _DAY

    def _utc(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self._zone).astimezone(UTC)

    def _year(self, year: int) -> _Year:
        if year not in self._years:
            import holidays  # 0.4 s with the first year: only for those who ask

            self._years[year] = cast(_Year, holidays.country_holidays("CN", years=[year], expand=False))
        return self._years[year]

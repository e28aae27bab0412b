"""Working days and hours, holidays, make-up days and quiet hours of a district. Pure: the time is handed in."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Protocol


class Calendar(Protocol):
    """What dialogues, routing and follow-ups ask of a calendar. Times in and out are aware (any zone in, UTC out)."""

    def local(self, at: datetime) -> datetime:
        """`at` in the district's own zone (Asia/Shanghai)."""
        ...

    def is_working_day(self, day: date) -> bool: ...

    def is_provisional(self, day: date) -> bool:
        """True when the year's holidays and make-up days have not been published yet."""
        ...

    def add_working_time(self, at: datetime, span: timedelta) -> datetime:
        """The moment when `span` of office hours has passed since `at`."""
        ...

    def add_working_days(self, at: datetime, days: float) -> datetime:
        """The end of office hours `days` working days after the day of `at` (half days round up)."""
        ...

    def working_time_between(self, start: datetime, end: datetime) -> timedelta: ...

    def is_quiet(self, at: datetime) -> bool:
        """Whether nobody should be disturbed at `at` (21:00-08:00 unless the operator says otherwise)."""
        ...

    def after_quiet(self, at: datetime) -> datetime:
        """`at` itself, or the end of the quiet hours it lies in."""
        ...

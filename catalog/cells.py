"""A row's texts -> numbers, days, phones ... Whatever cannot be read becomes a fault and a neutral value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from typing import TypeVar

from catalog.faults import Fault
from catalog.rows import Row

_Choice = TypeVar("_Choice")

YES = frozenset({"是", "有", "收费", "可", "可以", "支持", "yes", "true", "y", "1", "√", "✓"})
NO = frozenset({"否", "无", "不收费", "不可", "不可以", "不支持", "no", "false", "n", "0", "×", "✗"})
_SEPARATOR = re.compile(r"[;；、,，|\n]+")
_PHONE = re.compile(
    r"0\d{2,3}[- ]?\d{7,8}([- ]\d{1,5})?|1[3-9]\d{9}|1\d{2}|(12|9|1[01])\d{3}|96\d{3,4}|[48]00-?\d{3}-?\d{4}"
)
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?( 00:00:00)?|(\d{4})(\d{2})(\d{2})")
_YEAR = re.compile(r"^\d{4}[-/.年]")
_MONTH_DAY = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?")
_CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})(:00)?")
_EMPTY = frozenset({"", "-", "—", "/", "无"})


class Cells:
    """Reads the values of one row; faults go to the list that was handed in."""

    def __init__(self, row: Row, faults: list[Fault]) -> None:
        self.row = row
        self._faults = faults
        self._broken = set(row.absent)

    def is_broken(self, field: str) -> bool:
        """Whether the value could not be read, so that its neutral stand-in means nothing."""
        return field in self._broken

    def report(self, field: str, problem: str, what_to_do: str) -> None:
        """The value cannot be read."""
        if field not in self.row.absent:
            self._broken.add(field)
            self._faults.append(self.row.fault(field, problem, what_to_do))

    def refuse(self, field: str, problem: str, what_to_do: str) -> None:
        """The value can be read and is against a rule. A value that cannot be read has been told already."""
        if not self.is_broken(field):
            self._faults.append(self.row.fault(field, problem, what_to_do))

    def text(self, field: str) -> str:
        return self.row.text(field)

    def needed(self, field: str) -> str:
        """A text that may not be empty."""
        text = self.row.text(field)
        if not text:
            self.report(field, "the value is empty", "Fill it in")
        return text

    def words(self, field: str) -> tuple[str, ...]:
        """A list of words, separated by ； 、 or a comma."""
        return tuple(word for word in (part.strip() for part in _SEPARATOR.split(self.row.text(field))) if word)

    def flag(self, field: str, default: bool = False) -> bool:
        text = self.row.text(field).lower()
        if text and text not in YES | NO:
            self.report(field, f'"{text}" is neither yes nor no', "Write 是 or 否")
        return text in YES if text else default

    def choice(self, field: str, known: Mapping[str, _Choice], default: _Choice) -> _Choice:
        """One of the words in `known`; the first spelling of each meaning is named when it is none of them."""
        text = self.needed(field)
        if text and text.lower() not in known:
            first = {meaning: word for word, meaning in reversed(list(known.items()))}
            self.report(field, f'"{text}" is not known here', f"Write one of: {', '.join(reversed(first.values()))}")
        return known.get(text.lower(), default)

    def count(self, field: str, default: int | None = None) -> int:
        """A whole number, 0 or more."""
        text = self.row.text(field)
        if text.isascii() and text.isdigit() and len(text) < 7:
            return int(text)
        if text or default is None:
            self.report(field, f'"{text}" is not a whole number', "Write digits only, such as 0 or 3")
        return default or 0

    def degrees(self, field: str, most: float) -> float | None:
        """A coordinate between -most and most; None when empty."""
        text = self.row.text(field)
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = most + 1
        if not -most <= value <= most:
            self.report(field, f'"{text}" is not a coordinate', "Write decimal degrees, such as 30.3912")
            return None
        return value

    def day(self, field: str) -> date | None:
        """A day of the calendar; None when empty or broken."""
        text = self.row.text(field)
        if text in _EMPTY:
            return None
        found = _DAY.fullmatch(text)
        try:
            year, month, day = [part for part in (found.group(1, 2, 3) + found.group(5, 6, 7) if found else ()) if part]
            return date(int(year), int(month), int(day))
        except ValueError:
            self.report(field, f'"{text}" is not a day of the calendar', "Write year-month-day, such as 2026-11-22")
            return None

    def month_day(self, field: str) -> tuple[int, int] | None:
        """A day of every year; None when empty or broken."""
        text = self.row.text(field)
        if text in _EMPTY:
            return None
        found = _MONTH_DAY.fullmatch(_YEAR.sub("", text))  # Excel makes a date of this year out of 7-1
        try:
            day = date(2024, int(found[1]), int(found[2])) if found else None
        except ValueError:
            day = None
        if day is None:
            self.report(field, f'"{text}" is not a day of the year', "Write month-day, such as 7-1 or 7月1日")
            return None
        return day.month, day.day

    def clock(self, field: str, default: time) -> time:
        text = self.row.text(field)
        read = read_clock(text) if text else default
        if read is None:
            self.report(field, f'"{text}" is not a time of day', "Write hours and minutes, such as 8:30")
        return read or default

    def phone(self, field: str) -> str:
        """One or several numbers; each must have the shape of a number that can be dialled in China."""
        for number in phones_in(self.row.text(field)):
            if not _PHONE.fullmatch(number):
                what = "Write it like 0711-0000101, a mobile number with 11 digits, or a hotline such as 12345"
                self.report(field, f'"{number}" cannot be a phone number', what)
        return self.row.text(field)


def phones_in(text: str) -> tuple[str, ...]:
    """The single numbers of a phone column."""
    return tuple(part.strip() for part in _SEPARATOR.split(text) if part.strip())


def read_clock(text: str) -> time | None:
    """8:30 as a time; None when it is not one."""
    found = _CLOCK.fullmatch(text.strip())
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return time(int(found[1]), int(found[2]))

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import reading

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
"""A Wednesday."""


@pytest.mark.parametrize(
    ("text", "month", "day", "hour", "minute"),
    [
        ("明天上午9点", 11, 26, 9, 0),
        ("后天晚上七点", 11, 27, 19, 0),
        ("大后天 8:15", 11, 28, 8, 15),
        ("周三下午3点半", 11, 25, 15, 30),
        ("周五三点", 11, 27, 15, 0),
        ("下周一上午十点", 11, 30, 10, 0),
        ("礼拜天早上6点", 11, 29, 6, 0),
        ("11月26日 9:30", 11, 26, 9, 30),
        ("十一月二十六号下午两点", 11, 26, 14, 0),
        ("11-26 9:30", 11, 26, 9, 30),
        ("26号上午十点半", 11, 26, 10, 30),
        ("今天下午4点一刻", 11, 25, 16, 15),
        ("１２月１日１０：００", 12, 1, 10, 0),
        ("中午12点", 11, 25, 12, 0),
    ],
)
def test_times_as_people_write_them(text: str, month: int, day: int, hour: int, minute: int) -> None:
    assert reading.time(text, NOW) == NOW.replace(month=month, day=day, hour=hour, minute=minute)


@pytest.mark.parametrize("text", ["", "随便", "明天", "25点", "12月32日9点"])
def test_what_is_no_time(text: str) -> None:
    assert reading.time(text, NOW) is None


def test_a_month_that_has_passed_is_next_years() -> None:
    assert reading.time("1月5日上午9点", NOW) == NOW.replace(year=2027, month=1, day=5, hour=9)


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    at = reading.time(text, NOW)
    assert at is None or at.tzinfo is not None
    number = reading.phone(text)
    assert number is None or number.isdigit()


@pytest.mark.parametrize(
    "text", ["13800138000", "138 0013 8000", "+86 138-0013-8000", "电话：１３８００１３８０００", "86 13800138000"]
)
def test_mobile_numbers(text: str) -> None:
    assert reading.phone(text) == "13800138000"


@pytest.mark.parametrize("text", ["0711-1234567", "(0711)1234567", "0711 123 4567"])
def test_landline_numbers(text: str) -> None:
    assert reading.phone(text) == "07111234567"


@pytest.mark.parametrize("text", ["1234567", "12345678901", "1380013800", "138001380000", "打我电话", ""])
def test_what_is_no_phone_number(text: str) -> None:
    assert reading.phone(text) is None

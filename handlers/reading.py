"""What people type when a dialogue asked for something exact: a phone number, a time."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta

_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0\d{2,3}\d{7,8}")

_WEEKDAYS = {
    name: index for index, names in enumerate(("一1", "二2", "三3", "四4", "五5", "六6", "日天7")) for name in names
}
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_DAY_WORDS = {"昨天": -1, "昨日": -1, "前天": -2, "今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2, "大后天": 3}


_YES_WORDS = """
好 好的 好啊 要 要得 要的 是 是的 是滴 对 对的 行 中 可以 可得 嗯 嗯嗯 确认 就这样 让小帮来 帮我办 来吧 麻烦了
"""
_YES = frozenset(_YES_WORDS.split())


def is_yes(text: str) -> bool:
    """Whether a few typed words agree, in the words of the place too (要得, 是滴, 中)."""
    return re.sub(r"[\s。.！!，,~～]+", "", text) in _YES


def phone(text: str) -> str | None:
    """The phone number in `text`, digits only; None when it is no Chinese mobile or landline number with area code."""
    folded = unicodedata.normalize("NFKC", text)
    if found := re.search(r"(?<!\d)(?:\+?86)?[\s-]*(1[3-9]\d)[\s-]?(\d{4})[\s-]?(\d{4})(?!\d)", folded):
        return "".join(found.groups())
    digits = re.sub(r"[\s\-—()+.]", "", folded)
    digits = re.sub(r"^(电话|手机|号码|是|[:：])+", "", digits)
    digits = digits.removeprefix("0086")
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    return digits if _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits) else None


def time(text: str, now: datetime) -> datetime | None:
    """The time that `text` names, seen from `now` (both aware, local).

    Reads 明天上午9点, 周三下午3点半, 11月25日 9:30, 11-25 9:30. A clock is needed; without a day it is today.
    None when it cannot be read; the time may lie in the past.
    """
    closed_up = re.sub(r"(?<!\d)\s+|\s+(?!\d)", "", unicodedata.normalize("NFKC", text))
    folded = _digits(closed_up)
    clock = _clock(folded)
    date = _date(folded, now)
    if clock is None or date is None:
        return None
    try:
        return date.replace(hour=clock[0], minute=clock[1], second=0, microsecond=0)
    except ValueError:
        return None


def _digits(text: str) -> str:
    """Chinese numerals up to 59 as digits: 十二 -> 12, 三十 -> 30."""

    def number(match: re.Match[str]) -> str:
        tens, ones = match[1], match[2]
        return str(_DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0))

    text = re.sub(r"(?<![周期拜一六七八九])([二三四五]?)十([一二三四五六七八九]?)", number, text)
    return re.sub(
        r"(?<![周期拜])[零〇一二两三四五六七八九](?=[点时月日号分])", lambda found: str(_DIGITS[found[0]]), text
    )


def _clock(text: str) -> tuple[int, int] | None:
    found = re.search(r"(\d{1,2})[::](\d{2})", text) or re.search(r"(\d{1,2})[点时](半|一刻|\d{1,2})?", text)
    if not found:
        return None
    hour = int(found[1])
    minute = {"半": 30, "一刻": 15, None: 0}.get(found[2])
    minute = int(found[2]) if minute is None else minute
    said_late = re.search(r"下午|晚上|傍晚|中午(?=[12])", text)
    said_early = re.search(r"上午|早|凌晨", text)
    if (hour < 12 and said_late) or (1 <= hour <= 6 and not said_early):
        hour += 12  # nobody visits at three in the night
    return (hour, minute) if hour < 24 and minute < 60 else None


def _date(text: str, now: datetime) -> datetime | None:
    for word, days in sorted(_DAY_WORDS.items(), key=lambda item: -len(item[0])):
        if word in text:
            return now + timedelta(days=days)
    if found := re.search(r"(下+)?(?:周|星期|礼拜)([一二三四五六日天1-7])", text):
        return _weekday(now, _WEEKDAYS[found[2]], len(found[1] or ""))
    found = re.search(r"(\d{1,2})月(\d{1,2})[日号]?", text) or re.search(r"(?<!\d)(\d{1,2})[-/](\d{1,2})(?!\d)", text)
    if found:
        return _month_day(now, int(found[1]), int(found[2]))
    if found := re.search(r"(?<!\d)(\d{1,2})[日号]", text):
        return _month_day(now, now.month, int(found[1]))
    return now


def _weekday(now: datetime, weekday: int, weeks: int) -> datetime:
    """The next such weekday (today counts); 下周 is the week after this one."""
    if weeks:
        return now + timedelta(days=weekday - now.weekday() + 7 * weeks)
    return now + timedelta(days=(weekday - now.weekday()) % 7)


def _month_day(now: datetime, month: int, day: int) -> datetime | None:
    """This year's date, or next year's when it has long passed (in December people mean January)."""
    try:
        date = now.replace(month=month, day=day)
        return date if date > now - timedelta(days=60) else date.replace(year=now.year + 1)
    except ValueError:
        return None

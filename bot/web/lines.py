"""Lines of a thread as a page shows them: replaced lines folded, times where they help, phone numbers and the links of
our own invites to tap on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from storage.threads import Line

ZONE = ZoneInfo("Asia/Shanghai")
PAUSE = timedelta(minutes=10)
"""After a pause as long as this, a line says when it was written."""

TITLE = 24
"""Characters in a title at most."""

_ENDS = ("。", "？", "！", "，", "：", "…", "?", "!")
_UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_EMERGENCY = r"1(?:10|19|20|22)"
_PHONE = re.compile(
    r"(?<![\d.-])(1[3-9]\d{9}|0\d{2,3}[- ]\d{7,8}|400-?\d{3}-?\d{4}|12345"
    r"|(?:(?<=电话：)|(?<=[打拨])|(?<=[打拨] )|(?<=[打拨]：))12\d{3}"
    rf"|(?:(?<=[打拨话：:])|(?<=[打拨话：:] )){_EMERGENCY}"
    rf"|(?:(?<=110、)|(?<=119、)|(?<=120、)|(?<=122、)|(?<=12\d\d\d、)){_EMERGENCY}(?=[、，。；！）]|$))(?![\d-]|\.\d)"
)
"""The five digits of a hotline and the three of an emergency are a number to call where somebody is told to call them,
and further on in such a list."""
_INVITE = re.compile(r"https?://[^\s/]+(/join/[A-Za-z0-9_-]{16,80})(?![A-Za-z0-9_/-])")
"""A link to this site, whoever's name stands before the path: it is followed here, and nowhere else."""
_BRACKETED = re.compile(r"【([^】\n]{1,24})】[ \t]*\n+")
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text. `tel` is the number to call when it is a phone number, `path` where it leads when it is the
    link of an invite."""

    text: str
    tel: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class FileView:
    number: int
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class When:
    """When a line was written. `spoken` is good for today; the rest is what a page needs to say it anew tomorrow."""

    spoken: str
    """今天 09:41, 昨天 17:30, 9月3日 星期四 08:05."""
    day: str
    """2026-09-03."""
    date: str
    """9月3日 星期四."""
    clock: str
    """08:05."""


@dataclass(frozen=True, slots=True)
class LineView:
    """One line, ready for the template."""

    id: int
    """Where its text, files and buttons are kept: the id of the last version."""
    key: str
    """Where it stands: the key of the first version; of my own lines the id of the form that brought them."""
    side: str
    title: str
    """The first line, where a blank line sets it apart."""
    pieces: tuple[Piece, ...]
    buttons: tuple[tuple[dict[str, str], ...], ...]
    asks: str
    files: tuple[FileView, ...]
    when: When | None = None


def view(line: Line) -> LineView:
    """A line as a template wants it."""
    body = line.body
    title, text = title_and_text(str(body.get("text", ""))) if line.side == "bot" else ("", str(body.get("text", "")))
    pieces = pieces_of(text, with_links=line.side == "bot")
    files = tuple(_file(number, entry) for number, entry in enumerate(body.get("files", ())))
    rows = tuple(tuple(row) for row in body.get("buttons", ()))
    place = line.key.rsplit(":", 1)[-1] if line.side == "me" else line.edits or line.key
    asks = str(body.get("asks", ""))
    return LineView(line.id, place, line.side, title, pieces, rows, asks, files)


def fold(lines: Iterable[Line], now: datetime) -> list[LineView]:
    """Each line once, in its first place, as last written."""
    shown: dict[str, LineView] = {}
    before: datetime | None = None
    for line in lines:
        if not line.edits:
            shown[line.key] = replace(view(line), when=time_between(before, line.at, now))
            before = line.at
        elif line.edits in shown:
            shown[line.edits] = replace(view(line), when=shown[line.edits].when)
    return list(shown.values())


def open_ask(shown: Sequence[LineView]) -> str:
    """What is asked for that I have not answered yet: phone, place or "". chat.js finds it in the same way."""
    for line in reversed(shown):
        if line.side == "me":
            return ""
        if line.asks:
            return line.asks
    return ""


def time_between(before: datetime | None, at: datetime, now: datetime) -> When | None:
    """When a line after one at `before` was written; None when nothing needs to be said of it."""
    if before is not None and at - before < PAUSE:
        return None
    there = at.astimezone(ZONE)
    return When(spoken_time(at, now), f"{there:%Y-%m-%d}", spoken_date(at), f"{there:%H:%M}")


def spoken_time(at: datetime, now: datetime) -> str:
    """今天 09:41, 昨天 17:30, 9月3日 星期四 08:05 in the district's own time. chat.js says it in the same way."""
    there, today = at.astimezone(ZONE), now.astimezone(ZONE)
    days = (today.date() - there.date()).days
    return f"{('今天', '昨天')[days]} {there:%H:%M}" if days in (0, 1) else spoken_day(at)


def spoken_day(at: datetime) -> str:
    """9月3日 星期四 08:05 in the district's own time."""
    return f"{spoken_date(at)} {at.astimezone(ZONE):%H:%M}"


def spoken_date(at: datetime) -> str:
    """9月3日 星期四 in the district's own time."""
    there = at.astimezone(ZONE)
    return f"{there.month}月{there.day}日 星期{_WEEKDAYS[there.weekday()]}"


def title_and_text(text: str) -> tuple[str, str]:
    """A short first line in 【】, or with a blank line under it, is a title."""
    if found := _BRACKETED.match(text):
        return found[1], text[found.end() :].lstrip("\n")
    first, gap, rest = _UNSEEN.sub("", text).partition("\n\n")
    is_title = bool(gap) and len(first) <= TITLE and "\n" not in first and not first.endswith(_ENDS)
    return (first, rest.lstrip("\n")) if is_title else ("", text)


def pieces_of(text: str, *, with_links: bool) -> tuple[Piece, ...]:
    """Text without marks that would turn its direction round, cut at what can be tapped."""
    seen = _UNSEEN.sub("", text)
    if not with_links:
        return (Piece(seen),)
    pieces: list[Piece] = []
    end = 0
    for found in _INVITE.finditer(seen):
        pieces += [*_with_phones(seen[end : found.start()]), Piece(found[0], path=found[1])]
        end = found.end()
    return (*pieces, *_with_phones(seen[end:]))


def _with_phones(text: str) -> list[Piece]:
    pieces: list[Piece] = []
    end = 0
    for found in _PHONE.finditer(text):
        pieces += [Piece(text[end : found.start()]), Piece(found[0], re.sub(r"\D", "", found[0]))]
        end = found.end()
    return [piece for piece in [*pieces, Piece(text[end:])] if piece.text]


def _file(number: int, entry: dict[str, Any]) -> FileView:
    return FileView(number, str(entry["kind"]), str(entry["name"]) or "文件")

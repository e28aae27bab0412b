"""Transcripts: people's lines are played, the bot's lines are written below, and the whole text must stay the same.

    # a comment
    @ 小帮甲 helper H351          who takes part besides 居民 (their role and roster key)
    居民> 社保卡丢了怎么办          a person writes
    居民> [让小帮帮我办]            a person presses the newest button with that label
    居民> [社保卡补领?]            the same, if that button is offered
    居民> （照片）这是发票          a person sends a photo
    居民> （定位）30.39 114.89     a person shares where they are, on the plain channel only
    小帮甲+小帮乙> [我来接]         both press at the same time, the first a moment earlier
    时间> +20分钟                  the clock moves (分钟, 小时, 天)
      居民< ...                    what somebody was sent; (改) marks a message that changed in place

`pytest --update` writes the bot's lines anew; the difference is what a reviewer reads.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from handlers.people import Role
from tests.town import PlainSeat, Seat, Shown, Town

FOLDER = Path(__file__).parent / "handlers" / "transcripts"
SitDown = Callable[[Town, str, Role, str], Awaitable[Seat]]

_UNITS = {"分钟": "minutes", "小时": "hours", "天": "days"}


@dataclass(frozen=True)
class Line:
    """One line of a script: who, and what they do."""

    who: str
    what: str


class NotOffered(Exception):
    """A script presses a button that its person was not shown."""


def scripts() -> list[Path]:
    return sorted(FOLDER.glob("*.txt"))


def read(text: str) -> tuple[list[str], dict[str, tuple[Role, str]], list[Line]]:
    """Comments and cast as they stand, the cast, and the lines to play."""
    head, cast, lines = [], {"居民": (Role.RESIDENT, "")}, []
    for line in text.splitlines():
        if line.startswith(("#", "@")):
            head.append(line)
        if line.startswith("@"):
            _, name, role, *key = line.split()
            cast[name] = (Role(role), key[0] if key else "")
        elif found := re.match(r"(\S+?)> ?(.*)", line):
            lines.append(Line(found[1], found[2]))
    return head, cast, lines


async def play(text: str, town: Town, sit_down: SitDown) -> str:
    """Play a script in a town and write it down with what everybody was sent."""
    head, cast, lines = read(text)
    seats = {name: await sit_down(town, name, role, key) for name, (role, key) in cast.items()}
    written = [*head, ""]
    for line in lines:
        written.append(f"{line.who}> {line.what}")
        try:
            await _do(line, town, seats)
        except KeyError as unknown:
            raise NotOffered(f"nobody offered {unknown} to {line.who}:\n" + "\n".join(written)) from None
        await town.settled()
        for name, seat in seats.items():
            written += [part for shown in await seat.hears() for part in _written(name, shown)]
        written.append("")
    return "\n".join(written)


async def _do(line: Line, town: Town, seats: dict[str, Seat]) -> None:
    if line.who == "时间":
        await town.pass_time(_span(line.what))
        return
    if "+" in line.who:
        await _do_at_once(line, [seats[who] for who in line.who.split("+")])
        return
    seat = seats[line.who]
    if line.what == "":
        await seat.arrives()
    elif line.what.startswith("[") and line.what.endswith("?]"):
        if line.what[1:-2] in await seat.offered():
            await seat.presses(line.what[1:-2])
    elif line.what.startswith("[") and line.what.endswith("]"):
        await seat.presses(line.what[1:-1])
    elif line.what.startswith("（照片）"):
        await seat.sends_photo(line.what.removeprefix("（照片）"))
    elif line.what.startswith("（定位）"):
        assert isinstance(seat, PlainSeat)
        await seat.shares_place(*map(float, line.what.removeprefix("（定位）").split()))
    else:
        await seat.says(line.what)


async def _do_at_once(line: Line, seats: list[Seat]) -> None:
    """All press before anybody has seen what the first press brought."""
    label = line.what[1:-1]
    presses = [await seat.aims(label) for seat in seats]
    for press in presses:
        await press()


def _span(text: str) -> timedelta:
    found = re.fullmatch(r"\+(\d+)(分钟|小时|天)", text)
    assert found, f"no span of time: {text!r}"
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _written(name: str, shown: Shown) -> list[str]:
    first, *rest = (shown.text or "（没有字）").split("\n")
    mark = "(改) " if shown.is_edit else ""
    lines = [f"  {name}< {mark}{first}", *(f"      {part}" for part in rest)]
    if shown.files:
        lines.append(f"      （附件 {shown.files} 个）")
    if shown.labels:
        lines.append("      " + " ".join(f"[{label}]" for row in shown.labels for label in row))
    return lines

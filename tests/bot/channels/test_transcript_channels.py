"""The same conversation on every channel: the transcript that the plain channel wrote must come out again."""

from __future__ import annotations

import difflib
import re
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.channels.port import Channel
from bot.channels.telegram_polling import Options
from bot.channels.threadbook import ThreadBook
from bot.channels.webchat import WebChat
from handlers.people import Role
from storage.writer import Writer
from tests.bot.channels.conftest import UNPACED, channel_class
from tests.seats import TerminalHub, TerminalSeat, telegram_seat, terminal_hub, web_pages, web_seat
from tests.telegram_double.client import double_at
from tests.town import MORNING, Seat, Town, town_in
from tests.transcripts import FOLDER, play

SCRIPT = (FOLDER / "whole_case.txt").read_text(encoding="utf-8")


def same(text: str) -> str:
    """A transcript without its random case number, and without what a channel may draw its own way: brackets of a
    title, blank lines, indents."""
    text = re.sub(r"\d{4} \d{4} \d{4} \d{2}", "（单号）", re.sub(r"[【】]", "", text))
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def differences(played: str) -> list[str]:
    """Lines that are not as in the script."""
    lines = difflib.unified_diff(same(SCRIPT).splitlines(), same(played).splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


async def test_web_chat(tmp_path: Path) -> None:
    def make(writer: Writer, engine: Engine, code: str) -> Channel:
        return WebChat(ThreadBook("web", writer, engine, code))

    async with town_in(tmp_path, make) as town, web_pages(town) as base:

        async def sit_down(town: Town, name: str, role: Role, key: str) -> Seat:
            return await web_seat(base, town, role, key)

        assert differences(await play(SCRIPT, town, sit_down)) == []


async def test_terminal(tmp_path: Path) -> None:
    seats: list[TerminalSeat] = []

    def make(writer: Writer, engine: Engine, code: str) -> Channel:
        return terminal_hub(ThreadBook("terminal", writer, engine, code), lambda: MORNING)

    async with town_in(tmp_path, make) as town:

        async def sit_down(town: Town, name: str, role: Role, key: str) -> Seat:
            assert isinstance(town.channel, TerminalHub)
            code = None if role is Role.RESIDENT else await town.code_for(role, key)
            seat = TerminalSeat(town, town.channel.book, name, code, tmp_path)
            if role is not Role.RESIDENT:
                await seat.arrives()
                await seat.hears()
            seats.append(seat)
            return seat

        played = await play(SCRIPT, town, sit_down)
        for seat in seats:
            await seat.leaves()
    assert differences(played) == []


@pytest.mark.parametrize("library", ["aiogram", "ptb"])
async def test_telegram(tmp_path: Path, library: str, double_base: str) -> None:
    users = count(1001)
    async with double_at(double_base) as double:

        def make(writer: Writer, engine: Engine, code: str) -> Channel:
            return channel_class(library)(double.token, double_base, Options(pace=UNPACED))

        async with town_in(tmp_path, make) as town:

            async def sit_down(town: Town, name: str, role: Role, key: str) -> Seat:
                return await telegram_seat(next(users), double, town, role, key)

            assert differences(await play(SCRIPT, town, sit_down)) == []

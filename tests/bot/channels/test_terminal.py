"""The terminal: what is typed goes to the core, what is said is printed, piped or at a keyboard."""

from __future__ import annotations

import asyncio
import io
import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from unicodedata import east_asian_width

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.channels.port import Inbound, Outbound, OutButton, Received, StoreDown
from bot.channels.terminal import Terminal, drawn, wrapped
from bot.channels.threadbook import ThreadBook
from handlers.messages import Arrived, FileKind, Said, SentUnreadable
from storage.database import migrate, open_engine
from storage.threads import Line
from storage.writer import Writer


@dataclass
class Desk:
    """A core that repeats what it hears, with two buttons."""

    terminal: Terminal | None = None
    got: list[Inbound] = field(default_factory=list)
    is_down: bool = False

    async def accept(self, inbound: Inbound) -> None:
        if self.is_down:
            raise StoreDown("the test says so")
        self.got.append(inbound)
        assert self.terminal is not None
        words = inbound.event.text if isinstance(inbound.event, Said) else type(inbound.event).__name__
        buttons = ((OutButton("好", "a"), OutButton("不好", "b")),)
        await self.terminal.deliver(inbound.address, Outbound(f"{inbound.id}/1", f"听到：{words}", buttons))


@asynccontextmanager
async def sitting(folder: Path, typed: str, **more: object) -> AsyncIterator[tuple[Terminal, Desk, io.StringIO]]:
    url = f"sqlite:///{folder / 'terminal.db'}"
    migrate(url)
    engine = open_engine(url)
    writer = Writer(engine, "420704", lambda: datetime.now(UTC))
    screen, desk = io.StringIO(), Desk()

    async def settle() -> None:
        """Nothing is on its way: this desk answers at once."""

    book = ThreadBook("terminal", writer, engine, "420704")
    now: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731
    terminal = Terminal(book, "helper:H001", io.StringIO(typed), screen, now, settle, **more)  # type: ignore[arg-type]
    desk.terminal = terminal
    try:
        yield terminal, desk, screen
    finally:
        await asyncio.to_thread(writer.close)
        engine.dispose()


async def test_piped_lines_are_answered_one_after_the_other(tmp_path: Path) -> None:
    async with sitting(tmp_path, "你好\n\n1\n", code="CODE") as (terminal, desk, screen):
        await terminal.listen(desk.accept)
    assert [inbound.event for inbound in desk.got] == [Arrived("CODE"), Said("你好"), Said("1")]
    assert len({inbound.id for inbound in desk.got}) == 3
    assert screen.getvalue().split("\n") == [
        *("", "听到：Arrived", "  [1] 好", "  [2] 不好"),
        *("> 你好", "", "听到：你好", "  [1] 好", "  [2] 不好"),
        *("> 1", "", "听到：1", "  [1] 好", "  [2] 不好", ""),
    ]


async def test_a_second_run_goes_on_where_the_first_ended(tmp_path: Path) -> None:
    for typed in ("一\n", "二\n"):
        async with sitting(tmp_path, typed) as (terminal, desk, screen):
            await terminal.listen(desk.accept)
    assert [inbound.event for inbound in desk.got] == [Said("二")], "it arrives once"
    assert screen.getvalue().count("听到：") == 2, "what was said last is shown again, then the answer"


async def test_files_invites_and_unreadable_things(tmp_path: Path) -> None:
    Image.new("RGB", (20, 10)).save(tmp_path / "a.png")
    (tmp_path / "big").write_bytes(bytes(10 * 1024 * 1024 + 1))
    (tmp_path / "odd").write_bytes(b"MZ")
    typed = f"/photo {tmp_path}/a.png\n/start ABC\n/photo {tmp_path}/big\n/photo {tmp_path}/odd\n/photo {tmp_path}/no\n"
    async with sitting(tmp_path, typed) as (terminal, desk, screen):
        await terminal.listen(desk.accept)
    photo, invite, big = [inbound.event for inbound in desk.got[1:]]
    assert isinstance(photo, Received)
    assert (photo.kind, photo.mime) == (FileKind.PHOTO, "image/jpeg")
    assert (invite, big) == (Arrived("ABC"), SentUnreadable("too_big"))
    assert "这个文件打不开" in screen.getvalue()
    assert "打不开文件" in screen.getvalue()


async def test_what_another_process_delivers_is_shown(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    async with sitting(tmp_path, "") as (terminal, desk, screen):
        with os.fdopen(reading, encoding="utf-8") as keyboard:
            terminal.keyboard = keyboard
            listening = asyncio.create_task(terminal.listen(desk.accept))
            async with asyncio.timeout(10):
                while "听到：Arrived" not in screen.getvalue():  # noqa: ASYNC110  (a person watches the screen)
                    await asyncio.sleep(0.01)
                await terminal.book.add("helper:H001", "k", {"text": "有新单子"})
                await terminal.book.edit("helper:H001", "k", {"text": "已有人接单"})
                while "已有人接单" not in screen.getvalue():  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
                os.close(writing)
                await listening
    assert screen.getvalue().count("有新单子") == 1
    assert "（上面有一条改成了：）" in screen.getvalue()


async def test_a_store_that_is_down_gets_a_sentence(tmp_path: Path) -> None:
    async with sitting(tmp_path, "你好\n") as (terminal, desk, screen):
        desk.is_down = True
        await terminal.listen(desk.accept)
    assert screen.getvalue().count("请过一会儿再发一次") == 2


def test_others_words_cannot_move_the_cursor() -> None:
    line = Line(1, "bot", "k", {"text": "\x1b[2J\x9b31m红\r\u202e好\x07"}, datetime.now(UTC), "")
    assert "\n".join(drawn(line, is_coloured=False)) == "\n[2J31m红好"


@pytest.mark.parametrize("is_coloured", [True, False])
def test_colours_only_where_wanted(is_coloured: bool) -> None:
    body = {"text": "好", "buttons": [[{"label": "是", "token": "t"}]]}
    shown = "\n".join(drawn(Line(1, "bot", "k", body, datetime.now(UTC), ""), is_coloured=is_coloured))
    assert ("\x1b[" in shown) is is_coloured
    assert re.sub(r"\x1b\[\d+m", "", shown) == "\n好\n  [1] 是"


@given(st.text(alphabet="长港镇办事 abc，。", max_size=200))
def test_wrapped_lines_fit_and_lose_nothing(text: str) -> None:
    lines = wrapped(text, 20)
    cells = [sum(2 if east_asian_width(char) in "WF" else 1 for char in line.rstrip("，。")) for line in lines]
    assert max(cells, default=0) <= 20
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")

"""The terminal as a channel: lines typed on one side, lines of the thread printed on the other, buttons numbered.

What is said to an address waits in its thread, so that another process may deliver it and nothing is lost between two
runs. Typed numbers and labels go to the core as they are: it knows what was offered last.
"""

from __future__ import annotations

import asyncio
import re
import textwrap
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import Literal, TextIO
from unicodedata import east_asian_width

from bot.channels.port import Accept, Inbound, InboundEvent, Outbound, Receipt, Received, StoreDown
from bot.channels.threadbook import Body, ThreadBook
from bot.web.photos import MAX_BYTES, Unusable, take
from handlers.messages import Arrived, Said, SentUnreadable
from storage.threads import Line

COLUMNS = 72
LOOK_EVERY = 0.5
"""Seconds; another process may have delivered."""
_FILE = re.compile(r"/(?:photo|file|照片|文件)\s+(.+)")

_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What others write must not move the cursor, colour the screen or turn the text round."""

Settle = Callable[[], Awaitable[None]]
"""Waits until nothing more is on its way to this channel."""


@dataclass
class Terminal:
    """Channel "terminal" with one address, like resident, helper:H001 or supervisor, at the keyboard.

    `code` is the invite code with which the address arrives for the first time. When `keyboard` is no tty, each line is
    answered before the next is read and shown with "> ", and the end of input ends `listen`.
    """

    book: ThreadBook
    address: str
    keyboard: TextIO
    screen: TextIO
    now: Callable[[], datetime]
    settle: Settle
    code: str | None = None
    name: Literal["terminal"] = "terminal"
    _seen: int = 0
    _heard: asyncio.Event = field(default_factory=asyncio.Event)

    # --- the port --------------------------------------------------------------------------------------------

    async def listen(self, accept: Accept) -> None:
        """Read the keyboard until it ends; print what comes meanwhile."""
        await self._open(accept)
        showing = asyncio.create_task(self._keep_showing())
        try:
            typed = _lines_of(self.keyboard)
            while (line := await typed.get()) is not None:
                await self._take(accept, line.strip())
            await self._catch_up()
        finally:
            showing.cancel()
            await asyncio.gather(showing, return_exceptions=True)

    async def deliver(self, address: str, out: Outbound) -> Receipt:
        """Into the thread; who sits at that keyboard looks there."""
        receipt = await self.book.deliver(address, out)
        self._heard.set()
        return receipt

    async def fetch(self, ref: str) -> bytes:
        found = await self.book.file(int(ref))
        if found is None or found.data is None:
            raise KeyError(ref)
        return found.data

    async def close(self) -> None:
        """Nothing is held open."""

    # --- what is typed ---------------------------------------------------------------------------------------

    async def _open(self, accept: Accept) -> None:
        """Arrive for the first time, or show what was said last."""
        lines = await self.book.latest(self.address, 1)
        if lines:
            self._seen = lines[0].id - 1
        else:
            await self._bring(accept, Arrived(self.code), f"hello:{self.address}")
        await self._catch_up()

    async def _take(self, accept: Accept, typed: str) -> None:
        if not typed:
            return
        if not self.keyboard.isatty():
            self._print(f"> {typed}")
        event = await asyncio.to_thread(event_of, typed)
        if isinstance(event, Unusable):
            self._print(f"（{event}）")
            return
        await self._bring(accept, event, f"{self.address}:{token_hex(12)}")
        if not self.keyboard.isatty():
            await self._catch_up()

    async def _bring(self, accept: Accept, event: InboundEvent, inbound_id: str) -> None:
        try:
            await accept(Inbound(inbound_id, self.address, event, self.now()))
        except StoreDown:
            self._print("（现在收不下您的消息，请过一会儿再发一次。）")

    # --- what is shown ---------------------------------------------------------------------------------------

    async def _keep_showing(self) -> None:
        while True:
            self._heard.clear()
            await self._show_new()
            try:
                await asyncio.wait_for(self._heard.wait(), LOOK_EVERY)
            except TimeoutError:
                continue

    async def _catch_up(self) -> None:
        await self.settle()
        await self._show_new()

    async def _show_new(self) -> None:
        lines = await self.book.after(self.address, self._seen)
        for line in lines:
            if line.id > self._seen:  # the other one who shows may have been faster
                self._seen = line.id
                self._print("\n".join(drawn(line, is_coloured=self.screen.isatty())))

    def _print(self, text: str) -> None:
        print(text, file=self.screen, flush=True)


def _lines_of(keyboard: TextIO) -> asyncio.Queue[str | None]:
    """What is typed, line by line, then None. A thread of its own reads: nobody has to press Enter for us to stop."""
    loop, lines = asyncio.get_running_loop(), asyncio.Queue[str | None]()

    def put(line: str | None) -> None:
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(lines.put_nowait, line)

    def read() -> None:
        for line in keyboard:
            put(line)
        put(None)

    threading.Thread(target=read, name="keyboard", daemon=True).start()
    return lines


def event_of(typed: str) -> InboundEvent | Unusable:
    """What a typed line means: a file for "/photo PATH", an arrival for "/start CODE", words otherwise."""
    if typed == "/start" or typed.startswith("/start "):
        return Arrived(typed[6:].strip() or None)
    found = _FILE.fullmatch(typed)
    return _received(Path(found[1].strip().strip("'\"")).expanduser()) if found else Said(typed)


def _received(path: Path) -> InboundEvent | Unusable:
    try:
        if path.stat().st_size > MAX_BYTES:
            return SentUnreadable("too_big")
        upload = take(path.read_bytes(), path.name)
    except OSError as error:
        return Unusable(f"打不开文件 {path}：{error.strerror}")
    except Unusable as unusable:
        return unusable
    return Received(upload.kind, "", upload.data, upload.mime, upload.name)


def drawn(line: Line, *, is_coloured: bool) -> Iterator[str]:
    """A line of the thread as lines of text: wrapped, with numbered buttons under it."""
    body: Body = line.body
    yield ""
    if line.edits:
        yield "（上面有一条改成了：）"
    for paragraph in _CONTROLS.sub("", str(body.get("text", ""))).split("\n"):
        yield from wrapped(paragraph, COLUMNS) or [""]
    for entry in body.get("files", ()):
        yield f"〔{entry['name'] or entry['kind']}〕"
    labels = [button["label"] for row in body.get("buttons", ()) for button in row]
    for number, label in enumerate(labels, 1):
        yield _green(f"  [{number}] {label}", is_coloured)


def wrapped(text: str, columns: int) -> list[str]:
    """Lines of at most `columns` cells; a Chinese character takes two."""
    if not any(east_asian_width(char) in "WF" for char in text):
        return textwrap.wrap(text, columns)
    lines, width = [""], 0
    for char in text:
        cells = 2 if east_asian_width(char) in "WF" else 1
        if width + cells > columns and char not in "，。、；：？！）”》":
            lines.append("")
            width = 0
        lines[-1] += char
        width += cells
    return lines


def _green(text: str, is_coloured: bool) -> str:
    return f"\x1b[32m{text}\x1b[0m" if is_coloured else text

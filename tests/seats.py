"""Seats at the real channels: a browser's requests, a keyboard and a screen, an account at the loopback Bot API."""

from __future__ import annotations

import asyncio
import html
import io
import json
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, TextIO

import httpx
from PIL import Image
from starlette.applications import Starlette

from bot.channels.port import Accept
from bot.channels.terminal import Terminal
from bot.channels.threadbook import ThreadBook
from bot.channels.webchat import WebChat
from bot.serving import address_of, bind, server_for
from bot.web import WebApp, routes
from handlers.people import Role
from storage.threads import Line
from tests.telegram_double.client import Double
from tests.town import Seat, Shown, Town


def picture() -> bytes:
    """A small real JPEG."""
    out = io.BytesIO()
    Image.new("RGB", (24, 24), "white").save(out, "JPEG")
    return out.getvalue()


Press = Callable[[], Awaitable[None]]

# --- web -----------------------------------------------------------------------------------------------------------


@dataclass
class WebSeat:
    """A browser without a window: pages by GET, forms by POST, new lines by server-sent events."""

    base: str
    chat: WebChat
    client: httpx.AsyncClient
    _last: int = 0
    _tokens: dict[str, str] = field(default_factory=dict)
    _forms: Any = field(default_factory=lambda: count(1))

    async def arrives(self, code: str | None = None) -> None:
        await self._page()
        if code:
            await self._post({"code": code})

    async def says(self, text: str) -> None:
        await self._post({"text": text})

    async def presses(self, label: str) -> None:
        await self._listen()
        await self._post({"press": self._tokens[label]})

    async def offered(self) -> set[str]:
        await self._listen()
        return set(self._tokens)

    async def aims(self, label: str) -> Press:
        await self._listen()
        token = self._tokens[label]
        return lambda: self._post({"press": token})

    async def sends_photo(self, caption: str = "") -> None:
        await self._post({"text": caption}, {"file": ("photo.jpg", picture(), "image/jpeg")})

    async def hears(self) -> list[Shown]:
        await self._listen()
        heard, self._heard = self._heard, []
        return heard

    _heard: list[Shown] = field(default_factory=list)

    async def _page(self) -> str:
        answer = await self.client.get(self.base + "/", follow_redirects=True)
        assert answer.status_code == 200
        return answer.text

    async def _post(self, fields: dict[str, str], files: dict[str, Any] | None = None) -> None:
        found = re.search(r'name="form" value="([^"]+)"', await self._page())
        assert found
        data = {"form": found[1], "id": f"test-form-{next(self._forms):04}", **fields}
        headers = {"origin": self.base, "accept": "application/json"}
        answer = await self.client.post(self.base + "/say", data=data, files=files, headers=headers)
        assert answer.status_code == 204, answer.text

    async def _listen(self) -> None:
        """Read the stream until it has brought every line that the thread has."""
        address = self._address()
        if address is None or not await self.chat.lines_after(address, self._last, 1):
            return
        headers = {"last-event-id": str(self._last)}
        newest = (await self.chat.latest_lines(address, 1))[-1].id
        async with self.client.stream("GET", self.base + "/events", headers=headers) as stream:
            event_id = 0
            async for line in stream.aiter_lines():
                if line.startswith("id: "):
                    event_id = int(line[4:])
                elif line.startswith("data: {"):
                    self._read(event_id, json.loads(line[6:]))
                    if event_id >= newest:
                        return

    def _address(self) -> str | None:
        from bot.web.sessions import COOKIE, Session

        secret = self.client.cookies.get(COOKIE)
        return Session(secret).address if secret else None

    def _read(self, line_id: int, data: dict[str, str]) -> None:
        self._last = line_id
        drawn = data["html"]
        if "line mine" in drawn:
            return
        found = {name: re.search(rf'<p class="{name}">(.*?)</p>', drawn, re.S) for name in ("title", "text")}
        parts = [_plain(each[1]) for each in found.values() if each]
        rows = re.findall(r'<div class="row">(.*?)</div>', drawn, re.S)
        labels = [re.findall(r'name="press" value="([^"]+)">([^<]*)<', row) for row in rows]
        self._tokens.update({html.unescape(label): token for row in labels for token, label in row})
        files = drawn.count('class="photo"') + drawn.count('class="file"')
        shown_labels = tuple(tuple(html.unescape(label) for _, label in row) for row in labels)
        self._heard.append(Shown("\n".join(parts), shown_labels, bool(data["edits"]), files))


def _plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


@asynccontextmanager
async def web_pages(town: Town) -> AsyncIterator[str]:
    """The pages of a town's web chat on a loopback port."""
    assert isinstance(town.channel, WebChat)
    app = Starlette(routes=routes(WebApp(town.channel, town.core.district, town.clock.now)))
    listener = bind("127.0.0.1", 0)
    server = server_for(app)
    serving = asyncio.create_task(server.serve([listener]))
    while not server.started:  # noqa: ASYNC110 (uvicorn has no event for it)
        await asyncio.sleep(0.01)
    try:
        yield address_of(listener)
    finally:
        await town.channel.close()
        server.should_exit = True
        await serving


async def web_seat(base: str, town: Town, role: Role, roster_key: str) -> Seat:
    assert isinstance(town.channel, WebChat)
    seat = WebSeat(base, town.channel, httpx.AsyncClient())
    if role is not Role.RESIDENT:
        await seat.arrives()
        await town.settled()
        await seat.arrives(await town.code_for(role, roster_key))
        await town.settled()
        await seat.hears()
    return seat


# --- terminal ------------------------------------------------------------------------------------------------------


class TerminalHub(Terminal):
    """Delivers for all keyboards of a town; they listen for themselves."""

    accept: Accept | None = None

    async def listen(self, accept: Accept) -> None:
        self.accept = accept
        await asyncio.Event().wait()


def terminal_hub(book: ThreadBook, town_now: Callable[[], datetime]) -> TerminalHub:
    async def settled() -> None:
        return None

    return TerminalHub(book, "hub", io.StringIO(), io.StringIO(), town_now, settled)


class TerminalSeat:
    """A keyboard that is a pipe and a screen that is a string: what is heard must stand on the screen."""

    def __init__(self, town: Town, book: ThreadBook, address: str, code: str | None, folder: Path) -> None:
        read, write = os.pipe()
        self._keyboard: TextIO = os.fdopen(write, "w", encoding="utf-8")
        self._screen = io.StringIO()
        self._book, self._address, self._folder, self._town = book, address, folder, town
        self._seen = 0
        self._labels: set[str] = set()
        self._typed = os.fdopen(read, "r", encoding="utf-8")
        self._task: asyncio.Task[None] | None = None
        self._code = code

    async def sits_down(self) -> None:
        assert isinstance(self._town.channel, TerminalHub)
        assert self._town.channel.accept is not None
        terminal = Terminal(
            self._book, self._address, self._typed, self._screen, self._town.clock.now, self._town.settled, self._code
        )
        self._task = asyncio.create_task(terminal.listen(self._town.channel.accept))
        while not self._screen.getvalue():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await self._town.settled()

    async def _type(self, line: str) -> None:
        """Type a line and wait until the terminal has taken it in and shown the answer."""
        last = max((one.id for one in await self._book.latest(self._address, 1)), default=0)
        self._keyboard.write(line + "\n")
        self._keyboard.flush()
        while not any(one.side == "me" for one in await self._book.after(self._address, last)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await self._town.settled()

    async def arrives(self, code: str | None = None) -> None:
        if self._task is None:
            await self.sits_down()  # the first time is an arrival by itself
        else:
            await self._type(f"/start {code}" if code else "/start")

    async def says(self, text: str) -> None:
        await self._type(text)

    async def presses(self, label: str) -> None:
        if label not in await self.offered():
            raise KeyError(label)
        await self._type(label)

    async def offered(self) -> set[str]:
        await self._new()
        return self._labels

    async def aims(self, label: str) -> Press:
        return lambda: self._type(label)

    async def sends_photo(self, caption: str = "") -> None:
        path = self._folder / "photo.jpg"
        path.write_bytes(picture())
        await self._type(f"/photo {path}")

    async def _new(self) -> list[Line]:
        lines = await self._book.after(self._address, self._seen)
        for line in lines:
            self._labels |= {button["label"] for row in line.body.get("buttons", ()) for button in row}
        return lines

    async def hears(self) -> list[Shown]:
        lines = await self._new()
        await self._is_on_screen(lines)
        self._seen = max((line.id for line in lines), default=self._seen)
        return [_shown(line) for line in lines if line.side == "bot"]

    async def _is_on_screen(self, lines: list[Line]) -> None:
        """Every text and label stands on the screen, however the lines are wrapped."""
        for line in lines:
            if line.side == "bot":
                wanted = "".join(str(line.body.get("text", "")).split())
                async with asyncio.timeout(5):
                    while wanted not in "".join(self._screen.getvalue().split()):  # noqa: ASYNC110
                        await asyncio.sleep(0.01)

    async def leaves(self) -> None:
        self._keyboard.close()
        if self._task:
            await self._task
        self._typed.close()


def _shown(line: Line) -> Shown:
    body = line.body
    labels = tuple(tuple(button["label"] for button in row) for row in body.get("buttons", ()))
    return Shown(str(body.get("text", "")), labels, bool(line.edits), len(body.get("files", ())))


# --- telegram ------------------------------------------------------------------------------------------------------


class TelegramSeat:
    """A Telegram account; what it hears are the calls that the bot has put on the wire."""

    def __init__(self, user: int, double: Double, town: Town) -> None:
        self.user, self._double, self._town = user, double, town
        self._read = 0
        self._heard: list[Shown] = []
        self._labels: set[str] = set()

    async def arrives(self, code: str | None = None) -> None:
        await self._done(self._double.says(self.user, f"/start {code}" if code else "/start"))

    async def says(self, text: str) -> None:
        await self._done(self._double.says(self.user, text))

    async def presses(self, label: str) -> None:
        try:
            await self._done(self._double.presses(self.user, label))
        except LookupError:
            raise KeyError(label) from None

    async def offered(self) -> set[str]:
        await self._listen()
        return self._labels

    async def aims(self, label: str) -> Press:
        """Telegram keeps the press on the wire: it is made now, and the bot hears of it in its own time."""
        await self._double.presses(self.user, label)
        return self._acknowledged

    async def sends_photo(self, caption: str = "") -> None:
        await self._done(self._double.sends_file(self.user, "photo", picture(), caption=caption))

    async def _done(self, deed: Any) -> None:
        """Until the bot has acknowledged the update: then the turn is committed."""
        await deed
        await self._acknowledged()

    async def _acknowledged(self) -> None:
        await self._double.until("waiting", lambda waiting: not waiting, 20)

    async def hears(self) -> list[Shown]:
        await self._listen()
        heard, self._heard = self._heard, []
        return heard

    async def _listen(self) -> None:
        journal = await self._double.state("journal")
        for entry in journal[self._read :]:
            call = entry.get("values", {})
            if str(call.get("chat_id")) == str(self.user) and "error" not in entry:
                self._hear(entry["method"], call)
        self._read = len(journal)

    def _hear(self, method: str, call: dict[str, Any]) -> None:
        markup = call.get("reply_markup") or {}
        markup = json.loads(markup) if isinstance(markup, str) else markup
        if method == "sendMessage" and "keyboard" in markup and self._is_hint(call["text"]):
            return
        labels = tuple(tuple(button["text"] for button in row) for row in markup.get("inline_keyboard", ()))
        self._labels |= {label for row in labels for label in row}
        if method in ("sendPhoto", "sendVoice", "sendDocument", "sendVideo"):
            self._add_file(call.get("caption", ""), labels)
        elif method in ("sendMessage", "editMessageText"):
            lone = self._heard.pop() if self._heard and not self._heard[-1].text else Shown("")
            self._heard.append(Shown(call["text"], labels, method == "editMessageText", lone.files))

    @staticmethod
    def _is_hint(text: str) -> bool:
        return text.startswith("点下面的")

    def _add_file(self, caption: str, labels: tuple[tuple[str, ...], ...]) -> None:
        """Files come before the text that they belong to."""
        self._heard.append(Shown(caption, labels, files=1))


async def telegram_seat(user: int, double: Double, town: Town, role: Role, roster_key: str) -> Seat:
    seat = TelegramSeat(user, double, town)
    if role is not Role.RESIDENT:
        await seat.arrives(await town.code_for(role, roster_key))
        await town.settled()
        await seat.hears()
    return seat

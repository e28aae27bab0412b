"""A running web chat for tests: real database file, real writer, real uvicorn on a loopback port; the core behind
`accept` is a short script, because these tests are about the pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine
from starlette.applications import Starlette

from bot.channels.port import Inbound, Outbound, OutButton, OutFile, Pressed, Received, StoreDown
from bot.channels.threadbook import ThreadBook
from bot.channels.webchat import WebChat
from bot.serving import Server, address_of, bind, server_for
from bot.web import WebApp, routes
from catalog.calendar import Calendar
from catalog.district import District, Operator, RosterHelper
from catalog.places import PlaceTree
from handlers.messages import Arrived, Said, SharedPlace
from handlers.people import Role
from storage import attachments, threads
from storage.database import migrate, open_engine
from storage.invites import Invite
from storage.unit_of_work import UnitOfWork
from storage.writer import Writer

CARD = (
    "老年人优待证\n\n"
    "谁能办：年满 65 岁的鄂城区居民\n"
    "要带：身份证、一寸照片 1 张\n"
    "在哪办：村（社区）服务站\n"
    "多久：5 个工作日内，不收钱，不用跑腿\n\n"
    "问不清楚就打 0711-3386012，说“找小帮”。"
)
INVITES = {
    "FOR-HELPER": Invite(Role.HELPER, "H003", ("420704001",)),
    "FOR-SUPERVISOR": Invite(Role.SUPERVISOR, "", ("420704",)),
}
GREETING = "您好，我是鄂小帮，替鄂城区的帮办团队跑腿。\n您想办什么事？直接写一句话就行，也可以发照片或录音。"


def sample_district() -> District:
    """Three helpers and nothing else, marked as sample."""
    helpers = tuple(
        RosterHelper(f"H{number:03}", name, team, ("420704001",), skills, is_sample=True)
        for number, name, team, skills in (
            (1, "程小满", "凤凰街道一队", ("综合", "社保")),
            (2, "余秋云", "长港镇二队", ("综合", "民政救助")),
            (3, "万青山", "古楼街道一队", ("医保",)),
        )
    )
    return District(
        code="420704", name="鄂城区", is_sample=True, operator=Operator("鄂城区帮办中心", "0711-3386012"), services={},
        certificates={}, phrases={}, places=PlaceTree(()), departments={}, facilities=(), helpers=helpers,
        calendar=Calendar(),
    )  # fmt: skip


@dataclass
class Script:
    """The core of these tests: says what a test needs to see on a page, once for each inbound id."""

    chat: WebChat
    writer: Writer
    got: list[Inbound] = field(default_factory=list)
    is_down: bool = False
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def accept(self, inbound: Inbound) -> None:
        if self.is_down:
            raise StoreDown("the test says so")
        if any(known.id == inbound.id for known in self.got):
            return
        self.got.append(inbound)
        await asyncio.wrap_future(self.writer.submit(lambda work: keep_own_line(work, inbound)))
        task = asyncio.create_task(self._answer(inbound))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, inbound: Inbound) -> None:
        for number, out in enumerate(answers(inbound)):
            await self.chat.deliver(inbound.address, Outbound(f"{inbound.id}/{number}", **out))  # type: ignore[arg-type]


def keep_own_line(work: UnitOfWork, inbound: Inbound) -> None:
    """What a turn does with what a person wrote on a channel that this program shows itself."""
    match inbound.event:
        case Said(text):
            body: dict[str, object] = {"text": text}
        case Pressed(token) if token.startswith("t-"):
            body = {"text": token[2:]}
        case Received() as file:
            number = attachments.add(work, file.kind, file.mime, file.name, file.data, "web", "")
            entry = {"id": number, "kind": str(file.kind), "mime": file.mime, "name": file.name}
            body = {"text": file.caption, "files": [entry]}
        case _:
            return
    threads.add(work, "web", inbound.address, "me", inbound.id, body)


def answers(inbound: Inbound) -> list[dict[str, object]]:
    """What the script says to an inbound message."""
    match inbound.event:
        case Arrived(code):
            return [{"text": f"欢迎，邀请码 {code} 用上了。" if code else GREETING}]
        case Said("电话"):
            return [{"text": "请留一个手机号码，小帮好联系您。", "buttons": row("先不留"), "asks": "phone"}]
        case Said("地方"):
            return [{"text": "您家在哪个村或者社区？", "buttons": row("先不说"), "asks": "place"}]
        case Said(text) if "优待证" in text:
            more = (*row("让小帮帮我办"), *row("不是这个", "找人工"))
            return [{"text": CARD, "buttons": more}]
        case Said(text):
            return [{"text": f"听到了：{text}"}]
        case Pressed(token):
            return [{"text": f"您按了 {token}。"}]
        case Received() as file:
            kept = OutFile(file.kind, file.mime, file.name, {}, file.data)
            return [{"text": "收到，已经转给小帮。", "files": (kept,)}]
        case SharedPlace(latitude, longitude):
            return [{"text": f"您在 {latitude:.2f}, {longitude:.2f}。"}]
        case _:
            return [{"text": "这个我看不懂，请写一句话。"}]


def row(*labels: str) -> tuple[tuple[OutButton, ...], ...]:
    """A row of buttons; a token is the label with a mark in front."""
    return (tuple(OutButton(label, f"t-{label}") for label in labels),)


@dataclass
class House:
    """`url` ends without a slash."""

    url: str
    chat: WebChat
    script: Script
    server: Server
    engine: Engine
    moved: list[timedelta | str]
    invited: list[tuple[str, str]]


@asynccontextmanager
async def house(folder: Path, *, is_demo: bool = False, port: int = 0) -> AsyncIterator[House]:
    """Start everything, hand it over, stop it in order."""
    district, moved, invited = sample_district(), list[timedelta | str](), list[tuple[str, str]]()
    url = f"sqlite:///{folder / 'web.db'}"
    migrate(url)
    engine = open_engine(url)

    def now() -> datetime:
        return datetime.now(UTC) + sum((step for step in moved if isinstance(step, timedelta)), timedelta())

    async def step_in(role: str, key: str) -> str:
        invited.append((role, key))
        return f"code-{role}-{key}"

    async def fast_forward(step: timedelta | str) -> None:
        moved.append(step)

    async def look_at_invite(code: str) -> Invite | None:
        return INVITES.get(code)

    writer = Writer(engine, district.code, now)
    chat = WebChat(ThreadBook("web", writer, engine, district.code))
    script = Script(chat, writer)
    pages = WebApp(chat, district, now, is_demo, False, step_in, fast_forward, look_at_invite)
    app = Starlette(routes=routes(pages))
    listener = bind("127.0.0.1", port)
    server = server_for(app)
    listening = asyncio.create_task(chat.listen(script.accept))
    serving = asyncio.create_task(server.serve([listener]))
    while not server.started:  # noqa: ASYNC110  (uvicorn has no event for it)
        await asyncio.sleep(0.01)
    try:
        yield House(address_of(listener), chat, script, server, engine, moved, invited)
    finally:
        await chat.close()
        server.should_exit = True
        await serving
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
        await asyncio.to_thread(writer.close)
        engine.dispose()

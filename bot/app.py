"""The composition root: the only place where things are wired, started and stopped, in this order.

Start: port, district, database, channels; then listening, delivering and ticking side by side. Stop: no new messages
come in, what is being sent goes out, the writer commits what it has, then everything is closed. A process that is
killed instead loses nothing that was acknowledged.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from socket import socket

import structlog
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot import serving
from bot.channels.port import Accept, Channel, Inbound, StoreDown
from bot.channels.telegram_polling import TelegramChannel
from bot.channels.threadbook import ThreadBook
from bot.channels.webchat import WebChat
from bot.delivery import Delivery
from bot.due import Due, forward
from bot.health import health_route
from bot.inviting import Doors, doors, invite, name_telegram, name_web
from bot.learning import Learning
from bot.opening import Store, district_of, live_search, open_store, town_of
from bot.rerank_choice import reranked
from bot.reranking import Reranked, before_turn
from bot.retention import Retention
from bot.settings import Settings
from bot.telegram import telegram_channel, telegram_routes
from bot.ticking import Ticking
from bot.town import Town
from bot.turn import handle
from bot.web.app import WebApp, routes
from handlers.people import Role
from storage import followups, people
from storage.database import StoreUnavailable
from storage.invites import Invite, look_at
from storage.unit_of_work import UnitOfWork

_log = structlog.get_logger(__name__)

Announce = Callable[[str], None]
JUST_OPENED = timedelta(minutes=15)


@dataclass(frozen=True)
class Service:
    """Everything that runs, made of the settings and not started yet."""

    settings: Settings
    town: Town
    store: Store
    channels: Mapping[str, Channel]
    deliveries: Sequence[Delivery]
    due: Due
    learning: Learning
    ticking: Ticking
    chat: WebChat
    telegram: TelegramChannel | None

    def accept(self, name: str) -> Accept:
        return accept_for(name, self.store, self.town)

    def app(self) -> Starlette:
        """All pages, webhooks and /health."""
        own: list[BaseRoute] = [health_route(self.store, self.ticking)]
        own += telegram_routes(self.settings, self.telegram, self.accept)
        return Starlette(routes=[*own, *routes(self._web())])

    def _web(self) -> WebApp:
        settings = self.settings
        return WebApp(
            chat=self.chat,
            district=self.town.district,
            now=self.store.clock.now,
            is_demo=settings.is_demo,
            is_secure=settings.public_url.startswith("https://"),
            step_in=self.step_in if settings.is_demo else None,
            fast_forward=self.fast_forward if settings.is_demo else None,
            look_at_invite=self.look_at_invite,
        )

    async def step_in(self, role: str, roster_key: str) -> str:
        """A code that makes whoever sends it a helper or a supervisor of the demo town."""
        return await self.invite(Role(role), roster_key)

    async def invite(self, role: Role, roster_key: str = "") -> str:
        """A one-time code for a role: a helper of the roster, or a supervisor of the whole district."""
        return await self.store.do(lambda work: invite(work, self.town, role, roster_key))

    async def look_at_invite(self, code: str) -> Invite | None:
        return await self.store.look(lambda reader: look_at(reader, code))

    async def say_where(self, address: str) -> Doors:
        """Write down where people come in, for the links of invites; what Telegram calls the bot it says itself."""

        def job(work: UnitOfWork) -> Doors:
            name_web(work, self.settings.public_url or address)
            if self.telegram is None:
                name_telegram(work, "")
            return doors(work)

        return await self.store.do(job)

    async def fast_forward(self, to: timedelta | str) -> None:
        """Move the town's time by a span, or to the next "HH:MM" of its day."""
        clock = self.store.clock
        span = to if isinstance(to, timedelta) else self._next(to) - clock.now()
        await forward(span, self.due, clock, self.store.writer, self._next_due, self._settle)

    async def open_offices(self) -> None:
        """Let the demo begin in office hours: at night nobody is disturbed, so a visitor would see nothing happen."""
        now = self.store.clock.now()
        opens = self.town.district.calendar.add_working_time(now, JUST_OPENED)
        if opens - now > 2 * JUST_OPENED:
            await self.fast_forward(opens - now)

    def _next(self, clock_time: str) -> datetime:
        local = self.town.district.calendar.local(self.store.clock.now())
        hour, minute = map(int, clock_time.split(":"))
        at = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return at if at > local else at + timedelta(days=1)

    def _next_due(self) -> datetime | None:
        return self.store.look_now(followups.next_due)

    async def _settle(self) -> None:
        """Let what is ready to go out go out, before time moves on."""
        for delivery in self.deliveries:
            await delivery.settle(2.0)

    def wake_deliveries(self) -> None:
        for delivery in self.deliveries:
            delivery.wake()


def accept_for(name: str, store: Store, town: Town) -> Accept:
    """What a channel calls with each inbound message; returns when it is stored and handled."""

    async def accept(inbound: Inbound) -> None:
        await before_turn(town.search, store, name, inbound)
        try:
            await store.do(lambda work: handle(work, name, inbound, town))
        except StoreUnavailable as error:
            raise StoreDown(str(error)) from error

    return accept


def build(settings: Settings) -> Service:
    """Wire everything. Raises BadSettings, CatalogFaults and StoreUnavailable."""
    district = district_of(settings)
    store = open_store(settings, district.code)
    live = live_search(settings, district, store)
    town = reranked(town_of(settings, district, live), settings)
    chat = WebChat(ThreadBook("web", store.writer, store.engine, district.code))
    telegram = telegram_channel(settings, store.clock.now, partial(_telegram_is, store))
    channels: dict[str, Channel] = {channel.name: channel for channel in (chat, telegram) if channel is not None}
    deliveries = [
        Delivery(channel, channels, store.writer, store.read, town, settings.patience) for channel in channels.values()
    ]
    due, retention = Due(store.writer, town), Retention(store.writer, district)
    learning = Learning(store, town, live)

    async def look() -> None:
        await learning.look()
        await due.run_due()
        await retention.run_daily(store.clock.now().date())

    return Service(settings, town, store, channels, deliveries, due, learning, Ticking(look), chat, telegram)


def _telegram_is(store: Store, name: str) -> None:
    store.writer.submit(lambda work: name_telegram(work, name))


async def serve(settings: Settings, announce: Announce = print) -> None:
    """Run until SIGINT or SIGTERM. `announce` gets the lines that a person has to read."""
    listener = serving.bind(settings.host, settings.port, serving.TRIES if settings.is_demo else 1)
    try:
        service = await asyncio.to_thread(build, settings)
    except BaseException:
        listener.close()
        raise
    try:
        await _run(service, listener, announce)
    finally:
        await asyncio.to_thread(service.store.close)


async def _run(service: Service, listener: socket, announce: Announce) -> None:
    stop = _stop_on_signals()
    loop = asyncio.get_running_loop()

    def wake() -> None:
        loop.call_soon_threadsafe(service.wake_deliveries)

    service.store.writer.committed.append(wake)
    server = serving.server_for(service.app())
    async with service.learning, service.ticking:
        sending = [asyncio.create_task(delivery.run(), name="delivery") for delivery in service.deliveries]
        listening = [
            asyncio.create_task(channel.listen(service.accept(name)), name=f"listen-{name}")
            for name, channel in service.channels.items()
        ]
        pages = asyncio.create_task(server.serve([listener]), name="pages")
        try:
            if service.settings.is_demo:
                await service.open_offices()
            await _announce(service, await service.say_where(serving.address_of(listener)), announce)
            await _first_of(stop, [*listening, *sending, pages])
        finally:
            await _stop(service, server, listening, pages, sending)


async def _stop(
    service: Service,
    server: serving.Server,
    listening: Sequence[asyncio.Task[None]],
    pages: asyncio.Task[None],
    sending: Sequence[asyncio.Task[None]],
) -> None:
    """Nothing more comes in; what is being sent goes out; then the channels are closed."""
    for task in listening:
        task.cancel()
    await asyncio.gather(*listening, return_exceptions=True)
    await service.chat.close()
    server.should_exit = True
    await asyncio.gather(pages, return_exceptions=True)
    await asyncio.gather(*(delivery.stop() for delivery in service.deliveries))
    await asyncio.gather(*sending, return_exceptions=True)
    for channel in service.channels.values():
        await channel.close()
    if isinstance(service.town.search, Reranked):
        await service.town.search.close()


async def _first_of(stop: asyncio.Event, tasks: Sequence[asyncio.Task[None]]) -> None:
    """Until it is time to stop, or one of the tasks has broken: then that error ends the service."""
    stopping = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    for task in done - {stopping}:
        error = task.exception()
        if error is not None:
            _log.error("part_failed", part=task.get_name(), error=type(error).__name__)
            raise error


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: Ctrl-C ends it, and nothing acknowledged is lost
            loop.add_signal_handler(number, stop.set)
    return stop


async def _announce(service: Service, where: Doors, announce: Announce) -> None:
    is_demo = service.settings.is_demo
    announce(f"鄂小帮 {'demo town' if is_demo else 'service'}: {where.web}")
    if is_demo or await service.store.look(lambda reader: bool(people.in_role(reader, Role.SUPERVISOR))):
        return
    code = await service.invite(Role.SUPERVISOR)
    announce(f"No supervisor has joined yet. Open {' or '.join(where.links(code))}")
    announce(f"or send the bot: /start {code}   (one person, once, within 24 hours)")

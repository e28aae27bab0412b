"""Telegram channels over the double, once through each library."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from bot.channels.port import Inbound, Outbound, StoreDown
from bot.channels.telegram_pacing import Pace
from bot.channels.telegram_polling import Options, TelegramChannel, Webhook
from tests.telegram_double.client import Double, double_at, double_process

MakeChannel = Callable[..., TelegramChannel]
UNPACED = Pace(chat=(10_000.0, 100), group=(10_000.0, 100), overall=(10_000.0, 100))


class Store:
    """What `accept` keeps: like the inbox, each id once. `down` times it says that the database is down."""

    def __init__(self) -> None:
        self.kept: list[Inbound] = []
        self.down = 0
        self.changed = asyncio.Event()

    async def accept(self, inbound: Inbound) -> None:
        await asyncio.sleep(0)
        if self.down > 0:
            self.down -= 1
            raise StoreDown("no database")
        if all(other.id != inbound.id and other.second_id != inbound.second_id for other in self.kept):
            self.kept.append(inbound)
            self.changed.set()

    async def has(self, count: int, seconds: float = 15.0) -> list[Inbound]:
        async with asyncio.timeout(seconds):
            while len(self.kept) < count:
                self.changed.clear()
                await self.changed.wait()
        return self.kept


def channel_class(library: str) -> MakeChannel:
    """aiogram takes seconds to import: only when it is asked for."""
    if library == "aiogram":
        from bot.channels.aiogram_telegram import AiogramTelegram

        return AiogramTelegram
    from bot.channels.ptb_telegram import PtbTelegram

    return PtbTelegram


@pytest.fixture(scope="session")
def double_base() -> Iterator[str]:
    """The address of one double for all tests of this folder."""
    with double_process() as base:
        yield base


@pytest.fixture
async def double(double_base: str) -> AsyncIterator[Double]:
    async with double_at(double_base) as running:
        yield running


@pytest.fixture(params=["aiogram", "ptb"])
def library(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def make_channel(library: str, double: Double) -> AsyncIterator[MakeChannel]:
    """Channels to the double by the library of this run; closed afterwards."""
    made: list[TelegramChannel] = []

    def make(
        base: str = "", token: str = "", webhook: Webhook | None = None, pace: Pace = UNPACED, **more: Any
    ) -> TelegramChannel:
        options = Options(webhook, poll_seconds=2, first_pause=0.02, pace=pace, **more)
        channel = channel_class(library)(token or double.token, base or double.base, options)
        made.append(channel)
        return channel

    yield make
    for channel in made:
        await channel.close()


@pytest.fixture
def channel(make_channel: MakeChannel) -> TelegramChannel:
    return make_channel()


@pytest.fixture
def store() -> Store:
    return Store()


class Listening:
    """A channel that listens in the background of a test."""

    def __init__(self, channel: TelegramChannel, store: Store) -> None:
        self._task = asyncio.create_task(channel.listen(store.accept))

    async def stop(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def ends(self) -> None:
        """Raises what ended it."""
        await asyncio.wait_for(self._task, 10)


@pytest.fixture
async def listen(store: Store) -> AsyncIterator[Callable[[TelegramChannel], Listening]]:
    started: list[Listening] = []

    def start(channel: TelegramChannel) -> Listening:
        started.append(Listening(channel, store))
        return started[-1]

    yield start
    for listening in started:
        await listening.stop()


def message(text: str, key: str = "k", **more: object) -> Outbound:
    return Outbound(key=key, text=text, **more)  # type: ignore[arg-type]

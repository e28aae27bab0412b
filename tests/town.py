"""The test language: a real town on a real database file, people at real channels, a clock that the test moves.

    async with town_in(folder) as town:
        resident = await town.seat("居民")
        await resident.says("社保卡丢了怎么办")
        await resident.presses("让小帮帮我办")
        heard = await town.hears()

Between two messages nothing is kept in memory but the connections: every turn is saved and loaded again.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import Engine

from bot.channels.port import Accept, Channel, Inbound, InboundEvent, Outbound, Pressed, Receipt, Received
from bot.delivery import Delivery
from bot.due import Due
from bot.inviting import invite
from bot.keeping import search_for
from bot.learning import Learning
from bot.live_search import LiveSearch
from bot.opening import Store
from bot.settings import users_cache
from bot.turn import Town as Core
from bot.turn import handle
from catalog import loading
from catalog.district import District
from catalog.search import CatalogSearch
from handlers.messages import Arrived, FileKind, Said, SharedPhone, SharedPlace
from handlers.people import Role
from handlers.settings import DeskSettings
from storage import database, followups
from storage.unit_of_work import UnitOfWork
from storage.writer import Writer

T = TypeVar("T")

MORNING = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
"""Wednesday 25 November 2026, 9:00 in Ezhou."""


@cache
def sample() -> tuple[District, CatalogSearch]:
    """The sample district and its index, loaded once for all tests."""
    district = loading.load_sample()
    return district, search_for(district, users_cache())


class HandClock:
    """A clock that only the test moves."""

    def __init__(self, at: datetime = MORNING) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True)
class Shown:
    """A message as a person sees it."""

    text: str
    labels: tuple[tuple[str, ...], ...] = ()
    is_edit: bool = False
    files: int = 0


class Seat(Protocol):
    """One person at one channel."""

    async def says(self, text: str) -> None: ...
    async def presses(self, label: str) -> None:
        """The newest button with this label that the person was shown."""
        ...

    async def offered(self) -> set[str]:
        """All labels that the person was shown."""
        ...

    async def aims(self, label: str) -> Callable[[], Awaitable[None]]:
        """A finger above a button: what is called later presses it, whatever has happened meanwhile."""
        ...

    async def arrives(self, code: str | None = None) -> None: ...
    async def sends_photo(self, caption: str = "") -> None: ...
    async def hears(self) -> list[Shown]:
        """What has come since the last time."""
        ...


@dataclass
class Town:
    """Everything that runs, without a network unless a channel brings one."""

    core: Core
    store: Store
    clock: HandClock
    channel: Channel
    delivery: Delivery
    due: Due
    learning: Learning
    names: dict[str, Seat] = field(default_factory=dict)

    async def do(self, job: Callable[[UnitOfWork], T]) -> T:
        return await self.store.do(job)

    async def code_for(self, role: Role, roster_key: str = "") -> str:
        return await self.store.do(lambda work: invite(work, self.core, role, roster_key))

    async def settled(self) -> None:
        """What was learned is in use, and what is ready has gone out."""
        await self.learning.run()
        await self.delivery.settle(20)

    async def pass_time(self, span: timedelta) -> None:
        """Move the clock, stopping wherever something is due, as if the time had passed."""
        target = self.clock.at + span
        while (at := await self.store.look(followups.next_due)) is not None and at <= target:
            self.clock.at = max(at, self.clock.at)
            await self.due.run_due()
            await self.settled()
        self.clock.at = target
        self.delivery.wake()
        await self.settled()


# --- the plain channel -------------------------------------------------------------------------------------------


_ids = count(1)


class PlainChannel:
    """A channel without a wire: what goes out is put into lists."""

    name = "plain"

    def __init__(self) -> None:
        self.boxes: dict[str, list[Outbound]] = {}
        self.accept: Accept | None = None

    async def listen(self, accept: Accept) -> None:
        self.accept = accept
        await asyncio.Event().wait()

    async def deliver(self, address: str, out: Outbound) -> Receipt:
        self.boxes.setdefault(address, []).append(out)
        return Receipt(out.edits or out.key)

    async def fetch(self, ref: str) -> bytes:
        return b"not kept"

    async def close(self) -> None:
        return None


class PlainSeat:
    """A person at the plain channel."""

    def __init__(self, address: str, channel: PlainChannel, clock: HandClock) -> None:
        self.address = address
        self._channel = channel
        self._clock = clock
        self._read = 0
        self._buttons: dict[str, str] = {}

    async def sends(self, event: InboundEvent, id: str | None = None) -> None:
        assert self._channel.accept is not None
        inbound = Inbound(id or f"in-{next(_ids)}", self.address, event, self._clock.now())
        await self._channel.accept(inbound)

    async def says(self, text: str) -> None:
        await self.sends(Said(text))

    async def presses(self, label: str) -> None:
        await self.hears(forget=False)
        await self.sends(Pressed(self._buttons[label]))

    async def offered(self) -> set[str]:
        await self.hears(forget=False)
        return set(self._buttons)

    async def aims(self, label: str) -> Callable[[], Awaitable[None]]:
        await self.hears(forget=False)
        token = self._buttons[label]
        return lambda: self.sends(Pressed(token))

    async def arrives(self, code: str | None = None) -> None:
        await self.sends(Arrived(code))

    async def sends_photo(self, caption: str = "") -> None:
        await self.sends(Received(FileKind.PHOTO, data=b"\xff\xd8 a photo", mime="image/jpeg", caption=caption))

    async def sends_voice(self) -> None:
        await self.sends(Received(FileKind.VOICE, data=b"OggS", mime="audio/ogg"))

    async def shares_phone(self, phone: str) -> None:
        await self.sends(SharedPhone(phone, True))

    async def shares_place(self, latitude: float, longitude: float) -> None:
        await self.sends(SharedPlace(latitude, longitude))

    async def hears(self, forget: bool = True) -> list[Shown]:
        box = self._channel.boxes.get(self.address, [])
        new = box[self._read :]
        for out in new:
            self._buttons.update({button.label: button.token for row in out.buttons for button in row})
        if forget:
            self._read = len(box)
        return [shown(out) for out in new]


def shown(out: Outbound) -> Shown:
    labels = tuple(tuple(button.label for button in row) for row in out.buttons)
    return Shown(out.text, labels, bool(out.edits), len(out.files))


MakeChannel = Callable[[Writer, Engine, str], Channel]
"""(writer, engine, district code) -> the channel of a town."""


@asynccontextmanager
async def town_in(
    folder: Path,
    make_channel: MakeChannel | None = None,
    url: str | None = None,
    settings: DeskSettings | None = None,
    at: datetime = MORNING,
    district: District | None = None,
) -> AsyncIterator[Town]:
    """A running town whose database is a file in `folder` (or at `url`). `district` is the sample; a smaller one
    learns faster."""
    district, search = (district, CatalogSearch(district)) if district else sample()
    live = LiveSearch(district, build=lambda changed: search if changed is district else CatalogSearch(changed))
    core = Core(district, live, settings or DeskSettings(), random.Random(7))
    where = url or f"sqlite:///{folder / 'town.db'}"
    database.migrate(where)
    engine = database.open_engine(where)
    clock = HandClock(at)
    writer = Writer(engine, district.code, clock.now)
    store = Store(engine, writer, clock, district.code)  # type: ignore[arg-type]
    channel = make_channel(writer, engine, district.code) if make_channel else PlainChannel()
    delivery = Delivery(channel, {channel.name: channel}, writer, store.read, core)
    town = Town(core, store, clock, channel, delivery, Due(writer, core), Learning(store, core, live))
    async with _running(town):
        yield town
    store.close()


@asynccontextmanager
async def _running(town: Town) -> AsyncIterator[None]:
    loop = asyncio.get_running_loop()

    def wake() -> None:
        loop.call_soon_threadsafe(town.delivery.wake)

    town.store.writer.committed.append(wake)

    async def accept(inbound: Inbound) -> None:
        await town.store.do(lambda work: handle(work, town.channel.name, inbound, town.core))

    tasks = [asyncio.create_task(town.channel.listen(accept)), asyncio.create_task(town.delivery.run())]
    await asyncio.sleep(0)
    try:
        yield
    finally:
        await town.delivery.stop()
        await town.channel.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def plain_seat(town: Town, name: str, role: Role = Role.RESIDENT, roster_key: str = "") -> PlainSeat:
    """A person who steps in at the plain channel; a helper or supervisor by an invite of their own."""
    assert isinstance(town.channel, PlainChannel)
    seat = PlainSeat(name, town.channel, town.clock)
    if role is not Role.RESIDENT:
        await seat.arrives(await town.code_for(role, roster_key))
        await town.settled()
        await seat.hears()
    town.names[name] = seat
    return seat


def said(heard: Sequence[Shown]) -> str:
    """All texts in one, for a short assertion."""
    return "\n".join(each.text for each in heard)


def with_desk(**changes: object) -> DeskSettings:
    return replace(DeskSettings(), **changes)  # type: ignore[arg-type]


Roster = Mapping[str, tuple[Role, str]]
"""Name in a script -> role and roster key."""

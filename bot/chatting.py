"""`exiaobang chat`: one person at this terminal, in the demo town, with or without a web chat running beside it."""

from __future__ import annotations

import asyncio
import sys
from typing import TextIO

from bot.app import accept_for
from bot.channels.terminal import Terminal
from bot.channels.threadbook import ThreadBook
from bot.delivery import Delivery
from bot.due import Due
from bot.faults import BadSettings, Fault
from bot.inviting import invite
from bot.learning import Learning
from bot.opening import Store, district_of, live_search, open_store, town_of
from bot.settings import Settings
from bot.ticking import Ticking
from bot.town import Town
from catalog.district import District
from handlers.people import Role
from storage import people


async def chat_as(who: str, settings: Settings, keyboard: TextIO = sys.stdin, screen: TextIO = sys.stdout) -> None:
    """Chat until the keyboard ends. `who` is resident, helper, helper:H001, supervisor, or a name of one's own."""
    district = district_of(settings)
    role, helper = _role_of(who, district)
    store = open_store(settings, district.code)
    try:
        live = live_search(settings, district, store)
        town = town_of(settings, district, live)
        address = f"helper:{helper}" if helper else who
        code = await _code_for(role, helper, address, store, town)
        async with Learning(store, town, live) as learning:
            await _chat(address, code, store, town, learning, keyboard, screen)
    finally:
        store.close()


def _role_of(who: str, district: District) -> tuple[Role, str]:
    """The role, and for a helper the roster's id."""
    word, _, helper = who.partition(":")
    roster = [one.id for one in district.helpers]
    if word == Role.HELPER and helper not in ("", *roster):
        raise BadSettings(
            Fault("--as", f"{helper} is not in the roster", f"write an id of it, like helper:{roster[0]}")
        )
    if word == Role.HELPER and roster:
        return Role.HELPER, helper or roster[0]
    return (Role.SUPERVISOR if word == Role.SUPERVISOR else Role.RESIDENT), ""


async def _code_for(role: Role, helper: str, address: str, store: Store, town: Town) -> str | None:
    """The invite with which a helper or supervisor arrives for the first time."""
    known = await store.look(lambda reader: people.at_address(reader, "terminal", address))
    if role is Role.RESIDENT or known is not None:
        return None
    return await store.do(lambda work: invite(work, town, role, helper))


async def _chat(
    address: str, code: str | None, store: Store, town: Town, learning: Learning, keyboard: TextIO, screen: TextIO
) -> None:
    book = ThreadBook("terminal", store.writer, store.engine, store.district)
    terminal = Terminal(book, address, keyboard, screen, store.clock.now, lambda: delivery.settle(5.0), code)
    delivery = Delivery(terminal, {terminal.name: terminal}, store.writer, store.read, town)
    loop = asyncio.get_running_loop()

    def wake() -> None:
        loop.call_soon_threadsafe(delivery.wake)

    store.writer.committed.append(wake)
    due = Due(store.writer, town)

    async def look() -> None:
        await learning.look()
        await due.run_due()

    async with Ticking(look):
        running = asyncio.create_task(delivery.run())
        try:
            await terminal.listen(accept_for(terminal.name, store, town))
        finally:
            await delivery.stop()
            await running
            store.writer.committed.remove(wake)

"""Does what has fallen due. However often it is called, a row fires once: in the transaction that performs it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot.clock import TownClock
from bot.town import Town
from bot.turn import tend
from storage import followups, settings
from storage.unit_of_work import UnitOfWork
from storage.writer import Writer

AT_ONCE = 8
"""Rows in one job: what people send meanwhile goes in between."""
MOST = 400
"""Rows in one run; a longer backlog is paced by the next ticks."""

_log = structlog.get_logger(__name__)


class Due:
    """Follow-ups of one town."""

    def __init__(self, writer: Writer, town: Town) -> None:
        self._writer = writer
        self._town = town
        self._running = asyncio.Lock()

    async def run_due(self) -> int:
        """Perform what is due now, at most MOST rows. Returns how many. Raises StoreUnavailable."""
        async with self._running:
            done = 0
            while done < MOST:
                count = await asyncio.wrap_future(self._writer.submit(self._take_some))
                done += count
                if count < AT_ONCE:
                    break
        if done:
            _log.info("follow_ups_done", count=done)
        return done

    def _take_some(self, work: UnitOfWork) -> int:
        rows = followups.take_due(work, AT_ONCE)
        for row in rows:
            tend(work, row, self._town)
        return len(rows)


async def forward(
    span: timedelta,
    due: Due,
    clock: TownClock,
    writer: Writer,
    next_due: Callable[[], datetime | None],
    settle: Callable[[], Awaitable[None]],
) -> None:
    """Move the town's time by `span`, stopping wherever something is due, as if it had passed. `settle` waits until
    what is ready to be sent has been sent."""
    target = clock.now() + span
    while (at := await asyncio.to_thread(next_due)) is not None and at <= target:
        await settle()
        clock.move_to(at)
        if not await due.run_due():
            break
    await settle()
    clock.move_to(target)
    seconds = clock.offset.total_seconds()
    await asyncio.wrap_future(writer.submit(lambda work: settings.put(work, settings.CLOCK_OFFSET, seconds)))
    await due.run_due()

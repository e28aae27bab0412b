"""Says "look now" about once a second. APScheduler is the clock of it and nothing more: no job lives in it, and when it
falls silent (a system clock set back, a dead thread), a watchdog on the monotonic clock calls the same work."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

EVERY = 1.0
SILENT_FOR = 15.0
"""Seconds without a tick after which the watchdog steps in."""

_log = structlog.get_logger(__name__)


class Ticking:
    """Calls `look` again and again until the block is left."""

    def __init__(
        self, look: Callable[[], Awaitable[object]], every: float = EVERY, silent_for: float = SILENT_FOR
    ) -> None:
        self._look = look
        self._every = every
        self._silent_for = silent_for
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._last = time.monotonic()
        self._watching: asyncio.Task[None] | None = None

    @property
    def silent_seconds(self) -> float:
        """Since the last tick that went through."""
        return time.monotonic() - self._last

    async def __aenter__(self) -> Ticking:
        self._scheduler.add_job(
            self.tick, "interval", seconds=self._every, coalesce=True, max_instances=1, misfire_grace_time=None
        )
        self._scheduler.start()
        self._watching = asyncio.create_task(self._watch(), name="tick-watchdog")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        self.stop_scheduler()

    def stop_scheduler(self) -> None:
        """Take the scheduler away; the watchdog goes on alone."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def tick(self) -> None:
        """One look. A failure is told in the log and tried again at the next tick: what is due stays due."""
        try:
            await self._look()
        except Exception as error:
            _log.error("tick_failed", error=type(error).__name__)
            return
        self._last = time.monotonic()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(min(self._silent_for / 3, 5.0))
            if self.silent_seconds > self._silent_for:
                _log.warning("scheduler_silent", seconds=round(self.silent_seconds))
                await self.tick()

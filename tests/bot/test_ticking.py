"""Ticks come, also without the scheduler, and whatever the work does."""

from __future__ import annotations

import asyncio

from bot.ticking import Ticking


class Counted:
    """Work that fails the first `failures` times."""

    def __init__(self, failures: int = 0) -> None:
        self.calls = 0
        self.failures = failures
        self.reached = asyncio.Event()

    async def __call__(self) -> None:
        self.calls += 1
        if self.calls <= self.failures:
            raise RuntimeError("the database is away")
        self.reached.set()


async def test_ticks_and_goes_on_after_a_failure() -> None:
    work = Counted(failures=2)
    async with Ticking(work, every=0.05) as ticking:
        await asyncio.wait_for(work.reached.wait(), 10)
        assert ticking.silent_seconds < 5
    assert work.calls >= 3


async def test_the_watchdog_steps_in_when_the_scheduler_is_silent() -> None:
    work = Counted()
    async with Ticking(work, every=3600, silent_for=0.2) as ticking:
        ticking.stop_scheduler()
        await asyncio.wait_for(work.reached.wait(), 10)
    assert work.calls >= 1


async def test_nothing_ticks_after_the_end() -> None:
    work = Counted()
    async with Ticking(work, every=0.05):
        await asyncio.wait_for(work.reached.wait(), 10)
    calls = work.calls
    await asyncio.sleep(0.2)
    assert work.calls == calls

"""A store on a real database for tests of the rim, and a channel that does what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache

from bot.channels.port import Accept, Outbound, Receipt
from bot.clock import TownClock
from bot.opening import Store
from bot.town import Town
from catalog.district import District
from catalog.loading import load_sample
from catalog.search import CatalogSearch
from storage import database
from storage.outbox import Outgoing, put
from storage.unit_of_work import UnitOfWork
from storage.writer import Writer


@cache
def sample() -> District:
    return load_sample()


@cache
def sample_town() -> Town:
    return Town(sample(), CatalogSearch(sample()))


@contextmanager
def store_at(url: str) -> Iterator[Store]:
    database.migrate(url)
    engine = database.open_engine(url)
    clock = TownClock()
    store = Store(engine, Writer(engine, sample().code, clock.now), clock, sample().code)
    try:
        yield store
    finally:
        store.close()


def queue(store: Store, address: str, text: str, **more: object) -> None:
    """Write a message to the outbox, as a turn does."""

    def job(work: UnitOfWork) -> None:
        values = {"channel": "spoken", "priority": 1, "not_before": work.now} | more
        put(work, Outgoing(key=f"{address}:{text}", text=text, address=address, **values))  # type: ignore[arg-type]

    store.writer.submit(job).result(10)


class Spoken:
    """A channel that keeps what it delivered. `answers` are tried in order: a float waits, an exception is raised."""

    name = "spoken"

    def __init__(self, *answers: float | Exception) -> None:
        self.answers = list(answers)
        self.delivered: list[tuple[str, str]] = []
        self.outbounds: list[Outbound] = []
        self.started = 0
        self.at_once = 0
        self._now = 0
        self.files: dict[str, bytes] = {}
        self.fetched: list[str] = []

    async def listen(self, accept: Accept) -> None:
        await asyncio.Event().wait()

    async def deliver(self, address: str, out: Outbound) -> Receipt:
        self.started += 1
        self._now += 1
        self.at_once = max(self.at_once, self._now)
        try:
            answer = self.answers.pop(0) if self.answers else 0.0
            if isinstance(answer, Exception):
                raise answer
            await asyncio.sleep(answer)
        finally:
            self._now -= 1
        self.delivered.append((address, out.text))
        self.outbounds.append(out)
        return Receipt(f"ref-{len(self.delivered)}", tuple(f"file-{n}" for n, _ in enumerate(out.files)))

    async def fetch(self, ref: str) -> bytes:
        self.fetched.append(ref)
        return self.files[ref]

    async def close(self) -> None:
        return None


SOON = timedelta(seconds=20)

"""Opens what the settings name: the district, the database with its writer and clock, and the town made of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy import Engine

from bot.clock import TownClock
from bot.keeping import search_for
from bot.live_search import LiveSearch
from bot.settings import Settings, prepare_folder
from bot.town import Town
from catalog import loading
from catalog.district import District
from catalog.search import CatalogSearch
from catalog.understanding import Search
from storage import database, lessons, unit_of_work
from storage import settings as kept
from storage.unit_of_work import UnitOfWork
from storage.writer import Writer

T = TypeVar("T")


@dataclass(frozen=True)
class Store:
    """A database in use, with the one writer of this process."""

    engine: Engine
    writer: Writer
    clock: TownClock
    district: str

    def read(self) -> AbstractContextManager[UnitOfWork]:
        """A short read-only session at the town's time."""
        return unit_of_work.reader(self.engine, self.district, self.clock.now())

    async def look(self, question: Callable[[UnitOfWork], T]) -> T:
        """Read on a thread of its own."""
        return await asyncio.to_thread(self.look_now, question)

    def look_now(self, question: Callable[[UnitOfWork], T]) -> T:
        with self.read() as reader:
            return question(reader)

    async def do(self, job: Callable[[UnitOfWork], T]) -> T:
        """Write; returns when it is committed. Raises StoreUnavailable."""
        return await asyncio.wrap_future(self.writer.submit(job))

    def close(self) -> None:
        self.writer.close()
        self.engine.dispose()


@contextmanager
def opened(settings: Settings, district: District) -> Iterator[Store]:
    """The database, for a command that is done soon. Raises what `open_store` raises."""
    store = open_store(settings, district.code)
    try:
        yield store
    finally:
        store.close()


def district_of(settings: Settings) -> District:
    """The operator's district, or the sample. Raises catalog.loading.CatalogFaults."""
    return loading.load(settings.catalog) if settings.catalog else loading.load_sample()


def search_of(settings: Settings, district: District) -> CatalogSearch:
    """The search over a district, as the operator wants it."""
    return search_for(district, settings.learned_folder, settings.costs)


def town_of(settings: Settings, district: District, search: Search | None = None) -> Town:
    """The town; without a `search` of its own it knows only the words of the catalog's files."""
    return Town(district, search or search_of(settings, district), settings.desk)


def live_search(settings: Settings, district: District, store: Store) -> LiveSearch:
    """The district's search with all words that were learned; `bot.learning` keeps it up to date."""
    version, words = store.look_now(lessons.version_and_words)
    return LiveSearch(district, words, version, partial(search_of, settings))


def open_store(settings: Settings, district_code: str) -> Store:
    """Open the database, new or of an older version. Raises BadSettings and StoreUnavailable."""
    if settings.database_url is None:
        prepare_folder(settings)
    database.migrate(settings.database)
    engine = database.open_engine(settings.database)
    clock = TownClock(_offset(engine, district_code) if settings.is_demo else timedelta(0))
    return Store(engine, Writer(engine, district_code, clock.now), clock, district_code)


def _offset(engine: Engine, district_code: str) -> timedelta:
    with unit_of_work.reader(engine, district_code) as reader:
        return timedelta(seconds=float(kept.get(reader, kept.CLOCK_OFFSET, 0.0)))

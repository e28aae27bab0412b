"""One writer thread per process: what has arrived is run job after job in ONE transaction and committed once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Engine

from storage.unit_of_work import UnitOfWork

T = TypeVar("T")
BATCH = 64
"""Jobs in one transaction at most."""


class Writer:
    """Runs jobs on its own thread. A job is called with a UnitOfWork, inside a savepoint; its future gets the result
    only after the commit. A job that raises is undone alone and its future gets the exception. When the database
    itself fails, the futures get `storage.database.StoreUnavailable`.

    asyncio: `await asyncio.wrap_future(writer.submit(job))`.
    """

    def __init__(self, engine: Engine, district_code: str, clock: Callable[[], datetime]) -> None:
        self.committed: list[Callable[[], None]] = []
        """Called after each commit, on the writer's thread, in order; must be quick (e.g. loop.call_soon_threadsafe)."""
        raise NotImplementedError

    def submit(self, job: Callable[[UnitOfWork], T]) -> Future[T]:
        """Hand over a job. Raises RuntimeError after `close`."""
        raise NotImplementedError

    def close(self) -> None:
        """Run what was submitted, commit, end the thread. Twice is harmless."""
        raise NotImplementedError

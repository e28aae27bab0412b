"""One writer thread per process: what has arrived is run job after job in ONE transaction and committed once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from storage.database import StoreUnavailable, explain, is_failure
from storage.unit_of_work import UnitOfWork

T = TypeVar("T")
BATCH = 64
"""Jobs in one transaction at most."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Job:
    call: Callable[[UnitOfWork], Any]
    future: Future[Any] = field(default_factory=Future)


@dataclass(frozen=True, slots=True)
class _Done:
    """What one job came to: a value or the exception that it raised."""

    value: Any = None
    error: Exception | None = None


class Writer:
    """Runs jobs on its own thread. A job is called with a UnitOfWork, inside a savepoint; its future gets the result
    only after the commit. A job that raises is undone alone and its future gets the exception. When the database
    itself fails, the futures get `storage.database.StoreUnavailable`. A job may be run twice when the database had to
    undo the first run (a deadlock on PostgreSQL), so it must do everything through its UnitOfWork.

    asyncio: `await asyncio.wrap_future(writer.submit(job))`.
    """

    def __init__(self, engine: Engine, district_code: str, clock: Callable[[], datetime]) -> None:
        self.committed: list[Callable[[], None]] = []
        """Called after each commit, on the writer's thread, in order; must be quick (loop.call_soon_threadsafe)."""
        self._engine = engine
        self._district = district_code
        self._clock = clock
        self._connection: Connection | None = None
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._is_closed = False
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[UnitOfWork], T]) -> Future[T]:
        """Hand over a job. Raises RuntimeError after `close`."""
        submitted = _Job(job)
        with self._gate:
            if self._is_closed:
                raise RuntimeError("the writer is closed")
            self._jobs.put(submitted)
        return submitted.future

    def close(self) -> None:
        """Run what was submitted, commit, end the thread. Twice is harmless."""
        with self._gate:
            if not self._is_closed:
                self._is_closed = True
                self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        is_open = True
        while is_open:
            batch, is_open = self._take()
            wanted = [job for job in batch if job.future.set_running_or_notify_cancel()]
            if wanted:
                self._run(wanted)
        self._disconnect()

    def _take(self) -> tuple[list[_Job], bool]:
        """Wait for a job, then take what else has arrived. The flag is False when `close` was among it."""
        batch: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            batch.append(job)
            if len(batch) == BATCH:
                return batch, True
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return batch, True
        return batch, False

    def _run(self, batch: Sequence[_Job]) -> None:
        try:
            done = self._transact(batch)
        except Exception as error:
            self._disconnect()
            self._recover(batch, error)
            return
        for job, outcome in zip(batch, done, strict=True):
            _resolve(job.future, outcome)
        self._tell()

    def _recover(self, batch: Sequence[_Job], error: Exception) -> None:
        """Everything was undone. Among several one may have broken it for all: each is tried alone."""
        if len(batch) > 1:
            for job in batch:
                self._run([job])
            return
        _log.error("store_failed", error=type(error).__name__)
        failure = StoreUnavailable(explain(_first(error)))
        failure.__cause__ = error
        batch[0].future.set_exception(failure)

    def _transact(self, batch: Sequence[_Job]) -> list[_Done]:
        connection = self._connect()
        with connection.begin():
            return [self._attempt(connection, job) for job in batch]

    def _attempt(self, connection: Connection, job: _Job) -> _Done:
        work = UnitOfWork(connection, self._clock(), self._district)
        try:
            with work.savepoint():
                return _Done(job.call(work))
        except Exception as error:
            if is_failure(error):
                raise
            return _Done(error=error)

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(writes=True)
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.close()
        except DBAPIError as error:
            _log.warning("close_failed", error=type(error).__name__)

    def _tell(self) -> None:
        for hook in self.committed:
            try:
                hook()
            except Exception as error:
                _log.error("commit_hook_failed", error=type(error).__name__)


def _resolve(future: Future[Any], outcome: _Done) -> None:
    if outcome.error is None:
        future.set_result(outcome.value)
    else:
        future.set_exception(outcome.error)


def _first(error: BaseException) -> BaseException:
    """What went wrong first: SQLite undoes everything on a full disk, and then misses its savepoints."""
    first, before = error, error.__context__
    while before is not None:
        first = before if isinstance(before, DBAPIError) else first
        before = before.__context__
    return first

"""A writer on a database, with a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from storage import people
from storage.database import open_engine
from storage.outbox import Outgoing
from storage.unit_of_work import UnitOfWork, reader
from storage.writer import Writer

T = TypeVar("T")
DISTRICT = "420704"
NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
"""Wednesday, 12:00 in Ezhou."""


class House:
    def __init__(self, url: str) -> None:
        self.url = url
        self.now = NOON
        self.engine = open_engine(url)
        self.writer = Writer(self.engine, DISTRICT, lambda: self.now)

    def run(self, job: Callable[[UnitOfWork], T]) -> T:
        """Do a job and wait for its commit."""
        return self.writer.submit(job).result(timeout=30)

    def look(self, job: Callable[[UnitOfWork], T]) -> T:
        with reader(self.engine, DISTRICT, self.now) as work:
            return job(work)

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def meet(self, address: str, channel: str = "web") -> int:
        return self.run(lambda work: people.meet(work, channel, address))

    def close(self) -> None:
        self.writer.close()
        self.engine.dispose()


def outgoing(key: str, address: str = "A", **changed: object) -> Outgoing:
    """An answer that may go at noon."""
    values: dict[str, object] = {
        "key": key,
        "text": f"text of {key}",
        "channel": "web",
        "address": address,
        "priority": 1,
        "not_before": NOON,
    }
    return Outgoing(**(values | changed))  # type: ignore[arg-type]

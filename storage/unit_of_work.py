"""What a store works in: a connection inside one transaction, the district, and the time of the turn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, Table, text
from sqlalchemy.dialects import postgresql, sqlite


@dataclass(frozen=True, slots=True)
class UnitOfWork:
    """Passed to every store function. `district` is the district's code, `now` the turn's time (aware UTC)."""

    connection: Connection
    now: datetime
    district: str

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What happens inside is undone when it raises; the exception goes on."""
        with self.connection.begin_nested():
            yield

    def insert(self, into: Table) -> sqlite.Insert | postgresql.Insert:
        """An INSERT that knows ON CONFLICT, in this database's own words."""
        return postgresql.insert(into) if self.is_postgres else sqlite.insert(into)

    @property
    def is_postgres(self) -> bool:
        return self.connection.dialect.name == "postgresql"


@contextmanager
def reader(engine: Engine, district: str, now: datetime | None = None) -> Iterator[UnitOfWork]:
    """A short read-only session; writing in it raises. `now` is the town's time (the machine's by default)."""
    with engine.connect() as connection, _read_only(connection):
        yield UnitOfWork(connection, now or datetime.now(UTC), district)


@contextmanager
def _read_only(connection: Connection) -> Iterator[None]:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION READ ONLY"))
        yield
        return
    connection.exec_driver_sql("PRAGMA query_only = 1")
    try:
        yield
    finally:
        connection.rollback()
        connection.exec_driver_sql("PRAGMA query_only = 0")

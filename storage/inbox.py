"""Inbound messages that were taken in: each is stored once, whatever the channel repeats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.tables import InboxRow, table
from storage.unit_of_work import UnitOfWork

MOST = 200
"""Parked messages in one list."""

_inbox = table(InboxRow)


@dataclass(frozen=True, slots=True)
class Parked:
    """A message whose turn raised."""

    id: int
    channel: str
    address: str
    error: str
    """The class of the exception."""
    raw: str
    """The message as `bot.parking` writes it."""
    received_at: datetime


def store(work: UnitOfWork, channel: str, external_id: str, second_id: str, address: str) -> int | None:
    """Take a message in; returns its row id, or None when it was taken in before under either of its ids."""
    row = {
        "district": work.district,
        "channel": channel,
        "external_id": external_id,
        "second_id": second_id or None,
        "address": address,
        "state": "done",
        "received_at": work.now,
    }
    row_id: int | None = work.connection.execute(_STORE[work.is_postgres], row).scalar()
    return row_id


_STORE = {
    True: postgresql.insert(_inbox).on_conflict_do_nothing().returning(_inbox.c.id),
    False: sqlite.insert(_inbox).on_conflict_do_nothing().returning(_inbox.c.id),
}
"""Built once: on the way of every message, building a statement costs as much as running it."""


def park(work: UnitOfWork, row_id: int, error: str, raw: str) -> None:
    """Keep a message whose turn raised for a person to look at, with the class of the exception. Of a message that was
    handled only its ids are kept."""
    _set(work, row_id, {"state": "parked", "error": error, "raw": raw})


def settle(work: UnitOfWork, row_id: int) -> None:
    """A parked message was handled after all."""
    _set(work, row_id, {"state": "done", "error": "", "raw": ""})


def see_all(work: UnitOfWork) -> int:
    """A person has looked at everything that is parked, and leaves it at that. Returns how many."""
    return work.connection.execute(update(_inbox).where(_is_parked(work)).values(state="seen")).rowcount


def _set(work: UnitOfWork, row_id: int, values: dict[str, str]) -> None:
    work.connection.execute(update(_inbox).where(_inbox.c.id == row_id).values(values))


def parked(reader: UnitOfWork) -> int:
    """How many messages wait for a person to look at them."""
    return reader.connection.execute(select(func.count()).select_from(_inbox).where(_is_parked(reader))).scalar_one()


def all_parked(reader: UnitOfWork) -> list[Parked]:
    """Parked messages, oldest first; at most MOST."""
    rows = select(*_COLUMNS).where(_is_parked(reader)).order_by(_inbox.c.id).limit(MOST)
    return [Parked(**row) for row in reader.connection.execute(rows).mappings()]


def one_parked(work: UnitOfWork, row_id: int) -> Parked | None:
    """A parked message, locked until the commit so that it is handed in once; None when there is none of that id."""
    mine = select(*_COLUMNS).where(_is_parked(work), _inbox.c.id == row_id)
    found = work.connection.execute(mine.with_for_update() if work.is_postgres else mine).mappings().first()
    return Parked(**found) if found else None


def _is_parked(reader: UnitOfWork) -> ColumnElement[bool]:
    return (_inbox.c.district == reader.district) & (_inbox.c.state == "parked")


_COLUMNS = [_inbox.c[name] for name in Parked.__slots__]


def prune(work: UnitOfWork, before: datetime) -> int:
    """Forget handled messages taken in before a time (Telegram repeats for 24 hours at most)."""
    old = (_inbox.c.district == work.district) & (_inbox.c.state == "done") & (_inbox.c.received_at < before)
    return work.connection.execute(delete(_inbox).where(old)).rowcount

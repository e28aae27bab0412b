"""Inbound messages that were taken in: each is stored once, whatever the channel repeats."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.tables import InboxRow, table
from storage.unit_of_work import UnitOfWork

_inbox = table(InboxRow)


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
    """Keep a message whose turn raised for a person to look at: the update as it came, and the class of the
    exception. Of a message that was handled only its ids are kept."""
    values = {"state": "parked", "error": error, "raw": raw}
    work.connection.execute(update(_inbox).where(_inbox.c.id == row_id).values(values))


def parked(reader: UnitOfWork) -> int:
    """How many messages wait for a person to look at them."""
    mine = (_inbox.c.district == reader.district) & (_inbox.c.state == "parked")
    return reader.connection.execute(select(func.count()).select_from(_inbox).where(mine)).scalar_one()


def prune(work: UnitOfWork, before: datetime) -> int:
    """Forget handled messages taken in before a time (Telegram repeats for 24 hours at most)."""
    old = (_inbox.c.district == work.district) & (_inbox.c.state == "done") & (_inbox.c.received_at < before)
    return work.connection.execute(delete(_inbox).where(old)).rowcount

"""Messages on their way out: written in the turn's transaction, leased by delivery, marked when sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.unit_of_work import UnitOfWork

LEASE = timedelta(seconds=30)

Rows = tuple[tuple[tuple[str, str], ...], ...]
"""Rows of (label, token)."""


@dataclass(frozen=True, slots=True)
class Leased:
    """A message that this process may send until its lease ends. `fence` makes a late mark a no-op."""

    id: int
    channel: str
    address: str
    key: str
    text: str
    buttons: Rows
    asks: str
    """phone, place or empty."""
    files: tuple[int, ...]
    """Attachment ids."""
    edits_ref: str
    """Receipt of the message that this one replaces; empty for a new message."""
    edits_key: str
    """Outbox key of the message that this one replaces; empty for a new message."""
    fence: int
    attempts: int
    """This one included."""


def lease(work: UnitOfWork, channel: str, limit: int, lease_for: timedelta = LEASE) -> tuple[Leased, ...]:
    """Up to `limit` messages to send now, at most one per address: the earliest due one. Alarms first, then answers,
    then notices. A message whose lease ran out is handed out once more, as it may have arrived; after that it stays
    `uncertain` for a person to see."""
    raise NotImplementedError


def mark_sent(work: UnitOfWork, leased: Leased, ref: str, file_refs: Sequence[str] = ()) -> bool:
    """Delivered. `file_refs` are the channel's names of the files, in order. False when the fence is stale."""
    raise NotImplementedError


def mark_later(work: UnitOfWork, leased: Leased, after_seconds: float) -> bool:
    """Nothing was sent; again after that time. Later messages of the address wait too."""
    raise NotImplementedError


def mark_gone(work: UnitOfWork, leased: Leased) -> int | None:
    """The address is gone: it is marked so and everything waiting for it is dead. Returns the person's id; None when
    the fence is stale."""
    raise NotImplementedError


def mark_refused(work: UnitOfWork, leased: Leased, why: str) -> bool:
    """The channel will never take it. `why` holds no personal data."""
    raise NotImplementedError


def mark_uncertain(work: UnitOfWork, leased: Leased) -> bool:
    """It may have arrived: sent once more at most, then `uncertain` for good."""
    raise NotImplementedError


def next_due(reader: UnitOfWork, channel: str) -> datetime | None:
    """When the next message of a channel may be leased (now or past: at once); None when none waits."""
    raise NotImplementedError


def counts(reader: UnitOfWork) -> dict[str, int]:
    """State -> how many messages, for health and the supervisor's page."""
    raise NotImplementedError

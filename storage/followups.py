"""What is planned, as rows with a due time; a row fires in the transaction that performs it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from handlers.messages import FellDue, FollowUpKind
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class DueRow:
    id: int
    due_at: datetime
    event: FellDue


def schedule(
    work: UnitOfWork,
    kind: FollowUpKind,
    due_at: datetime,
    *,
    case_id: int | None = None,
    person_id: int | None = None,
) -> None:
    """Plan something; a waiting one of the same kind for the same case (or person) is moved instead."""
    raise NotImplementedError


def cancel(
    work: UnitOfWork,
    *,
    case_id: int | None = None,
    person_id: int | None = None,
    kinds: Iterable[FollowUpKind] = (),
) -> int:
    """Forget what waits for a case or person; all kinds when none are named. Returns how many."""
    raise NotImplementedError


def take_due(work: UnitOfWork, limit: int) -> tuple[DueRow, ...]:
    """Up to `limit` rows that are due, earliest first, marked as fired. Hand each to `bot.turn.tend` in the SAME job."""
    raise NotImplementedError


def next_due(reader: UnitOfWork) -> datetime | None:
    """When the earliest waiting row is due; None when nothing is planned."""
    raise NotImplementedError

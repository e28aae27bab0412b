"""What is planned, as rows with a due time; a row fires in the transaction that performs it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, delete, func, select, text, update

from handlers.messages import FellDue, FollowUpKind
from storage.tables import FollowUpRow, table
from storage.unit_of_work import UnitOfWork

_followups = table(FollowUpRow)


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
    conversation_id: int | None = None,
) -> None:
    """Plan something for a case, a person or a conversation; a waiting one of the same kind for the same is moved
    instead."""
    abouts = {"case_id": case_id, "person_id": person_id, "conversation_id": conversation_id}
    named = [name for name, value in abouts.items() if value is not None]
    if len(named) != 1:
        raise ValueError("a follow-up is about a case, about a person or about a conversation")
    (about,) = named
    row = {"district": work.district, "kind": str(kind), "due_at": due_at, **abouts}
    statement = (
        work.insert(_followups)
        .values(row)
        .on_conflict_do_update(
            index_elements=["district", "kind", about],
            index_where=text(f"state = 'waiting' AND {about} IS NOT NULL"),
            set_={"due_at": due_at},
        )
    )
    work.connection.execute(statement)


def cancel(
    work: UnitOfWork,
    *,
    case_id: int | None = None,
    person_id: int | None = None,
    conversation_id: int | None = None,
    kinds: Iterable[FollowUpKind] = (),
) -> int:
    """Forget what waits for a case, person or conversation; all kinds when none are named. Returns how many."""
    if case_id is None and person_id is None and conversation_id is None:
        return 0
    which = _waiting(work)
    if case_id is not None:
        which &= _followups.c.case_id == case_id
    if person_id is not None:
        which &= _followups.c.person_id == person_id
    if conversation_id is not None:
        which &= _followups.c.conversation_id == conversation_id
    if names := [str(kind) for kind in kinds]:
        which &= _followups.c.kind.in_(names)
    return work.connection.execute(delete(_followups).where(which)).rowcount


def take_due(work: UnitOfWork, limit: int) -> tuple[DueRow, ...]:
    """Up to `limit` rows that are due, earliest first, marked as fired. Hand each to `bot.turn.tend` in the same job:
    if that job is undone, they are waiting again. A row of a kind that this program does not know (a newer one wrote
    it) is marked as failed and holds nobody up."""
    due = (
        select(_followups)
        .where(_waiting(work), _followups.c.due_at <= work.now)
        .order_by(_followups.c.due_at, _followups.c.id)
        .limit(limit)
    )
    locked = due.with_for_update(skip_locked=True) if work.is_postgres else due
    rows = list(work.connection.execute(locked).mappings())
    for row in rows:
        if row["kind"] not in set(FollowUpKind):
            mark_failed(work, row["id"], "UnknownKind")
    rows = [row for row in rows if row["kind"] in set(FollowUpKind)]
    if rows:
        ids = [row["id"] for row in rows]
        fired = update(_followups).where(_followups.c.id.in_(ids)).values(state="fired", fired_at=work.now)
        work.connection.execute(fired)
    return tuple(DueRow(row["id"], row["due_at"], _event(row)) for row in rows)


def _event(row: RowMapping) -> FellDue:
    return FellDue(FollowUpKind(row["kind"]), row["case_id"], row["person_id"], row["conversation_id"])


def mark_failed(work: UnitOfWork, row_id: int, error: str) -> None:
    """What fell due raised: kept for a person to look at. `error` is the class of the exception."""
    work.connection.execute(update(_followups).where(_followups.c.id == row_id).values(state="failed", error=error))


def failed(reader: UnitOfWork) -> int:
    """How many wait for a person to look at them."""
    mine = (_followups.c.district == reader.district) & (_followups.c.state == "failed")
    return reader.connection.execute(select(func.count()).select_from(_followups).where(mine)).scalar_one()


def next_due(reader: UnitOfWork) -> datetime | None:
    """When the earliest waiting row is due; None when nothing is planned."""
    return reader.connection.execute(select(func.min(_followups.c.due_at)).where(_waiting(reader))).scalar()


def _waiting(work: UnitOfWork) -> ColumnElement[bool]:
    return (_followups.c.district == work.district) & (_followups.c.state == "waiting")

"""Who has a case: exactly one helper at a time, however many press at once."""

from __future__ import annotations

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from handlers.cases import UNCLAIMED, WORKED, Act, CaseStatus
from storage.cases import write_history
from storage.tables import CaseRow, ClaimRow, table
from storage.unit_of_work import UnitOfWork

_cases = table(CaseRow)
_claims = table(ClaimRow)


def claim(work: UnitOfWork, case_id: int, helper_id: int) -> bool:
    """Take an unclaimed case; writes its history. False when somebody else has it or it needs nobody. The conditional
    UPDATE lets one through; the unique index under `claims` would stop a second even if it did not."""
    free = (
        (_cases.c.id == case_id)
        & (_cases.c.district == work.district)
        & _cases.c.status.in_(sorted(str(status) for status in UNCLAIMED))
    )
    values = {
        "status": str(CaseStatus.CLAIMED),
        "version": _cases.c.version + 1,
        "helper_id": helper_id,
        "claimed_at": work.now,
        "worked_at": None,
        "waiting_for": None,
    }
    try:
        with work.savepoint():
            if work.connection.execute(update(_cases).where(free).values(values)).rowcount != 1:
                return False
            begin(work, case_id, helper_id)
    except IntegrityError:
        return False
    write_history(work, case_id, Act.CLAIM, helper_id, CaseStatus.CLAIMED)
    return True


def begin(work: UnitOfWork, case_id: int, helper_id: int) -> None:
    """Open the claim row. IntegrityError when one is open."""
    row = {"district": work.district, "case_id": case_id, "helper_id": helper_id, "claimed_at": work.now}
    work.connection.execute(insert(_claims).values(row))


def end(work: UnitOfWork, case_id: int, act: Act) -> None:
    """Close the open claim row, if there is one."""
    active = (_claims.c.district == work.district) & (_claims.c.case_id == case_id) & _claims.c.ended_at.is_(None)
    work.connection.execute(update(_claims).where(active).values(ended_at=work.now, ended_by=str(act)))


def loads(reader: UnitOfWork) -> dict[int, int]:
    """Helper's person id -> cases in hand now."""
    counted = (
        select(_cases.c.helper_id, func.count())
        .where(
            _cases.c.district == reader.district,
            _cases.c.status.in_(sorted(str(status) for status in WORKED)),
            _cases.c.helper_id.is_not(None),
        )
        .group_by(_cases.c.helper_id)
    )
    return {row[0]: row[1] for row in reader.connection.execute(counted)}

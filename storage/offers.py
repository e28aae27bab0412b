"""Which helpers were asked for a case, and what they said."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import exists, select, update

from handlers.cases import UNCLAIMED, Case
from handlers.facts import OfferRecord
from storage import cases
from storage.tables import CaseRow, OfferRow, table
from storage.unit_of_work import UnitOfWork

_offers = table(OfferRow)
_cases = table(CaseRow)


def record(work: UnitOfWork, case_id: int, wave: int, helper_ids: Iterable[int]) -> None:
    """These helpers were asked in a wave; being asked again in the same wave only renews the time."""
    rows = [
        {"district": work.district, "case_id": case_id, "helper_id": one, "wave": wave, "asked_at": work.now}
        for one in helper_ids
    ]
    if rows:
        new = work.insert(_offers)
        keys = ["district", "case_id", "helper_id", "wave"]
        work.connection.execute(
            new.on_conflict_do_update(index_elements=keys, set_={"asked_at": new.excluded.asked_at}), rows
        )


def decline(work: UnitOfWork, case_id: int, helper_id: int) -> None:
    """This helper does not want the case, also when it was given to them without being offered."""
    mine = (_offers.c.district == work.district) & (_offers.c.case_id == case_id) & (_offers.c.helper_id == helper_id)
    if work.connection.execute(update(_offers).where(mine).values(declined=True)).rowcount:
        return
    record(work, case_id, 0, (helper_id,))
    work.connection.execute(update(_offers).where(mine).values(declined=True))


def of_case(reader: UnitOfWork, case_id: int) -> tuple[OfferRecord, ...]:
    """All askings of a case, oldest first."""
    mine = select(_offers).where(_offers.c.district == reader.district, _offers.c.case_id == case_id)
    rows = reader.connection.execute(mine.order_by(_offers.c.id)).mappings()
    return tuple(OfferRecord(row["helper_id"], row["wave"], row["asked_at"], row["declined"]) for row in rows)


def open_to(reader: UnitOfWork, helper_id: int) -> tuple[Case, ...]:
    """Cases still unclaimed that a helper was asked for and has not declined, oldest first."""
    asked = exists().where(
        _offers.c.district == reader.district,
        _offers.c.case_id == _cases.c.id,
        _offers.c.helper_id == helper_id,
        _offers.c.declined.is_(False),
    )
    unclaimed = _cases.c.status.in_(sorted(str(status) for status in UNCLAIMED))
    return cases.of_ids(reader, unclaimed & asked)

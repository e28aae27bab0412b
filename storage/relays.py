"""Words and files that went between the two sides of a case, and who was shown contact data."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Select, insert, or_, select

from handlers.cases import WORKED, CaseStatus
from handlers.facts import Added
from storage.tables import CaseRow, RelayRow, RevealRow, table
from storage.unit_of_work import UnitOfWork

_relays = table(RelayRow)
_reveals = table(RevealRow)
_cases = table(CaseRow)

WAITS_FOR = timedelta(days=3)
"""How long words of the other side wait for an answer."""


def record(
    work: UnitOfWork, case_id: int, by: int, text: str, *, from_helper: bool, files: tuple[int, ...] = ()
) -> None:
    row = {
        "district": work.district,
        "case_id": case_id,
        "at": work.now,
        "by": by,
        "from_helper": from_helper,
        "text": text,
        "files": list(files),
    }
    work.connection.execute(insert(_relays).values(row))


def reveal(work: UnitOfWork, case_id: int, person_id: int, what: str) -> None:
    """`person_id` was shown contact data of a case."""
    row = {"district": work.district, "case_id": case_id, "person_id": person_id, "what": what, "at": work.now}
    work.connection.execute(insert(_reveals).values(row))


def added(reader: UnitOfWork, case_id: int, limit: int = 10) -> tuple[Added, ...]:
    """The resident's last words and files, oldest first: also those of the time when nobody had the case."""
    theirs = (
        select(_relays.c.text, _relays.c.files)
        .where(_relays.c.district == reader.district, _relays.c.case_id == case_id, _relays.c.from_helper.is_(False))
        .order_by(_relays.c.id.desc())
        .limit(limit)
    )
    rows = reader.connection.execute(theirs).all()
    return tuple(Added(row.text, tuple(row.files)) for row in reversed(rows))


def open_thread(reader: UnitOfWork, person_id: int) -> int | None:
    """The live case whose other side wrote last to this person, the latest of them; None when nobody waits."""
    newest: dict[int, bool] = {}
    for row in reader.connection.execute(_recent(reader, person_id)).mappings():
        is_from_them = row["from_helper"] != (row["helper_id"] == person_id)
        if newest.setdefault(row["case_id"], is_from_them):
            return int(row["case_id"])
    return None


def _recent(reader: UnitOfWork, person_id: int) -> Select[*tuple[Any, ...]]:
    live = sorted(str(status) for status in WORKED | {CaseStatus.RESOLVED})
    return (
        select(_relays.c.case_id, _relays.c.from_helper, _cases.c.helper_id)
        .join(_cases, _cases.c.id == _relays.c.case_id)
        .where(
            _relays.c.district == reader.district,
            _relays.c.at > reader.now - WAITS_FOR,
            or_(_cases.c.asker_id == person_id, _cases.c.helper_id == person_id),
            _cases.c.status.in_(live),
        )
        .order_by(_relays.c.id.desc())
    )

"""What a digest counts, from the history."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, distinct, func, select

from handlers.cases import Act
from handlers.facts import Tally
from storage.cases import OPENED, in_places
from storage.tables import CaseRow, HistoryRow, table
from storage.unit_of_work import UnitOfWork

_cases = table(CaseRow)
_history = table(HistoryRow)


def tally(reader: UnitOfWork, places: frozenset[str] | None, since: datetime, until: datetime) -> Tally:
    """Cases of the places that each act befell in [since, until); one case counts once per act."""
    span = _span(reader, since, until) & in_places(places)
    counted = (
        select(_history.c.act, func.count(distinct(_history.c.case_id)))
        .join(_cases, _cases.c.id == _history.c.case_id)
        .where(span)
        .group_by(_history.c.act)
    )
    by_act = {row[0]: row[1] for row in reader.connection.execute(counted)}
    return Tally(
        opened=by_act.get(OPENED, 0),
        claimed=by_act.get(Act.CLAIM, 0) + by_act.get(Act.ASSIGN, 0),
        resolved=by_act.get(Act.RESOLVE, 0),
        ended=by_act.get(Act.END, 0),
        withdrawn=by_act.get(Act.WITHDRAW, 0),
        grades=_grades(reader, span),
    )


def _span(reader: UnitOfWork, since: datetime, until: datetime) -> ColumnElement[bool]:
    return (_history.c.district == reader.district) & (_history.c.at >= since) & (_history.c.at < until)


def _grades(reader: UnitOfWork, span: ColumnElement[bool]) -> tuple[tuple[int, int], ...]:
    given = (
        select(_cases.c.grade, func.count(distinct(_cases.c.id)))
        .join(_history, _history.c.case_id == _cases.c.id)
        .where(span, _history.c.act == str(Act.RATE), _cases.c.grade.is_not(None))
        .group_by(_cases.c.grade)
        .order_by(_cases.c.grade)
    )
    return tuple((row[0], row[1]) for row in reader.connection.execute(given))

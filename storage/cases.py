"""Cases as rows: made, read, moved. Whether a move is lawful is `bot.performing`'s question, not this file's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, case, insert, or_, select, update

from handlers.cases import FINISHED, WORKED, Act, Case, CaseStatus, Change, Draft, Paper, PaperState
from handlers.facts import HistoryLine
from storage import forms
from storage.tables import CaseRow, HistoryRow, table
from storage.unit_of_work import UnitOfWork

_cases = table(CaseRow)
_history = table(HistoryRow)

OPENED = "open"
"""What history calls the making of a case."""
_GIVES_UP = frozenset({Act.RELEASE, Act.LAPSE})
"""Acts after which nobody has the case."""


# --- writing ---------------------------------------------------------------------------------------------------------


def create(work: UnitOfWork, number: str, draft: Draft, asker_id: int, opened_by: int) -> int:
    """A new open case with its first line of history. Returns its id."""
    row = {
        "district": work.district,
        "number": number,
        "status": str(CaseStatus.OPEN),
        "version": 1,
        "asker_id": asker_id,
        "opened_by": opened_by,
        "opened_at": work.now,
        "question": draft.question,
        "service_id": draft.service_id,
        "place_code": draft.place_code,
        "draft": forms.dump_draft(draft),
        "papers": [],
        "papers_asked": [],
        "visit_options": [],
    }
    case_id = int(work.connection.execute(insert(_cases).values(row).returning(_cases.c.id)).scalar_one())
    write_history(work, case_id, OPENED, opened_by, CaseStatus.OPEN)
    return case_id


def change(
    work: UnitOfWork,
    before: Case,
    act: Act,
    status: CaseStatus,
    what: Change,
    *,
    is_by_helper: bool = False,
) -> bool:
    """Move a case to `status`. False when it is no longer as `before` says (its version went on)."""
    values = {"status": str(status), "version": before.version + 1}
    values |= _changed(before, what) | _implied(work, act, status, what)
    if is_by_helper:
        values["worked_at"] = work.now
    same = (_cases.c.id == before.id) & (_cases.c.district == work.district) & (_cases.c.version == before.version)
    return work.connection.execute(update(_cases).where(same).values(values)).rowcount == 1


def _changed(before: Case, what: Change) -> dict[str, Any]:
    """Columns that a Change names outright."""
    plain = {
        "papers_asked": None if what.papers_asked is None else list(what.papers_asked),
        "papers": None if what.papers is None else [[paper.name, str(paper.state)] for paper in what.papers],
        "visit_options": None if what.visit_options is None else [_iso(at) for at in what.visit_options],
        "visit_at": what.visit_at,
        "handed_in": what.window,
        "outcome": what.outcome,
        "waiting_for": what.waiting_for,
        "grade": what.grade,
        "helper_id": what.helper_id,
        "wave": what.wave,
        "due_at": what.due_at,
        "extended": what.extended,
        "service_id": what.service_id,
        "draft": forms.dump_draft(_redrafted(before.draft, what)) if what.add_files or what.service_id else None,
    }
    return {name: value for name, value in plain.items() if value is not None}


def _implied(work: UnitOfWork, act: Act, status: CaseStatus, what: Change) -> dict[str, Any]:
    """Columns that follow from the act itself."""
    values: dict[str, Any] = {}
    if what.clears_visit:
        values |= {"visit_at": None} | ({"visit_options": []} if what.visit_options is None else {})
    if act in _GIVES_UP:
        values["helper_id"] = None
    if act is Act.ASSIGN:
        values |= {"claimed_at": work.now, "worked_at": None}
    if act in (Act.RESOLVE, Act.END):
        values["resolved_at"] = work.now
    if act is Act.REOPEN:
        values |= {"resolved_at": None, "blanked_at": None}
    if status is not CaseStatus.WAITING and what.waiting_for is None:
        values["waiting_for"] = None
    return values


def _redrafted(draft: Draft, what: Change) -> Draft:
    files = (*draft.files, *(one for one in what.add_files if one not in draft.files))
    return replace(draft, files=files, service_id=what.service_id or draft.service_id)


def write_history(work: UnitOfWork, case_id: int, act: str, by: int | None, status: CaseStatus, note: str = "") -> None:
    """Append a line. `by` None (or 0) is the desk."""
    row = {
        "district": work.district,
        "case_id": case_id,
        "at": work.now,
        "act": str(act),
        "by": by or None,
        "status": str(status),
        "note": note,
    }
    work.connection.execute(insert(_history).values(row))


# --- reading ---------------------------------------------------------------------------------------------------------


def get(reader: UnitOfWork, case_id: int) -> Case | None:
    return _one(reader, _cases.c.id == case_id)


def by_number(reader: UnitOfWork, number: str) -> Case | None:
    return _one(reader, _cases.c.number == number)


def unfinished_twin(reader: UnitOfWork, asker_id: int, draft: Draft) -> Case | None:
    """The unfinished case that the asker already has for the same service, or without a service for the same words,
    unless it is for somebody else: for oneself and for one's mother are two matters."""
    same = _cases.c.service_id == draft.service_id if draft.service_id else _same_words(draft.question)
    unfinished = (_cases.c.asker_id == asker_id) & _cases.c.status.not_in(_names(FINISHED)) & same
    found = _all(reader, _select(reader, unfinished).order_by(_cases.c.id))
    return next((twin for twin in found if twin.draft.relation in (draft.relation, None) or not draft.relation), None)


def _same_words(question: str) -> ColumnElement[bool]:
    return _cases.c.service_id.is_(None) & (_cases.c.question == question)


def asked_by(reader: UnitOfWork, person_id: int, limit: int = 10) -> tuple[Case, ...]:
    """Unfinished ones first, then newest first."""
    is_finished = case((_cases.c.status.in_(_names(FINISHED)), 1), else_=0)
    mine = _select(reader, _cases.c.asker_id == person_id)
    return _all(reader, mine.order_by(is_finished, _cases.c.id.desc()).limit(limit))


def worked_by(reader: UnitOfWork, person_id: int) -> tuple[Case, ...]:
    """Cases in a helper's hands, by visit time (those without one last), then age."""
    mine = _select(reader, (_cases.c.helper_id == person_id) & _cases.c.status.in_(_names(WORKED)))
    return _all(reader, mine.order_by(_cases.c.visit_at.is_(None), _cases.c.visit_at, _cases.c.id))


def last_place(reader: UnitOfWork, person_id: int) -> str | None:
    """The place of the asker's last case that had one."""
    mine = (
        select(_cases.c.place_code)
        .where(_cases.c.district == reader.district, _cases.c.asker_id == person_id, _cases.c.place_code.is_not(None))
        .order_by(_cases.c.id.desc())
        .limit(1)
    )
    place: str | None = reader.connection.execute(mine).scalar()
    return place


def in_status(
    reader: UnitOfWork, statuses: Iterable[CaseStatus], places: frozenset[str] | None = None
) -> tuple[Case, ...]:
    """Oldest first. `places` are all codes that count, None for everywhere; a case without a place counts always."""
    wanted = _cases.c.status.in_(_names(statuses))
    return _all(reader, _select(reader, wanted & in_places(places)).order_by(_cases.c.id))


def in_places(places: frozenset[str] | None) -> ColumnElement[bool]:
    """For a statement over `cases`: those in any of the places, and those without one."""
    if places is None:
        return _cases.c.id.is_not(None)
    return or_(_cases.c.place_code.is_(None), _cases.c.place_code.in_(sorted(places)))


def history(reader: UnitOfWork, case_id: int) -> tuple[HistoryLine, ...]:
    """Oldest first."""
    lines = select(_history).where(_history.c.district == reader.district, _history.c.case_id == case_id)
    rows = reader.connection.execute(lines.order_by(_history.c.id)).mappings()
    return tuple(HistoryLine(r["at"], r["act"], r["by"], CaseStatus(r["status"]), r["note"]) for r in rows)


def of_ids(reader: UnitOfWork, which: ColumnElement[bool]) -> tuple[Case, ...]:
    """Cases by a condition on the table's own columns, oldest first."""
    return _all(reader, _select(reader, which).order_by(_cases.c.id))


def _one(reader: UnitOfWork, which: ColumnElement[bool]) -> Case | None:
    return next(iter(_all(reader, _select(reader, which).order_by(_cases.c.id).limit(1))), None)


def _select(reader: UnitOfWork, which: ColumnElement[bool]) -> Select[Any]:
    return select(_cases).where(_cases.c.district == reader.district, which)


def _all(reader: UnitOfWork, statement: Select[Any]) -> tuple[Case, ...]:
    return tuple(_read(row) for row in reader.connection.execute(statement).mappings())


def _read(row: RowMapping) -> Case:
    return Case(
        id=row["id"],
        number=row["number"],
        status=CaseStatus(row["status"]),
        version=row["version"],
        draft=forms.load_draft(row["draft"]),
        asker_id=row["asker_id"],
        opened_by=row["opened_by"],
        opened_at=row["opened_at"],
        helper_id=row["helper_id"],
        wave=row["wave"],
        claimed_at=row["claimed_at"],
        worked_at=row["worked_at"],
        waiting_for=row["waiting_for"],
        papers=tuple(Paper(name, PaperState(state)) for name, state in row["papers"]),
        papers_asked=tuple(row["papers_asked"]),
        visit_options=tuple(datetime.fromisoformat(at) for at in row["visit_options"]),
        visit_at=row["visit_at"],
        window=row["handed_in"],
        outcome=row["outcome"],
        due_at=row["due_at"],
        resolved_at=row["resolved_at"],
        grade=row["grade"],
        extended=row["extended"],
    )


def _names(statuses: Iterable[CaseStatus]) -> list[str]:
    return sorted(str(status) for status in statuses)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()

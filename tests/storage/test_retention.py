"""When a case's time is over, what people wrote into its history goes too; what happened, and when, stays."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from handlers.cases import Act, Case, CaseStatus, Change, Draft
from handlers.facts import HistoryLine
from storage import cases, retention
from storage.unit_of_work import UnitOfWork
from tests.storage.house import House

NOTE = "王婆婆耳背，女儿在武汉"


def finished(house: House) -> int:
    """A case that was handed back with a note, then ended with a reason."""
    asker = house.meet("A")
    case_id = house.run(lambda work: cases.create(work, "1", Draft("低保"), asker, asker))
    moves(house, case_id, Act.RELEASE, CaseStatus.OPEN, NOTE)
    moves(house, case_id, Act.END, CaseStatus.ENDED, NOTE)
    return case_id


def moves(house: House, case_id: int, act: Act, status: CaseStatus, note: str) -> None:
    def job(work: UnitOfWork) -> None:
        what = Change(outcome=note) if act is Act.END else Change()
        assert cases.change(work, found(work, case_id), act, status, what)
        cases.write_history(work, case_id, act, None, status, note)

    house.run(job)


def found(work: UnitOfWork, case_id: int) -> Case:
    case = cases.get(work, case_id)
    assert case is not None
    return case


def history(house: House, case_id: int) -> tuple[HistoryLine, ...]:
    return house.look(lambda reader: cases.history(reader, case_id))


def prune(house: House) -> None:
    while house.run(lambda work: retention.prune(work, 30, 365)):
        pass


def test_notes_go_with_the_case_and_its_moves_stay(house: House) -> None:
    case_id = finished(house)
    before = history(house, case_id)
    house.wait(days=364)
    prune(house)
    assert history(house, case_id) == before
    house.wait(days=2)
    prune(house)
    after = history(house, case_id)
    assert [(line.at, line.act, line.status) for line in after] == [(line.at, line.act, line.status) for line in before]
    assert {line.note for line in after} == {""}


@pytest.mark.parametrize("reason", ["-", "他不办了"])
def test_no_reason_that_a_helper_can_type_keeps_a_case_from_being_blanked(house: House, reason: str) -> None:
    case_id = finished(house)
    moves(house, case_id, Act.REOPEN, CaseStatus.REOPENED, "")
    moves(house, case_id, Act.END, CaseStatus.ENDED, reason)
    house.wait(days=366)
    prune(house)
    case = house.look(lambda reader: found(reader, case_id))
    assert (case.draft.question, case.outcome, case.papers, case.papers_asked) == ("", None, (), ())


def test_a_case_that_was_taken_up_again_is_blanked_again(house: House) -> None:
    case_id = finished(house)
    house.wait(days=366)
    prune(house)
    moves(house, case_id, Act.REOPEN, CaseStatus.REOPENED, "")
    moves(house, case_id, Act.END, CaseStatus.ENDED, NOTE)
    prune(house)
    assert history(house, case_id)[-1].note == NOTE
    house.wait(days=366)
    prune(house)
    assert {line.note for line in history(house, case_id)} == {""}


@pytest.mark.parametrize(
    "change", ["note = 'x'", "note = '', act = 'rate'", "note = '', \"by\" = 1", "note = '', id = 99"]
)
def test_even_then_history_takes_nothing_but_a_blank(house: House, change: str) -> None:
    case_id = finished(house)
    house.wait(days=366)
    prune(house)
    before = history(house, case_id)
    with pytest.raises(DBAPIError, match="append-only"):
        house.run(lambda work: work.connection.execute(text(f"UPDATE case_history SET {change}")))
    assert history(house, case_id) == before

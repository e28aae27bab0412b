from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from handlers.cases import Draft
from handlers.messages import FellDue
from handlers.messages import FollowUpKind as Kind
from storage import cases, followups
from storage.unit_of_work import UnitOfWork
from tests.storage.house import NOON, House

HOUR = timedelta(hours=1)


def open_case(house: House, number: str = "1") -> int:
    person = house.meet("A")
    return house.run(lambda work: cases.create(work, number, Draft("q"), person, person))


def plan(house: House, kind: Kind, hours: float, case_id: int | None = None, person_id: int | None = None) -> None:
    at = NOON + hours * HOUR
    house.run(lambda work: followups.schedule(work, kind, at, case_id=case_id, person_id=person_id))


def take(house: House) -> list[FellDue]:
    return [row.event for row in house.run(lambda work: followups.take_due(work, 10))]


def test_one_of_a_kind_per_case_the_second_moves_the_first(house: House) -> None:
    one, two = open_case(house, "1"), open_case(house, "2")
    for case_id, hours in ((one, 1), (two, 1), (one, 3)):
        plan(house, Kind.RATE, hours, case_id)
    house.wait(hours=2)
    assert take(house) == [FellDue(Kind.RATE, two)]
    house.wait(hours=1)
    assert take(house) == [FellDue(Kind.RATE, one)]


def test_one_of_a_kind_per_person(house: House) -> None:
    person = house.meet("A")
    for hours in (1, 2):
        plan(house, Kind.SILENCE, hours, person_id=person)
    house.wait(hours=2)
    assert take(house) == [FellDue(Kind.SILENCE, None, person)]


def test_what_fired_may_be_planned_again(house: House) -> None:
    case_id = open_case(house)
    for _ in range(2):
        house.run(lambda work: followups.schedule(work, Kind.CLOSE, NOON, case_id=case_id))
        assert take(house) == [FellDue(Kind.CLOSE, case_id)]
        assert take(house) == []


def test_what_is_due_comes_in_order_and_the_rest_later(house: House) -> None:
    case_id = open_case(house)
    for hours, kind in ((2, Kind.CLOSE), (1, Kind.RATE), (9, Kind.PROMISE_NEAR)):
        plan(house, kind, hours, case_id)
    assert house.look(followups.next_due) == NOON + HOUR
    house.wait(hours=3)
    assert [event.kind for event in take(house)] == [Kind.RATE, Kind.CLOSE]
    assert house.look(followups.next_due) == NOON + 9 * HOUR


def test_a_job_that_is_undone_leaves_what_it_took_waiting(house: House) -> None:
    case_id = open_case(house)
    house.run(lambda work: followups.schedule(work, Kind.RATE, NOON, case_id=case_id))

    def fails(work: UnitOfWork) -> None:
        assert followups.take_due(work, 10)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        house.run(fails)
    assert take(house) == [FellDue(Kind.RATE, case_id)]


def test_cancelling_takes_the_named_kinds_or_all_of_one_case_only(house: House) -> None:
    one, two = open_case(house, "1"), open_case(house, "2")
    for case_id in (one, two):
        for kind in (Kind.RATE, Kind.CLOSE):
            plan(house, kind, 0, case_id)
    assert house.run(lambda work: followups.cancel(work, case_id=one, kinds=[Kind.RATE, Kind.DIGEST])) == 1
    assert house.run(lambda work: followups.cancel(work, case_id=two)) == 2
    assert house.run(lambda work: followups.cancel(work)) == 0
    assert take(house) == [FellDue(Kind.CLOSE, one)]


def test_a_follow_up_is_about_a_case_or_a_person(house: House) -> None:
    with pytest.raises(ValueError, match="about a case, about a person or about a conversation"):
        house.run(lambda work: followups.schedule(work, Kind.RATE, NOON))


def test_one_of_a_kind_per_conversation(house: House) -> None:
    house.meet("A")
    house.meet("B")
    for conversation_id, hours in ((1, 1), (2, 1), (1, 2)):
        at = NOON + hours * HOUR
        house.run(partial(followups.schedule, kind=Kind.SILENCE, due_at=at, conversation_id=conversation_id))
    house.wait(hours=1)
    assert take(house) == [FellDue(Kind.SILENCE, conversation_id=2)]
    assert house.run(lambda work: followups.cancel(work, conversation_id=1)) == 1

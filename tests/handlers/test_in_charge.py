"""A case that nobody takes reaches a supervisor: who answers for its place, else whoever there is, else the first to
join."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.people import Role
from storage import people
from storage.unit_of_work import UnitOfWork
from tests.handlers.stage import Stage
from tests.town import PlainSeat, plain_seat, town_in

HERE, NORTH, SOUTH = "420704001", "420704100", "420704101"
"""The street of the case, and two other towns."""
ASKED = "没人接，请您指派"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A town in which nobody is on duty, without a supervisor."""
    async with town_in(tmp_path) as town:
        helper = await plain_seat(town, "helper", Role.HELPER, "H351")
        resident = await plain_seat(town, "resident")
        found = Stage(town, {"resident": resident, "helper": helper, "other": helper, "supervisor": resident})
        await found.says(helper, "下班")
        yield found


async def joins(stage: Stage, name: str, *places: str) -> PlainSeat:
    """A supervisor for some places."""
    seat = await plain_seat(stage.town, name)
    await seat.arrives()

    def job(work: UnitOfWork) -> None:
        person = people.at_address(work, "plain", name)
        assert person is not None
        people.join(work, person.id, Role.SUPERVISOR, places)

    await stage.town.do(job)
    await stage.heard(seat)
    return seat


async def assigns(stage: Stage, seat: PlainSeat) -> None:
    await stage.press(seat, "指派")
    await stage.press(seat, next(label for label in await seat.offered() if "手上" in label))
    assert (await stage.case()).status == "claimed"


async def test_who_answers_for_the_place_is_asked_and_nobody_else(stage: Stage) -> None:
    here, north = await joins(stage, "here", HERE), await joins(stage, "north", NORTH)
    await stage.opens()
    assert ASKED in await stage.heard(here)
    assert "没人接：" not in await stage.heard(north) + await stage.says(north, "今日")
    await assigns(stage, here)


async def test_when_nobody_answers_for_the_place_all_are_asked_and_each_may_decide(stage: Stage) -> None:
    north, south = await joins(stage, "north", NORTH), await joins(stage, "south", SOUTH)
    await stage.opens()
    for seat in (north, south):
        assert ASKED in await stage.heard(seat)
        assert "没人接：" in await stage.says(seat, "今日")
    await assigns(stage, south)


async def test_who_cannot_be_reached_answers_for_nothing(stage: Stage) -> None:
    await joins(stage, "here", HERE)
    north = await joins(stage, "north", NORTH)
    await stage.town.do(lambda work: people.mark_gone(work, "plain", "here"))
    await stage.opens()
    assert ASKED in await stage.heard(north)
    assert "没人接：" in await stage.says(north, "今日")


@pytest.mark.parametrize("place", [HERE, NORTH])
async def test_without_any_the_resident_hears_so_and_the_first_who_joins_sees_it(stage: Stage, place: str) -> None:
    await stage.opens()
    heard = await stage.heard(stage.resident)
    assert stage.town.core.district.operator.hotline in heard.split("接下来")[1]
    assert "转给了负责人" not in heard
    first = await joins(stage, "first", place)
    assert "没人接：" in await stage.says(first, "今日")
    await assigns(stage, first)


async def test_who_joins_later_is_asked_without_looking(stage: Stage) -> None:
    await stage.opens()
    first = await joins(stage, "first", NORTH)
    await stage.town.pass_time(timedelta(days=1))
    assert ASKED in await stage.heard(first)


async def test_a_bad_grade_without_a_supervisor_promises_no_call(stage: Stage) -> None:
    await stage.says(stage.helper, "上班")
    await stage.is_claimed()
    await stage.press(stage.helper, "办好了")
    await stage.press(stage.resident, "办好了，谢谢")
    await stage.heard(stage.resident)
    await stage.press(stage.resident, "不满意")
    heard = await stage.heard(stage.resident)
    assert "1 个工作日" not in heard
    assert stage.town.core.district.operator.hotline in heard


async def test_nobody_is_said_to_be_told_of_danger_when_nobody_is(stage: Stage) -> None:
    await stage.says(stage.resident, "我家着火了")
    await stage.press(stage.resident, "有危险")
    heard = await stage.heard(stage.resident)
    assert "119" in heard
    assert "通知了值班人员" not in heard

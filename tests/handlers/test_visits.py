"""After an agreed visit somebody asks how it went."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.cases import CaseStatus
from tests.handlers.stage import Stage

ASKS = "办得怎么样"


async def agrees(stage: Stage, typed: str, label: str) -> None:
    """A claimed case with one proposed time, which the resident takes."""
    await stage.is_claimed()
    await stage.press(stage.helper, "约时间")
    await stage.says(stage.helper, typed)
    await stage.press(stage.helper, "就这一个")
    await stage.press(stage.resident, label)
    await stage.heard(stage.helper)


async def tomorrow(stage: Stage) -> None:
    """At half past nine; the clock stands at nine."""
    await agrees(stage, "明天 9:30", "11月26日（周四）9:30")


@pytest.mark.parametrize(
    ("label", "status"),
    [
        ("办好了", CaseStatus.RESOLVED),
        ("办了一部分", CaseStatus.CLAIMED),
        ("办不了", CaseStatus.ENDED),
        ("已交窗口", CaseStatus.SUBMITTED),
    ],
)
async def test_the_helper_is_asked_and_answers_with_a_tap(stage: Stage, label: str, status: CaseStatus) -> None:
    await tomorrow(stage)
    await stage.town.pass_time(timedelta(days=1, hours=2))
    assert ASKS not in await stage.heard(stage.helper)
    await stage.town.pass_time(timedelta(hours=1))
    (asked,) = await stage.helper.hears(forget=False)
    assert ASKS in asked.text
    assert label in {each for row in asked.labels for each in row}
    await stage.press(stage.helper, label)
    await stage.says(stage.helper, "见面说清了")
    assert (await stage.case()).status is status
    await stage.town.pass_time(timedelta(hours=5))
    assert ASKS not in await stage.heard(stage.helper)


async def test_another_time_is_agreed_and_asked_after_again(stage: Stage) -> None:
    await tomorrow(stage)
    await stage.town.pass_time(timedelta(days=1, hours=3))
    await stage.press(stage.helper, "另约时间", "11月27日（周五）9:30", "就这一个")
    await stage.press(stage.resident, "11月27日（周五）9:30")
    await stage.heard(stage.helper)
    await stage.town.pass_time(timedelta(days=1))
    assert ASKS in await stage.heard(stage.helper)


async def test_a_visit_at_the_weekend_is_asked_after_in_office_hours(stage: Stage) -> None:
    await agrees(stage, "11月28日 10:00", "11月28日（周六）10:00")
    await stage.town.pass_time(timedelta(days=5))
    assert ASKS not in await stage.heard(stage.helper)
    await stage.town.pass_time(timedelta(hours=2))
    assert ASKS in await stage.heard(stage.helper)


async def test_who_said_how_it_went_is_not_asked(stage: Stage) -> None:
    await tomorrow(stage)
    await stage.town.pass_time(timedelta(days=1, hours=1))
    await stage.press(stage.helper, "看单子", "已交窗口")
    await stage.says(stage.helper, "3号窗口")
    await stage.town.pass_time(timedelta(days=1))
    assert ASKS not in await stage.heard(stage.helper)


async def test_a_visit_that_was_called_off_is_not_asked_after(stage: Stage) -> None:
    await tomorrow(stage)
    await stage.press(stage.resident, "换个时间")
    await stage.town.pass_time(timedelta(days=1, hours=3))
    assert ASKS not in await stage.heard(stage.helper)


async def test_who_says_nothing_after_the_visit_is_relieved_in_the_end(stage: Stage) -> None:
    await tomorrow(stage)
    await stage.town.pass_time(timedelta(days=1, hours=3))
    assert "还在办吗" not in await stage.heard(stage.helper)
    await stage.town.pass_time(timedelta(days=2))
    heard = await stage.heard(stage.helper)
    assert heard.index("还在办吗") < heard.index("已请别的小帮接着办")


async def test_a_time_that_has_passed_can_no_longer_be_taken(stage: Stage) -> None:
    await stage.is_claimed()
    await stage.press(stage.helper, "约时间", "11月26日（周四）9:30", "就这一个")
    await stage.town.pass_time(timedelta(days=1, hours=2))
    await stage.press(stage.resident, "11月26日（周四）9:30")
    assert "已经过了" in await stage.heard(stage.resident)
    assert (await stage.case()).visit_at is None

"""What people do at a moment when nobody expects it: typed words, late presses, cases that change hands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from handlers.cases import Case
from handlers.people import Role
from storage import cases
from storage.tables import CaseRow, table
from tests.town import PlainSeat, Town, plain_seat, said, town_in

_cases = table(CaseRow)


class Stage:
    """A town with a resident, two helpers of one village and a supervisor."""

    def __init__(self, town: Town, seats: dict[str, PlainSeat]) -> None:
        self.town = town
        self.resident, self.helper = seats["resident"], seats["helper"]
        self.other, self.supervisor = seats["other"], seats["supervisor"]

    async def opens(self) -> None:
        """The resident asks for help and skips every question."""
        await self.resident.says("低保么样申请")
        await self.settled()
        await self.press(self.resident, "让小帮帮我办", "我自己")
        await self.resident.says("东塔社区")
        await self.settled()
        await self.press(self.resident, "跳过", "跳过", "跳过", "没有了", "对，就这样")

    async def is_claimed(self) -> None:
        await self.opens()
        await self.press(self.helper, "我来接")

    async def press(self, seat: PlainSeat, *labels: str) -> None:
        for label in labels:
            await seat.presses(label)
            await self.settled()

    async def says(self, seat: PlainSeat, text: str) -> str:
        """What the person hears right after saying it."""
        await self.settled()
        await seat.hears()
        await seat.says(text)
        return await self.heard(seat)

    async def heard(self, seat: PlainSeat) -> str:
        await self.settled()
        return said(await seat.hears())

    async def settled(self) -> None:
        await self.town.settled()

    async def case(self) -> Case:
        (found,) = await self.town.store.look(lambda reader: cases.of_ids(reader, _cases.c.id > 0))
        return found


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with town_in(tmp_path) as town:
        seats = {
            "resident": await plain_seat(town, "resident"),
            "helper": await plain_seat(town, "helper", Role.HELPER, "H351"),
            "other": await plain_seat(town, "other", Role.HELPER, "H352"),
            "supervisor": await plain_seat(town, "supervisor", Role.SUPERVISOR),
        }
        yield Stage(town, seats)


# --- words that look like something else -----------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["5号", "5", "办好了", "20261125000123", "3号窗口 20261125000123"])
async def test_what_a_helper_writes_down_is_no_button_and_no_case_number(stage: Stage, text: str) -> None:
    await stage.is_claimed()
    await stage.press(stage.helper, "已交窗口")
    await stage.says(stage.helper, text)
    case = await stage.case()
    assert (case.status, case.window) == ("submitted", text)


async def test_a_receipt_number_may_be_sent_to_the_helper(stage: Stage) -> None:
    await stage.is_claimed()
    await stage.press(stage.resident, "补句话/照片")
    await stage.says(stage.resident, "20261125000123")
    assert "20261125000123" in await stage.heard(stage.helper)


@pytest.mark.parametrize("what", ["办不了", "给居民留言", "约时间", "要材料"])
async def test_a_helper_may_leave_what_they_began(stage: Stage, what: str) -> None:
    await stage.is_claimed()
    await stage.press(stage.helper, what)
    await stage.says(stage.helper, "取消")
    await stage.says(stage.helper, "驾驶证到期怎么换证")
    assert (await stage.case()).status == "claimed"
    assert "驾驶证" not in await stage.heard(stage.resident)


async def test_who_was_asked_for_a_place_may_leave(stage: Stage) -> None:
    assert "哪个镇" in await stage.says(stage.resident, "附近哪里有幸福食堂")
    assert "哪个镇" not in await stage.says(stage.resident, "取消")


async def test_a_question_that_begins_with_join_is_a_question(stage: Stage) -> None:
    assert "邀请码" not in await stage.says(stage.resident, "加入城乡居民医保怎么办")
    assert "邀请码" in await stage.says(stage.resident, "加入 abc")

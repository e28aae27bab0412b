"""A case of somebody whom no chat reaches: the helper phones, writes down what they were told, and never a grade."""

from __future__ import annotations

import pytest

from bot.performing import Stage as Performing
from bot.performing import perform
from handlers.cases import Act, CaseStatus, Change
from handlers.effects import MoveCase
from handlers.messages import Blocked, CaseMoved, EchoEvent, MoveRefused
from storage import people
from storage.unit_of_work import UnitOfWork
from tests.handlers.stage import Stage

PHONE = "13700001111"
CALLER = "王婆婆"


async def phones(stage: Stage, phone: str = PHONE) -> None:
    """A helper writes a caller's case down and takes it."""
    await stage.says(stage.helper, "代登记")
    await stage.press(stage.helper, "打电话来的")
    await stage.says(stage.helper, "低保么样申请")
    await stage.press(stage.helper, "让小帮帮我办")
    for answer in (CALLER, "东塔社区", phone):
        await stage.says(stage.helper, answer)
    await stage.press(stage.helper, "跳过", "跳过", "没有了", "对，就这样", "我来接")
    await stage.heard(stage.helper)


async def does(stage: Stage, act: Act, change: Change = Change()) -> EchoEvent:
    """What becomes of an act that the helper does without a button for it."""
    case = await stage.case()

    def job(work: UnitOfWork) -> EchoEvent:
        me = people.at_address(work, "plain", "helper")
        assert me is not None
        (echo,) = perform(Performing(work, stage.town.core, me, "test"), [MoveCase(case.id, act, change=change)])
        return echo

    return await stage.town.do(job)


async def test_a_callers_case_is_worked_to_its_end(stage: Stage) -> None:
    await phones(stage)
    await stage.press(stage.helper, "要材料", "发给居民")
    heard = await stage.heard(stage.helper)
    assert PHONE in heard
    assert "已发给居民" not in heard
    await stage.press(stage.helper, "材料齐了", "看单子", "约时间", "11月26日（周四）9:30", "就这一个")
    assert "您看哪个行" in await stage.heard(stage.helper)
    await stage.press(stage.helper, "居民想换时间")
    assert (await stage.case()).status == "claimed"
    await stage.press(stage.helper, "约时间", "11月27日（周五）9:30", "就这一个", "居民同意：11月27日（周五）9:30")
    assert (await stage.case()).visit_at is not None
    await stage.press(stage.helper, "看单子", "办好了")
    heard = await stage.heard(stage.helper)
    assert PHONE in heard.split("约定")[-1]
    assert "已告诉居民" not in heard
    await stage.press(stage.helper, "他说办好了")
    assert "满意" not in await stage.heard(stage.helper)
    assert (await stage.case()).status == "closed"
    assert await stage.planned() == set()


@pytest.mark.parametrize("label", ["办好了", "办不了"])
async def test_a_caller_may_object(stage: Stage, label: str) -> None:
    await phones(stage)
    await stage.press(stage.helper, label)
    if label == "办不了":
        await stage.says(stage.helper, "户口不在本区")
    await stage.press(stage.helper, "他说还没办好")
    assert "【居民说还没办好】" in await stage.heard(stage.helper)
    await stage.press(stage.helper, "我来接")
    assert (await stage.case()).status == "claimed"


async def test_a_late_yes_finds_its_button_in_the_brief(stage: Stage) -> None:
    await phones(stage)
    await stage.press(stage.helper, "要材料", "发给居民", "看单子", "办好了", "看单子")
    (brief,) = [each for each in await stage.helper.hears() if "单号" in each.text][-1:]
    assert {label for row in brief.labels for label in row} == {"他说办好了", "他说还没办好"}


async def test_a_helper_never_says_how_content_a_caller_is(stage: Stage) -> None:
    await phones(stage)
    await stage.press(stage.helper, "办好了", "他说办好了")
    assert isinstance(await does(stage, Act.RATE, Change(grade=1)), MoveRefused)
    assert (await stage.case()).grade is None


@pytest.mark.parametrize("act", [Act.CONFIRM, Act.REOPEN])
async def test_what_a_resident_can_say_themselves_no_helper_says_for_them(stage: Stage, act: Act) -> None:
    await stage.is_claimed()
    await stage.press(stage.helper, "办好了")
    assert isinstance(await does(stage, act), MoveRefused)
    await stage.resident.sends(Blocked())
    assert isinstance(await does(stage, act), CaseMoved)


async def test_who_left_no_phone_is_not_said_to_be_phoned(stage: Stage) -> None:
    await phones(stage, "跳过")
    await stage.says(stage.helper, "我的单")
    await stage.press(stage.helper, "最低生活保障")
    heard = await stage.heard(stage.helper)
    assert "没留电话" in heard
    assert "在这里留言" not in heard
    await stage.press(stage.helper, "办好了")
    assert "当面" in await stage.heard(stage.helper)
    assert (await stage.case()).status is CaseStatus.RESOLVED

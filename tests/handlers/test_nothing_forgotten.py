"""Whatever was done to a case: unless it is finished, something about it falls due, and reaches somebody."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from bot.performing import Sender, perform
from bot.performing import Stage as Performing
from handlers import desk
from handlers.cases import FINISHED, LAW, UNCLAIMED, WHO_MAY, Act, CaseStatus, Change, Draft, Paper
from handlers.conversation import Conversation
from handlers.effects import ClaimCase, Effect, MoveCase
from handlers.messages import EchoEvent
from handlers.people import Role
from storage import cases, claims, people
from storage.reading import NOBODY, StoredFacts
from storage.tables import CaseRow, FollowUpRow, table
from storage.unit_of_work import UnitOfWork
from tests.handlers.stage import Stage
from tests.town import MORNING, Town

_cases, _followups = table(CaseRow), table(FollowUpRow)
TOMORROW = MORNING + timedelta(days=1)
OFFICE_WEEKS = 6

# --- the whole law ---------------------------------------------------------------------------------------------------


class Walker:
    """Does acts of the law to cases that stand in a given status, with all that the desk makes of them."""

    def __init__(self, work: UnitOfWork, town: Town) -> None:
        self._work, self._town = work, town
        self._ids = {name: self._person(name) for name in ("resident", "helper", "other", "supervisor")}
        self._count = 0

    def _person(self, name: str) -> int:
        person = people.at_address(self._work, "plain", name)
        assert person is not None
        return person.id

    def stands(self, status: CaseStatus) -> int:
        """A new case in a status, for which nothing is planned."""
        self._count += 1
        draft, asker = Draft(f"第{self._count}件", place_code="420704001010"), self._ids["resident"]
        case_id = cases.create(self._work, f"n{self._count}", draft, asker, asker)
        values: dict[str, object] = {"status": str(status)}
        if status not in UNCLAIMED:
            claims.claim(self._work, case_id, self._ids["helper"])
        self._work.connection.execute(update(_cases).where(_cases.c.id == case_id).values(values))
        self._work.connection.execute(delete(_followups).where(_followups.c.case_id == case_id))
        return case_id

    def does(self, case_id: int, act: Act, role: Role | None) -> bool:
        """Somebody of that role does the act. False when they may not: an unclaimed case has no helper."""
        me = 0 if role is None else self._ids[role.value]
        if act is Act.CLAIM:
            self._perform(ClaimCase(case_id), me)
        else:
            self._perform(MoveCase(case_id, act, "x", self._change(act), is_desk=role is None), me)
        return any(line.act == act for line in cases.history(self._work, case_id))

    def _change(self, act: Act) -> Change:
        changes = {
            Act.ASSIGN: Change(helper_id=self._ids["other"]),
            Act.ASK_PAPERS: Change(papers=(Paper("照片"),), papers_asked=("照片",), waiting_for="resident"),
            Act.PROPOSE_VISIT: Change(visit_options=(TOMORROW,), waiting_for="resident"),
            Act.AGREE_VISIT: Change(visit_at=TOMORROW, visit_options=()),
            Act.EXTEND: Change(due_at=TOMORROW),
            Act.REFILE: Change(service_id=next(iter(self._town.core.district.services))),
            Act.RATE: Change(grade=2),
        }
        return changes.get(act, Change())

    def _perform(self, effect: Effect, me: int) -> None:
        sender = Sender("plain", "whoever", 1, 1) if me else None
        facts = self._facts(me)
        stage = Performing(self._work, self._town.core, facts.me if me else NOBODY, f"test:{self._count}", sender)
        waiting: deque[EchoEvent] = deque(perform(stage, [effect]))
        while waiting:
            event, facts = waiting.popleft(), self._facts(me)
            if me:
                turn = desk.step(Conversation(1, me), event, facts, self._town.core.search)
                waiting.extend(perform(stage, turn.effects))
            else:
                waiting.extend(perform(stage, desk.tend(event, facts, self._town.core.search)))

    def _facts(self, me: int) -> StoredFacts:
        return StoredFacts(self._work, self._town.core.district, self._town.core.settings, me, "plain")

    def is_forgotten(self, case_id: int) -> bool:
        """Whether nothing is planned for a case that is not finished."""
        case = cases.get(self._work, case_id)
        assert case is not None
        waiting = select(func.count()).where(_followups.c.case_id == case_id, _followups.c.state == "waiting")
        return case.status not in FINISHED and not self._work.connection.execute(waiting).scalar_one()


async def test_after_any_act_something_falls_due(stage: Stage) -> None:
    """NOTE changes nothing: it is done after another act and must leave what was planned."""
    moves = [(status, act) for status, act in LAW if act is not Act.NOTE]

    def job(work: UnitOfWork) -> tuple[list[str], set[tuple[CaseStatus, Act]]]:
        walker, forgotten, done = Walker(work, stage.town), list[str](), set[tuple[CaseStatus, Act]]()
        for (status, act), role in ((move, role) for move in moves for role in sorted(WHO_MAY[move[1]], key=str)):
            case_id = walker.stands(status)
            if walker.does(case_id, act, role):
                done.add((status, act))
                assert walker.does(case_id, Act.NOTE, None)
                forgotten += [f"{status} {act} by {role}"] if walker.is_forgotten(case_id) else []
        return forgotten, done

    await stage.resident.arrives()
    forgotten, done = await stage.town.do(job)
    assert forgotten == []
    assert done == set(moves)


# --- nobody does anything any more -----------------------------------------------------------------------------------


async def asks_papers(stage: Stage) -> None:
    await stage.press(stage.helper, "要材料", "发给居民")


async def has_papers(stage: Stage) -> None:
    await asks_papers(stage)
    await stage.press(stage.resident, "都准备好了")


async def proposes(stage: Stage) -> None:
    await stage.press(stage.helper, "约时间", "11月26日（周四）9:30", "11月26日（周四）15:00")


async def agrees(stage: Stage) -> None:
    await proposes(stage)
    await stage.press(stage.resident, "11月26日（周四）9:30")


async def refuses(stage: Stage) -> None:
    await proposes(stage)
    await stage.press(stage.resident, "换个时间")


async def is_partly_done(stage: Stage) -> None:
    await stage.press(stage.helper, "办了一部分")
    await stage.says(stage.helper, "材料交了")


async def is_handed_in(stage: Stage) -> None:
    await stage.press(stage.helper, "已交窗口")
    await stage.says(stage.helper, "3号窗口")


async def agrees_and_owes_papers(stage: Stage) -> None:
    await asks_papers(stage)
    await agrees(stage)


async def just_claims(stage: Stage) -> None:
    await stage.settled()


STEPS = (
    just_claims,
    asks_papers,
    has_papers,
    proposes,
    agrees,
    refuses,
    is_partly_done,
    is_handed_in,
    agrees_and_owes_papers,
)
Step = Callable[[Stage], Awaitable[None]]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
async def test_a_case_that_everybody_forgets_is_never_without_a_plan(stage: Stage, step: Step) -> None:
    await stage.is_claimed()
    await step(stage)
    for _ in range(7 * OFFICE_WEEKS):
        assert await stage.planned() - {"promise_near"}, (await stage.case()).status
        await stage.town.pass_time(timedelta(days=1))


@pytest.mark.parametrize("step", [has_papers, refuses, is_partly_done], ids=lambda step: step.__name__)
async def test_a_helper_who_forgets_a_case_after_a_step_is_asked_and_then_relieved(stage: Stage, step: Step) -> None:
    await stage.is_claimed()
    await step(stage)
    await stage.heard(stage.helper)
    await stage.town.pass_time(timedelta(hours=7))
    assert "还在办吗" in await stage.heard(stage.helper)
    await stage.town.pass_time(timedelta(days=1))
    assert "已请别的小帮接着办" in await stage.heard(stage.helper)
    assert "【新单】" in await stage.heard(stage.other)


@pytest.mark.parametrize("step", [asks_papers, proposes], ids=lambda step: step.__name__)
async def test_a_resident_who_stays_silent_is_reminded_and_the_helper_hears_of_it_again(
    stage: Stage, step: Step
) -> None:
    await stage.is_claimed()
    await step(stage)
    for seat in (stage.resident, stage.helper):
        await stage.heard(seat)
    await stage.town.pass_time(timedelta(days=7))
    assert "提醒一下" in await stage.heard(stage.resident)
    assert "居民还没回话" in await stage.heard(stage.helper)
    await stage.town.pass_time(timedelta(days=7))
    assert "居民还没回话" in await stage.heard(stage.helper)


async def test_a_helper_who_phoned_says_what_the_silent_resident_answered(stage: Stage) -> None:
    await stage.is_claimed()
    await proposes(stage)
    await stage.heard(stage.resident)
    await stage.town.pass_time(timedelta(hours=7))
    await stage.press(stage.helper, "居民同意：11月26日（周四）15:00")
    assert (await stage.case()).visit_at is not None
    assert "约好了：11月26日（周四）15:00" in await stage.heard(stage.resident)


async def test_what_was_handed_in_is_asked_after(stage: Stage) -> None:
    await stage.is_claimed()
    await is_handed_in(stage)
    await stage.heard(stage.helper)
    for _ in range(2):
        await stage.town.pass_time(timedelta(days=6))
        assert "有结果了吗" in await stage.heard(stage.helper)
    await stage.press(stage.helper, "办好了")
    await stage.town.pass_time(timedelta(days=6))
    assert "有结果了吗" not in await stage.heard(stage.helper)


async def test_writing_to_the_resident_is_working_on_the_case(stage: Stage) -> None:
    await stage.is_claimed()
    await stage.town.pass_time(timedelta(hours=2))
    await stage.press(stage.helper, "给居民留言")
    await stage.says(stage.helper, "明天给您答复")
    await stage.town.pass_time(timedelta(hours=4))
    assert "还在办吗" not in await stage.heard(stage.helper)


async def test_what_a_supervisor_does_not_decide_is_brought_again_and_to_whoever_has_come_on_duty(stage: Stage) -> None:
    for seat in (stage.helper, stage.other):
        await stage.says(seat, "下班")
    await stage.opens()
    assert "请您指派" in await stage.heard(stage.supervisor)
    await stage.heard(stage.resident)
    await stage.town.pass_time(timedelta(days=1, hours=6))
    assert "请您指派" in await stage.heard(stage.supervisor)
    assert await stage.heard(stage.resident) == ""
    await stage.says(stage.helper, "上班")
    await stage.town.pass_time(timedelta(days=2))
    assert "【新单】" in await stage.heard(stage.helper)

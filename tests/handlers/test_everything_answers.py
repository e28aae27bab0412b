"""Whatever anybody does in whatever order: they are answered, no turn breaks, no offer shows a phone, and no case is
left without something that falls due."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.channels.port import Pressed, Received
from handlers.cases import FINISHED, LAW, Act, CaseStatus
from handlers.messages import Arrived, FileKind, Said, SentUnreadable, SharedPhone, SharedPlace
from handlers.people import Role
from storage.tables import CaseRow, FollowUpRow, HistoryRow, InboxRow, table
from tests.town import PlainSeat, Shown, Town, plain_seat, town_in

PHONE = "13912340000"
Deed = tuple[str, int, str]
"""Who (resident, helper, other helper, supervisor), which, what."""

WORDS = [
    "社保卡丢了怎么补",
    "低保怎么申请",
    "人工",
    "进度",
    "取消",
    "上一步",
    "跳过",
    "今日",
    "学习",
    "撤回说法",
    "准入记录",
    "临时救助",
    "没有",
    "那个蓝皮皮壳壳掉哒咋搞",
    "我的单",
    "下班",
    "上班",
    "帮助",
    "代登记",
    "东塔社区",
    "泽林",
    PHONE,
    "明天上午9点",
    "1",
    "2",
    "我家着火了",
    "邀请 曹德辉",
    "加入 abc",
    "噪音太大我要投诉",
    "附近哪里有幸福食堂",
    "谢谢",
    "",
    "😀",
    "驾驶证到期换证",
]
deeds = st.tuples(
    st.sampled_from(["resident", "helper", "other", "supervisor"]),
    st.integers(0, 30),
    st.sampled_from(
        ["press", "press", "press", "press", "photo", "voice", "sticker", "contact", "place", "arrive", *WORDS]
    ),
)


async def _do(seat: PlainSeat, which: int, what: str) -> None:
    offered = sorted(await seat.offered())
    doing: dict[str, Callable[[], Awaitable[None]]] = {
        "press": lambda: seat.presses(offered[which % len(offered)]) if offered else seat.sends(Pressed("forged")),
        "photo": lambda: seat.sends(Received(FileKind.PHOTO, data=b"x", mime="image/jpeg")),
        "voice": lambda: seat.sends(Received(FileKind.VOICE, data=b"x", mime="audio/ogg")),
        "sticker": lambda: seat.sends(SentUnreadable("sticker")),
        "contact": lambda: seat.sends(SharedPhone(PHONE, True)),
        "place": lambda: seat.sends(SharedPlace(30.39, 114.89)),
        "arrive": lambda: seat.sends(Arrived()),
    }
    await doing.get(what, lambda: seat.sends(Said(what)))()


async def _play(folder: Path, script: list[Deed]) -> None:
    async with town_in(folder) as town:
        seats = {
            "resident": await plain_seat(town, "resident"),
            "helper": await plain_seat(town, "helper", Role.HELPER, "H351"),
            "other": await plain_seat(town, "other", Role.HELPER, "H352"),
            "supervisor": await plain_seat(town, "supervisor", Role.SUPERVISOR),
        }
        for who, which, what in script:
            await _do(seats[who], which, what)
            await town.settled()
            heard = {name: await seat.hears() for name, seat in seats.items()}
            assert heard[who], f"{who} did {what!r} and heard nothing"
            _check_phone(heard)
            await _check_plans(town)
        await _check_rows(town)


def _check_phone(heard: dict[str, list[Shown]]) -> None:
    """An offer to a helper never holds the phone number; the brief of the winner does."""
    for name in ("helper", "other"):
        for message in heard[name]:
            assert PHONE not in message.text or "【新单】" not in message.text


async def _check_plans(town: Town) -> None:
    """Every case that is not finished has something planned."""
    cases, followups = table(CaseRow), table(FollowUpRow)
    planned = select(followups.c.case_id).where(followups.c.state == "waiting", followups.c.case_id.is_not(None))
    forgotten = select(cases.c.status).where(cases.c.status.not_in(sorted(FINISHED)), cases.c.id.not_in(planned))
    assert not await town.store.look(lambda reader: reader.connection.execute(forgotten).scalars().all())


async def _check_rows(town: Town) -> None:
    """No turn broke, and every line of every case's history is a move of the law."""
    inbox, history = table(InboxRow), table(HistoryRow)
    parked = await town.store.look(
        lambda reader: reader.connection.execute(select(inbox).where(inbox.c.state == "parked")).all()
    )
    assert not parked
    rows = await town.store.look(
        lambda reader: reader.connection.execute(select(history).order_by(history.c.id)).mappings().all()
    )
    status: dict[int, CaseStatus] = {}
    for row in rows:
        now = CaseStatus(row["status"])
        before = status.get(row["case_id"])
        assert before is None or LAW[before, Act(row["act"])] is now
        status[row["case_id"]] = now


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
@given(st.lists(deeds, min_size=5, max_size=40))
def test_everybody_is_always_answered(script: list[Deed]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(Path(folder), script))

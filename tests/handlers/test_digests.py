"""What stands in a supervisor's digest besides the decisions, which the transcripts show."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from handlers.people import Role
from storage import inbox, outbox
from storage.unit_of_work import UnitOfWork
from tests.storage.house import outgoing
from tests.town import Town, plain_seat, said, town_in


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with town_in(tmp_path) as running:
        yield running


def breaks(work: UnitOfWork) -> None:
    """A message came in whose turn raised; of two that went out one was refused, of one nobody knows."""
    row = inbox.store(work, "plain", "m1", "", "A")
    assert row is not None
    inbox.park(work, row, "ValueError", "")
    for state in ("refused", "failed", "uncertain", "dead", "sent"):
        outbox.put(work, outgoing(state, not_before=work.now, state=state))


async def test_what_the_program_could_not_do_is_one_line_of_the_digest(town: Town) -> None:
    supervisor = await plain_seat(town, "督导", Role.SUPERVISOR)
    await supervisor.says("今日")
    await town.settled()
    assert "系统没办妥" not in said(await supervisor.hears())
    await town.do(breaks)
    await supervisor.says("今日")
    await town.settled()
    lines = said(await supervisor.hears()).splitlines()
    (line,) = [line for line in lines if "系统没办妥" in line]
    assert line == (
        "系统没办妥的：1 条来信没处理好，2 条消息没送到，1 条消息不知送到没有。"
        "请管理员看一下（exiaobang parked），着急的先打电话。"
    )

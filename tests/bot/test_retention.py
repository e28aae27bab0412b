"""What residents are promised on the first page: chats go after 30 days, what a case says of a person after 365."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from bot.retention import Retention
from handlers.people import Role
from tests.town import PlainSeat, Town, plain_seat, town_in

PHONE = "13800138000"


async def _opens_case(seat: PlainSeat, town: Town) -> None:
    for step in ("人工", "我自己", "东塔社区", PHONE, "跳过", "跳过", "我耳朵不好", "没有了", "对，就这样"):
        await seat.says(step)
    await seat.sends_photo()
    await town.settled()


async def _prune(town: Town) -> int:
    return await Retention(town.store.writer, town.core.district).run_daily(town.clock.at.date())


def _dump(folder: Path) -> str:
    """Everything that the database says, as text."""
    engine = sa.create_engine(f"sqlite:///{folder / 'town.db'}")
    with engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        rows = [str(row) for name in names for row in connection.execute(sa.text(f"SELECT * FROM {name}"))]
    engine.dispose()
    return "\n".join(rows)


async def test_an_open_case_keeps_what_it_needs(tmp_path: Path) -> None:
    async with town_in(tmp_path) as town:
        seat = await plain_seat(town, "居民")
        await _opens_case(seat, town)
        town.clock.at += timedelta(days=400)
        await _prune(town)
        kept = _dump(tmp_path)
    assert PHONE in kept
    assert "我耳朵不好" in kept
    assert "a photo" in kept


async def test_a_finished_case_loses_the_chat_first_and_the_person_later(tmp_path: Path) -> None:
    async with town_in(tmp_path) as town:
        seat = await plain_seat(town, "居民")
        await plain_seat(town, "督导", Role.SUPERVISOR)
        await _opens_case(seat, town)
        await seat.says("进度")
        await town.settled()
        await seat.presses("不办了，撤回")
        await town.settled()
        await seat.presses("是的，撤回")
        await town.settled()
        town.clock.at += timedelta(days=31)
        assert await _prune(town) > 0
        after_a_month = _dump(tmp_path)
        town.clock.at += timedelta(days=335)
        assert await _prune(town) > 0
        after_a_year = _dump(tmp_path)
        assert await _prune(town) == 0
    assert "a photo" not in after_a_month
    assert PHONE in after_a_month
    assert PHONE not in after_a_year
    assert "我耳朵不好" not in after_a_year
    assert "420704001010" in after_a_year, "the frame of the case stays for the statistics"

"""Who stops in the middle of an intake is asked once, in the conversation in which it stands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from storage import forms, people
from storage.tables import AddressRow, ConversationRow, table
from storage.unit_of_work import UnitOfWork
from tests.town import PlainSeat, Town, plain_seat, said, town_in

NUDGE = "还没填完"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with town_in(tmp_path) as opened:
        yield opened


async def phone_and_tablet(town: Town) -> tuple[PlainSeat, PlainSeat]:
    """One person at two addresses."""
    phone, tablet = await plain_seat(town, "phone"), await plain_seat(town, "tablet")
    await phone.arrives()

    def same_person(work: UnitOfWork) -> None:
        person = people.at_address(work, "plain", "phone")
        assert person is not None
        place = {"district": work.district, "channel": "plain", "address": "tablet", "person_id": person.id}
        work.connection.execute(table(AddressRow).insert().values(place | {"last_used_at": work.now}))
        work.connection.execute(
            table(ConversationRow).insert().values(place | {"state": forms.dump_state(forms.START)})
        )

    await town.do(same_person)
    await tablet.arrives()
    return phone, tablet


async def begins(seat: PlainSeat, town: Town) -> None:
    await seat.says("人工")
    await town.settled()
    assert "给谁办" in await heard(seat)


async def heard(seat: PlainSeat) -> str:
    return said(await seat.hears())


async def test_the_nudge_comes_where_the_intake_stands(town: Town) -> None:
    phone, tablet = await phone_and_tablet(town)
    await begins(phone, town)
    await town.pass_time(timedelta(minutes=10))
    await tablet.says("进度")
    await town.settled()
    await heard(tablet)
    await town.pass_time(timedelta(hours=2))
    assert NUDGE not in await heard(tablet)
    assert NUDGE in await heard(phone)
    await phone.presses("接着填")
    await town.settled()
    assert "给谁办" in await heard(phone)


async def test_each_intake_is_asked_about_once_and_what_is_finished_not_at_all(town: Town) -> None:
    phone, tablet = await phone_and_tablet(town)
    await begins(phone, town)
    await town.pass_time(timedelta(minutes=10))
    await begins(tablet, town)
    await tablet.says("取消")
    await town.settled()
    await heard(tablet)
    await town.pass_time(timedelta(hours=5))
    assert (await heard(phone)).count(NUDGE) == 1
    assert NUDGE not in await heard(tablet)


async def test_an_address_that_is_gone_hands_its_nudge_to_no_other(town: Town) -> None:
    phone, tablet = await phone_and_tablet(town)
    await begins(phone, town)
    await town.do(lambda work: people.mark_gone(work, "plain", "phone"))
    await town.pass_time(timedelta(hours=5))
    assert NUDGE not in await heard(phone) + await heard(tablet)

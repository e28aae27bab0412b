"""A small stage for what people do with one case: a resident, two helpers of one village and a supervisor."""

from __future__ import annotations

from sqlalchemy import select

from handlers.cases import Case
from storage import cases
from storage.tables import CaseRow, FollowUpRow, table
from tests.town import PlainSeat, Town, said

_cases, _followups = table(CaseRow), table(FollowUpRow)


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

    async def planned(self) -> set[str]:
        """The kinds of what is planned for cases."""
        kinds = select(_followups.c.kind).where(_followups.c.state == "waiting", _followups.c.case_id.is_not(None))
        return set(await self.town.store.look(lambda reader: list(reader.connection.execute(kinds).scalars())))

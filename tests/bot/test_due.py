"""What is due is done, with no scheduler at all, once, and in the order of its time when the town's time is moved."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from bot.channels.port import Inbound
from bot.clock import TownClock
from bot.due import AT_ONCE, Due, forward
from bot.opening import Store
from bot.turn import handle
from handlers.cases import Draft
from handlers.messages import Arrived, FollowUpKind
from handlers.people import Role
from storage import cases, followups, people, settings
from storage.tables import CaseRow, FollowUpRow, table
from storage.unit_of_work import UnitOfWork
from tests.bot.a_store import sample_town, store_at


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with store_at(database_url) as opened:
        yield opened


def plan(store: Store, count: int, after: timedelta = timedelta(0)) -> None:
    """`count` people who fell silent, a minute apart."""

    def job(work: UnitOfWork) -> None:
        for number in range(count):
            due_at = work.now + after + timedelta(minutes=number)
            address = f"{after}:{number}"
            handle(work, "web", Inbound(address, address, Arrived(), work.now), sample_town())
            followups.schedule(work, FollowUpKind.SILENCE, due_at, person_id=_person(work, address))

    store.writer.submit(job).result(30)


def _person(work: UnitOfWork, address: str) -> int:
    person = people.at_address(work, "web", address)
    assert person is not None
    return person.id


def waiting(store: Store) -> bool:
    return store.look_now(followups.next_due) is not None


async def test_what_is_due_is_done_once_however_many_look(store: Store) -> None:
    await asyncio.to_thread(plan, store, AT_ONCE + 3, timedelta(days=-1))
    one, other = Due(store.writer, sample_town()), Due(store.writer, sample_town())
    done = await asyncio.gather(one.run_due(), other.run_due(), one.run_due())
    assert sum(done) == AT_ONCE + 3
    assert not waiting(store)
    assert await one.run_due() == 0


async def test_what_is_not_due_waits(store: Store) -> None:
    await asyncio.to_thread(plan, store, 1, timedelta(hours=1))
    assert await Due(store.writer, sample_town()).run_due() == 0
    assert waiting(store)


async def test_moving_time_stops_wherever_something_is_due(store: Store) -> None:
    await asyncio.to_thread(plan, store, 3, timedelta(hours=1))
    before = store.clock.now()
    stops: list[timedelta] = []

    async def settle() -> None:
        stops.append(store.clock.offset)

    def next_due() -> datetime | None:
        return store.look_now(followups.next_due)

    due = Due(store.writer, sample_town())
    await forward(timedelta(days=1), due, store.clock, store.writer, next_due, settle)
    assert timedelta(days=1) <= store.clock.now() - before < timedelta(days=1, minutes=1)
    assert len(stops) == 4
    assert stops == sorted(stops)
    assert not waiting(store)
    kept = store.look_now(lambda reader: settings.get(reader, settings.CLOCK_OFFSET))
    assert kept == pytest.approx(store.clock.offset.total_seconds())


async def test_a_row_of_an_unknown_kind_holds_nobody_up(store: Store) -> None:
    """As after going back to an older version of the program."""
    await asyncio.to_thread(plan, store, 2, timedelta(days=-1))
    rows = table(FollowUpRow)

    def spoil(work: UnitOfWork) -> None:
        first = select(func.min(rows.c.id)).scalar_subquery()
        work.connection.execute(update(rows).where(rows.c.id == first).values(kind="of_tomorrow"))

    store.writer.submit(spoil).result(10)
    await Due(store.writer, sample_town()).run_due()
    assert not waiting(store)
    assert store.look_now(followups.failed) == 1


async def test_one_digest_that_breaks_is_not_the_last(store: Store) -> None:
    def spoil(work: UnitOfWork) -> None:
        supervisor = people.meet(work, "web", "S")
        people.join(work, supervisor, Role.SUPERVISOR, (work.district,))
        case_id = cases.create(work, "1", Draft("低保"), supervisor, supervisor)
        rows = table(CaseRow)
        work.connection.execute(update(rows).where(rows.c.id == case_id).values(draft={"no": "draft"}))
        followups.schedule(work, FollowUpKind.DIGEST, work.now, person_id=supervisor)

    store.writer.submit(spoil).result(10)
    await Due(store.writer, sample_town()).run_due()
    assert store.look_now(followups.failed) == 1
    assert waiting(store)


@pytest.mark.parametrize(
    ("kind", "is_tried_again"),
    [(FollowUpKind.CLAIM_UNWORKED, True), (FollowUpKind.CLOSE, True), (FollowUpKind.RATE, False)],
)
async def test_what_keeps_a_case_from_being_forgotten_is_tried_again(
    store: Store, kind: FollowUpKind, is_tried_again: bool
) -> None:
    def spoil(work: UnitOfWork) -> None:
        asker = people.meet(work, "web", "A")
        case_id = cases.create(work, "1", Draft("低保"), asker, asker)
        rows = table(CaseRow)
        work.connection.execute(update(rows).where(rows.c.id == case_id).values(draft={"no": "draft"}))
        followups.schedule(work, kind, work.now, case_id=case_id)

    store.writer.submit(spoil).result(10)
    await Due(store.writer, sample_town()).run_due()
    assert store.look_now(followups.failed) == 1
    assert waiting(store) is is_tried_again
    assert await Due(store.writer, sample_town()).run_due() == 0


def test_time_never_goes_back() -> None:
    clock = TownClock()
    now = clock.now()
    clock.move_to(now - timedelta(hours=1))
    assert clock.offset == timedelta(0)
    clock.move_to(now + timedelta(hours=1))
    assert timedelta(minutes=59) < clock.offset <= timedelta(hours=1)

from __future__ import annotations

from collections.abc import Callable

from storage import inbox
from storage.unit_of_work import UnitOfWork
from tests.storage.house import House


def _store(external_id: str) -> Callable[[UnitOfWork], int | None]:
    return lambda work: inbox.store(work, "web", external_id, "", "A")


def test_a_message_is_taken_in_once(house: House) -> None:
    first = house.run(lambda work: inbox.store(work, "telegram", "7", "A:3", "A"))
    assert first is not None
    assert house.run(lambda work: inbox.store(work, "telegram", "7", "A:3", "A")) is None
    assert house.run(lambda work: inbox.store(work, "web", "7", "", "A")) is not None


def test_the_same_message_under_another_delivery_id_is_still_the_same(house: House) -> None:
    assert house.run(lambda work: inbox.store(work, "telegram", "7", "A:3", "A")) is not None
    assert house.run(lambda work: inbox.store(work, "telegram", "8", "A:3", "A")) is None
    assert house.run(lambda work: inbox.store(work, "telegram", "9", "A:3:edited", "A")) is not None


def test_messages_without_a_second_id_are_all_different(house: House) -> None:
    rows = {house.run(_store(str(number))) for number in range(3)}
    assert None not in rows
    assert len(rows) == 3


def test_what_is_parked_is_kept_with_its_update(house: House) -> None:
    row = house.run(lambda work: inbox.store(work, "telegram", "7", "", "A"))
    assert row is not None
    house.run(lambda work: inbox.park(work, row, "ValueError", "{}"))
    assert house.look(inbox.parked) == 1


def test_handled_messages_are_forgotten_and_parked_ones_kept(house: House) -> None:
    house.run(lambda work: inbox.store(work, "telegram", "old", "", "A"))
    parked = house.run(lambda work: inbox.store(work, "telegram", "parked", "", "A"))
    assert parked is not None
    house.run(lambda work: inbox.park(work, parked, "ValueError", "{}"))
    house.wait(days=7)
    house.run(lambda work: inbox.store(work, "telegram", "new", "", "A"))
    assert house.run(lambda work: inbox.prune(work, house.now)) == 1
    assert house.run(lambda work: inbox.store(work, "telegram", "new", "", "A")) is None
    assert house.run(lambda work: inbox.store(work, "telegram", "old", "", "A")) is not None
    assert house.look(inbox.parked) == 1

from __future__ import annotations

from handlers.facts import Leftovers
from storage import inbox, leftovers, outbox
from storage.unit_of_work import UnitOfWork
from tests.storage.house import House, outgoing


def test_what_waits_for_a_person_is_counted_until_it_was_seen(house: House) -> None:
    def job(work: UnitOfWork) -> None:
        row = inbox.store(work, "web", "m1", "", "A")
        assert row is not None
        inbox.park(work, row, "ValueError", "")
        for state in ("pending", "refused", "failed", "uncertain", "dead", "unreachable", "sent"):
            outbox.put(work, outgoing(state, state=state))

    assert house.look(leftovers.counted) == Leftovers()
    house.run(job)
    assert house.look(leftovers.counted) == Leftovers(unhandled=1, unsent=2, uncertain=1)
    assert house.run(inbox.see_all) == 1
    assert house.run(outbox.see_all) == 3
    assert house.look(leftovers.counted) == Leftovers()

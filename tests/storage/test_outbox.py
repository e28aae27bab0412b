from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy.exc import IntegrityError

from handlers.messages import FileKind
from storage import attachments, outbox, people
from storage.outbox import Leased
from storage.unit_of_work import UnitOfWork
from tests.storage.house import NOON, House, outgoing


def put(house: House, key: str, address: str = "A", **changed: object) -> None:
    house.run(lambda work: outbox.put(work, outgoing(key, address, **changed)))


def lease(house: House, limit: int = 10, channel: str = "web") -> tuple[Leased, ...]:
    return house.run(lambda work: outbox.lease(work, channel, limit))


def keys(house: House) -> list[str]:
    return [leased.key for leased in lease(house)]


def sent(house: House, leased: Leased, ref: str = "r") -> bool:
    return house.run(lambda work: outbox.mark_sent(work, leased, ref))


def edit(house: House, name: str, key: str, text: str) -> None:
    def job(work):  # type: ignore[no-untyped-def]
        original = outbox.find(work, name)
        if original is not None:
            outbox.edit(work, original, key, text, ((("好", "t"),),), 1)

    house.run(job)


def test_messages_of_one_address_go_one_after_the_other(house: House) -> None:
    for key in ("a1", "a2", "b1"):
        put(house, key, key[0].upper())
    first = lease(house)
    assert [leased.key for leased in first] == ["a1", "b1"]
    assert lease(house) == ()
    assert sent(house, first[0])
    assert keys(house) == ["a2"]


def test_alarms_go_first_then_answers_then_notices(house: House) -> None:
    for key, priority in (("notice", 2), ("answer", 1), ("alarm", 0)):
        put(house, key, key, priority=priority)
    assert keys(house) == ["alarm", "answer", "notice"]


def test_a_notice_that_waits_for_the_morning_holds_nobody_up(house: House) -> None:
    put(house, "notice", not_before=NOON + timedelta(hours=20))
    put(house, "answer")
    (answer,) = lease(house)
    assert answer.key == "answer"
    sent(house, answer)
    assert house.look(lambda reader: outbox.next_due(reader, "web")) == NOON + timedelta(hours=20)
    house.wait(hours=20)
    assert keys(house) == ["notice"]


def test_a_message_that_must_wait_keeps_its_place(house: House) -> None:
    put(house, "first")
    put(house, "second")
    (first,) = lease(house)
    assert house.run(lambda work: outbox.mark_later(work, first, 5))
    assert keys(house) == []
    assert house.look(lambda reader: outbox.next_due(reader, "web")) == NOON + timedelta(seconds=5)
    house.wait(seconds=5)
    assert keys(house) == ["first"]


def put_off(house: House, times: int, patience: outbox.Patience) -> None:
    """Whatever may go out is tried so often and put off each time; B's messages arrive."""
    for _ in range(times):
        for leased in lease(house):
            if leased.address == "B":
                sent(house, leased)
            else:
                house.run(partial(_put_off, leased=leased, patience=patience))
        house.wait(seconds=1)


def _put_off(work: UnitOfWork, leased: Leased, patience: outbox.Patience) -> None:
    if why := outbox.end_of_patience(work, leased, patience):
        outbox.mark_failed(work, leased, why)
    else:
        outbox.mark_later(work, leased, 1)


def test_what_is_put_off_again_and_again_makes_room_for_the_next(house: House) -> None:
    put(house, "poison")
    put(house, "next")
    put(house, "other", "B")
    put_off(house, 3, outbox.Patience(tries=3))
    assert house.look(outbox.counts) == {"failed": 1, "pending": 1, "sent": 1}
    assert keys(house) == ["next"]


def test_while_nobody_is_reached_nothing_is_given_up_for_its_tries(house: House) -> None:
    put(house, "first")
    put(house, "second")
    put_off(house, 5, outbox.Patience(tries=3))
    assert house.look(outbox.counts) == {"pending": 2}
    assert keys(house) == ["first"]


def test_nothing_is_tried_for_ever(house: House) -> None:
    put(house, "first")
    put(house, "second")
    put_off(house, 1, outbox.Patience(within=timedelta(days=1)))
    house.wait(days=1)
    put_off(house, 1, outbox.Patience(within=timedelta(days=1)))
    assert house.look(outbox.counts) == {"failed": 1, "pending": 1}


def test_an_edit_of_a_message_that_was_given_up_is_not_sent(house: House) -> None:
    put(house, "a", name="offer:1")
    put_off(house, 1, outbox.Patience(within=timedelta(0)))
    edit(house, "offer:1", "e1", "new words")
    assert keys(house) == []


def test_a_lease_that_ran_out_is_tried_once_more_then_a_person_must_look(house: House) -> None:
    put(house, "a")
    (first,) = lease(house)
    house.wait(seconds=29)
    assert keys(house) == []
    house.wait(seconds=1)
    (second,) = lease(house)
    assert (second.key, second.attempts, second.fence) == ("a", 2, first.fence + 1)
    house.wait(seconds=31)
    assert keys(house) == []
    assert house.look(outbox.counts) == {"uncertain": 1}


def test_who_wakes_up_after_the_lease_cannot_finish_stale_work(house: House) -> None:
    put(house, "a")
    (stale,) = lease(house)
    house.wait(seconds=31)
    (fresh,) = lease(house)
    assert not sent(house, stale)
    assert not house.run(lambda work: outbox.mark_later(work, stale, 1))
    assert not house.run(lambda work: outbox.mark_failed(work, stale, "why"))
    assert not house.run(lambda work: outbox.mark_refused(work, stale, "why"))
    assert not house.run(lambda work: outbox.mark_uncertain(work, stale))
    assert house.run(lambda work: outbox.mark_gone(work, stale)) is None
    assert sent(house, fresh)
    assert not sent(house, fresh)
    assert house.look(outbox.counts) == {"sent": 1}


def test_an_unknown_outcome_is_tried_once_more_at_most(house: House) -> None:
    put(house, "a")
    (first,) = lease(house)
    assert house.run(lambda work: outbox.mark_uncertain(work, first))
    (second,) = lease(house)
    assert house.run(lambda work: outbox.mark_uncertain(work, second))
    assert keys(house) == []
    assert house.look(outbox.counts) == {"uncertain": 1}


def test_a_refused_message_does_not_stop_the_next(house: House) -> None:
    put(house, "bad")
    put(house, "good")
    (bad,) = lease(house)
    assert house.run(lambda work: outbox.mark_refused(work, bad, "too long"))
    assert keys(house) == ["good"]


def test_everything_for_an_address_that_is_gone_is_dead(house: House) -> None:
    person = house.meet("A")
    put(house, "a1")
    put(house, "a2", not_before=NOON + timedelta(hours=20))
    put(house, "b1", "B")
    (a1, b1) = lease(house)
    assert house.run(lambda work: outbox.mark_gone(work, a1)) == person
    sent(house, b1)
    assert house.look(outbox.counts) == {"dead": 2, "sent": 1}
    found = house.look(lambda reader: people.person(reader, person))
    assert found is not None
    assert not found.is_reachable


def test_a_cause_speaks_once(house: House) -> None:
    put(house, "a")
    with pytest.raises(IntegrityError):
        put(house, "a")


def test_an_edit_of_a_waiting_message_changes_it_in_place(house: House) -> None:
    put(house, "a", name="offer:1")
    edit(house, "offer:1", "e1", "new words")
    (leased,) = lease(house)
    assert (leased.key, leased.text, leased.buttons, leased.edits_ref) == ("a", "new words", ((("好", "t"),),), "")
    sent(house, leased)
    assert keys(house) == []


def test_an_edit_of_a_sent_message_carries_its_receipt(house: House) -> None:
    put(house, "a", name="offer:1")
    sent(house, lease(house)[0], "message 41")
    edit(house, "offer:1", "e1", "once")
    edit(house, "offer:1", "e2", "twice")
    (leased,) = lease(house)
    assert (leased.key, leased.text) == ("e1", "twice")
    assert (leased.edits_ref, leased.edits_key) == ("message 41", "a")


def test_an_edit_of_a_message_on_its_way_comes_after_it(house: House) -> None:
    put(house, "a", name="offer:1")
    (leased,) = lease(house)
    edit(house, "offer:1", "e1", "new words")
    assert keys(house) == []
    sent(house, leased, "message 41")
    (edited,) = lease(house)
    assert (edited.text, edited.edits_ref) == ("new words", "message 41")


def test_an_edit_of_a_message_that_perhaps_never_arrived_is_said_anew(house: House) -> None:
    put(house, "a", name="offer:1")
    for _ in range(2):
        house.run(lambda work: outbox.mark_uncertain(work, outbox.lease(work, "web", 1)[0]))
    edit(house, "offer:1", "e1", "new words")
    (edited,) = lease(house)
    assert (edited.text, edited.edits_ref, edited.edits_key) == ("new words", "", "")


def test_an_edit_of_a_message_in_doubt_does_not_rewrite_it(house: House) -> None:
    """It may be on the screen already: only a later edit is sure to change what is there."""
    put(house, "a", name="offer:1")
    house.run(lambda work: outbox.mark_uncertain(work, outbox.lease(work, "web", 1)[0]))
    edit(house, "offer:1", "e1", "new words")
    (again,) = lease(house)
    assert again.text == "text of a"
    sent(house, again, "message 41")
    assert lease(house)[0].text == "new words"


def test_an_edit_means_the_newest_message_of_its_name(house: House) -> None:
    put(house, "a", name="offer:1")
    put(house, "b", "B", name="offer:1")
    edit(house, "offer:1", "e1", "new words")
    assert {leased.key: leased.text for leased in lease(house)} == {"a": "text of a", "b": "new words"}


def test_an_edit_of_what_never_can_arrive_is_dropped(house: House) -> None:
    put(house, "a", name="offer:1", address="", state="unreachable")
    edit(house, "offer:1", "e1", "new words")
    assert house.look(outbox.counts) == {"unreachable": 1}


def test_next_due_counts_only_heads_of_the_queue(house: House) -> None:
    assert house.look(lambda reader: outbox.next_due(reader, "web")) is None
    put(house, "a")
    put(house, "b")
    assert house.look(lambda reader: outbox.next_due(reader, "web")) == NOON
    lease(house)
    assert house.look(lambda reader: outbox.next_due(reader, "web")) == NOON + outbox.LEASE
    assert house.look(lambda reader: outbox.next_due(reader, "telegram")) is None


def test_a_sent_file_is_known_to_its_channel_from_then_on(house: House) -> None:
    photo = house.run(lambda work: attachments.add(work, FileKind.PHOTO, "image/jpeg", "a.jpg", b"bytes", "web", ""))
    put(house, "a", files=(photo,))
    (leased,) = lease(house)
    assert leased.files == (photo,)
    assert house.run(lambda work: outbox.mark_sent(work, leased, "r", ["telegram says 5"]))
    kept = house.look(lambda reader: attachments.load(reader, photo))
    assert kept is not None
    assert kept.refs == {"web": "telegram says 5"}
    assert kept.data == b"bytes"


def test_another_district_sees_nothing(house: House) -> None:
    put(house, "a")
    house.run(lambda work: work.connection.exec_driver_sql("UPDATE outbox SET district = '420703'"))
    assert keys(house) == []
    assert house.look(outbox.counts) == {}

"""Whole turns on a real SQLite file with the sample district and the real core."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import TypeVar

import pytest

from bot import parking
from bot.channels.port import Inbound, InboundEvent, Pressed, Received
from bot.turn import AGAIN, Outcome, Town, handle, replay, tend
from catalog.understanding import Understanding
from handlers.cases import Case, CaseStatus
from handlers.messages import Arrived, Blocked, FileKind, FollowUpKind, Said
from handlers.people import Role
from storage import attachments, cases, database, followups, inbox, outbox, people, threads
from storage.database import StoreUnavailable
from storage.outbox import Leased
from storage.unit_of_work import UnitOfWork
from tests.conftest import sqlite_url
from tests.storage.house import House
from tests.town import sample

T = TypeVar("T")


class BrokenSearch:
    """A catalog that cannot answer."""

    def understand(self, text: str) -> Understanding:
        raise ZeroDivisionError(text)


@dataclass
class Place:
    """A house and its town; people speak by address."""

    house: House
    town: Town
    count: int = 0
    inbox_of: dict[str, list[Leased]] = field(default_factory=dict)

    def send(self, address: str, event: InboundEvent, *, id: str = "", second_id: str = "", raw: str = "{}") -> Outcome:
        self.count += 1
        inbound = Inbound(id or f"m{self.count}", address, event, self.house.now, second_id, raw)
        return self.house.run(lambda work: handle(work, "web", inbound, self.town))

    def submit(self, address: str, town: Town) -> Future[Outcome]:
        inbound = Inbound(f"first of {address}", address, Said(QUESTION), self.house.now)
        return self.house.writer.submit(lambda work: handle(work, "web", inbound, town))

    def hear(self, address: str) -> list[Leased]:
        """What went out to an address since it was last asked."""
        self.deliver()
        return self.inbox_of.pop(address, [])

    def deliver(self) -> None:
        while self.house.run(self._deliver_some):
            pass

    def _deliver_some(self, work: UnitOfWork) -> bool:
        leased = outbox.lease(work, "web", 50)
        for message in leased:
            outbox.mark_sent(work, message, message.key)
            self.inbox_of.setdefault(message.address, []).append(message)
        return bool(leased)

    def say(self, address: str, text: str) -> list[Leased]:
        self.send(address, Said(text))
        return self.hear(address)

    def press(self, address: str, label: str, heard: list[Leased]) -> list[Leased]:
        (token,) = [token for one in heard for row in one.buttons for name, token in row if name == label]
        self.send(address, Pressed(token))
        return self.hear(address)

    def join(self, address: str, role: Role) -> int:
        code = sample()[0].code
        person = self.house.meet(address)
        self.house.run(lambda work: people.join(work, person, role, (code,), name=f"小帮{address}"))
        return person

    def the_case(self) -> Case:
        (case,) = self.house.look(lambda reader: cases.in_status(reader, set(CaseStatus)))
        return case

    def look(self, job: Callable[[UnitOfWork], T]) -> T:
        return self.house.look(job)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("template")
    database.migrate(sqlite_url(folder))
    return (folder / "exiaobang.db").read_bytes()


@pytest.fixture
def place(tmp_path: Path, template: bytes) -> Iterator[Place]:
    (tmp_path / "exiaobang.db").write_bytes(template)
    district, search = sample()
    house = House(sqlite_url(tmp_path))
    yield Place(house, Town(district, search, random=Random(1)))
    house.close()


QUESTION = "社会保障卡补领"


def open_case(place: Place, address: str = "A") -> Case:
    """From the question to an open case, all skippable questions skipped."""
    place.send(address, Arrived())
    heard = place.hear(address) and place.say(address, QUESTION)
    labels = {label for one in heard for row in one.buttons for label, _ in row}
    if "让小帮帮我办" not in labels:
        heard = place.say(address, "1")
    heard = place.press(address, "让小帮帮我办", heard)
    for _ in range(8):
        labels = {label for one in heard for row in one.buttons for label, _ in row}
        if "对，就这样" in labels:
            place.press(address, "对，就这样", heard)
            break
        heard = place.say(address, "跳过") if "跳过" in labels else place.say(address, "1")
    return place.the_case()


# --- in --------------------------------------------------------------------------------------------------------------


def test_a_message_that_comes_twice_is_answered_once(place: Place) -> None:
    assert place.send("A", Arrived(), id="u1", second_id="A:1") == Outcome()
    assert place.hear("A")
    assert place.send("A", Arrived(), id="u1", second_id="A:1") == Outcome(is_duplicate=True)
    assert place.send("A", Arrived(), id="u2", second_id="A:1") == Outcome(is_duplicate=True)
    assert place.hear("A") == []


def test_a_press_of_somebody_elses_button_is_not_theirs(place: Place) -> None:
    place.send("A", Arrived())
    token = place.hear("A")[-1].buttons[0][0][1]
    place.send("B", Arrived())
    place.hear("B")
    place.send("A", Pressed(token))
    mine = place.hear("A")[0].text
    place.send("B", Pressed(token))
    theirs = place.hear("B")[0].text
    place.send("B", Pressed("forged"))
    assert theirs == place.hear("B")[0].text
    assert theirs != mine


def test_a_button_is_forgotten_after_thirty_days(place: Place) -> None:
    place.send("A", Arrived())
    token = place.hear("A")[-1].buttons[0][0][1]
    place.send("A", Pressed("forged"))
    unknown = place.hear("A")[0].text
    place.house.wait(days=30)
    place.send("A", Pressed(token))
    assert place.hear("A")[0].text == unknown


@pytest.mark.parametrize("typed", ["1", "１", "一", "第一个", "选1", "1.", "让小帮帮我办", " 让小帮帮我办 "])
def test_a_number_or_the_very_words_of_a_button_are_a_press(place: Place, typed: str) -> None:
    place.send("A", Arrived())
    heard = place.hear("A") and place.say("A", QUESTION)
    if heard[-1].buttons[0][0][0] != "让小帮帮我办":
        heard = place.say("A", "1")
    assert heard[-1].buttons[0][0][0] == "让小帮帮我办"
    pressed = place.press("A", "让小帮帮我办", heard)[0].text
    other = Place(place.house, place.town, count=1000)
    other.send("B", Arrived())
    heard = other.hear("B") and other.say("B", QUESTION)
    if heard[-1].buttons[0][0][0] != "让小帮帮我办":
        other.say("B", "1")
    assert other.say("B", typed)[0].text == pressed


def test_a_file_is_stored_and_later_ones_of_its_album_are_quiet(place: Place) -> None:
    place.send("A", Arrived())
    place.hear("A")
    place.send("A", Received(FileKind.PHOTO, data=b"one", mime="image/jpeg", album="x"))
    assert place.hear("A")
    place.send("A", Received(FileKind.PHOTO, data=b"two", mime="image/jpeg", album="x"))
    assert place.hear("A") == []
    place.send("A", Received(FileKind.PHOTO, data=b"three", mime="image/jpeg", album="y"))
    assert place.hear("A")
    kept = [place.look(partial(attachments.load, attachment_id=number)) for number in (1, 2, 3)]
    assert [one.data for one in kept if one] == [b"one", b"two", b"three"]


def test_the_persons_own_lines_stand_in_their_thread(place: Place) -> None:
    place.send("A", Arrived())
    heard = place.hear("A")
    place.send("A", Said("你好"), id="mine")
    place.press("A", heard[-1].buttons[0][0][0], heard)
    lines = place.look(lambda reader: threads.after(reader, "web", "A", 0))
    assert [(line.side, line.body["text"]) for line in lines] == [("me", "你好"), ("me", heard[-1].buttons[0][0][0])]
    assert lines[0].key == "mine"


def test_text_that_no_database_takes_is_cleaned(place: Place) -> None:
    place.send("A", Arrived())
    assert place.send("A", Said("社保\ud800卡\0丢了"), raw='"\ud83d"') == Outcome()
    (line,) = place.look(lambda reader: threads.after(reader, "web", "A", 0))
    assert line.body["text"] == "社保\ufffd卡丢了"


def test_a_person_who_blocked_us_hears_nothing_until_they_come_back(place: Place) -> None:
    place.send("A", Arrived())
    person = place.house.meet("A")
    place.send("A", Blocked())
    assert place.hear("A") == []
    gone = place.look(lambda reader: people.person(reader, person))
    assert gone is not None
    assert not gone.is_reachable
    place.send("A", Arrived())
    assert place.hear("A")


# --- what goes wrong -------------------------------------------------------------------------------------------------


def test_a_turn_that_raises_is_parked_and_the_person_is_told(place: Place) -> None:
    place.send("A", Arrived())
    place.hear("A")
    place.town = replace(place.town, search=BrokenSearch())
    assert place.send("A", Said("社保卡丢了"), raw='{"update_id": 5}', id="bad") == Outcome(is_parked=True)
    (sorry,) = place.hear("A")
    assert "12345" in sorry.text
    (parked,) = place.look(inbox.all_parked)
    assert (parked.channel, parked.address, parked.error) == ("web", "A", "ZeroDivisionError")
    kept = place.look(lambda reader: parking.inbound_of(reader, parked.raw))
    assert (kept.id, kept.event, kept.raw) == ("bad", Said("社保卡丢了"), '{"update_id": 5}')
    (mine,) = place.look(lambda reader: threads.after(reader, "web", "A", 0))
    assert (mine.side, mine.body) == ("me", {"text": "社保卡丢了"}), "they see what could not be handled"
    assert place.send("A", Said("社保卡丢了"), id="bad") == Outcome(is_duplicate=True)
    assert place.look(inbox.parked) == 1


def test_a_parked_message_is_handed_in_again(place: Place) -> None:
    place.send("A", Arrived())
    place.hear("A")
    whole, place.town = place.town, replace(place.town, search=BrokenSearch())
    place.send("A", Said(QUESTION))
    place.hear("A")
    (parked,) = place.look(inbox.all_parked)
    assert place.house.run(lambda work: replay(work, parked.id, place.town)) == Outcome(is_parked=True)
    assert place.hear("A") == [], "they have been told once"
    assert place.house.run(lambda work: replay(work, parked.id, whole)) == Outcome()
    again, *answer = place.hear("A")
    assert again.text == AGAIN
    assert "社会保障卡" in answer[0].text
    assert place.look(inbox.parked) == 0
    assert place.house.run(lambda work: replay(work, parked.id, whole)) is None
    mine = [line for line in place.look(lambda reader: threads.after(reader, "web", "A", 0)) if line.side == "me"]
    assert [line.body["text"] for line in mine] == [QUESTION]


def test_a_parked_photo_is_handed_in_with_its_bytes(place: Place) -> None:
    place.send("A", Arrived())
    place.hear("A")
    whole, place.town = place.town, replace(place.town, search=BrokenSearch())
    sent = Received(FileKind.PHOTO, data=b"\xff\xd8 pixels", mime="image/jpeg", caption=QUESTION)
    assert place.send("A", sent) == Outcome(is_parked=True)
    (parked,) = place.look(inbox.all_parked)
    assert "pixels" not in parked.raw
    assert place.look(lambda reader: parking.inbound_of(reader, parked.raw)).event == sent
    assert place.house.run(lambda work: replay(work, parked.id, whole)) == Outcome()


def test_a_parked_first_message_leaves_the_rest_of_the_batch_alone(place: Place) -> None:
    broken = replace(place.town, search=BrokenSearch())
    wanted = [place.submit(f"P{number}", broken if number == 1 else place.town) for number in range(3)]
    assert [future.result(30).is_parked for future in wanted] == [False, True, False]
    place.deliver()
    assert set(place.inbox_of) == {"P0", "P1", "P2"}


def test_a_state_that_cannot_be_read_starts_anew_and_says_so(place: Place) -> None:
    place.send("A", Arrived())
    place.hear("A")
    broken = 'UPDATE conversations SET state = \'{"tag": "gone", "v": 7, "fields": {}}\''
    place.house.run(lambda work: work.connection.exec_driver_sql(broken))
    first, *rest = place.say("A", QUESTION)
    assert "从头来" in first.text
    assert rest
    assert "从头来" not in place.say("A", "取消")[0].text


def test_a_database_that_fails_is_not_acknowledged_and_keeps_nothing(place: Place) -> None:
    def full(work: UnitOfWork) -> None:
        pages = work.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        work.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    place.house.run(full)
    big = Received(FileKind.PHOTO, data=b"x" * 500_000)
    with pytest.raises(StoreUnavailable):
        place.send("A", big, id="big")
    place.house.run(lambda work: work.connection.exec_driver_sql("PRAGMA max_page_count = 100000"))
    assert place.send("A", big, id="big") == Outcome()


# --- cases -----------------------------------------------------------------------------------------------------------


def test_a_case_goes_from_the_question_to_exactly_one_helper(place: Place) -> None:
    for address in ("H1", "H2"):
        place.join(address, Role.HELPER)
    case = open_case(place)
    assert case.status is CaseStatus.OFFERED
    offers = {address: place.hear(address) for address in ("H1", "H2")}
    tokens = {address: heard[-1].buttons[0][0][1] for address, heard in offers.items()}
    for address, token in tokens.items():
        place.send(address, Pressed(token))
    won = place.the_case()
    assert won.status is CaseStatus.CLAIMED
    assert won.helper_id == place.house.meet("H1")
    assert any(one.edits_key for one in place.hear("H2"))
    assert place.hear("A")
    acts = [line.act for line in place.look(lambda reader: cases.history(reader, won.id))]
    assert acts.count("claim") == 1
    assert acts[0] == "open"


def test_the_same_wish_again_is_the_same_case(place: Place) -> None:
    place.join("H1", Role.HELPER)
    first = open_case(place)
    place.hear("A")
    assert open_case(place).id == first.id


def test_a_notice_at_night_waits_for_the_morning(place: Place) -> None:
    place.join("H1", Role.HELPER)
    place.hear("H1")
    place.house.wait(hours=10)
    open_case(place)
    assert place.hear("H1") == []
    due = place.look(lambda reader: outbox.next_due(reader, "web"))
    assert due is not None
    local = sample()[0].calendar.local(due)
    assert (local.hour, local.minute) == (8, 0)
    place.house.wait(hours=10)
    assert place.hear("H1")


def test_what_falls_due_is_tended_once(place: Place) -> None:
    place.join("S", Role.SUPERVISOR)
    place.join("H1", Role.HELPER)
    open_case(place)
    place.deliver()
    due = place.look(followups.next_due)
    assert due is not None
    place.house.now = due + timedelta(seconds=1)

    def fire(work: UnitOfWork) -> list[Outcome]:
        return [tend(work, row, place.town) for row in followups.take_due(work, 10)]

    outcomes = place.house.run(fire)
    assert outcomes
    assert not any(outcome.is_parked for outcome in outcomes)
    left = place.look(followups.next_due)
    assert left is None or left > place.house.now


def test_what_falls_due_and_raises_is_kept_as_failed(place: Place) -> None:
    person = place.join("S", Role.SUPERVISOR)
    at = place.house.now
    place.house.run(lambda work: followups.schedule(work, FollowUpKind.DIGEST, at, person_id=person))
    broken = Town(None, place.town.search)  # type: ignore[arg-type]
    outcomes = place.house.run(lambda work: [tend(work, row, broken) for row in followups.take_due(work, 10)])
    assert outcomes == [Outcome(is_parked=True)]
    failed = "SELECT count(*) FROM followups WHERE state = 'failed' AND error = 'AttributeError'"
    assert place.look(lambda reader: reader.connection.exec_driver_sql(failed).scalar()) == 1

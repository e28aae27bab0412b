"""What each effect does, and which moves are refused, on a real SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from bot import inviting
from bot.performing import Sender, Stage, perform
from bot.town import Town
from handlers.cases import Act, Case, CaseStatus, Change, Draft, Relation
from handlers.choices import Go
from handlers.conversation import Conversation
from handlers.effects import (
    AcceptInvite,
    Button,
    ClaimCase,
    EditSay,
    Effect,
    MakeInvite,
    MoveCase,
    OpenCase,
    RememberPhone,
    Say,
    SetDuty,
    Urgency,
)
from handlers.messages import (
    CaseMoved,
    CaseOpened,
    ClaimLost,
    ClaimWon,
    EchoEvent,
    InviteAccepted,
    InviteMade,
    InviteRefused,
    MoveRefused,
)
from handlers.numbers import parse
from handlers.people import Person, Role
from storage import cases, claims, conversations, database, outbox, people
from storage.reading import NOBODY
from storage.unit_of_work import UnitOfWork
from tests.conftest import sqlite_url
from tests.storage.house import House
from tests.town import sample

HERE, ELSEWHERE = "420704100215", "420704001"
DRAFT = Draft("社保卡丢了", service_id="SB001", place_code=HERE)


class Stand:
    """People at addresses of their own name, and effects done for them."""

    def __init__(self, url: str) -> None:
        self.house = House(url)
        district, search = sample()
        self.town = Town(district, search, random=Random(1))
        self.count = 0

    def person(self, name: str, role: Role | None = None, places: tuple[str, ...] = ()) -> int:
        person = self.house.meet(name)
        if role:
            self.house.run(lambda work: people.join(work, person, role, places, name=name))
        return person

    def do(self, name: str, *effects: Effect) -> tuple[EchoEvent, ...]:
        """Effects of a person's turn; of the desk when `name` is empty."""
        self.count += 1
        return self.house.run(lambda work: perform(self._stage(work, name), effects))

    def _stage(self, work: UnitOfWork, name: str) -> Stage:
        if not name:
            return Stage(work, self.town, NOBODY, f"due:{self.count}")
        opened = conversations.open_at(work, "web", name)
        me = people.person(work, opened.conversation.person_id)
        assert me is not None
        sender = Sender("web", name, opened.conversation.id, opened.conversation.turn)
        return Stage(work, self.town, me, f"in:{self.count}", sender)

    def case(self, case_id: int) -> Case:
        found = self.house.look(lambda reader: cases.get(reader, case_id))
        assert found is not None
        return found

    def opened(self, name: str, draft: Draft = DRAFT) -> int:
        (echo,) = self.do(name, OpenCase(draft))
        assert isinstance(echo, CaseOpened)
        return echo.case_id

    def claimed(self) -> int:
        """A case of A that H works on."""
        case_id = self.opened("A")
        assert self.do("H", ClaimCase(case_id)) == (ClaimWon(case_id),)
        return case_id

    def is_done(self, name: str, move: MoveCase) -> bool:
        (echo,) = self.do(name, move)
        assert isinstance(echo, CaseMoved | MoveRefused)
        assert (echo.case_id, echo.act) == (move.case_id, move.act)
        return isinstance(echo, CaseMoved)

    def sent(self) -> list[outbox.Leased]:
        return list(self.house.run(lambda work: outbox.lease(work, "web", 10)))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("template")
    database.migrate(sqlite_url(folder))
    return (folder / "exiaobang.db").read_bytes()


@pytest.fixture
def stand(tmp_path: Path, template: bytes) -> Iterator[Stand]:
    (tmp_path / "exiaobang.db").write_bytes(template)
    opened = Stand(sqlite_url(tmp_path))
    for name in ("A", "B"):
        opened.person(name)
    for name in ("H", "H2"):
        opened.person(name, Role.HELPER, (HERE,))
    opened.person("S", Role.SUPERVISOR, (HERE,))
    opened.person("S2", Role.SUPERVISOR, (ELSEWHERE,))
    yield opened
    opened.house.close()


def test_a_case_gets_a_number_that_can_be_read_over_the_phone(stand: Stand) -> None:
    case = stand.case(stand.opened("A"))
    assert parse(case.number) == case.number
    assert (case.status, case.asker_id, case.opened_by) == (CaseStatus.OPEN, stand.person("A"), stand.person("A"))


def test_the_same_wish_again_is_no_second_case(stand: Stand) -> None:
    case_id = stand.opened("A")
    assert stand.do("A", OpenCase(DRAFT)) == (CaseOpened(case_id, duplicate=True),)
    assert stand.opened("B") != case_id


def test_the_same_wish_for_somebody_else_is_a_second_case(stand: Stand) -> None:
    mine = stand.opened("A", replace(DRAFT, relation=Relation.SELF))
    hers = stand.opened("A", replace(DRAFT, relation=Relation.PARENT))
    assert mine != hers
    for known in (mine, hers):
        draft = stand.case(known).draft
        assert stand.do("A", OpenCase(draft)) == (CaseOpened(known, duplicate=True),)
    assert stand.do("A", OpenCase(DRAFT)) == (CaseOpened(mine, duplicate=True),)


def test_a_case_for_somebody_who_phoned_has_an_asker_without_address(stand: Stand) -> None:
    draft = Draft("低保", phone="13800001111", applicant_name="王奶奶")
    (echo,) = stand.do("H", OpenCase(draft, asker_id=0))
    assert isinstance(echo, CaseOpened)
    case = stand.case(echo.case_id)
    assert case.opened_by == stand.person("H")
    asker = stand.house.look(lambda reader: people.person(reader, case.asker_id))
    assert asker == Person(case.asker_id, is_reachable=False)


def test_one_claim_wins_and_residents_cannot_claim(stand: Stand) -> None:
    case_id = stand.opened("A")
    assert stand.do("B", ClaimCase(case_id)) == (ClaimLost(case_id),)
    assert stand.do("H", ClaimCase(case_id)) == (ClaimWon(case_id),)
    assert stand.do("H2", ClaimCase(case_id)) == (ClaimLost(case_id),)
    assert stand.do("H2", ClaimCase(999)) == (ClaimLost(999),)


@pytest.mark.parametrize(
    ("name", "act", "is_allowed"),
    [
        ("H", Act.ASK_PAPERS, True),
        ("H2", Act.ASK_PAPERS, False),
        ("A", Act.ASK_PAPERS, False),
        ("S", Act.ASK_PAPERS, False),
        ("A", Act.WITHDRAW, True),
        ("B", Act.WITHDRAW, False),
        ("H", Act.WITHDRAW, False),
        ("S", Act.END, True),
        ("S2", Act.END, False),
        ("H", Act.END, True),
        ("S", Act.EXTEND, True),
        ("S2", Act.EXTEND, False),
        ("A", Act.NOTE, True),
        ("B", Act.NOTE, False),
        ("S2", Act.NOTE, False),
        ("H", Act.LAPSE, False),
        ("S", Act.CLAIM, False),
        ("H", Act.CLAIM, False),
        ("A", Act.RATE, False),
    ],
)
def test_who_may_do_what_to_a_claimed_case(stand: Stand, name: str, act: Act, is_allowed: bool) -> None:
    case_id = stand.claimed()
    before = stand.case(case_id)
    assert stand.is_done(name, MoveCase(case_id, act, change=Change(outcome="x"))) is is_allowed
    if not is_allowed:
        assert stand.case(case_id) == before


def test_the_desk_may_do_only_what_is_the_desks(stand: Stand) -> None:
    case_id = stand.claimed()
    assert not stand.is_done("", MoveCase(case_id, Act.RESOLVE, is_desk=True))
    assert not stand.is_done("", MoveCase(case_id, Act.LAPSE))
    assert stand.is_done("", MoveCase(case_id, Act.LAPSE, is_desk=True))
    assert not stand.is_done("", MoveCase(case_id, Act.LAPSE, is_desk=True))
    last = stand.house.look(lambda reader: cases.history(reader, case_id))[-1]
    assert (last.act, last.by, last.status) == ("lapse", None, CaseStatus.OPEN)


def test_a_case_without_a_place_is_every_supervisors(stand: Stand) -> None:
    case_id = stand.opened("A", Draft("没人懂的事"))
    assert stand.is_done("S2", MoveCase(case_id, Act.END, change=Change(outcome="x")))


def test_a_released_case_can_be_claimed_again_and_the_first_helper_is_out(stand: Stand) -> None:
    case_id = stand.claimed()
    assert stand.is_done("H", MoveCase(case_id, Act.RELEASE, "太远"))
    assert stand.case(case_id).helper_id is None
    assert not stand.is_done("H", MoveCase(case_id, Act.RESOLVE))
    assert stand.do("H2", ClaimCase(case_id)) == (ClaimWon(case_id),)
    assert not stand.is_done("H", MoveCase(case_id, Act.RESOLVE))
    assert stand.is_done("H2", MoveCase(case_id, Act.RESOLVE))
    assert stand.house.look(claims.loads) == {}


def test_an_assigned_case_changes_hands(stand: Stand) -> None:
    case_id = stand.claimed()
    other = stand.person("H2")
    assert not stand.is_done("S", MoveCase(case_id, Act.ASSIGN))
    assert stand.is_done("S", MoveCase(case_id, Act.ASSIGN, change=Change(helper_id=other)))
    assert not stand.is_done("H", MoveCase(case_id, Act.RESOLVE))
    assert stand.is_done("H2", MoveCase(case_id, Act.RESOLVE))


def test_a_reopened_case_remembers_its_helper_but_anyone_may_claim(stand: Stand) -> None:
    case_id = stand.claimed()
    stand.do("H", MoveCase(case_id, Act.RESOLVE))
    assert stand.is_done("A", MoveCase(case_id, Act.REOPEN))
    assert stand.case(case_id).helper_id == stand.person("H")
    assert not stand.is_done("H", MoveCase(case_id, Act.END))
    assert stand.do("H2", ClaimCase(case_id)) == (ClaimWon(case_id),)


def test_messages_go_where_they_belong_with_their_buttons(stand: Stand) -> None:
    button = ((Button("接单", Go("home")),),)
    stand.do("A", Say("one"), Say("two", button, to=stand.person("H"), key="offer:1", urgency=Urgency.ALARM))
    first, second = stand.sent()
    assert [(one.address, one.text) for one in (first, second)] == [("H", "two"), ("A", "one")]
    ((label, token),) = first.buttons[0]
    assert label == "接单"
    assert len(token) == 16
    stand.house.run(lambda work: outbox.mark_sent(work, first, "r1"))
    stand.do("B", EditSay("offer:1", "已有人接单"), EditSay("offer:unknown", "nothing"))
    (edit,) = stand.sent()
    assert (edit.address, edit.text, edit.edits_ref, edit.buttons) == ("H", "已有人接单", "r1", ())


def test_a_message_to_somebody_without_address_is_kept_and_seen(stand: Stand) -> None:
    someone = stand.house.run(lambda work: people.add(work, "王奶奶"))
    stand.do("H", Say("hello", to=someone))
    assert stand.sent() == []
    assert stand.house.look(outbox.counts) == {"unreachable": 1}


def test_the_desk_must_say_to_whom_it_speaks(stand: Stand) -> None:
    with pytest.raises(ValueError, match="to whom"):
        stand.do("", Say("hello"))


def test_supervisors_make_invites_that_work_once(stand: Stand) -> None:
    entry = next(one for one in sample()[0].helpers if one.places == (HERE,))
    assert stand.do("H", MakeInvite("helper")) == (InviteRefused(),)
    (made,) = stand.do("S", MakeInvite("helper", roster_id=entry.id))
    assert isinstance(made, InviteMade)
    assert stand.do("B", AcceptInvite(made.code)) == (InviteAccepted("helper"),)
    assert stand.do("A", AcceptInvite(made.code)) == (InviteRefused(),)
    joined = stand.house.look(lambda reader: people.at_address(reader, "web", "B"))
    assert joined is not None
    assert (joined.is_helper, joined.name, joined.places) == (True, entry.name, entry.places)


def test_an_invite_has_the_links_that_are_known(stand: Stand) -> None:
    (made,) = stand.do("S", MakeInvite("supervisor", places=(HERE,)))
    assert isinstance(made, InviteMade)
    assert (made.web_link, made.telegram_link) == ("", "")
    stand.house.run(lambda work: inviting.name_web(work, "https://chat.example.org/"))
    stand.house.run(lambda work: inviting.name_telegram(work, "exiaobang_bot"))
    (made,) = stand.do("S", MakeInvite("supervisor", places=(HERE,)))
    assert isinstance(made, InviteMade)
    assert made.web_link == f"https://chat.example.org/join/{made.code}"
    assert made.telegram_link == f"https://t.me/exiaobang_bot?start={made.code}"


def test_nobody_is_invited_for_places_that_are_not_ones_own(stand: Stand) -> None:
    district = sample()[0]
    stranger = next(one for one in district.helpers if HERE not in one.places)
    for role in ("helper", "supervisor"):
        for places in ((ELSEWHERE,), (HERE, ELSEWHERE), (district.code,), ()):
            assert stand.do("S", MakeInvite(role, places=places)) == (InviteRefused(),)
    assert stand.do("S", MakeInvite("helper", roster_id=stranger.id)) == (InviteRefused(),)
    (made,) = stand.do("S", MakeInvite("supervisor", places=(HERE,)))
    assert isinstance(made, InviteMade)


def test_a_patch_gives_a_supervisor_no_say_over_its_cases(stand: Stand) -> None:
    other = stand.person("S2")
    stand.house.run(lambda work: people.join(work, other, Role.HELPER, (HERE,)))
    assert not stand.is_done("S2", MoveCase(stand.opened("A"), Act.END, change=Change(outcome="x")))


def test_small_things_are_remembered(stand: Stand) -> None:
    stand.do("H", SetDuty(False), RememberPhone("13800001111"))
    helper = stand.person("H")
    rows = {row["person_id"]: row["is_on_duty"] for row in stand.house.look(people.joined_helpers)}
    assert not rows[helper]
    assert rows[stand.person("H2")]
    assert stand.house.look(lambda reader: people.phone(reader, helper)) == "13800001111"


def test_an_effect_that_nobody_knows_is_an_error(stand: Stand) -> None:
    with pytest.raises(TypeError, match="Conversation"):
        stand.do("A", Conversation(1, 1))  # type: ignore[arg-type]

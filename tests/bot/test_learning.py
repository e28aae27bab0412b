"""Learned words: checked before they go live, taken up by every process, taken back, on real database files."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.learning import Learning
from bot.live_search import LiveSearch, with_words
from bot.performing import Stage, perform
from catalog.district import District
from catalog.rehearsal import first_entry
from catalog.search import CatalogSearch
from catalog.understanding import Search
from handlers.cases import Act, Change, Draft
from handlers.effects import AttachPhrase, DismissLessons, Effect, MoveCase, RecordAdmission, UndoPhrase
from handlers.messages import CaseMoved, MoveRefused
from handlers.people import Person, Role
from storage import cases, claims, lessons, people
from storage.tables import AdmissionRow, OutboxRow, table
from storage.unit_of_work import UnitOfWork
from tests.town import PlainSeat, Town, plain_seat, said, sample, town_in

CARD, RELIEF = "D001", "T002"
WORDS = "小红折折不见了咋搞"


@cache
def small() -> District:
    """A dozen of the sample's services: their index is built in a moment."""
    district = sample()[0]
    kept = ("D001", "D002", "D003", "D004", "D005", "D006", "T001", "T002", "T003", "V001", "V002", "V003")
    return replace(
        district,
        services={id: district.services[id] for id in kept},
        certificates={},
        phrases={id: district.phrases[id] for id in kept},
    )


async def _attach(town: Town, text: str, entry: str) -> int:
    """What a supervisor's tap does, without waiting for the check."""

    def job(work: UnitOfWork) -> int:
        supervisor = people.meet(work, "plain", "supervisor")
        people.join(work, supervisor, Role.SUPERVISOR, (), name="督导")
        return lessons.propose(work, text, entry, supervisor, ())

    return await town.do(job)


async def _state(town: Town, phrase_id: int) -> str:
    found = await town.store.look(lambda reader: lessons.phrase(reader, phrase_id))
    assert found is not None
    return found.state


def _entry(town: Town, text: str = WORDS) -> str | None:
    return first_entry(town.core.search, text)


# --- several processes -------------------------------------------------------------------------------------------


async def test_every_process_takes_up_what_one_of_them_learned(tmp_path: Path) -> None:
    async with town_in(tmp_path, district=small()) as here, town_in(tmp_path, district=small()) as there:
        assert _entry(here) != RELIEF != _entry(there)
        phrase_id = await _attach(here, WORDS, RELIEF)
        await here.learning.run()
        assert (_entry(here), _entry(there) == RELIEF) == (RELIEF, False)
        await there.learning.run()
        assert _entry(there) == RELIEF
        await there.do(lambda work: lessons.undo(work, phrase_id))
        for town in (here, there):
            await town.learning.run()
            assert _entry(town) != RELIEF


async def test_whichever_process_checks_a_phrase_the_supervisor_is_told_once(tmp_path: Path) -> None:
    async with town_in(tmp_path, district=small()) as here, town_in(tmp_path, district=small()) as there:
        phrase_id = await _attach(here, WORDS, RELIEF)
        await asyncio.gather(here.learning.run(), there.learning.run())
        outbox = table(OutboxRow)
        told = await here.store.look(
            lambda reader: reader.connection.execute(select(outbox.c.text).where(outbox.c.text.contains(WORDS))).all()
        )
        assert (await _state(here, phrase_id), len(told)) == ("live", 1)


async def test_a_process_that_starts_later_knows_the_words(tmp_path: Path) -> None:
    async with town_in(tmp_path, district=small()) as town:
        await _attach(town, WORDS, RELIEF)
        await town.learning.run()
        version, words = await town.store.look(lessons.version_and_words)
    later = LiveSearch(small(), words, version)
    assert (first_entry(later, WORDS), later.version) == (RELIEF, version)


async def test_looking_does_not_wait_for_the_check(tmp_path: Path) -> None:
    async with town_in(tmp_path, district=small()) as town:
        phrase_id = await _attach(town, WORDS, RELIEF)
        async with town.learning:
            await town.learning.look()
            assert await _state(town, phrase_id) == "checking"
        assert await _state(town, phrase_id) == "live"


# --- the check ---------------------------------------------------------------------------------------------------


async def _supervisor(town: Town) -> PlainSeat:
    return await plain_seat(town, "supervisor", Role.SUPERVISOR)


async def test_a_phrase_that_spoils_a_right_answer_waits_for_the_supervisor(tmp_path: Path) -> None:
    async with town_in(tmp_path, district=small()) as town:
        supervisor = await _supervisor(town)
        question = "我家幺伢冇得卡卡"
        await town.do(lambda work: lessons.record(work, question, "confirmed", CARD))
        spoiling = await _attach(town, question + "呀", RELIEF)
        await town.settled()
        heard = said(await supervisor.hears())
        names = {id: service.name for id, service in small().services.items()}
        assert f"“{question}”现在答“{names[CARD]}”（对的），加了以后会答成“{names[RELIEF]}”" in heard
        assert (await _state(town, spoiling), _entry(town, question)) == ("conflict", CARD)
        await supervisor.presses("仍要加")
        await town.settled()
        assert (await _state(town, spoiling), _entry(town, question)) == ("live", RELIEF)


async def test_what_is_dropped_is_not_learned(tmp_path: Path) -> None:
    async with town_in(tmp_path, district=small()) as town:
        supervisor = await _supervisor(town)
        own = small().phrases[CARD][0]
        phrase_id = await _attach(town, own, RELIEF)
        await town.settled()
        assert f"“{own}”本来就是“{small().services[CARD].name}”的说法" in said(await supervisor.hears())
        await supervisor.presses("算了，不加")
        await town.settled()
        assert await _state(town, phrase_id) == "undone"
        assert _entry(town, own) == CARD


# --- when it goes wrong ------------------------------------------------------------------------------------------


def _breaks(district: District) -> Search:
    """Builds the district as it is, and nothing else."""
    if district is not small():
        raise MemoryError("no room for another index")
    return CatalogSearch(district)


async def test_a_build_that_fails_leaves_the_old_index_in_use(tmp_path: Path) -> None:
    async with town_in(tmp_path, district=small()) as town:
        live = LiveSearch(small(), build=_breaks)
        learning = Learning(town.store, town.core, live)
        phrase_id = await _attach(town, WORDS, RELIEF)
        with capture_logs() as logs:
            await learning.run()
            await town.do(lambda work: lessons.make_live(work, phrase_id, "checking"))
            await learning.run()
            await learning.run()
        assert [line["event"] for line in logs] == ["phrase_not_checked", "index_not_built"]
        assert (live.version, first_entry(live, "社会保障卡申领")) == ("", CARD)


def test_what_is_undone_is_back_without_building() -> None:
    built: list[District] = []

    def build(district: District) -> Search:
        built.append(district)
        return CatalogSearch(district)

    live = LiveSearch(small(), build=build)
    words = ((RELIEF, WORDS),)
    live.prepare(words)
    live.adopt(words, "1 live")
    live.adopt((), "1 undone")
    assert (len(built), live.words, live.version) == (2, (), "1 undone")


def test_words_of_an_entry_that_is_gone_are_left_out() -> None:
    changed = with_words(small(), ((RELIEF, WORDS), ("X999", "没有的")))
    assert changed.phrases[RELIEF][-1] == WORDS
    assert "X999" not in changed.phrases
    assert with_words(small(), ()) is small()


# --- who may do what ---------------------------------------------------------------------------------------------


async def _do(town: Town, person: Person, *effects: Effect) -> None:
    await town.do(lambda work: perform(Stage(work, town.core, person, f"test:{id(effects)}"), effects) and None)


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.HELPER])
async def test_only_a_supervisor_teaches(tmp_path: Path, role: Role) -> None:
    async with town_in(tmp_path, district=small()) as town:
        phrase_id = await _attach(town, WORDS, RELIEF)
        await town.learning.run()
        await town.do(lambda work: lessons.record(work, "卡掉了", "none"))
        (lesson,) = await town.store.look(lessons.unsolved)
        me = Person(await town.do(lambda work: people.meet(work, "plain", "me")), roles=frozenset({role}))
        admission = RecordAdmission("放鱼苗", "某镇", "某文", "某局")
        await _do(
            town, me, AttachPhrase((), "甲乙", CARD), UndoPhrase(phrase_id), DismissLessons((lesson.id,)), admission
        )
        assert await _state(town, phrase_id) == "live"
        assert await town.store.look(lessons.unsolved) == (lesson,)
        assert await town.store.look(lambda reader: lessons.in_state(reader, "checking")) == ()
        assert await town.store.look(lessons.admissions) == ()


@pytest.mark.parametrize(
    ("basis", "approved_by", "state"),
    [("某文〔2026〕1号", "区委编办", "recorded"), ("", "区委编办", "refused"), ("某文", "", "refused")],
)
async def test_a_new_matter_needs_a_basis_and_an_approval(
    tmp_path: Path, basis: str, approved_by: str, state: str
) -> None:
    async with town_in(tmp_path, district=small()) as town:
        supervisor = await _supervisor(town)
        await town.do(lambda work: lessons.record(work, "在门口河里放鱼苗苗", "none"))
        await supervisor.says("学习")
        await town.settled()
        await supervisor.presses("建议新事项")
        for answer in ("泽林镇", basis or "没有", approved_by or "没有"):
            await supervisor.says(answer)
        await town.settled()
        heard = said(await supervisor.hears())
        assert ("按准入制度不能加" in heard) is (state == "refused")
        rows = table(AdmissionRow)
        kept = await town.store.look(lambda reader: reader.connection.execute(select(rows)).mappings().one())
        assert (kept["asked_by"], kept["basis"], kept["approved_by"], kept["state"]) == (
            "泽林镇",
            basis,
            approved_by,
            state,
        )
        assert await town.store.look(lessons.unsolved) == ()


# --- another service ---------------------------------------------------------------------------------------------


async def test_only_its_helper_files_a_case_under_another_service(tmp_path: Path) -> None:
    async with town_in(tmp_path, district=small()) as town:

        def opened(work: UnitOfWork) -> tuple[int, int, int]:
            asker, helper = people.meet(work, "plain", "asker"), people.meet(work, "plain", "helper")
            people.join(work, helper, Role.HELPER, (), name="小帮")
            case_id = cases.create(work, "1", Draft("卡掉了", CARD), asker, asker)
            claims.claim(work, case_id, helper)
            return case_id, asker, helper

        case_id, asker, helper = await town.do(opened)
        both = frozenset({Role.RESIDENT, Role.HELPER})

        async def moved(person: Person, act: Act, entry: str | None) -> object:
            move = MoveCase(case_id, act, change=Change(service_id=entry))
            (echo,) = await town.do(lambda work: perform(Stage(work, town.core, person, "test"), (move,)))
            return echo

        assert await moved(Person(asker), Act.REFILE, RELIEF) == MoveRefused(case_id, Act.REFILE)
        assert await moved(Person(helper, roles=both), Act.NOTE, RELIEF) == MoveRefused(case_id, Act.NOTE)
        assert await moved(Person(helper, roles=both), Act.REFILE, None) == MoveRefused(case_id, Act.REFILE)
        assert isinstance(await moved(Person(helper, roles=both), Act.REFILE, RELIEF), CaseMoved)
        case = await town.store.look(lambda reader: cases.get(reader, case_id))
        history = await town.store.look(lambda reader: cases.history(reader, case_id))
        assert case is not None
        assert (case.number, case.draft.service_id, history[-1].act) == ("1", RELIEF, "refile")

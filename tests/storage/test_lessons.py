from __future__ import annotations

from handlers.facts import Admission
from storage import lessons, retention
from storage.unit_of_work import UnitOfWork
from tests.storage.house import NOON, House

CARD, CAKE = "D001", "D002"


def _learn(house: House, question: str, kind: str, entry_id: str | None = None) -> None:
    house.run(lambda work: lessons.record(work, question, kind, entry_id))


def _ids(house: House) -> list[int]:
    return [lesson.id for lesson in house.look(lessons.unsolved)]


def _version(house: House) -> str:
    return house.look(lessons.words_version)


def _propose(house: House, text: str = "本本掉了", lesson_ids: tuple[int, ...] = ()) -> int:
    person = house.meet("supervisor")
    return house.run(lambda work: lessons.propose(work, text, CARD, person, lesson_ids))


def test_a_lesson_is_kept_without_personal_data(house: House) -> None:
    _learn(house, "我叫王小明，电话138 1234 5678，本本掉了", "none")
    assert [lesson.question for lesson in house.look(lessons.unsolved)] == ["我叫＊，电话＊，本本掉了"]


def test_a_question_without_words_is_no_lesson(house: House) -> None:
    _learn(house, "13812345678 ？？？", "none")
    assert _ids(house) == []


def test_the_list_holds_what_was_not_understood_newest_first(house: House) -> None:
    for kind in ("none", "confirmed", "refused", "unmet", "corrected"):
        house.wait(minutes=1)
        _learn(house, f"问题{kind}", kind, CARD)
    assert [lesson.kind for lesson in house.look(lessons.unsolved)] == ["corrected", "unmet", "refused", "none"]


def test_dismissed_lessons_leave_the_list(house: House) -> None:
    _learn(house, "甲", "none")
    _learn(house, "乙", "none")
    newest, oldest = _ids(house)
    house.run(lambda work: lessons.dismiss(work, [oldest]))
    assert _ids(house) == [newest]
    assert house.look(lambda reader: lessons.get(reader, oldest)) is None


def test_what_was_right_within_ninety_days_is_asked_again_each_once(house: House) -> None:
    _learn(house, "老早的", "confirmed", CARD)
    house.wait(days=91)
    for question, kind, entry in (
        ("卡掉了", "confirmed", CARD),
        ("卡，掉了！", "confirmed", CARD),
        ("卡掉了", "corrected", CAKE),
        ("卡掉了", "refused", "D003"),
    ):
        _learn(house, question, kind, entry)
    right = house.look(lessons.right_answers)
    assert {entry for _, entry in right} == {CARD, CAKE}
    assert len(right) == 2
    assert house.look(lambda reader: lessons.confirmed_as(reader, "卡 掉了？")) == CARD
    assert house.look(lambda reader: lessons.confirmed_as(reader, "老早的")) is None


def test_a_phrase_goes_live_once_and_changes_the_version(house: House) -> None:
    assert _version(house) == ""
    phrase_id = _propose(house)
    assert (_version(house), house.look(lessons.live_words)) == ("", ())
    assert house.run(lambda work: lessons.make_live(work, phrase_id, "checking"))
    assert house.look(lessons.live_words) == ((CARD, "本本掉了"),)
    first = _version(house)
    assert first != ""
    assert not house.run(lambda work: lessons.make_live(work, phrase_id, "checking"))
    assert _version(house) == first


def test_an_undone_phrase_is_gone_and_its_lessons_are_back(house: House) -> None:
    _learn(house, "本本掉了", "none")
    (lesson_id,) = _ids(house)
    phrase_id = _propose(house, lesson_ids=(lesson_id,))
    assert _ids(house) == []
    house.run(lambda work: lessons.make_live(work, phrase_id, "checking"))
    before = _version(house)
    assert house.run(lambda work: lessons.undo(work, phrase_id))
    assert not house.run(lambda work: lessons.undo(work, phrase_id))
    assert (house.look(lessons.live_words), _ids(house)) == ((), [lesson_id])
    assert _version(house) != before


def test_a_phrase_in_conflict_waits_for_a_word(house: House) -> None:
    phrase_id = _propose(house)
    assert house.run(lambda work: lessons.hold_back(work, phrase_id))
    assert house.look(lessons.live_words) == ()
    assert not house.run(lambda work: lessons.make_live(work, phrase_id, "checking"))
    assert house.run(lambda work: lessons.make_live(work, phrase_id, "conflict"))
    assert [phrase.id for phrase in house.look(lambda reader: lessons.in_state(reader, "live"))] == [phrase_id]


def test_a_phrase_is_kept_without_personal_data(house: House) -> None:
    phrase_id = _propose(house, "打13812345678说本本掉了")
    phrase = house.look(lambda reader: lessons.phrase(reader, phrase_id))
    assert phrase is not None
    assert phrase.text == "打＊说本本掉了"


def test_proposals_of_new_matters_are_kept_newest_first(house: House) -> None:
    person = house.meet("supervisor")
    first = Admission("放鱼苗", "某镇", "", "", "refused", NOON)
    second = Admission("修路灯", "某局", "某文", "某某", "recorded", NOON)
    for proposal in (first, second):
        house.run(lambda work, proposal=proposal: lessons.admit(work, proposal, person))  # type: ignore[misc]
    assert house.look(lessons.admissions) == (second, first)


def test_lessons_are_deleted_when_they_count_no_more(house: House) -> None:
    _learn(house, "老早的", "none")
    house.wait(days=89)
    assert house.run(lambda work: retention.prune(work, 30, 365)) == 0
    house.wait(days=2)
    assert house.run(lambda work: retention.prune(work, 30, 365)) == 1
    assert _ids(house) == []


def test_another_district_sees_nothing(house: House) -> None:
    _learn(house, "甲", "confirmed", CARD)
    _learn(house, "乙", "none")
    phrase_id = _propose(house)
    house.run(lambda work: lessons.make_live(work, phrase_id, "checking"))

    def elsewhere(work: UnitOfWork) -> list[object]:
        other = UnitOfWork(work.connection, work.now, "999999")
        seen = (lessons.unsolved, lessons.right_answers, lessons.live_words, lessons.admissions)
        return [*(read(other) for read in seen), lessons.undo(other, phrase_id), lessons.words_version(other)]

    assert house.run(elsewhere) == [(), (), (), (), False, ""]

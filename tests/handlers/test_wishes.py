from __future__ import annotations

from handlers.facts import Lesson
from handlers.wishes import group, holding


def _lessons(*questions: str, kind: str = "none", entry: str | None = None) -> list[Lesson]:
    return [Lesson(number, question, kind, entry) for number, question in enumerate(questions, 1)]


def test_the_same_wish_in_different_words_is_one_line() -> None:
    wishes = group(_lessons("红本本掉了怎么补", "红本本掉了，要怎么补？", "想在河里放鱼苗", "红本本掉了怎么补"))
    assert [(wish.count, wish.wordings[0]) for wish in wishes] == [(3, "红本本掉了怎么补"), (1, "想在河里放鱼苗")]
    assert wishes[0].wordings == ("红本本掉了怎么补", "红本本掉了，要怎么补？")


def test_words_less_alike_are_one_wish_when_their_candidate_is_the_same() -> None:
    apart, alike = "老头一张卡怎么办", "一张卡办理去哪里"
    assert len(group(_lessons(apart, alike))) == 2
    assert len(group(_lessons(apart, alike, entry="D001"))) == 1


def test_other_words_are_another_wish_even_with_the_same_candidate() -> None:
    assert len(group(_lessons("红本本掉了", "小孩上学报名", entry="D001"))) == 2


def test_most_frequent_first_then_newest() -> None:
    wishes = group(_lessons("甲甲甲甲", "乙乙乙乙", "丙丙丙丙", "甲甲甲甲"))
    assert [wish.wordings[0] for wish in wishes] == ["甲甲甲甲", "丙丙丙丙", "乙乙乙乙"]


def test_the_order_of_the_lessons_does_not_matter() -> None:
    lessons = _lessons("红本本掉了怎么补", "想在河里放鱼苗", "红本本掉了，怎么补？", "放鱼苗", "卡")
    assert group(lessons) == group(reversed(lessons))


def test_a_wish_is_found_by_each_of_its_lessons() -> None:
    wishes = group(_lessons("红本本掉了怎么补", "想在河里放鱼苗", "红本本掉了，怎么补？"))
    assert holding(1, wishes) is holding(3, wishes)
    assert holding(9, wishes) is None


def test_kinds_and_entries_are_counted() -> None:
    lessons = [Lesson(1, "卡掉了", "refused", "D002"), Lesson(2, "卡掉了", "corrected", "D001")]
    lessons += [Lesson(3, "卡掉了", "refused", "D003"), Lesson(4, "卡掉了", "refused", "D003")]
    (wish,) = group(lessons)
    assert wish.kinds() == (("refused", 3), ("corrected", 1))
    assert wish.entries("refused") == ("D003", "D002")
    assert (wish.entries("corrected"), wish.entries("none")) == (("D001",), ())


def test_nothing_is_no_wish() -> None:
    assert group([]) == ()

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.loading import check, load, load_sample
from catalog.lookalikes import LookAlike, question_for
from tests.catalog.folders import small_district, write_district

PENSION = LookAlike(("V002", "D007"), "哪种养老金？", (("村里的", "V002"), ("单位的", "D007"), ("退休金", "D007")))
CARD = LookAlike(("A", "B", "C", "D", "E"), "卡的事，是哪一种？", tuple((f"第{id}种", id) for id in "ABCDE"))
PAIR = LookAlike(("A", "B"), "是 A 还是 B？", (("甲", "A"), ("乙", "B")))

GOOD = {"问题": "领的是村里的还是单位的？", "回答": "村里的：V001；单位的：V002"}
EXAMPLES = [
    ({"回答": "村里的：V001；单位的：V009"}, "回答", 'no service or certificate "V009"'),
    ({"回答": "村里的：V001；不晓得：V001"}, "回答", "do not lead to two entries"),
    ({"回答": "村里的：V001；村里的：V002"}, "回答", "is there twice"),
    ({"回答": "村里的：V001；单位发的那一种每个月都有的养老钱：V002"}, "回答", "too long"),
    ({"回答": "村里的：V001；单位的"}, "回答", "not an answer with its id"),
    ({"回答": ""}, "回答", "empty"),
    ({"问题": "领的是村里的还是单位的" * 4}, "问题", "has 44 characters"),
    ({"问题": ""}, "问题", "empty"),
]


def folder_with(path: Path, form: str, *rows: dict[str, str]) -> Path:
    return write_district(path, small_district() | {"lookalikes": list(rows)}, form)


@pytest.mark.parametrize("form", [".csv", ".yaml", ".xlsx"])
def test_a_group_is_read_from_any_form(tmp_path: Path, form: str) -> None:
    district = load(folder_with(tmp_path, form, GOOD))
    answers = (("村里的", "V001"), ("单位的", "V002"))
    assert district.lookalikes == (LookAlike(("V001", "V002"), GOOD["问题"], answers),)


@pytest.mark.parametrize(("changes", "heading", "problem"), EXAMPLES)
def test_a_wrong_group_is_told(tmp_path: Path, changes: dict[str, str], heading: str, problem: str) -> None:
    faults = check(folder_with(tmp_path, ".csv", GOOD | changes))
    assert [(fault.file, fault.line, fault.header) for fault in faults] == [("lookalikes.csv", 2, heading)]
    assert problem in faults[0].problem


def test_the_same_question_stands_once(tmp_path: Path) -> None:
    assert [fault.line for fault in check(folder_with(tmp_path, ".csv", GOOD, GOOD))] == [3]


def test_a_district_without_the_file_has_no_groups(tmp_path: Path) -> None:
    assert load(write_district(tmp_path, small_district())).lookalikes == ()


def test_the_question_is_of_the_group_that_holds_the_first_two() -> None:
    assert question_for(["D007", "V002", "A"], [CARD, PENSION]) == PENSION


@pytest.mark.parametrize("ids", [[], ["V002"], ["V002", "A", "D007"], ["X", "Y"]])
def test_there_is_no_question_otherwise(ids: list[str]) -> None:
    assert question_for(ids, [PENSION, CARD]) is None


def test_a_large_group_is_asked_with_the_candidates_only() -> None:
    asked = question_for(["C", "A", "X", "E"], [CARD])
    assert asked is not None
    assert asked.question == CARD.question
    assert asked.ids == ("A", "C", "E")
    assert asked.answers == (("第A种", "A"), ("第C种", "C"), ("第E种", "E"))


def test_the_smaller_group_goes_first_unless_the_larger_holds_the_third_too() -> None:
    assert question_for(["A", "B", "X"], [CARD, PAIR]) == PAIR
    larger = question_for(["A", "B", "C"], [PAIR, CARD])
    assert larger is not None
    assert larger.ids == ("A", "B", "C")


@pytest.mark.parametrize(
    "pair",
    [
        ("V010", "T025"),
        ("T025", "T026"),
        ("V002", "D007"),
        ("D033", "D034"),
        ("D033", "T023"),
        ("D001", "D002"),
        ("D002", "D003"),
        ("T004", "V008"),
        ("D072", "D075"),
        ("D008", "D009"),
        ("D009", "T019"),
    ],
)
def test_the_sample_tells_the_best_known_pairs_apart(pair: tuple[str, str]) -> None:
    asked = question_for(pair, load_sample().lookalikes)
    assert asked is not None
    assert set(pair) <= {id for _, id in asked.answers}

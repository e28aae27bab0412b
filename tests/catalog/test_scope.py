from __future__ import annotations

import pytest
import yaml

from catalog import scope
from catalog.wording import DATA, fold, squeeze

DANGERS = {"fire", "gas", "medical", "violence", "self_harm", "water", "missing", "fraud", "collapse", "trapped"}


def test_every_danger_has_words_and_numbers() -> None:
    rows = yaml.safe_load((DATA / "scope.yaml").read_text(encoding="utf-8"))["emergencies"]
    assert {row["code"] for row in rows} == DANGERS
    assert all(row["words"] and row["numbers"] for row in rows)


def test_every_danger_word_is_seen_by_itself() -> None:
    rows = yaml.safe_load((DATA / "scope.yaml").read_text(encoding="utf-8"))["emergencies"]
    for row in rows:
        for word in row["words"]:
            assert scope.alarm(squeeze(fold(word.replace("…", "那个")))).danger is not None, word


def test_no_harmless_word_is_a_danger() -> None:
    rows = yaml.safe_load((DATA / "scope.yaml").read_text(encoding="utf-8"))["emergencies"]
    for row in rows:
        for word in row["never"]:
            found = scope.alarm(squeeze(fold(word.replace("…", ""))))
            assert found.danger is None or found.danger.code != row["code"], word
            assert found.is_lookalike, word


@pytest.mark.parametrize(
    ("message", "seen"),
    [
        ("补助没批下来我不想活了", {"is_always", "is_calm"}),
        ("家里失火了怎么申请补助", {"is_calm"}),
        ("救命家里失火了还管什么补助", {"is_calm", "is_urgent"}),
        ("电视剧里的那个人跳楼了", {"is_always", "is_told"}),
        ("补办证书弄丢的那张", {"is_office"}),
        ("他把我按在地上", set()),
        ("家暴", {"is_alone"}),
    ],
)
def test_what_stands_beside_the_danger_is_seen(message: str, seen: set[str]) -> None:
    found = scope.alarm(message)
    flags = {"is_alone", "is_always", "is_calm", "is_urgent", "is_told", "is_office", "is_lookalike"}
    assert {flag for flag in flags if getattr(found, flag)} == seen


@pytest.mark.parametrize("message", ["你好", "谢谢你", "好的好的", "hello"])
def test_small_talk(message: str) -> None:
    assert scope.is_small_talk(message)


@pytest.mark.parametrize("message", ["你好我要办低保", "", "社保卡"])
def test_no_small_talk(message: str) -> None:
    assert not scope.is_small_talk(message)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("附近有食堂吗", "canteen"),
        ("幸福食堂", "canteen"),
        ("小哥食堂在哪", "courier_canteen"),
        ("哪里可以乘凉", "cooling_point"),
        ("暑托班什么时候开", "summer_class"),
        ("跑外卖的在哪休息", "rest_station"),
        ("幸福食堂怎么登记报名", None),
        ("社保卡", None),
    ],
)
def test_facilities(message: str, kind: str | None) -> None:
    assert scope.find_facility(message) == kind


def test_a_complaint_has_points_and_a_question_has_not() -> None:
    assert scope.complaint_points("楼下噪音扰民投诉无门") >= 2
    assert scope.complaint_points("请问养老保险怎么申请") <= 0


@pytest.mark.parametrize(
    ("message", "key"),
    [
        ("驾照换证", "driving_licence"),
        ("去香港的通行证", "passport"),
        ("拖拉机驾驶证换证", None),
        ("老楼加装电梯", "lift"),
        ("社保卡", None),
    ],
)
def test_near_misses(message: str, key: str | None) -> None:
    assert scope.find_near_miss(message) == key


def test_every_near_miss_has_advice_and_a_number() -> None:
    for key in yaml.safe_load((DATA / "near_misses.yaml").read_text(encoding="utf-8")):
        text, phone = scope.advice(key)
        assert text.endswith("。")
        assert phone.isdigit()


def test_unknown_advice_is_refused() -> None:
    with pytest.raises(KeyError):
        scope.advice("no such matter")

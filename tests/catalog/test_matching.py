from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.matching import Index, comparable, indexed

NAMES = {"A": "社会保障卡补领", "B": "居民身份证办理", "C": "最低生活保障"}
PHRASES = {
    "A": ("社保卡丢了", "卡不见了想补一张", "补卡多少钱"),
    "B": ("身份证到期了", "换身份证", "证件过期去哪换"),
    "C": ("吃低保", "家里太穷了", "没有收入怎么活"),
    "X": ("没有名字的条目",),
}


def index() -> Index:
    return Index(NAMES, PHRASES)


@pytest.mark.parametrize(
    ("message", "id"),
    [("社会保障卡补领", "A"), ("身份证过期了", "B"), ("我家很穷没收入", "C"), ("補社保卡", "A")],
)
def test_the_likeliest_entry_comes_first(message: str, id: str) -> None:
    assert index().rank(comparable(message))[0].id == id


def test_figures_lie_between_nothing_and_one() -> None:
    for entry in index().rank(comparable("社保卡丢了")):
        assert all(0 <= value <= 1.0001 for value in (entry.score, entry.nearest, entry.coverage, entry.chance))


def test_a_known_phrase_is_its_own_nearest() -> None:
    assert index().rank(indexed("换身份证"))[0].nearest == pytest.approx(1, abs=1e-3)


def test_nothing_shared_gives_nothing() -> None:
    assert index().rank(comparable("xyz龘")) == []
    assert index().rank("") == []


def test_an_index_of_nothing_finds_nothing() -> None:
    assert Index({}, {}).rank("社保卡") == []


def test_entries_without_phrases_are_found_by_name() -> None:
    assert Index(NAMES, {}).rank(comparable("最低生活保障"))[0].id == "C"


def test_matched_words_are_parts_of_the_message() -> None:
    message = comparable("我的社保卡在车站丢了")
    words = index().matched_words(message, "A")
    assert words[0] == "社保卡"
    assert all(word in message for word in words)


def test_the_same_phrases_give_the_same_scores() -> None:
    assert index().rank("社保卡丢了") == index().rank("社保卡丢了")


@given(st.text(max_size=100))
def test_any_message_is_ranked(message: str) -> None:
    assert len(index_once.rank(comparable(message), 2)) <= 2


index_once = index()

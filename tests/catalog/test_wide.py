from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.matching import comparable, indexed
from catalog.wide import WideIndex
from tests.town import sample

NAMES = {"A": "社会保障卡补领", "B": "居民身份证办理", "C": "最低生活保障"}
PHRASES = {
    "A": ("社保卡丢了", "卡不见了想补一张", "补卡多少钱"),
    "B": ("身份证到期了", "换身份证", "证件过期去哪换"),
    "C": ("吃低保", "家里太穷了", "没有收入怎么活"),
    "X": ("没有名字的条目",),
}
INDEX = WideIndex(NAMES, PHRASES)


@pytest.mark.parametrize(
    ("message", "id"),
    [
        ("社会保障卡补领", "A"),
        ("身份证过期了", "B"),
        ("我家很穷没收入", "C"),
        ("補社保卡", "A"),
        ("shen fen zheng", "B"),
    ],
)
def test_the_likeliest_entry_comes_first(message: str, id: str) -> None:
    assert INDEX.rank(comparable(message))[0].id == id


def test_a_known_phrase_is_its_own_nearest() -> None:
    first = INDEX.rank(indexed("换身份证"))[0]
    assert first.nearest == pytest.approx(1)
    assert first.coverage == pytest.approx(1)


def test_nothing_shared_gives_nothing() -> None:
    assert INDEX.rank("龘") == INDEX.rank("") == WideIndex({}, {}).rank("社保卡") == []


@given(st.text(alphabet="社保卡身份证 ab龘\ud800", max_size=40))
def test_figures_lie_between_nothing_and_one(message: str) -> None:
    for entry in INDEX.rank(comparable(message)):
        assert all(0 <= value <= 1 for value in (entry.score, entry.nearest, entry.coverage, entry.chance))


def test_texts_come_back_as_they_were_indexed() -> None:
    assert INDEX.texts()[:2] == [indexed("社会保障卡补领"), indexed("社保卡丢了")]


def test_matched_words_are_parts_of_the_message() -> None:
    assert INDEX.matched_words(comparable("我的社保卡在车站丢了"), "A")[0] == "社保卡"


def test_it_finds_what_the_sample_district_says() -> None:
    district, _ = sample()
    names = {service.id: service.name for service in district.services.values()}
    index = WideIndex(names, district.phrases)
    asked = [(id, district.phrases[id][7]) for id in sorted(names)]
    right = sum(index.rank(indexed(text), 1)[0].id == id for id, text in asked)
    assert right >= 0.98 * len(asked)

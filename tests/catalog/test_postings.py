from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.postings import K1, B, Postings
from catalog.syllables import sound_of

WORDS = st.text(alphabet="社保卡堡设补办0a\ud800😀", max_size=12)


def grams(text: str) -> set[str]:
    sounds = [sound_of(char) for char in text]
    heard = {"~" + one + other for one, other in pairwise(sounds) if one and other}
    return {*text, *(text[n : n + 2] for n in range(len(text) - 1)), *heard}


def brute_force(texts: Sequence[str], asked: str) -> dict[int, float]:
    """BM25 over all texts, each gram counted once."""
    mean = max(1.0, sum(map(len, texts)) / len(texts))
    scores: dict[int, float] = {}
    for gram in grams(asked):
        found = [n for n, text in enumerate(texts) if gram in grams(text)]
        rarity = math.log(1 + (len(texts) - len(found) + 0.5) / (len(found) + 0.5))
        for n in found:
            damped = K1 * (1 - B + B * len(texts[n]) / mean)
            scores[n] = scores.get(n, 0.0) + rarity * (K1 + 1) / (1 + damped)
    return scores


@given(st.lists(WORDS, min_size=1, max_size=12), WORDS, st.integers(1, 14))
def test_it_finds_what_a_search_of_all_texts_finds(texts: list[str], asked: str, k: int) -> None:
    wanted = brute_force(texts, asked)
    found = Postings(texts).nearest(asked, k)
    assert len(found) == min(k, len(wanted))
    assert [score for _, score in found] == pytest.approx(sorted(wanted.values(), reverse=True)[:k], rel=1e-4)
    for n, score in found:
        assert score == pytest.approx(wanted[n], rel=1e-4)


def test_the_earlier_of_equals_comes_first() -> None:
    assert [n for n, _ in Postings(["补卡", "社保", "补卡", "补卡"]).nearest("补卡", 2)] == [0, 2]


def test_a_wrong_character_of_the_same_sound_is_heard() -> None:
    assert Postings(["社保卡丢了", "医保报销"]).nearest("射堡咔", 1)[0][0] == 0


def test_common_grams_only_order_what_rare_ones_found() -> None:
    texts = ["办甲", "办乙", "办甲丙", "办丁", "办丁办"]
    assert [n for n, _ in Postings(texts, budget=5).nearest("办甲丙", 3)] == [2, 0]
    assert len(Postings(texts, budget=1).nearest("办", 9)) == 5


@pytest.mark.parametrize("texts", [[], [""], ["", ""]])
def test_an_index_of_nothing_finds_nothing(texts: list[str]) -> None:
    assert Postings(texts).nearest("社保卡") == []


def test_nothing_shared_or_nothing_wanted_gives_nothing() -> None:
    index = Postings(["社保卡", "医保"])
    assert index.nearest("天气") == []
    assert index.nearest("") == []
    assert index.nearest("社保", 0) == []


def test_texts_may_come_from_a_stream_that_is_read_once() -> None:
    assert Postings(text for text in ("社保卡", "身份证")).nearest("身份")[0][0] == 1


def test_it_tells_its_memory_four_bytes_for_each_gram_of_a_text_and_little_more() -> None:
    texts = [f"{chr(0x4E00 + n % 90)}{chr(0x5000 + n % 70)}" for n in range(20_000)]
    of_texts = sum(len(grams(text)) for text in texts)
    assert 4 * of_texts <= Postings(texts).bytes < 4 * of_texts + 4 * len(texts) + 16 * 20_000

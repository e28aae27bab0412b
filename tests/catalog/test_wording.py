from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.wording import MAX_LENGTH, fold, squeeze, strip_boilerplate


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("養老保險", "养老保险"),
        ("ＡＢＣ１２３", "abc123"),
        ("區(qū)里的試點(diǎn)", "区里的试点"),
        ("全崗?fù)ㄞk", "全岗通办"),
        ("身份证(正本)", "身份证(正本)"),
        ("表(a)", "表(a)"),
        ("社\u200b保\u202e卡\x07", "社保卡"),
        ("  社保 \n 卡 ", "社保 卡"),
        ("这个么样搞", "这个怎么样搞"),
        ("怎么样了", "怎么样了"),
        ("什么时候", "什么时候"),
        ("么时候来", "什么时候来"),
        ("屋里冇得钱", "家里没有钱"),
        ("几多钱", "多少钱"),
        ("", ""),
    ],
)
def test_folds(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_squeezes_to_characters_letters_and_digits() -> None:
    assert squeeze(fold("社保卡，丢了！ (2 张) 😀")) == "社保卡丢了2张"


def test_strips_what_letters_are_padded_with() -> None:
    assert strip_boilerplate("请问关于社保卡补办的问题") == "社保卡补办"


def test_a_message_of_nothing_but_boilerplate_stays() -> None:
    assert strip_boilerplate("请问") == "请问"


@given(st.text(max_size=300))
def test_folding_any_text_gives_visible_text(text: str) -> None:
    assert all(char.isprintable() for char in fold(text))


@pytest.mark.parametrize("char", ["ﷺ", "(", "區(qū)", "么", "\u0301", "𠀀", "\u202e"])
def test_of_long_texts_only_the_beginning_is_folded(char: str) -> None:
    assert len(fold(char * 100_000)) <= 2 * MAX_LENGTH

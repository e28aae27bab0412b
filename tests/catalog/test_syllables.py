from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.syllables import cut, is_pinyin, sound


@pytest.mark.parametrize(
    ("text", "syllables"),
    [
        ("shebaoka", ("she", "bao", "ka")),
        ("wo yao ban di bao", ("wo", "yao", "ban", "di", "bao")),
        ("nver", ("nv", "er")),
        ("asdfghjkl", ()),
        ("", ()),
    ],
)
def test_cuts_pinyin(text: str, syllables: tuple[str, ...]) -> None:
    assert cut(text) == syllables


def test_a_message_with_characters_is_no_pinyin() -> None:
    assert not is_pinyin("社保ka")
    assert is_pinyin("shebao")


def test_the_same_sounds_are_equal_and_near_sounds_too() -> None:
    assert sound("身份证") == sound("shen fen zheng") == sound("sen fen zen")
    assert sound("身份证") != sound("社保卡")


@given(st.text(alphabet="abcdeginoshuz ", max_size=1200))
def test_any_letters_are_cut_in_bounded_time(text: str) -> None:
    assert isinstance(cut(text), tuple)

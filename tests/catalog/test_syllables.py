from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.syllables import heard, sound_of
from catalog.wording import fold, squeeze


def sounds(text: str) -> str:
    return "".join(map(sound_of, text))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("shebaoka", "社保卡"),
        ("wo yao ban di bao", "我要办低保"),
        ("nver", "女儿"),
        ("sen fen zen", "身份证"),
        ("wo de shebaoka diul le", "我的社保卡diul了"),
    ],
)
def test_pinyin_is_heard_as_the_characters_sound(typed: str, said: str) -> None:
    assert squeeze(heard(typed)) == "".join(sound_of(char) or char for char in said)


@pytest.mark.parametrize("text", ["asdfghjkl", "", "社保ka", "what does it cost", "etc怎么办", "办app", "123"])
def test_what_is_no_pinyin_stays(text: str) -> None:
    assert heard(text) == text


def test_pinyin_among_characters_is_heard_when_it_is_a_word() -> None:
    assert heard("我的shebaoka丢了") == f"我的{sounds('社保卡')}丢了"


def test_pinyin_behind_characters_is_heard_word_by_word() -> None:
    heard_words = squeeze(heard("我想问 she bao ka 怎么办"))
    assert heard_words == f"我想问{sounds('社保卡')}怎么办"


def test_near_sounds_are_equal_and_others_are_not() -> None:
    assert sounds("身份证") == sounds("生分真")
    assert sounds("身份证") != sounds("社保卡")
    assert sound_of("a") == sound_of(" ") == ""


def test_nobody_can_type_a_sound() -> None:
    assert fold(sounds("社保卡")) == ""


@given(st.text(alphabet="abcdeginoshuz ", max_size=1200))
def test_any_letters_are_heard(text: str) -> None:
    assert len(heard(text)) <= len(text)


def test_of_a_long_message_only_the_beginning_is_heard() -> None:
    text = "zhuang" * 900
    assert heard(text).endswith("zhuang" * 733)

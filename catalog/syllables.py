"""How characters sound: each sound is one private character, so that sounds are indexed like characters.

Near sounds of the local speech (zh/z, ch/c, sh/s, n/l, -ng/-n) count as one. With the sounds beside the characters
(`catalog.vectors.grams`) a wrong character of the same sound costs little, and a message typed in pinyin is found like
any other. `fold` lets no private character of a message through, so nobody can type a sound.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from pypinyin import lazy_pinyin
from pypinyin.constants import PINYIN_DICT

_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[a-z]+")
_WORDS = re.compile(r"[a-z]+(?:[ ']+[a-z]+)*")
_FIRST = 0xF000
_SHORT = frozenset({"a", "o", "e"})
_NOT_TYPED = frozenset({"ng", "hm", "hng"})
"""Interjections that pypinyin lists; nobody means them by these letters."""
LONGEST = 6
LEAST = 2
"""Syllables that letters need to count as pinyin: taobao does, ka may be anything."""
MOSTLY = 0.75
"""Share of the letters of words that stand together that must be pinyin."""
READ = 1000
"""Characters of a message that are looked through for pinyin."""


def heard(folded: str) -> str:
    """A folded message with its words in pinyin replaced by their sounds; other letters stay."""
    return _WORDS.sub(lambda words: _heard_words(words.group()), folded[:READ]) + folded[READ:]


def sound_of(char: str) -> str:
    """The sound of a character; "" when it has none."""
    return _sound(_syllable_of(char)) if _HAN.match(char) else ""


def _heard_words(together: str) -> str:
    """Words that stand together, by their sounds if hardly a letter of them is not pinyin."""
    words = _WORD.findall(together)
    cut = [word for word in words if _cut_word(word)]
    is_pinyin = sum(map(len, cut)) >= MOSTLY * sum(map(len, words))
    if not is_pinyin or sum(len(_cut_word(word)) for word in cut) < LEAST:
        return together
    return _WORD.sub(lambda word: "".join(map(_sound, _cut_word(word.group()))) or word.group(), together)


def _sound(syllable: str) -> str:
    number = _numbers().get(_near(syllable))
    return "" if number is None else chr(_FIRST + number)


@lru_cache(maxsize=2048)
def _cut_word(word: str) -> tuple[str, ...]:
    """The fewest syllables that make up `word`; empty when there are none."""
    best: list[tuple[str, ...] | None] = [None] * (len(word) + 1)
    best[0] = ()
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - LONGEST), end):
            before = best[start]
            if before is not None and word[start:end] in _all_syllables():
                found = (*before, word[start:end])
                current = best[end]
                if current is None or len(found) < len(current):
                    best[end] = found
    return best[-1] or ()


@lru_cache(maxsize=8192)
def _syllable_of(char: str) -> str:
    return str(lazy_pinyin(char, errors="ignore", v_to_u=False)[0]) if lazy_pinyin(char, errors="ignore") else ""


def _near(syllable: str) -> str:
    near = re.sub("^(z|c|s)h", r"\1", syllable)
    near = re.sub("^n", "l", near)
    return re.sub("ng$", "n", near)


@cache
def _all_syllables() -> frozenset[str]:
    """Every syllable that pypinyin knows for a common character, without tones, ü as v and u."""
    found: set[str] = set()
    for code, readings in PINYIN_DICT.items():
        if 0x4E00 <= code <= 0x9FFF:
            found.update(_plain(reading) for reading in readings.split(","))
    return frozenset(syllable for syllable in found if syllable in _SHORT or _is_usual(syllable))


def _is_usual(syllable: str) -> bool:
    return len(syllable) > 1 and syllable not in _NOT_TYPED


@lru_cache(maxsize=4096)
def _plain(reading: str) -> str:
    letters = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(char for char in letters if "a" <= char <= "z")


@cache
def _numbers() -> dict[str, int]:
    return {near: n for n, near in enumerate(sorted({_near(s) for s in _all_syllables()}))}

"""Messages typed in pinyin: cut into syllables, and the same syllables as comparable text for an index.

A syllable becomes one private character, so that an index of syllables is an ordinary `catalog.matching.Index`.
Near sounds of the local speech (zh/z, ch/c, sh/s, n/l, -ng/-n) count as one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from pypinyin import lazy_pinyin
from pypinyin.constants import PINYIN_DICT

_HAN = re.compile(r"[\u3400-\u9fff]")
_PRIVATE = 0xE000
_SHORT = frozenset({"a", "o", "e"})
_NOT_TYPED = frozenset({"ng", "hm", "hng"})
"""Interjections that pypinyin lists; nobody means them by these letters."""
LONGEST = 6


def is_pinyin(folded: str) -> bool:
    """True when a folded message has no Chinese characters and its letters can be cut into at least two syllables."""
    return not _HAN.search(folded) and len(cut(folded)) >= 2


def cut(folded: str) -> tuple[str, ...]:
    """The syllables of a message typed in pinyin; empty when its letters are not pinyin throughout."""
    syllables: list[str] = []
    for word in re.findall(r"[a-z]+", folded[:1000]):
        parts = _cut_word(word)
        if not parts:
            return ()
        syllables += parts
    return tuple(syllables)


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


def sound(text: str) -> str:
    """Chinese text, or syllables joined by blanks, as one private character per sound; anything else is left out."""
    by_char = _HAN.search(text)
    syllables = [_syllable_of(char) for char in text if _HAN.match(char)] if by_char else text.split()
    numbers = (_numbers().get(_near(syllable)) for syllable in syllables)
    return "".join(chr(_PRIVATE + number) for number in numbers if number is not None)


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

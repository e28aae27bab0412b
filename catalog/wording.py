"""Folds what people type to one comparable form: width, script, pinyin noise, invisible signs, dialect.

The word lists are data (`data/wording.yaml`). Every function takes any Unicode text and works on its first
`MAX_LENGTH` characters, so that the time is bounded.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path

import yaml
from opencc import OpenCC

MAX_LENGTH = 5000
DATA = Path(__file__).parent / "data"

_TONES = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
_PINYIN_NOISE = re.compile(rf"(?<=[\u3400-\u9fff])\((?=[a-zü]*[{_TONES}])[a-zü{_TONES}]{{1,7}}\)")
_CHARACTER = re.compile(r"[\u3400-\u9fff\uf000-\uf3ff]")
_NOT_WORDS = re.compile(r"[^0-9a-z\u3400-\u9fff\uf000-\uf3ff]+")


def fold(text: str) -> str:
    """The comparable form of `text`: NFKC, lower case, simplified script, common words for dialect ones; no
    invisible signs, no pinyin in brackets behind a character. Punctuation stays; spaces become single."""
    text = unicodedata.normalize("NFKC", text[:MAX_LENGTH])[:MAX_LENGTH].lower()
    words = _word_lists()
    text = _PINYIN_NOISE.sub("", _replace(text, words["broken"]))
    text = _visible(text)
    return _replace(_simplified(text), words["dialect"])


def squeeze(text: str) -> str:
    """Folded text without anything but characters, letters, digits and sounds (`catalog.syllables`)."""
    return _NOT_WORDS.sub("", text)


def has_characters(text: str) -> bool:
    """Whether there is any Chinese character, or its sound, in folded text."""
    return bool(_CHARACTER.search(text))


def strip_boilerplate(folded: str) -> str:
    """A folded message without what letters to an office are padded with; itself when nothing else would be left."""
    left = _replace(folded, _word_lists()["boilerplate"])
    return left if squeeze(left) else folded


@lru_cache(maxsize=4096)
def _is_invisible(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs", "Cn", "Mn", "Me"}


def _visible(text: str) -> str:
    return " ".join("".join(" " if c.isspace() else "" if _is_invisible(c) else c for c in text).split())


def _simplified(text: str) -> str:
    return str(_converter().convert(text))


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


@cache
def _word_lists() -> Mapping[str, tuple[re.Pattern[str], Mapping[str, str]]]:
    """Per list: a pattern that finds its words, longest first, and what each becomes."""
    with (DATA / "wording.yaml").open(encoding="utf-8") as file:
        lists = yaml.safe_load(file)
    dialect = {str(k): str(v) for k, v in lists["dialect"].items()} | {str(w): str(w) for w in lists["keep"]}
    return {
        "broken": _one_pass(lists["broken"]),
        "dialect": _one_pass(dialect),
        "boilerplate": _one_pass(dict.fromkeys(lists["boilerplate"], "")),
    }


def _one_pass(words: Mapping[str, str]) -> tuple[re.Pattern[str], Mapping[str, str]]:
    return any_of(words), words


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern for any of `words`, the longest one first."""
    return re.compile("|".join(re.escape(w) for w in sorted(words, key=lambda w: (-len(w), w))))


def _replace(text: str, words: tuple[re.Pattern[str], Mapping[str, str]]) -> str:
    pattern, becomes = words
    return pattern.sub(lambda match: becomes[match.group()], text)

"""Everyday word -> the official words that it stands for, so that 吃低保 is also read as 最低生活保障.

The words are data (`data/lexicon.yaml`); the head of that file says how a line is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import yaml

from catalog.scope import pattern_of
from catalog.wording import DATA, fold, squeeze

_PRIVATE = 0xE000


@dataclass(frozen=True, slots=True)
class Line:
    """Everyday words, what they mean officially, and with what in the message they mean something else."""

    words: re.Pattern[str]
    means: tuple[str, ...]
    unless: re.Pattern[str]


def expand(folded: str) -> tuple[str, ...]:
    """The official words that a folded message stands for and does not hold itself, each once, in comparable form."""
    message = squeeze(folded)
    found = [line for line in lexicon() if line.words.search(message) and not line.unless.search(message)]
    return tuple(dict.fromkeys(word for line in found for word in line.means if word not in message))


def signs(folded: str) -> str:
    """One private character for each line that a folded message speaks of, in everyday or in official words: so that
    an index of characters sees 吃低保 and 最低生活保障 share something, and learns what that is worth."""
    message = squeeze(folded)
    spoken = (n for n, line in enumerate(lexicon()) if _speaks_of(line, message))
    return "".join(chr(_PRIVATE + n) for n in spoken)


def _speaks_of(line: Line, message: str) -> bool:
    if all(word in message for word in line.means):
        return True
    return bool(line.words.search(message)) and not line.unless.search(message)


@cache
def lexicon() -> tuple[Line, ...]:
    """The lines of the lexicon, read once."""
    with (DATA / "lexicon.yaml").open(encoding="utf-8") as file:
        rows = yaml.safe_load(file)
    return tuple(
        Line(
            pattern_of(row["words"]),
            tuple(squeeze(fold(word)) for word in row["means"]),
            pattern_of(row.get("unless", ())),
        )
        for row in rows
    )

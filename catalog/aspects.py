"""What side of a service a short message asks about after its card was shown: 那要带什么, 多久, 要钱吗."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml

from catalog.wording import fold

MOST_LEFT = 2
"""Characters that may be left of a message when the aspect and the fillers are taken out: more is a new question."""


@cache
def _lists() -> Mapping[str, tuple[str, ...]]:
    source = resources.files("catalog.data").joinpath("aspects.yaml").read_text(encoding="utf-8")
    rows: dict[str, list[str]] = yaml.safe_load(source)
    return {key: tuple(sorted((fold(word) for word in words), key=len, reverse=True)) for key, words in rows.items()}


@cache
def _filler() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in _lists()["filler"]))


def find_aspect(text: str) -> str | None:
    """materials, where, limit, fee, who, visits or phone when `text` asks for nothing but that; else None."""
    folded = re.sub(r"[^\w]", "", fold(text))
    for aspect, words in _lists().items():
        found = next((word for word in words if word in folded), None) if aspect != "filler" else None
        if found and len(_filler().sub("", folded.replace(found, ""))) <= MOST_LEFT:
            return aspect
    return None

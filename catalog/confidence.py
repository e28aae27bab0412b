"""Ranked entries -> sure, choose or none.

Two small logistic models over the same features say how likely the first entry is right and how likely one of
the first three is. Their constants are data (`data/confidence.yaml`), fitted by `benchmarks/fit_confidence.py` on
phrases that the index had not seen, with whole entries left out as questions that nothing fits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import yaml

from catalog.matching import Ranked
from catalog.understanding import Band
from catalog.wording import DATA

SHORTEST = 6
"""Messages shorter than this count as this long: the phrases tell too little about them."""

LONGEST_TOPIC = 3
WHOLLY = 0.9
OWN_PHRASE = 0.95


def features(ranked: Sequence[Ranked], length: int) -> Mapping[str, float]:
    """What the models look at. `ranked`: best first, not empty; `length`: characters of the message."""
    first = ranked[0]
    second = ranked[1].score if len(ranked) > 1 else 0.0
    return {
        "bias": 1.0,
        "score": first.score,
        "margin": first.score - second,
        "nearest": first.nearest,
        "coverage": first.coverage,
        "chance": first.chance,
        "brevity": 1 / max(SHORTEST, length),
    }


def likelihood(model: str, ranked: Sequence[Ranked], length: int) -> float:
    """The probability that the first entry ("first") or one of the first three ("three") is right; 0..1."""
    if not ranked:
        return 0.0
    weights = _constants()[model]
    return 1 / (1 + math.exp(-sum(weights[name] * value for name, value in features(ranked, length).items())))


def band(ranked: Sequence[Ranked], length: int) -> Band:
    """What may be done with `ranked`."""
    if likelihood("first", ranked, length) >= _constants()["sure_from"]:
        return Band.CHOOSE if _is_bare_topic(ranked, length) else Band.SURE
    if likelihood("three", ranked, length) >= _constants()["choose_from"]:
        return Band.CHOOSE
    return Band.NONE


def _is_bare_topic(ranked: Sequence[Ranked], length: int) -> bool:
    """A word such as 公积金 alone, that several entries contain and that is nobody's own phrase."""
    is_shared = len(ranked) > 1 and ranked[1].coverage > WHOLLY
    return length <= LONGEST_TOPIC and is_shared and ranked[0].nearest < OWN_PHRASE


@cache
def _constants() -> Mapping[str, Any]:
    with (DATA / "confidence.yaml").open(encoding="utf-8") as file:
        constants: Mapping[str, Any] = yaml.safe_load(file)
    return constants

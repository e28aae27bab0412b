"""How likely the first entry is right, how likely it is a complaint ..., and what is then the cheapest thing to do.

Logistic models over the same features (`Evidence`). Their constants are data (`data/confidence.yaml`), fitted by
`benchmarks/fit_confidence.py` on messages that neither the index nor the classifier of kinds had seen: phrases with
their whole writing style left out, and the examples of other kinds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import yaml

from catalog.kinds import KindChances
from catalog.matching import Ranked
from catalog.scope import Alarm
from catalog.understanding import Band, Kind
from catalog.wording import DATA

Model = Literal["first", "three", "complaint", "near_miss"]
"""The first entry is right; one of the first three is; it is a complaint; it is another office's matter."""

SHORTEST = 6
"""Messages shorter than this count as this long: the phrases tell too little about them."""
LONGEST_TOPIC = 3
WHOLLY = 0.9
OWN_PHRASE = 0.95
MOST_POINTS = 4
LEAST_CHANCE = 0.002
TALK = (Kind.SMALL_TALK, Kind.UNCLEAR, Kind.HUMAN, Kind.CANCEL, Kind.STATUS, Kind.FACILITY)


@dataclass(frozen=True, slots=True)
class Costs:
    """What each outcome costs a resident and the helpers, in units of one unnecessary question; an operator may set
    other numbers. What follows from them: an answer is sure when it is likelier right than about 4 in 5; an alarm is
    raised when danger is likelier than 1 in 5."""

    wrong: float = 5.0
    """A wrong entry answered as if it were sure."""
    question: float = 1.0
    """A question between two or three entries."""
    person: float = 2.5
    """Handing over to a person."""
    false_alarm: float = 2.0
    """A number to call and a question, to somebody who is in no danger."""
    missed_danger: float = 8.0
    """Somebody in danger who gets an ordinary answer."""


COSTS = Costs()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a message when the band is chosen."""

    ranked: Sequence[Ranked]
    """Best first."""
    length: int
    """Characters of the message."""
    chances: KindChances
    points: int = 0
    """See `scope.complaint_points`."""
    is_near: bool = False
    """Words of another office's matter stand in it."""


def features(evidence: Evidence) -> Mapping[str, float]:
    """What the models look at."""
    first = evidence.ranked[0] if evidence.ranked else Ranked("", 0.0, 0.0, 0.0, 0.0)
    second = evidence.ranked[1].score if len(evidence.ranked) > 1 else 0.0
    chances = evidence.chances
    return {
        "bias": 1.0,
        "score": first.score,
        "margin": first.score - second,
        "nearest": first.nearest,
        "coverage": first.coverage,
        "chance": first.chance,
        "brevity": 1 / max(SHORTEST, evidence.length),
        "complaint": _odds(chances.of(Kind.COMPLAINT)),
        "near_miss": _odds(chances.of(Kind.NEAR_MISS)),
        "talk": _odds(chances.of(*TALK)),
        "points": max(-2, min(MOST_POINTS, evidence.points)) / 2,
        "is_near": float(evidence.is_near),
    }


def likelihood(model: Model, evidence: Evidence) -> float:
    """The probability that `model` speaks of; 0..1."""
    if not evidence.ranked and model in {"first", "three"}:
        return 0.0
    return _logistic(model, features(evidence))


def band(evidence: Evidence, costs: Costs = COSTS) -> Band:
    """What may be done with the entries: whatever is expected to cost least."""
    first, three = likelihood("first", evidence), likelihood("three", evidence)
    choose = costs.question + (1 - three) * costs.person
    expected = {Band.SURE: (1 - first) * costs.wrong, Band.CHOOSE: choose, Band.NONE: costs.person}
    best = min(expected, key=lambda band: expected[band])
    return Band.CHOOSE if best is Band.SURE and _is_bare_topic(evidence) else best


def danger_features(alarm: Alarm, evidence: Evidence) -> Mapping[str, float]:
    """What the model of danger looks at; the more a message is like the phrases of one entry, the less it is a cry."""
    first = evidence.ranked[0] if evidence.ranked else Ranked("", 0.0, 0.0, 0.0, 0.0)
    chances, is_listed = evidence.chances, alarm.danger is not None
    return {
        "bias": 1.0,
        "emergency": _odds(chances.of(Kind.EMERGENCY)),
        "complaint": _odds(chances.of(Kind.COMPLAINT)),
        "service": _odds(chances.of(Kind.SERVICE)),
        "talk": _odds(chances.of(*TALK)),
        "score": first.score,
        "nearest": first.nearest,
        "listed": float(is_listed),
        "listed_always": float(alarm.is_always),
        "listed_calm": float(is_listed and alarm.is_calm),
        "calm": float(alarm.is_calm),
        "urgent": float(alarm.is_urgent),
        "told": float(alarm.is_told),
        "office": float(alarm.is_office),
        "lookalike": float(alarm.is_lookalike),
        "brevity": 1 / max(2, evidence.length),
        "points": max(-2, min(MOST_POINTS, evidence.points)) / 2,
    }


def danger(alarm: Alarm, evidence: Evidence) -> float:
    """The probability that a message speaks of danger to life now; 0..1."""
    return _logistic("danger", danger_features(alarm, evidence))


def is_danger(probability: float, costs: Costs = COSTS) -> bool:
    """Whether to raise the alarm: when a missed danger is expected to cost more than a false alarm."""
    return probability * costs.missed_danger > (1 - probability) * costs.false_alarm


def _logistic(model: str, values: Mapping[str, float]) -> float:
    weights = _constants()[model]
    return 1 / (1 + math.exp(-sum(weights[name] * value for name, value in values.items())))


def _is_bare_topic(evidence: Evidence) -> bool:
    """A word such as 公积金 alone, that several entries contain and that is nobody's own phrase."""
    ranked = evidence.ranked
    is_shared = len(ranked) > 1 and ranked[1].coverage > WHOLLY
    return evidence.length <= LONGEST_TOPIC and is_shared and ranked[0].nearest < OWN_PHRASE


def _odds(chance: float) -> float:
    """The logarithm of the odds of `chance`, scaled to about -1.5..1.5."""
    bounded = min(1 - LEAST_CHANCE, max(LEAST_CHANCE, chance))
    return math.log(bounded / (1 - bounded)) / 4


@cache
def _constants() -> Mapping[str, Any]:
    with (DATA / "confidence.yaml").open(encoding="utf-8") as file:
        constants: Mapping[str, Any] = yaml.safe_load(file)
    return constants

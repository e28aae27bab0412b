"""What a message is about before it is about a service: danger, complaint, a person, small talk, other offices.

The word lists are data (`data/scope.yaml`, `data/near_misses.yaml`); here is only the order in which they count. All
functions take the comparable form of a message (see `catalog.matching.comparable`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from catalog.understanding import Danger
from catalog.wording import DATA, fold, squeeze

_NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class _DangerWords:
    danger: Danger
    words: re.Pattern[str]
    never: re.Pattern[str]
    always: bool


@dataclass(frozen=True, slots=True)
class _Matter:
    """A near miss: a matter of another office."""

    text: str
    phone: str
    words: re.Pattern[str]
    unless: re.Pattern[str]
    over: frozenset[str]


def pattern_of(words: Iterable[str]) -> re.Pattern[str]:
    """One pattern for folded `words`, longest first; "…" stands for up to eight characters."""
    folded = ((".{0,8}?").join(re.escape(squeeze(fold(part))) for part in str(word).split("…")) for word in words)
    alternatives = sorted({word for word in folded if word}, key=lambda word: (-len(word), word))
    return re.compile("|".join(alternatives)) if alternatives else _NOTHING


@cache
def _lists() -> Mapping[str, Any]:
    with (DATA / "scope.yaml").open(encoding="utf-8") as file:
        lists: Mapping[str, Any] = yaml.safe_load(file)
    return lists


@cache
def _pattern(*path: str) -> re.Pattern[str]:
    """The word list at `path` of scope.yaml as a pattern."""
    found: Any = _lists()
    for key in path:
        found = found[key]
    return pattern_of(found)


@cache
def _dangers() -> tuple[_DangerWords, ...]:
    return tuple(
        _DangerWords(
            danger=Danger(row["code"], tuple(row["numbers"])),
            words=pattern_of(row["words"]),
            never=pattern_of(row["never"]),
            always=row.get("always", False),
        )
        for row in _lists()["emergencies"]
    )


@cache
def _matters() -> Mapping[str, _Matter]:
    with (DATA / "near_misses.yaml").open(encoding="utf-8") as file:
        rows = yaml.safe_load(file)
    return {
        key: _Matter(
            text=row["text"],
            phone=row["phone"],
            words=pattern_of(row["words"]),
            unless=pattern_of(row["unless"]),
            over=frozenset(row.get("over", ())),
        )
        for key, row in rows.items()
    }


def danger_of(code: str) -> Danger:
    """The danger of a code with its numbers; 110 and 120 for a code that the lists no longer have."""
    return next((row.danger for row in _dangers() if row.danger.code == code), Danger(code, ("110", "120")))


@dataclass(frozen=True, slots=True)
class Alarm:
    """What the word lists see of danger in a message."""

    danger: Danger | None = None
    """The listed danger that it speaks of."""
    is_alone: bool = False
    """The message is nothing but that word: 家暴 alone is a cry for help."""
    is_always: bool = False
    """Talk of it is never taken as past: suicide."""
    is_calm: bool = False
    """Words such as 补助 or 去年 say that it is not now."""
    is_urgent: bool = False
    """Words such as 救命 say that it is."""
    is_told: bool = False
    """Words of a story or a joke."""
    is_office: bool = False
    """Words of papers and offices."""
    is_lookalike: bool = False
    """A word that contains a danger word by accident or by trade, such as 着火车."""


def alarm(message: str) -> Alarm:
    """What the word lists see of danger in a comparable message; `catalog.confidence` weighs it."""
    found = next((row for row in _dangers() if row.words.search(row.never.sub(" ", message))), None)
    return Alarm(
        danger=found.danger if found else None,
        is_alone=bool(found and found.words.fullmatch(message)),
        is_always=bool(found and found.always),
        is_calm=bool(_pattern("calm").search(message)),
        is_urgent=bool(_pattern("urgent").search(message)),
        is_told=bool(_pattern("told").search(message)),
        is_office=bool(_pattern("office").search(message)),
        is_lookalike=any(row.never.search(message) for row in _dangers()),
    )


def wants_human(message: str) -> bool:
    if _pattern("human_alone").fullmatch(message):
        return True
    return len(message) <= _lists()["human_length"] and bool(_pattern("human").search(message))


def wants_cancel(message: str) -> bool:
    return len(message) <= _lists()["cancel_length"] and bool(_pattern("cancel").search(message))


def is_small_talk(message: str) -> bool:
    """True when the message is made of nothing but greetings, thanks and the like."""
    return len(message) <= 40 and bool(message) and not _pattern("small_talk").sub("", message)


def asks_status(message: str) -> bool:
    return len(message) <= _lists()["status_length"] and bool(_pattern("status").search(message))


@cache
def _facilities() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((row["kind"], pattern_of(row["words"])) for row in _lists()["facilities"])


def find_facility(message: str) -> str | None:
    """The kind of facility somebody looks for; None when they want to register for it or something else."""
    for kind, words in _facilities():
        if words.search(message):
            looks_for = _pattern("facility_where").search(message) or len(message) <= _lists()["facility_length"]
            return kind if looks_for and not _pattern("facility_register").search(message) else None
    return None


def complaint_points(message: str) -> int:
    """How much of a complaint a message is: 2 per strong word, 1 per weak one, -1 per word of asking how to do it."""
    strong = len(set(_pattern("complaints", "strong").findall(message)))
    weak = len(set(_pattern("complaints", "weak").findall(message)))
    asking = len(set(_pattern("complaints", "asking").findall(message)))
    return 2 * strong + weak - asking


def find_near_miss(message: str) -> str | None:
    """The key of the matter of another office that `message` speaks of: the one with the longest words found."""
    best, length = None, 0
    for key, matter in _matters().items():
        found = sum(len(word) for word in set(matter.words.findall(message)))
        if found > length and not matter.unless.search(message):
            best, length = key, found
    return best


def twin_of(id: str) -> str | None:
    """The certificate of the same name as the service `id`, or the other way round."""
    twins: Mapping[str, str] = _lists()["twins"]
    return twins.get(id) or {certificate: service for service, certificate in twins.items()}.get(id)


def speaks_of_village(message: str) -> bool:
    """Whether the message wants something of the village or community."""
    return bool(_pattern("village").search(message))


def rules_out(key: str, id: str) -> bool:
    """True when a message about the matter `key` cannot mean the entry `id`, however much they sound alike."""
    return id in _matters()[key].over


def advice(key: str) -> tuple[str, str]:
    """Who does the matter `key` (a sentence for the resident), and a number to call. KeyError when unknown."""
    matter = _matters()[key]
    return matter.text, matter.phone

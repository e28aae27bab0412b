"""The place tree: district -> town or street -> village or community; finds a place in what people type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from math import asin, cos, radians, sin, sqrt

from rapidfuzz import fuzz

from catalog.wording import fold, squeeze

FARTHEST_KM = 30.0
MOST_FOUND = 5
MOST_NEAREST = 3
MOST_NEIGHBOURS = 4
"""Borders are not in the data: the nearest so many towns count as neighbours."""
_SHORT_ANSWER = 8
"""Characters. Only in so short a text a wrong character is forgiven."""
_EARTH_KM = 6371.0
_SUFFIX = re.compile(r"(?<=..)(居民委员会|村民委员会|社区居委会|居委会|村委会|社区|街道办事处|街道|村|镇|乡|区)$")
_TAIL = re.compile(r"(的|小区|那边|这边|[\d一二三四五六七八九十]+(组|队|湾))*")
_LEAD_IN = re.compile(r"^(我们|我|家|老家|屋里|住|是|在|就|那个|这个|的|里)+")
_RANKS = {"town": 0, "village": 1, "district": 2}


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the place tree."""

    code: str
    """Division code where one is known; else "<parent code>:<name>"."""
    name: str
    level: str
    """district, town (街道/镇/乡), village (村/社区) or area (a statistical area that is nobody's address)."""
    parent: str | None
    aliases: tuple[str, ...] = ()
    run_by: str = ""
    """Another body that runs it, e.g. 临空经济区: the resident is told so."""
    note: str = ""
    latitude: float | None = None
    longitude: float | None = None
    is_sample: bool = False
    confidence: str = ""
    """high, medium or low: how well the sources agree that there is such a place."""

    @property
    def is_address(self) -> bool:
        """False for areas that no resident lives in by name."""
        return self.level != "area"


@dataclass(frozen=True, slots=True)
class _Named:
    """A place whose name stands in a text from `start` to `end`."""

    place: Place
    start: int
    end: int
    is_full: bool
    """The name with its 村, 社区, 街道 ..., not just the stem."""

    def lies_inside(self, other: _Named) -> bool:
        return other.start <= self.start and self.end <= other.end and self.end - self.start < other.end - other.start

    def lies_apart(self, other: _Named) -> bool:
        return self.end <= other.start or other.end <= self.start


class PlaceTree:
    """All places of a district."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._by_code: dict[str, Place] = {}
        for place in places:
            self._by_code.setdefault(place.code, place)
        self._children: dict[str, list[Place]] = {}
        for place in self._by_code.values():
            self._children.setdefault(place.parent or "", []).append(place)

    def __iter__(self) -> Iterator[Place]:
        return iter(self._by_code.values())

    def get(self, code: str | None) -> Place | None:
        return self._by_code.get(code or "")

    def name(self, code: str | None) -> str:
        """The readable name with its town in front: 凤凰街道东塔社区; empty when unknown."""
        place, town = self.get(code), self.town_of(code)
        if place is None:
            return ""
        return place.name if town is None or town == place else town.name + place.name

    def town_of(self, code: str | None) -> Place | None:
        """The town or street a place lies in (itself when it is one)."""
        return next((place for place in self.ancestors(code) if place.level == "town"), None)

    def ancestors(self, code: str | None) -> tuple[Place, ...]:
        """The place itself, its town, its district: nearest first; empty when unknown."""
        line: list[Place] = []
        place = self.get(code)
        while place is not None and place not in line:
            line.append(place)
            place = self.get(place.parent)
        return tuple(line)

    def children(self, code: str) -> tuple[Place, ...]:
        return tuple(self._children.get(code, ()))

    def towns(self) -> tuple[Place, ...]:
        """Towns and streets that are addresses, in code order."""
        return tuple(sorted((place for place in self if place.level == "town"), key=lambda place: place.code))

    def neighbours(self, code: str) -> tuple[Place, ...]:
        """Neighbouring towns of a town, nearest first."""
        town = self.town_of(code)
        if town is None or town.latitude is None or town.longitude is None:
            return ()
        others = (other for other in self.towns() if other != town)
        return tuple(place for _, place in _by_distance(others, town.latitude, town.longitude))[:MOST_NEIGHBOURS]

    def nearest(self, latitude: float, longitude: float) -> tuple[Place, ...]:
        """Towns and villages nearest to a shared position (degrees), at most three, none farther than 30 km."""
        places = (place for place in self if place.level in ("town", "village"))
        near = _by_distance(places, latitude, longitude)
        return tuple(place for km, place in near if km <= FARTHEST_KM)[:MOST_NEAREST]

    def find(self, text: str) -> tuple[Place, ...]:
        """Places that `text` names, best first, at most five; empty when none is named. Understands
        traditional script, missing 村/社区/街道, and a town before a village ("泽林的兴桥村")."""
        typed = squeeze(fold(text))
        named = self._named_in(typed) or self._resembling(typed)
        return tuple(named[:MOST_FOUND])

    @cached_property
    def _forms(self) -> list[tuple[str, Place, bool]]:
        """(comparable name, place, is it the full name): names and aliases of every place that can be meant."""
        forms: dict[tuple[str, str], tuple[str, Place, bool]] = {}
        for place in self:
            for name in (place.name, *place.aliases) if place.is_address else ():
                full = squeeze(fold(name))
                forms.setdefault((full, place.code), (full, place, True))
                stem = _SUFFIX.sub("", full)
                forms.setdefault((stem, place.code), (stem, place, False))
        return [form for form in forms.values() if len(form[0]) >= 2]

    def _named_in(self, typed: str) -> list[Place]:
        """Exact names. A name inside a longer one does not count, nor does a place when a part of it is named too."""
        all_named = [
            _Named(place, start, start + len(form), is_full)
            for form, place, is_full in self._forms
            if (start := typed.find(form)) >= 0
        ]
        outer = [one for one in all_named if not any(one.lies_inside(other) for other in all_named)]
        confirmed = [one for one in outer if self._has_its_town(one, outer)]
        kept = confirmed or [one for one in outer if _may_be_meant(one, typed)]
        inner = [one for one in kept if one.place.level != "district"] or kept
        best = sorted(inner, key=lambda one: (not one.is_full, _RANKS[one.place.level], one.start, one.place.code))
        return list({one.place.code: one.place for one in best}.values())

    def _has_its_town(self, village: _Named, all_named: list[_Named]) -> bool:
        town = self.town_of(village.place.code)
        return village.place != town and any(other.place == town and other.lies_apart(village) for other in all_named)

    def _resembling(self, typed: str) -> list[Place]:
        """Names with a wrong character, when the text is about as long as a name."""
        words = _LEAD_IN.sub("", typed)
        if not 2 <= len(words) <= _SHORT_ANSWER:
            return []
        scored = [(_likeness(words, form), place) for form, place, is_full in self._forms if is_full]
        near = sorted((one for one in scored if one[0]), key=lambda one: (-one[0], one[1].code))
        return list({place.code: place for _, place in near}.values())


def _may_be_meant(named: _Named, typed: str) -> bool:
    """A village's stem (石桥, 建新) is an ordinary word too, and may begin another name (洪山区): it counts only where
    hardly anything else is said."""
    if named.is_full or named.place.level != "village":
        return True
    before, after = typed[: named.start], typed[named.end :]
    return not _LEAD_IN.sub("", before) and _TAIL.fullmatch(after) is not None


def _likeness(words: str, form: str) -> float:
    """0..100: how much two names resemble; 0 when only 村 or 社区 is the same, or the stem is there unchanged: then
    it has been judged already."""
    stem, other = _SUFFIX.sub("", words), _SUFFIX.sub("", form)
    if len(stem) < 2 or other in words or not set(stem) & set(other):
        return 0.0
    return max(fuzz.ratio(words, form, score_cutoff=66), fuzz.ratio(stem, other, score_cutoff=66))


def _by_distance(places: Iterable[Place], latitude: float, longitude: float) -> list[tuple[float, Place]]:
    """Places that have coordinates, with their distance in km, nearest first."""
    measured = [
        (_kilometres(latitude, longitude, place.latitude, place.longitude), place)
        for place in places
        if place.latitude is not None and place.longitude is not None
    ]
    return sorted(measured, key=lambda one: (one[0], one[1].code))


def _kilometres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Distance on the globe (haversine)."""
    north, east = radians(other_latitude - latitude) / 2, radians(other_longitude - longitude) / 2
    scale = cos(radians(latitude)) * cos(radians(other_latitude))
    return 2 * _EARTH_KM * asin(sqrt(sin(north) ** 2 + scale * sin(east) ** 2))

"""The place tree: district -> town or street -> village or community; finds a place in what people type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


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

    @property
    def is_address(self) -> bool:
        """False for areas that no resident lives in by name."""
        return self.level != "area"


class PlaceTree:
    """All places of a district."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._by_code = {place.code: place for place in places}

    def __iter__(self) -> Iterator[Place]:
        return iter(self._by_code.values())

    def get(self, code: str | None) -> Place | None:
        return self._by_code.get(code or "")

    def name(self, code: str | None) -> str:
        """The readable name with its town in front: 凤凰街道东塔社区; empty when unknown."""
        raise NotImplementedError

    def town_of(self, code: str | None) -> Place | None:
        """The town or street a place lies in (itself when it is one)."""
        raise NotImplementedError

    def ancestors(self, code: str | None) -> tuple[Place, ...]:
        """The place itself, its town, its district: nearest first; empty when unknown."""
        raise NotImplementedError

    def children(self, code: str) -> tuple[Place, ...]:
        raise NotImplementedError

    def towns(self) -> tuple[Place, ...]:
        """Towns and streets that are addresses, in code order."""
        raise NotImplementedError

    def neighbours(self, code: str) -> tuple[Place, ...]:
        """Neighbouring towns of a town, nearest first."""
        raise NotImplementedError

    def find(self, text: str) -> tuple[Place, ...]:
        """Places that `text` names, best first, at most five; empty when none is named. Understands
        traditional script, missing 村/社区/街道, and a town before a village ("泽林的兴桥村")."""
        raise NotImplementedError

    def nearest(self, latitude: float, longitude: float) -> tuple[Place, ...]:
        """Towns and villages nearest to a shared position (degrees), at most three, none farther than 30 km."""
        raise NotImplementedError

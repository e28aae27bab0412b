"""Who takes part, and what each role is called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from catalog.district import District


class Role(StrEnum):
    """What a person may do here. Everybody is a resident."""

    RESIDENT = "resident"
    HELPER = "helper"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class Person:
    """A human known to the service."""

    id: int
    name: str = ""
    """Only helpers and supervisors have one that others see."""
    roles: frozenset[Role] = frozenset({Role.RESIDENT})
    places: tuple[str, ...] = ()
    """The places a supervisor answers for; a helper's patch. Of who is both: the supervisor's, as a patch gives no
    say over other people's cases."""
    is_reachable: bool = True
    """False when no channel reaches them (they phoned, or they blocked the bot)."""

    @property
    def is_helper(self) -> bool:
        return Role.HELPER in self.roles

    @property
    def is_supervisor(self) -> bool:
        return Role.SUPERVISOR in self.roles


def answers_for(supervisor: Person, place_code: str | None, district: District) -> bool:
    """Whether a place lies in a supervisor's places; what has no (known) place is everybody's."""
    above = {place.code for place in district.places.ancestors(place_code)} - {district.code}
    return not above or district.code in supervisor.places or bool(above & set(supervisor.places))


def in_charge(place_code: str | None, supervisors: tuple[Person, ...], district: District) -> tuple[Person, ...]:
    """Whom to turn to about a place: the supervisors who answer for it, or all of the district when none of those can
    be reached."""
    reachable = tuple(person for person in supervisors if person.is_reachable)
    return tuple(person for person in reachable if answers_for(person, place_code, district)) or reachable


def may_decide(person: Person, place_code: str | None, supervisors: tuple[Person, ...], district: District) -> bool:
    """Whether a supervisor may decide about a place: it lies in theirs, or nobody nearer can be reached."""
    return person.is_supervisor and (
        answers_for(person, place_code, district) or person in in_charge(place_code, supervisors, district)
    )


def may_invite_for(supervisor: Person, places: tuple[str, ...], district: District) -> bool:
    """Whether a supervisor may give a role in these places: all of them lie in their own."""
    own = set(supervisor.places)

    def is_own(code: str) -> bool:
        return bool(own & {place.code for place in district.places.ancestors(code)})

    return district.code in own or (bool(places) and all(map(is_own, places)))


@dataclass(frozen=True, slots=True)
class Helper:
    """A helper as routing sees one."""

    person_id: int
    name: str
    places: tuple[str, ...]
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    team: str
    capacity: int
    load: int
    """Cases in hand now."""
    is_on_duty: bool
    """Their own switch 上班/下班."""
    is_reachable: bool
    duty_from: time
    duty_until: time
    duty_days: tuple[int, ...]
    may_visit_homes: bool = True

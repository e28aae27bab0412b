"""A case -> who is asked next: rings of helpers around the place, a handful at a time.

Rings, nearest first: the patch (village or community), its town, the neighbouring towns, the district. Within a ring
those who know the subject come first, then those with least in hand. Whoever declined is not asked again; whoever was
asked and said nothing is asked once more at most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from handlers.cases import Case
from handlers.facts import Facts, OfferRecord
from handlers.people import Helper

ASKED_AT_MOST = 2
"""How often one helper is asked for one case."""


@dataclass(frozen=True, slots=True)
class Wave:
    """The ring of helpers to ask at the same time."""

    number: int
    ring: str
    """patch, town, neighbours or district: why these were chosen."""
    helper_ids: tuple[int, ...]


def next_wave(case: Case, facts: Facts, without: int | None = None) -> Wave | None:
    """Who is asked next (never `without`): fresh helpers ring by ring, then the silent once more; None when nobody is
    left and a supervisor has to decide."""
    return _wave(case, facts, 1, without) or _wave(case, facts, ASKED_AT_MOST, without)


def _wave(case: Case, facts: Facts, times: int, without: int | None) -> Wave | None:
    """The nearest ring, at least as wide as the wave's number says, in which somebody was asked less than `times`."""
    number = case.wave + 1
    pool = [helper for helper in _pool(case, facts, times) if helper.person_id != without]
    rings = _rings(case, facts)
    for position, (name, belongs) in enumerate(rings):
        found = [helper for helper in pool if belongs(helper)]
        if found and position >= min(number, len(rings)) - 1:
            best = sorted(found, key=lambda helper: _preference(helper, case, facts))
            return Wave(number, name, tuple(helper.person_id for helper in best[: facts.settings.wave_size]))
    return None


def candidates(case: Case, facts: Facts) -> tuple[Helper, ...]:
    """All who could be assigned, best first: what a supervisor chooses from."""
    able = [helper for helper in facts.helpers() if helper.is_reachable and helper.person_id != case.asker_id]
    return tuple(sorted(able, key=lambda helper: (_ring_of(helper, case, facts), *_preference(helper, case, facts))))


def _pool(case: Case, facts: Facts, times: int) -> list[Helper]:
    asked = _asked(facts.offers(case.id))
    return [
        helper for helper in facts.helpers() if _may_be_asked(helper, case) and asked.get(helper.person_id, 0) < times
    ]


def _asked(offers: Iterable[OfferRecord]) -> dict[int, int]:
    """How often each helper was asked; a decline counts as often enough."""
    times: dict[int, int] = {}
    for offer in offers:
        times[offer.helper_id] = ASKED_AT_MOST if offer.declined else times.get(offer.helper_id, 0) + 1
    return times


def _may_be_asked(helper: Helper, case: Case) -> bool:
    return (
        helper.is_reachable
        and helper.is_on_duty
        and helper.load < helper.capacity
        and helper.person_id not in (case.asker_id, case.opened_by)
        and not (case.draft.home_visit and not helper.may_visit_homes)
    )


_Belongs = Callable[[Helper], bool]


def _rings(case: Case, facts: Facts) -> tuple[tuple[str, _Belongs], ...]:
    places = facts.district.places
    town = places.town_of(case.draft.place_code)
    near = {case.draft.place_code} if case.draft.place_code else set()
    around = near | ({town.code} if town else set())
    next_to = {place.code for place in places.neighbours(town.code)} if town else set()

    def in_patch(helper: Helper) -> bool:
        return bool(near & set(helper.places))

    def in_town(helper: Helper) -> bool:
        return any(code in around or (town and _town_code(code, facts) == town.code) for code in helper.places)

    def in_neighbours(helper: Helper) -> bool:
        return in_town(helper) or any(_town_code(code, facts) in next_to for code in helper.places)

    def anywhere(_: Helper) -> bool:
        return True

    return (("patch", in_patch), ("town", in_town), ("neighbours", in_neighbours), ("district", anywhere))


def _town_code(code: str, facts: Facts) -> str | None:
    town = facts.district.places.town_of(code)
    return town.code if town else None


def _ring_of(helper: Helper, case: Case, facts: Facts) -> int:
    return next(position for position, (_, belongs) in enumerate(_rings(case, facts)) if belongs(helper))


def _preference(helper: Helper, case: Case, facts: Facts) -> tuple[int, float, int]:
    """Sort key: knows the subject, least in hand for what they can take, then a stable order."""
    subject = facts.district.subject_of(case.draft.service_id)
    is_skilled = subject in helper.skills
    return (0 if is_skilled else 1, helper.load / max(helper.capacity, 1), helper.person_id)

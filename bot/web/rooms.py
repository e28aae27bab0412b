"""A room is where one role chats: the whole site in a real service, /room/NAME/ each in the demo town.

Each room has its own session, so that one browser can be a resident, two helpers and a supervisor at the same time. A
resident's is a cookie bound to the room's path: everybody is a resident of their own. A helper of the roster and the
demo's supervisor are one person each, whoever steps in: all their windows show the same thread.
"""

from __future__ import annotations

from dataclasses import dataclass

from catalog.district import District, RosterHelper


@dataclass(frozen=True, slots=True)
class Room:
    """`base` is its path, with a slash at both ends; `key` a helper's roster id, else empty."""

    base: str
    role: str
    key: str
    heading: str
    is_shared: bool = False
    """One session for all browsers; never in a real service."""


WHOLE_SITE = Room("/", "resident", "", "鄂小帮")


def town_room(name: str, district: District) -> Room | None:
    """resident, supervisor or helper-H001; None when there is no such room."""
    base = f"/room/{name}/"
    if name == "resident":
        return Room(base, name, "", "居民")
    if name == "supervisor":
        return Room(base, name, "", "督导", is_shared=True)
    role, _, key = name.partition("-")
    helper = next((one for one in district.helpers if role == "helper" and one.id == key), None)
    return Room(base, role, key, f"小帮 {helper.name}", is_shared=True) if helper else None


def suggested_helpers(district: District, count: int = 5) -> list[RosterHelper]:
    """A few helpers to step in as, from different towns: those with the general skill first, then by roster order."""
    chosen: dict[str, RosterHelper] = {}
    for helper in sorted(district.helpers, key=lambda one: ("综合" not in one.skills, one.id)):
        town = district.places.town_of(helper.places[0] if helper.places else None)
        chosen.setdefault(town.code if town else helper.team, helper)
        if len(chosen) == count:
            break
    return list(chosen.values())


def patch_of(helper: RosterHelper, district: District) -> str:
    """Where a helper works, in words: 泽林镇泽林村; empty when the place is not known."""
    return district.places.name(helper.places[0] if helper.places else None)

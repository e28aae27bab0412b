"""Everything an operator's folder says about one district, as one read-only value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from catalog.calendar import Calendar
from catalog.lookalikes import LookAlike
from catalog.places import PlaceTree
from catalog.services import Certificate, Service


@dataclass(frozen=True, slots=True)
class Department:
    """A department of the district (区直部门) and how to reach it."""

    name: str
    phone: str = ""
    complaint_phone: str = ""
    address: str = ""
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class Facility:
    """A place where people can go: canteen (幸福食堂), summer_class (暑期学堂), rest_station (暖蜂驿站),
    courier_canteen (小哥食堂), cooling_point (纳凉点)."""

    id: str
    kind: str
    name: str
    place_code: str
    address: str
    hours: str
    phone: str
    season_from: tuple[int, int] | None = None
    """(month, day) of the first day it is open each year; None when it is open all year."""
    season_until: tuple[int, int] | None = None
    note: str = ""
    is_sample: bool = False

    def is_in_season(self, day: date) -> bool:
        if self.season_from is None or self.season_until is None:
            return True
        return self.season_from <= (day.month, day.day) <= self.season_until


@dataclass(frozen=True, slots=True)
class RosterHelper:
    """A helper (鄂小帮) as the roster file has them; their accounts are the storage's business."""

    id: str
    """Stable key of the roster, e.g. H001."""
    name: str
    team: str
    places: tuple[str, ...]
    """Codes of the patch: villages and communities, or a town, or the district."""
    skills: tuple[str, ...]
    """Main skill first; "综合" is the general skill. A skill is a subject such as 社保, 医保, 民政救助."""
    languages: tuple[str, ...] = ("普通话",)
    capacity: int = 5
    """Cases at the same time at most."""
    duty_from: time = time(8, 30)
    duty_until: time = time(17, 30)
    duty_days: tuple[int, ...] = (0, 1, 2, 3, 4)
    """Weekdays on duty, Monday is 0; holidays are the calendar's business."""
    may_visit_homes: bool = True
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class ListItem:
    """A line of one of the district's own lists (see `District.lists`)."""

    id: str
    name: str
    words: tuple[str, ...] = ()
    """What people say who mean it."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs the service: the handler of personal data that residents are told of (PIPL art. 17)."""

    name: str
    phone: str
    hotline: str = "12345"
    keeps_chat_days: int = 30
    keeps_case_days: int = 365


@dataclass(frozen=True)
class District:
    """One district, loaded and checked by `catalog.loading.load`."""

    code: str
    name: str
    is_sample: bool
    operator: Operator
    services: Mapping[str, Service]
    certificates: Mapping[str, Certificate]
    phrases: Mapping[str, tuple[str, ...]]
    """People's own words per service or certificate id."""
    places: PlaceTree
    departments: Mapping[str, Department]
    facilities: tuple[Facility, ...]
    helpers: tuple[RosterHelper, ...]
    calendar: Calendar
    subjects: Mapping[str, str] = field(default_factory=dict)
    """Department name -> subject (the skill that its matters need), e.g. 区医保局 -> 医保."""
    lists: Mapping[str, Mapping[str, ListItem]] = field(default_factory=dict)
    """negative_items, linked_services and assist_items, by id. Empty when the operator has no such file."""

    lookalikes: tuple[LookAlike, ...] = ()
    """Entries that are taken for each other, with the question that tells them apart."""

    def negative_item(self, text: str) -> ListItem | None:
        """The item that a village must not be asked to do (负面清单) and that `text` speaks of, if any."""
        items = self.lists.get("negative_items", {}).values()
        return next((item for item in items if any(word in text for word in item.words)), None)

    def subject_of(self, service_id: str | None) -> str:
        """The skill that a service needs; 综合 when there is none."""
        service = self.services.get(service_id or "")
        return self.subjects.get(service.department, "综合") if service else "综合"

"""An operator's folder -> a District. All faults of all files are told at once.

load: the district, or CatalogFaults. check: only the faults. load_sample: what comes with the program.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import time
from importlib import resources
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import available_timezones

from catalog import building, checking, columns
from catalog.building import Entry
from catalog.calendar import OFFICE_HOURS, QUIET_HOURS, Calendar
from catalog.cells import Cells, read_clock
from catalog.columns import Column
from catalog.district import District, ListItem, Operator
from catalog.faults import CatalogFaults, Fault
from catalog.lookalikes import LookAlike
from catalog.places import PlaceTree
from catalog.rows import Row
from catalog.tables import find_table, read_settings, read_table

__all__ = ["CatalogFaults", "Fault", "check", "load", "load_sample", "sample_folder"]

_Value = TypeVar("_Value")
LISTS = ("negative_items", "linked_services", "assist_items")
SETTINGS = "district.yaml"
NEEDED_SETTINGS = ("code", "name", "is_sample", "operator.name", "operator.phone")


def load(folder: Path) -> District:
    """The district in `folder`. Raises CatalogFaults with everything that is wrong."""
    district, faults = _read(folder)
    if district is None or faults:
        raise CatalogFaults(faults)
    return district


def check(folder: Path) -> tuple[Fault, ...]:
    """Everything that is wrong in the files of `folder`, file by file, line by line; empty when all is well."""
    return _read(folder)[1]


def load_sample() -> District:
    """The sample district that comes with the program."""
    return load(sample_folder())


def sample_folder() -> Path:
    """Where the sample district's files are."""
    return Path(str(resources.files("catalog") / "data"))


def _read(folder: Path) -> tuple[District | None, tuple[Fault, ...]]:
    if not folder.is_dir():
        return None, (Fault(str(folder), 0, 0, "there is no such folder", "Give the folder with district.yaml in it"),)
    reading = _Reading(folder)
    district = reading.district()
    return district, tuple(sorted(reading.faults, key=lambda fault: (fault.file, fault.line, fault.column)))


class _Reading:
    """One pass over a folder; collects the faults on the way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []
        self.unread: set[str] = set()
        """Tables that are there, or must be, and gave no row."""

    def district(self) -> District:
        settings = self._settings()
        departments = self._table("departments", columns.DEPARTMENTS, building.read_department)
        services = self._table("services", columns.SERVICES, building.read_service)
        certificates = self._table("certificates", columns.CERTIFICATES, building.read_certificate, is_needed=False)
        places = self._table("places", columns.PLACES, building.read_place)
        facilities = self._table("facilities", columns.FACILITIES, building.read_facility, is_needed=False)
        helpers = self._table("helpers", columns.HELPERS, building.read_helper, is_needed=False)
        by_name = {entry.value.name: entry.value for entry in departments}
        subjects = {entry.value.name: entry.cells.text("subject") for entry in departments}
        tree = PlaceTree(entry.value for entry in places)
        ids = [entry.value.id for entry in services]
        all_ids = [*ids, *(entry.value.id for entry in certificates)]
        checking.check_departments(departments)
        checking.check_services(services, by_name)
        checking.check_certificates(certificates, ids)
        checking.check_places(places, settings.text("code"))
        checking.check_facilities(facilities, tree)
        checking.check_helpers(helpers, tree, subjects.values())
        return District(
            code=settings.needed("code"),
            name=settings.needed("name"),
            is_sample=settings.flag("is_sample"),
            operator=_operator(settings),
            services=MappingProxyType({entry.value.id: entry.value for entry in services}),
            certificates=MappingProxyType({entry.value.id: entry.value for entry in certificates}),
            phrases=self._phrases(all_ids),
            places=tree,
            departments=MappingProxyType(by_name),
            facilities=tuple(entry.value for entry in facilities),
            helpers=tuple(entry.value for entry in helpers),
            calendar=self._calendar(settings),
            subjects=MappingProxyType(subjects),
            lookalikes=self._lookalikes(all_ids),
            lists=MappingProxyType({name: self._list(name) for name in LISTS}),
        )

    def _settings(self) -> Cells:
        path = self.folder / SETTINGS
        row: Row | None = None
        if path.is_file():
            row, faults = read_settings(path, NEEDED_SETTINGS)
            self.faults += faults
        else:
            self.faults.append(Fault(SETTINGS, 0, 0, "the file is missing", "Copy the sample's and change it"))
        # What a file that is missing or broken lacks is not told line by line.
        return Cells(row, self.faults) if row else Cells(Row(SETTINGS, 1, {}, {}, {}), [])

    def _table(
        self, stem: str, wanted: Sequence[Column], reader: Callable[[Cells], _Value], *, is_needed: bool = True
    ) -> list[Entry[_Value]]:
        path, faults = find_table(self.folder, stem)
        self.faults += faults
        if path is None:
            if is_needed:
                what = f"Put {stem}.csv, {stem}.yaml or {stem}.xlsx there; the sample shows its columns"
                self.faults.append(Fault(f"{stem}.csv", 0, 0, "the table is missing", what))
                self.unread.add(stem)
            return []
        rows, faults = read_table(path, wanted)
        self.faults += faults
        if not rows:
            self.unread.add(stem)
        return building.build(rows, self.faults, reader)

    def _phrases(self, ids: list[str]) -> MappingProxyType[str, tuple[str, ...]]:
        entries = self._table("phrases", columns.PHRASES, building.read_phrase, is_needed=False)
        if not self.unread & {"services", "certificates"}:
            checking.check_references(entries, ids)
        phrases: dict[str, list[str]] = {}
        for entry in entries:
            phrases.setdefault(entry.value[0], []).append(entry.value[1])
        return MappingProxyType({known: tuple(texts) for known, texts in phrases.items()})

    def _lookalikes(self, ids: list[str]) -> tuple[LookAlike, ...]:
        entries = self._table("lookalikes", columns.LOOKALIKES, building.read_lookalike, is_needed=False)
        checking.check_lookalikes(entries, [] if self.unread & {"services", "certificates"} else ids)
        return tuple(entry.value for entry in entries)

    def _list(self, stem: str) -> MappingProxyType[str, ListItem]:
        entries = self._table(stem, columns.LISTS, building.read_list_item, is_needed=False)
        checking.check_unique(entries, "id")
        checking.check_unique(entries, "name")
        return MappingProxyType({entry.value.id: entry.value for entry in entries})

    def _calendar(self, settings: Cells) -> Calendar:
        entries = self._table("calendar", columns.CALENDAR, building.read_day, is_needed=False)
        checking.check_unique(entries, "date")
        table = dict(entry.value for entry in entries)
        return Calendar(table, _office_hours(settings), _quiet_hours(settings), _zone(settings))


def _operator(settings: Cells) -> Operator:
    name, phone = settings.needed("operator.name"), settings.needed("operator.phone")
    settings.phone("operator.phone")
    return Operator(
        name=name,
        phone=phone,
        hotline=settings.phone("operator.hotline") or "12345",
        keeps_chat_days=settings.count("operator.keeps_chat_days", 30),
        keeps_case_days=settings.count("operator.keeps_case_days", 365),
    )


def _office_hours(settings: Cells) -> tuple[tuple[time, time], ...]:
    spans = [_span(word) for word in settings.words("calendar.office_hours")]
    hours = tuple(span for span in spans if span)
    flat = [clock for span in hours for clock in span]
    if len(hours) != len(spans) or any(later <= earlier for earlier, later in pairwise(flat)):
        what = 'Write them in order, such as ["8:30-12:00", "14:00-17:30"]'
        settings.report("calendar.office_hours", "the office hours cannot be read", what)
        return OFFICE_HOURS
    return hours or OFFICE_HOURS


def _quiet_hours(settings: Cells) -> tuple[time, time]:
    text = settings.text("calendar.quiet_hours")
    span = _span(text) if text else QUIET_HOURS
    if span is None:
        settings.report("calendar.quiet_hours", f'"{text}" cannot be read', 'Write from-until, such as "21:00-8:00"')
    return span or QUIET_HOURS


def _span(text: str) -> tuple[time, time] | None:
    first, _, last = text.replace("—", "-").replace("至", "-").partition("-")
    opens, closes = read_clock(first), read_clock(last)
    return (opens, closes) if opens and closes else None


def _zone(settings: Cells) -> str:
    name = settings.text("calendar.zone") or "Asia/Shanghai"
    if name != "Asia/Shanghai" and name not in available_timezones():
        settings.report("calendar.zone", f'"{name}" is not a time zone', "Write Asia/Shanghai")
        return "Asia/Shanghai"
    return name

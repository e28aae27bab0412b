"""The rules that hold between the values of a district's files. Each rule says what is wrong and what to do.

A table that could not be read is told once; what refers to it is then not told line by line.
Rules of services follow the field meanings of GB/T 39554 and the checks of public item systems (docs/catalog.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from catalog.building import Entry
from catalog.cells import NO, Cells, phones_in
from catalog.district import Department, Facility, RosterHelper
from catalog.lookalikes import LookAlike
from catalog.places import Place
from catalog.services import Certificate, Service, ZeroVisit

_Value = TypeVar("_Value")

HANDLINGS = ("即办件", "承诺件")
_FULLY_ONLINE = ("全程网办", "全程在线办理", "四级", "IV级")
GENERAL_SKILL = "综合"
MOST_QUESTION = 40
MOST_ANSWER = 14
"""Characters of a question that tells entries apart and of its answers: they stand on buttons of a phone."""


def check_unique(entries: Iterable[Entry[_Value]], field: str) -> None:
    """No two rows may have the same text in `field`; empty ones are told elsewhere."""
    lines: dict[str, int] = {}
    for entry in entries:
        text = entry.cells.text(field)
        if text and text in lines:
            problem = f'"{text}" stands already in line {lines[text]}'
            entry.cells.refuse(field, problem, "Give each row its own, or remove the one that is there twice")
        lines.setdefault(text, entry.cells.row.line)


def check_services(services: list[Entry[Service]], departments: Mapping[str, Department]) -> None:
    check_unique(services, "id")
    check_unique(services, "name")
    for entry in services:
        service, cells = entry.value, entry.cells
        _check_department(service, cells, departments)
        _check_limits(service, cells)
        _check_fee(service, cells)
        _check_visits(service, cells)
        _check_phones(service, cells)
        _check_dates(service, cells)
        if not service.applicants:
            cells.refuse("applicants", "nobody is named who may apply", "Write 个人, 法人 or 个体工商户")


def _check_department(service: Service, cells: Cells, departments: Mapping[str, Department]) -> None:
    if departments and service.department and service.department not in departments:
        what = "Correct the name, or add the department to departments"
        cells.refuse("department", f'the department "{service.department}" is not in the list of departments', what)


def _check_limits(service: Service, cells: Cells) -> None:
    """即办 <=> 即办件; a promise is never longer than the law."""
    promised, legal, handling = service.promised_limit, service.legal_limit, cells.text("handling")
    if handling and handling not in HANDLINGS:
        cells.refuse("handling", f'"{handling}" is not known here', f"Write one of: {', '.join(HANDLINGS)}")
    elif handling and promised and promised.is_on_the_spot != (handling == "即办件"):
        what = "即办 belongs to 即办件, every other limit to 承诺件"
        cells.refuse("handling", f'"{handling}" does not fit the promised limit "{promised.text}"', what)
    if promised is None and legal is None:
        cells.refuse("promised_limit", "neither a legal nor a promised limit is given", "Write 即办 or working days")
    days, most = (promised and promised.working_days), (legal and legal.working_days)
    if promised and legal and days and most and promised.is_calendar_days == legal.is_calendar_days and days > most:
        cells.refuse(
            "promised_limit", f"the promise ({promised.text}) is longer than the law ({legal.text})", "Correct it"
        )


def _check_fee(service: Service, cells: Cells) -> None:
    if not service.fee.is_free and not service.fee.basis:
        cells.refuse("fee_basis", "a fee is charged without a basis", "Name the document that allows it, or write 否")
    if service.fee.is_free and cells.text("is_charged").lower() in NO and cells.text("fee").lower() not in NO | {""}:
        cells.refuse("is_charged", "no fee is charged, yet an amount is written", "Write 是, or empty 收费标准")
    if not cells.text("is_charged"):
        cells.refuse("is_charged", "it is not said whether a fee is charged", "Write 是 or 否")


def _check_visits(service: Service, cells: Cells) -> None:
    """到办事现场次数 is about the counter: 0 needs a way without it. We count a helper at home (上门办) as one."""
    if cells.is_broken("visits"):
        return
    has_way = service.is_online or service.is_by_post or service.is_at_home
    if service.visits and not service.visit_reason:
        cells.refuse("visit_reason", f"{service.visits} visits without a reason", "Say why it must be on the spot")
    if not service.visits and not has_way:
        what = "Allow online, post or a helper at home (上门办), or write how often one must come and why"
        cells.refuse("visits", "nobody must come, yet it goes neither online nor by post nor at home", what)
    if service.visits and cells.text("online_depth") in _FULLY_ONLINE:
        cells.refuse("online_depth", "wholly online, yet visits are counted", "Write 0 visits, or a lower depth")
    if cells.text("online_depth") in _FULLY_ONLINE and not service.is_online:
        cells.refuse("online_depth", "wholly online, yet 是否网办 is 否", "Write 是, or a lower depth")
    if (service.zero_visit is ZeroVisit.YES) != (service.visits == 0):
        problem = f"零跑腿 is {cells.text('zero_visit')}, but {service.visits} visits are counted"
        cells.refuse("zero_visit", problem, "是 belongs to 0 visits, 部分 and 否 to one or more")


def _check_phones(service: Service, cells: Cells) -> None:
    for field in ("phone", "complaint_phone"):
        if not cells.text(field):
            cells.refuse(field, "the number is missing", "Give one; every answer to a resident ends with it")
    if set(phones_in(service.phone)) & set(phones_in(service.complaint_phone)):
        _report_same_phone(cells)


def _report_same_phone(cells: Cells) -> None:
    what = "Give another number, such as 12345 for complaints"
    cells.refuse("complaint_phone", "complaints go to the same number as questions", what)


def _check_dates(service: Service, cells: Cells) -> None:
    if service.valid_until and service.valid_until < service.valid_from and not cells.is_broken("valid_from"):
        cells.refuse("valid_until", "it ends before it begins", "Correct 计划生效日期 or 计划取消日期")


def check_certificates(certificates: list[Entry[Certificate]], service_ids: Iterable[str]) -> None:
    check_unique(certificates, "id")
    check_unique(certificates, "name")
    taken = set(service_ids)
    for entry in certificates:
        if entry.value.id in taken:
            entry.cells.refuse("id", f"{entry.value.id} is a service already", "Give the certificate another id")


def check_departments(departments: list[Entry[Department]]) -> None:
    check_unique(departments, "name")
    for entry in departments:
        entry.cells.needed("subject")
        if set(phones_in(entry.value.phone)) & set(phones_in(entry.value.complaint_phone)):
            entry.cells.refuse(
                "complaint_phone", "complaints go to the same number as questions", "Give another number"
            )


def check_places(places: list[Entry[Place]], district_code: str) -> None:
    """One district as root, every parent known, the levels in order, no name twice below the same parent."""
    by_code: dict[str, Entry[Place]] = {}
    for entry in places:
        twin = by_code.setdefault(entry.value.code, entry)
        if twin is not entry:
            problem = f'"{entry.value.code}" stands already in line {twin.cells.row.line}'
            entry.cells.refuse("code" if entry.cells.text("code") else "name", problem, "Remove or rename one of them")
    for entry in places:
        _check_parent(entry, by_code)
    if district_code and district_code not in by_code and places:
        what = "Add the district itself as a row, level 区, without a parent"
        places[0].cells.refuse("code", f"the district {district_code} of district.yaml is not in the table", what)


def _check_parent(entry: Entry[Place], by_code: Mapping[str, Entry[Place]]) -> None:
    place, cells = entry.value, entry.cells
    parent = by_code.get(place.parent or "")
    wanted = {"district": None, "town": "district", "area": "district", "village": "town"}[place.level]
    if wanted is None:
        if place.parent and parent:
            cells.refuse("parent", "a district has no parent here", "Leave the parent empty")
    elif parent is None:
        problem = f'the parent "{place.parent}" is not in the table' if place.parent else "the parent is missing"
        cells.refuse("parent", problem, "Write the code of the place above")
    elif parent.value.level != wanted:
        problem = f"{parent.value.name} cannot be above a {cells.text('level')}"
        cells.refuse("parent", problem, f"Write the code of a {wanted}")
    if (place.latitude is None) != (place.longitude is None) and not cells.is_broken("longitude"):
        cells.refuse("latitude", "only one of the two coordinates is given", "Give both or none")


def check_facilities(facilities: list[Entry[Facility]], places: Iterable[Place]) -> None:
    check_unique(facilities, "id")
    check_unique(facilities, "name")
    known = {place.code for place in places if place.is_address}
    for entry in facilities:
        facility, cells = entry.value, entry.cells
        _check_place_code(cells, "place_code", facility.place_code, known)
        if cells.is_broken("season_from"):
            continue
        if (facility.season_from is None) != (facility.season_until is None):
            cells.refuse("season_until", "a season needs its first and its last day", "Give both, or leave both empty")
        elif facility.season_from and facility.season_until and facility.season_until < facility.season_from:
            what = "Seasons lie within one year: make two rows for one over New Year"
            cells.refuse("season_until", "the season ends before it begins", what)


def check_helpers(helpers: list[Entry[RosterHelper]], places: Iterable[Place], subjects: Iterable[str]) -> None:
    check_unique(helpers, "id")
    known, skills = {place.code for place in places if place.is_address}, {*subjects, GENERAL_SKILL}
    is_known = len(skills) > 1 and "" not in skills
    for entry in helpers:
        _check_helper(entry, known)
        for skill in entry.value.skills if is_known else ():
            if skill not in skills:
                what = f"Write 业务类别 of a department, or {GENERAL_SKILL}"
                entry.cells.refuse("skills", f'no department has the subject "{skill}"', what)


def _check_helper(entry: Entry[RosterHelper], known: set[str]) -> None:
    helper, cells = entry.value, entry.cells
    for code in helper.places:
        _check_place_code(cells, "places", code, known)
    if not helper.places:
        cells.refuse("places", "the helper has no patch", "Write the codes of their villages, town or district")
    if not helper.skills:
        cells.refuse("skills", "the helper has no skill", f"Write at least {GENERAL_SKILL}")
    if not 1 <= helper.capacity <= 99:
        cells.refuse("capacity", f"{helper.capacity} cases at the same time cannot be meant", "Write 1 to 99")
    if helper.duty_until <= helper.duty_from:
        cells.refuse("duty_until", "the duty ends before it begins", "Correct 值守开始 or 值守结束")


def _check_place_code(cells: Cells, field: str, code: str, known: set[str]) -> None:
    if known and code and code not in known:
        what = "Write a code of the table of places (areas are nobody's address)"
        cells.refuse(field, f'there is no place "{code}"', what)


def check_references(entries: Iterable[Entry[tuple[str, str]]], ids: Iterable[str]) -> None:
    """Phrases belong to a service or certificate, and no phrase stands twice below the same one."""
    known, seen = set(ids), set[tuple[str, str]]()
    for entry in entries:
        if entry.value[0] and entry.value[0] not in known:
            what = "Write the id of a service or certificate"
            entry.cells.refuse("id", f'there is no service or certificate "{entry.value[0]}"', what)
        if entry.value in seen:
            entry.cells.refuse("text", "this phrase stands twice below the same id", "Remove one of the two")
        seen.add(entry.value)


def check_lookalikes(entries: list[Entry[LookAlike]], ids: Iterable[str]) -> None:
    """A question tells at least two known entries apart; question and answers are short, and no answer is there twice.

    `ids`: of services and certificates; none when they could not be read.
    """
    check_unique(entries, "question")
    known = set(ids)
    for entry in entries:
        if not entry.cells.is_broken("answers"):
            _check_lookalike(entry.value, entry.cells, known)


def _check_lookalike(group: LookAlike, cells: Cells, known: set[str]) -> None:
    if len(group.question) > MOST_QUESTION:
        problem = f"the question has {len(group.question)} characters"
        cells.refuse("question", problem, f"Keep it within {MOST_QUESTION}")
    if len(group.ids) < 2:
        cells.refuse("answers", "the answers do not lead to two entries", "Give an answer for each entry of the group")
    for id in group.ids:
        if known and id not in known:
            what = "Write the id of a service or certificate"
            cells.refuse("answers", f'there is no service or certificate "{id}"', what)
    labels = [label for label, _ in group.answers]
    for label in dict.fromkeys(labels):
        if labels.count(label) > 1:
            cells.refuse("answers", f'the answer "{label}" is there twice', "Let every answer differ")
        if len(label) > MOST_ANSWER:
            cells.refuse("answers", f'the answer "{label}" is too long', f"Keep it within {MOST_ANSWER} characters")

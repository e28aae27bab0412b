"""Rows -> the values of `catalog.district`: one function per table. Rules between values are in `catalog.checking`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from typing import Generic, TypeVar

from catalog.cells import Cells
from catalog.district import Department, Facility, ListItem, RosterHelper
from catalog.faults import Fault
from catalog.lookalikes import LookAlike
from catalog.places import Place
from catalog.rows import Row
from catalog.services import Certificate, Fee, Level, Limit, Material, Service, ZeroVisit

_Value = TypeVar("_Value")
_NO_DAY = date(1, 1, 1)
"""Stands for a broken date until the faults are told; never leaves the loader."""

LEVELS = {
    "县级": Level.DISTRICT,
    "乡镇级": Level.TOWN,
    "村级": Level.VILLAGE,
    "区级": Level.DISTRICT,
    "district": Level.DISTRICT,
    "镇街级": Level.TOWN,
    "town": Level.TOWN,
    "村（社区）级": Level.VILLAGE,
    "village": Level.VILLAGE,
}
ZERO_VISITS = {
    "是": ZeroVisit.YES,
    "部分": ZeroVisit.PARTLY,
    "否": ZeroVisit.NO,
    "yes": ZeroVisit.YES,
    "partly": ZeroVisit.PARTLY,
    "no": ZeroVisit.NO,
}
PLACE_LEVELS = {
    "区": "district",
    "街道": "town",
    "镇": "town",
    "乡": "town",
    "村": "village",
    "社区": "village",
    "功能区": "area",
    "县": "district",
    "居委会": "village",
    "district": "district",
    "town": "town",
    "village": "village",
    "area": "area",
}
FACILITY_KINDS = {
    "幸福食堂": "canteen",
    "暑期学堂": "summer_class",
    "暖蜂驿站": "rest_station",
    "小哥食堂": "courier_canteen",
    "纳凉点": "cooling_point",
    "canteen": "canteen",
    "summer_class": "summer_class",
    "rest_station": "rest_station",
    "courier_canteen": "courier_canteen",
    "cooling_point": "cooling_point",
}
DAY_KINDS = {"休": False, "班": True, "放假": False, "上班": True, "off": False, "work": True}
_WEEKDAYS = {sign: day for signs in ("一二三四五六日", "1234567") for day, sign in enumerate(signs)}
_MATERIAL_FLAGS = {"视情形": "optional", "非必要": "optional", "可容缺": "late", "可承诺": "promise"}
_FLAG = re.compile(r"[\[【［](.*?)[\]】］]")
_EXCEL_ERROR = re.compile(r"#(REF!|N/A|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|#+)")
_ROUNDED = re.compile(r"\d(\.\d+)?E\+\d+")
_LIMIT = re.compile(r"(\d+(?:\.\d+)?)\s*个?(工作日|自然日|日|天)?(?:[（(].*[）)])?")


@dataclass(frozen=True, slots=True)
class Entry(Generic[_Value]):
    """A value and the row it was read from."""

    value: _Value
    cells: Cells


def build(rows: list[Row], faults: list[Fault], reader: Callable[[Cells], _Value]) -> list[Entry[_Value]]:
    """Every row through `reader`; what cannot be read goes to `faults`."""
    all_cells = [Cells(row, faults) for row in rows]
    for cells in all_cells:
        _tell_excels_marks(cells)
    return [Entry(reader(cells), cells) for cells in all_cells]


def _tell_excels_marks(cells: Cells) -> None:
    """What Excel leaves behind when a formula breaks or a long number is shown short."""
    for field, text in cells.row.texts.items():
        if text.startswith("#") and _EXCEL_ERROR.fullmatch(text):
            cells.report(field, f"{text} is an error of Excel", "Repair the formula, or type the value")
        elif "E+" in text and _ROUNDED.fullmatch(text):
            what = "Format the column as text in Excel and type the number anew"
            cells.report(field, f"Excel has rounded this number to {text}", what)


def read_service(cells: Cells) -> Service:
    return Service(
        id=cells.needed("id"),
        name=cells.needed("name"),
        level=cells.choice("level", LEVELS, Level.DISTRICT),
        department=cells.needed("department"),
        applicants=cells.words("applicants"),
        conditions=cells.needed("conditions"),
        materials=_materials(cells),
        legal_limit=_limit(cells, "legal_limit"),
        promised_limit=_limit(cells, "promised_limit"),
        fee=_fee(cells),
        visits=cells.count("visits"),
        visit_reason=cells.text("visit_reason"),
        zero_visit=cells.choice("zero_visit", ZERO_VISITS, ZeroVisit.NO),
        is_online=cells.flag("is_online"),
        is_by_post=cells.flag("is_by_post"),
        where=cells.needed("where"),
        phone=cells.phone("phone"),
        complaint_phone=cells.phone("complaint_phone"),
        basis=cells.needed("basis"),
        valid_from=_needed_day(cells, "valid_from"),
        valid_until=cells.day("valid_until"),
        source=cells.needed("source"),
        source_date=_needed_day(cells, "source_date"),
        note=cells.text("note"),
        version=cells.count("version", 1),
        is_sample=cells.flag("is_sample"),
        frequency_rank=cells.count("frequency_rank") if cells.text("frequency_rank") else None,
        is_at_home=cells.flag("is_at_home"),
    )


def _needed_day(cells: Cells, field: str) -> date:
    return (cells.day(field) if cells.needed(field) else None) or _NO_DAY


def _fee(cells: Cells) -> Fee:
    charged = cells.flag("is_charged")
    text = cells.text("fee") or ("收费，标准请咨询" if charged else "")
    return Fee(text=text if charged else "", basis=cells.text("fee_basis"))


def _limit(cells: Cells, field: str) -> Limit | None:
    """None for an empty value or a dash. A bare number counts working days; a text without number is only shown."""
    text = cells.text(field)
    if text in ("", "-", "—", "/", "无"):
        return None
    found = _LIMIT.fullmatch(text)
    if not found:
        return Limit(text, is_on_the_spot=text.startswith("即办") or text == "当场办结")
    unit = found[2]
    shown = text if unit else f"{text}个工作日"
    return Limit(shown, working_days=float(found[1]), is_calendar_days=unit in ("自然日", "日", "天"))


def _materials(cells: Cells) -> tuple[Material, ...]:
    """Papers are separated by ；. Flags stand behind the name in 【】, a note behind a colon:
    户口簿；照片【可容缺】；结婚证【视情形】【可承诺】：未登记的不需要"""
    parts = [part.strip() for part in re.split(r"[;；\n]", cells.text("materials")) if part.strip()]
    if parts in (["无"], ["无需材料"], ["-"]):
        return ()
    if not parts:
        cells.report("materials", "no paper is named", "Name them, separated by ；, or write 无 if none is needed")
    return tuple(_material(cells, part) for part in parts)


def _material(cells: Cells, text: str) -> Material:
    flags = {_MATERIAL_FLAGS.get(flag.strip(), "") for flag in _FLAG.findall(text)}
    name, _, note = _FLAG.sub("", text).replace(":", "：").partition("：")
    if "" in flags:
        known = "".join(f"【{flag}】" for flag in _MATERIAL_FLAGS)
        cells.report("materials", f'a mark in "{text}" is not known', f"Use {known}")
    if not name.strip():
        cells.report("materials", f'"{text}" has no name', "Write the name of the paper before its marks")
    return Material(name.strip(), "optional" not in flags, "late" in flags, "promise" in flags, note.strip())


def read_certificate(cells: Cells) -> Certificate:
    return Certificate(
        cells.needed("id"),
        cells.needed("name"),
        cells.needed("replacement"),
        cells.needed("source"),
        cells.flag("is_sample"),
    )


def read_department(cells: Cells) -> Department:
    return Department(
        cells.needed("name"),
        cells.phone("phone"),
        cells.phone("complaint_phone"),
        cells.text("address"),
        cells.flag("is_sample"),
    )


def read_place(cells: Cells) -> Place:
    """A place without a known code gets "<parent>:<name>"; a code is never invented."""
    name, parent = cells.needed("name"), cells.text("parent")
    return Place(
        code=cells.text("code") or f"{parent}:{name}",
        name=name,
        level=cells.choice("level", PLACE_LEVELS, "village"),
        parent=parent or None,
        aliases=cells.words("aliases"),
        run_by=cells.text("run_by"),
        note=cells.text("note"),
        latitude=cells.degrees("latitude", 90),
        longitude=cells.degrees("longitude", 180),
        is_sample=cells.flag("is_sample"),
        confidence=cells.text("confidence"),
    )


def read_facility(cells: Cells) -> Facility:
    return Facility(
        id=cells.needed("id"),
        kind=cells.choice("kind", FACILITY_KINDS, "canteen"),
        name=cells.needed("name"),
        place_code=cells.needed("place_code"),
        address=cells.needed("address"),
        hours=cells.needed("hours"),
        phone=cells.phone("phone"),
        season_from=cells.month_day("season_from"),
        season_until=cells.month_day("season_until"),
        note=cells.text("note"),
        is_sample=cells.flag("is_sample"),
    )


def read_helper(cells: Cells) -> RosterHelper:
    return RosterHelper(
        id=cells.needed("id"),
        name=cells.needed("name"),
        team=cells.needed("team"),
        places=cells.words("places"),
        skills=cells.words("skills"),
        languages=cells.words("languages") or ("普通话",),
        capacity=cells.count("capacity", 5),
        duty_from=cells.clock("duty_from", time(8, 30)),
        duty_until=cells.clock("duty_until", time(17, 30)),
        duty_days=_weekdays(cells),
        may_visit_homes=cells.flag("may_visit_homes", default=True),
        is_sample=cells.flag("is_sample"),
    )


def _weekdays(cells: Cells) -> tuple[int, ...]:
    """一二三四五 or 周一至周五 or 1-5; Monday to Friday when empty."""
    text = re.sub(r"周|星期|[、,，;；\s]", "", cells.text("duty_days"))
    span = re.fullmatch(r"(.)[至到~-](.)", text)
    if not text:
        return (0, 1, 2, 3, 4)
    if any(sign not in _WEEKDAYS for sign in (span.groups() if span else text)):
        cells.report("duty_days", f'"{text}" does not name weekdays', "Write 周一至周五 or 六日")
        return ()
    if span:
        return tuple(range(_WEEKDAYS[span[1]], _WEEKDAYS[span[2]] + 1))
    return tuple(sorted({_WEEKDAYS[sign] for sign in text}))


def read_day(cells: Cells) -> tuple[date, bool]:
    """A line of the operator's calendar: the day, and whether people work on it."""
    return _needed_day(cells, "date"), cells.choice("kind", DAY_KINDS, False)


def read_phrase(cells: Cells) -> tuple[str, str]:
    return cells.needed("id"), cells.needed("text")


def read_lookalike(cells: Cells) -> LookAlike:
    """Answers are separated by ；, each with the id that it leads to behind a colon: 村里的：V002；单位的：D007"""
    parts = [part.strip() for part in re.split(r"[;；\n]", cells.needed("answers")) if part.strip()]
    pairs = [part.replace(":", "：").rpartition("：") for part in parts]
    answers = tuple((label.strip(), id.strip()) for label, _, id in pairs)
    for part, (label, id) in zip(parts, answers, strict=True):
        if not label or not id:
            cells.report("answers", f'"{part}" is not an answer with its id', "Write answer：id, such as 村里的：V002")
    return LookAlike(tuple(dict.fromkeys(id for _, id in answers)), cells.needed("question"), answers)


def read_list_item(cells: Cells) -> ListItem:
    return ListItem(cells.needed("id"), cells.needed("name"), cells.words("words"))

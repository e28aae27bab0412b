"""Files -> rows. A table may be CSV, YAML or XLSX; every row knows where each of its values stands."""

from __future__ import annotations

import csv
import difflib
import io
import re
import unicodedata
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import yaml

from catalog.columns import Column
from catalog.faults import Fault, column_letters

FORMS = (".csv", ".yaml", ".yml", ".xlsx")
LARGEST_FILE = 20_000_000
"""Bytes. A district's largest real table (phrases) has less than one million."""
_HEADING_WITHIN = 5
"""Offices put a title above the headings; they are looked for in so many first rows."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its texts by field, and where they stand."""

    file: str
    line: int
    texts: Mapping[str, str]
    columns: Mapping[str, int]
    headers: Mapping[str, str]
    lines: Mapping[str, int] = field(default_factory=dict)
    """YAML only: the line of each value."""
    absent: frozenset[str] = frozenset()
    """Fields that had to be there and are not: told already, once for the table or the entry."""

    def text(self, field: str) -> str:
        """The value without surrounding blanks; empty when there is none."""
        return self.texts.get(field, "")

    def fault(self, field: str, problem: str, what_to_do: str) -> Fault:
        """A fault at this row's value of `field`."""
        line = self.lines.get(field, self.line)
        return Fault(self.file, line, self.columns.get(field, 0), problem, what_to_do, self.headers.get(field, field))


@dataclass(frozen=True, slots=True)
class _Grid:
    """A sheet as it stands: lines with their number and their texts."""

    file: str
    lines: list[tuple[int, list[str]]] = field(default_factory=list)


class _Unreadable(Exception):
    """Nothing of the file can be used; carries the faults that say why."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults)
        self.faults = faults


def find_table(folder: Path, stem: str) -> tuple[Path | None, list[Fault]]:
    """The file of a table in whichever form it comes; None when there is none."""
    found = sorted(path for path in _files(folder) if path.stem == stem and path.suffix.lower() in FORMS)
    faults = [_old_excel(path) for path in _files(folder) if path.stem == stem and path.suffix.lower() == ".xls"]
    if len(found) > 1:
        names = " and ".join(path.name for path in found)
        faults.append(Fault(found[1].name, 0, 0, f"{names} are both there", "Keep one of them"))
    return (found[0] if found else None), faults


def read_table(path: Path, columns: Sequence[Column]) -> tuple[list[Row], list[Fault]]:
    """All rows of a table. What cannot be read is told in the faults; this never raises for a bad file."""
    try:
        data = _read_bytes(path)
        if path.suffix.lower() in (".yaml", ".yml"):
            return _yaml_rows(path.name, data, columns)
        if path.suffix.lower() == ".xlsx":
            return _grid_rows(_xlsx_grid(path.name, data), columns)
        return _grid_rows(_csv_grid(path.name, data), columns)
    except _Unreadable as unreadable:
        return [], list(unreadable.faults)


def read_settings(path: Path, needed: Sequence[str]) -> tuple[Row | None, list[Fault]]:
    """A YAML mapping as one row; the field of an inner value is written with dots ("operator.phone")."""
    try:
        root = _compose(path.name, _read_bytes(path))
        if not isinstance(root, yaml.MappingNode):
            raise _Unreadable(Fault(path.name, 1, 1, "the file is not a list of settings", 'Write lines "name: value"'))
    except _Unreadable as unreadable:
        return None, list(unreadable.faults)
    gathered = _Gathered(path.name)
    gathered.add(root, "")
    absent = [name for name in needed if name not in gathered.texts]
    faults = [
        Fault(path.name, 1, 0, f'the setting "{name}" is missing', f'Add it with a line "{name.split(".")[-1]}: ..."')
        for name in absent
    ]
    return gathered.row(1, absent), gathered.faults + faults


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else ()


def _old_excel(path: Path) -> Fault:
    return Fault(path.name, 0, 0, "the old Excel form .xls is not read", "Save it as .xlsx or as CSV UTF-8")


def _read_bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes() if path.stat().st_size <= LARGEST_FILE else None
    except OSError as error:
        reason = error.strerror or str(error)
        raise _Unreadable(Fault(path.name, 0, 0, f"the file cannot be read ({reason})", "Check its rights")) from error
    if data is None:
        limit = f"the file is larger than {LARGEST_FILE // 1_000_000} MB"
        raise _Unreadable(Fault(path.name, 0, 0, limit, "Take out what does not belong there"))
    if not data.strip():
        raise _Unreadable(Fault(path.name, 0, 0, "the file is empty", "Fill it in, or remove it if it is not needed"))
    return data


# Text and its encoding


def _decode(file: str, data: bytes) -> str:
    """UTF-8 with or without a mark, or GB18030 (what Excel writes as "CSV" in China)."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise _Unreadable(Fault(file, 0, 0, "this is an Excel or zip file with another ending", "Rename it to .xlsx"))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data:
        raise _Unreadable(Fault(file, 0, 0, "the file is UTF-16 or not text at all", 'Save it as "CSV UTF-8"'))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if _is_mostly_utf8(data):
            raise _Unreadable(_bad_byte(file, data, error.start, "UTF-8")) from error
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise _Unreadable(_bad_byte(file, data, error.start, "GB18030")) from error


def _is_mostly_utf8(data: bytes) -> bool:
    text = data.decode("utf-8", errors="replace")
    good = sum(1 for sign in text if "\u3000" <= sign <= "\u9fff")
    return good > text.count("\ufffd")


def _bad_byte(file: str, data: bytes, at: int, encoding: str) -> Fault:
    line = data.count(b"\n", 0, at) + 1
    problem = f"byte 0x{data[at]:02x} is broken {encoding} text"
    return Fault(file, line, 0, problem, 'Retype this line and save the file as "CSV UTF-8"')


# CSV


def _csv_grid(file: str, data: bytes) -> _Grid:
    text = _decode(file, data)
    first = text.lstrip().partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    grid, line = _Grid(file), 1
    try:
        for cells in reader:
            grid.lines.append((line, [cell.strip() for cell in cells]))
            line = reader.line_num + 1
    except csv.Error as error:
        what = 'Write a quotation mark inside a value twice (""), and close every opened one'
        raise _Unreadable(Fault(file, line, 0, f"the quotation marks do not fit together ({error})", what)) from error
    return grid


# XLSX


def _xlsx_grid(file: str, data: bytes) -> _Grid:
    import openpyxl  # 0.4 s: only for those who bring a workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and validations that openpyxl does not know do not matter here
            book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        sheet = book.worksheets[0]
    except Exception as error:  # openpyxl raises whatever its zip and XML parts raise
        what = "Open it in Excel or WPS without a password and save it anew as .xlsx"
        raise _Unreadable(Fault(file, 0, 0, "the workbook cannot be opened", what)) from error
    grid = _Grid(file)
    for cells in sheet.iter_rows():
        grid.lines.append((cells[0].row or 0, [_cell_text(cell.value) for cell in cells]))
    _refuse_merged(grid, [(part.min_row, part.min_col, part.coord) for part in sheet.merged_cells.ranges])
    return grid


def _refuse_merged(grid: _Grid, merged: list[tuple[int, int, str]]) -> None:
    """Merged cells hold one value for many rows, so what the others mean would be a guess. A title may be merged."""
    faults = [
        Fault(grid.file, line, column, f"the cells {name} are merged", "Unmerge them and write the value into each one")
        for line, column, name in sorted(merged)
        if line > 1 or _fullness(grid, 1) > 1
    ]
    if faults:
        raise _Unreadable(*faults)


def _fullness(grid: _Grid, number: int) -> int:
    return sum(bool(text) for line, cells in grid.lines if line == number for text in cells)


def _cell_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return str(value).strip()


# Headings, for sheets


def _grid_rows(grid: _Grid, columns: Sequence[Column]) -> tuple[list[Row], list[Fault]]:
    names = _names(columns)
    at = _heading_line(grid, names)
    if at is None:
        wanted = ", ".join(column.headers[0] for column in columns if column.is_needed)
        what = f"Put these headings above the columns: {wanted}"
        return [], [Fault(grid.file, 1, 0, "no row with the headings was found", what)]
    number, heading = grid.lines[at]
    places, faults = _place_columns(grid.file, number, heading, columns)
    headers = {name: heading[column - 1] for name, column in places.items()}
    needed = [column.field for column in columns if column.is_needed]
    rows = []
    for line, cells in grid.lines[at + 1 :]:
        if not any(cells):
            continue
        faults += _wrong_width(grid.file, line, cells, heading)
        texts = {name: cells[column - 1] for name, column in places.items() if column <= len(cells)}
        absent = frozenset(name for name in needed if name not in texts)
        rows.append(Row(grid.file, line, texts, places, headers, absent=absent))
    if not rows:
        faults.append(Fault(grid.file, number, 0, "there is no row below the headings", "Fill in the rows"))
    return rows, faults


def _names(columns: Sequence[Column]) -> dict[str, str]:
    """Comparable heading -> field."""
    return {_comparable(name): column.field for column in columns for name in (*column.headers, column.field)}


def _comparable(heading: str) -> str:
    plain = unicodedata.normalize("NFKC", heading).lower()
    return re.sub(r"[\s_*:]|\(.*?\)", "", plain)


def _heading_line(grid: _Grid, names: Mapping[str, str]) -> int | None:
    """Index of the first line where most texts are headings that we know."""
    for index, (_, cells) in enumerate(grid.lines[:_HEADING_WITHIN]):
        known = sum(_comparable(cell) in names for cell in cells)
        if known >= 2 and 2 * known >= sum(bool(cell) for cell in cells):
            return index
    return None


def _place_columns(
    file: str, number: int, heading: list[str], columns: Sequence[Column]
) -> tuple[dict[str, int], list[Fault]]:
    names, places, faults = _names(columns), dict[str, int](), list[Fault]()
    for column, text in enumerate(heading, start=1):
        name = names.get(_comparable(text))
        if name and name in places:
            problem = f"the heading stands twice, also in column {column_letters(places[name])}"
            faults.append(Fault(file, number, column, problem, "Remove or rename one of the two", text))
        elif name:
            places[name] = column
    strange = [text for text in heading if text and _comparable(text) not in names]
    faults += [
        Fault(file, number, 0, f"the column {column.headers[0]} is missing", _advice_for(column, strange))
        for column in columns
        if column.is_needed and column.field not in places
    ]
    return places, faults


def _advice_for(column: Column, strange: list[str]) -> str:
    near = difflib.get_close_matches(column.headers[0], strange, n=1, cutoff=0.5)
    if near:
        return f"Is {near[0]} meant? Then rename it"
    return f"Add a column with this heading (English: {column.field})"


def _wrong_width(file: str, line: int, cells: list[str], heading: list[str]) -> list[Fault]:
    surplus = any(cells[len(heading) :])
    if not surplus and not (file.lower().endswith(".csv") and len(cells) < len(heading)):
        return []
    problem = f"the line has {len(cells)} values below {len(heading)} headings"
    return [Fault(file, line, 0, problem, "Put values that contain a comma into quotation marks; keep empty ones")]


# YAML


def _compose(file: str, data: bytes) -> yaml.Node | None:
    """The document as nodes, so that every value keeps its text as typed and its place."""
    text = _decode(file, data)
    try:
        return yaml.compose(text, Loader=yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = "Check the indentation, the colon with a blank behind it, and quotation marks"
        raise _Unreadable(Fault(file, line, column, f"this is not YAML ({error.problem})", what)) from error
    except yaml.YAMLError as error:
        raise _Unreadable(Fault(file, 1, 1, "there are signs that YAML does not allow", "Retype the file")) from error


def _yaml_rows(file: str, data: bytes, columns: Sequence[Column]) -> tuple[list[Row], list[Fault]]:
    root = _compose(file, data)
    if not isinstance(root, yaml.SequenceNode):
        return [], [Fault(file, 1, 1, "the file is not a list", 'Begin every entry with "- " at the margin')]
    rows, faults = list[Row](), list[Fault]()
    for node in root.value:
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        if not isinstance(node, yaml.MappingNode):
            faults.append(Fault(file, line, column, "this entry has no names", 'Write lines "name: value" in it'))
            continue
        gathered = _Gathered(file, _names(columns))
        gathered.add(node, "")
        absent = [wanted for wanted in columns if wanted.is_needed and wanted.field not in gathered.texts]
        rows.append(gathered.row(line, [wanted.field for wanted in absent]))
        faults += gathered.faults
        faults += [
            Fault(file, line, column, f"{wanted.headers[0]} is missing in this entry", f"Add {wanted.headers[0]}")
            for wanted in absent
        ]
    return rows, faults


class _Gathered:
    """The texts of a YAML mapping, with their places."""

    def __init__(self, file: str, names: Mapping[str, str] | None = None) -> None:
        self.file = file
        self.names = names
        self.texts: dict[str, str] = {}
        self.headers: dict[str, str] = {}
        self.lines: dict[str, int] = {}
        self.columns: dict[str, int] = {}
        self.faults: list[Fault] = []

    def add(self, node: yaml.MappingNode, prefix: str) -> None:
        for key, value in node.value:
            header = key.value if isinstance(key, yaml.ScalarNode) else ""
            name = prefix + header if self.names is None else self.names.get(_comparable(header), "")
            if name in self.lines:
                self._fault(key, f"{header} stands twice", "Remove one of the two")
            elif isinstance(value, yaml.MappingNode) and self.names is None:
                self.add(value, f"{name}.")
            elif name:
                self._put(name, header, value)

    def _put(self, name: str, header: str, value: yaml.Node) -> None:
        items = value.value if isinstance(value, yaml.SequenceNode) else [value]
        if not all(isinstance(item, yaml.ScalarNode) for item in items):
            self._fault(value, f"{header} holds names inside names", "Write one text, or a list of texts")
            items = []
        texts = ["" if item.tag == "tag:yaml.org,2002:null" else str(item.value).strip() for item in items]
        self.texts[name], self.headers[name] = "；".join(texts), header
        self.lines[name], self.columns[name] = value.start_mark.line + 1, value.start_mark.column + 1

    def _fault(self, node: yaml.Node, problem: str, what_to_do: str) -> None:
        self.faults.append(Fault(self.file, node.start_mark.line + 1, node.start_mark.column + 1, problem, what_to_do))

    def row(self, line: int, absent: Iterable[str]) -> Row:
        return Row(self.file, line, self.texts, self.columns, self.headers, self.lines, frozenset(absent))

"""CSV and XLSX -> rows: the cells as they stand, then the headings above them."""

from __future__ import annotations

import csv
import difflib
import io
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from catalog.columns import Column
from catalog.faults import Fault, column_letters
from catalog.rows import Row, Unreadable, comparable, names_of
from catalog.texts import decode

_HEADING_WITHIN = 5
"""Offices put a title above the headings; they are looked for in so many first rows."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet as it stands: lines with their number and their texts."""

    file: str
    lines: list[tuple[int, list[str]]] = field(default_factory=list)


def read_csv(file: str, data: bytes) -> Grid:
    text = decode(file, data)
    first = text.lstrip().partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    grid, line = Grid(file), 1
    try:
        for cells in reader:
            grid.lines.append((line, [cell.strip() for cell in cells]))
            line = reader.line_num + 1
    except csv.Error as error:
        what = 'Write a quotation mark inside a value twice (""), and close every opened one'
        raise Unreadable(Fault(file, line, 0, f"the quotation marks do not fit together ({error})", what)) from error
    return grid


def read_xlsx(file: str, data: bytes) -> Grid:
    import openpyxl  # 0.4 s: only for those who bring a workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and validations that openpyxl does not know do not matter here
            book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        sheet = book.worksheets[0]
    except Exception as error:  # openpyxl raises whatever its zip and XML parts raise
        what = "Open it in Excel or WPS without a password and save it anew as .xlsx"
        raise Unreadable(Fault(file, 0, 0, "the workbook cannot be opened", what)) from error
    grid = Grid(file)
    for cells in sheet.iter_rows():
        grid.lines.append((cells[0].row or 0, [_cell_text(cell.value) for cell in cells]))
    _refuse_merged(grid, [(part.min_row, part.min_col, part.coord) for part in sheet.merged_cells.ranges])
    return grid


def _refuse_merged(grid: Grid, merged: list[tuple[int, int, str]]) -> None:
    """Merged cells hold one value for many rows, so what the others mean would be a guess. A title may be merged."""
    faults = [
        Fault(grid.file, line, column, f"the cells {name} are merged", "Unmerge them and write the value into each one")
        for line, column, name in sorted(merged)
        if line > 1 or _fullness(grid, 1) > 1
    ]
    if faults:
        raise Unreadable(*faults)


def _fullness(grid: Grid, number: int) -> int:
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


def rows_of(grid: Grid, columns: Sequence[Column]) -> tuple[list[Row], list[Fault]]:
    names = names_of(columns)
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


def _heading_line(grid: Grid, names: Mapping[str, str]) -> int | None:
    """Index of the first line where most texts are headings that we know."""
    for index, (_, cells) in enumerate(grid.lines[:_HEADING_WITHIN]):
        known = sum(comparable(cell) in names for cell in cells)
        if known >= 2 and 2 * known >= sum(bool(cell) for cell in cells):
            return index
    return None


def _place_columns(
    file: str, number: int, heading: list[str], columns: Sequence[Column]
) -> tuple[dict[str, int], list[Fault]]:
    names, places, faults = names_of(columns), dict[str, int](), list[Fault]()
    for column, text in enumerate(heading, start=1):
        name = names.get(comparable(text))
        if name and name in places:
            problem = f"the heading stands twice, also in column {column_letters(places[name])}"
            faults.append(Fault(file, number, column, problem, "Remove or rename one of the two", text))
        elif name:
            places[name] = column
    strange = [text for text in heading if text and comparable(text) not in names]
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

"""Files -> rows. A table may be CSV, YAML or XLSX; what cannot be read is told, never raised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from catalog.columns import Column
from catalog.faults import Fault
from catalog.nodes import read_entries, read_mapping
from catalog.rows import Row, Unreadable
from catalog.sheets import read_csv, read_xlsx, rows_of
from catalog.texts import read_bytes

FORMS = (".csv", ".yaml", ".yml", ".xlsx")


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
        data = read_bytes(path)
        if path.suffix.lower() in (".yaml", ".yml"):
            return read_entries(path.name, data, columns)
        if path.suffix.lower() == ".xlsx":
            return rows_of(read_xlsx(path.name, data), columns)
        return rows_of(read_csv(path.name, data), columns)
    except Unreadable as unreadable:
        return [], list(unreadable.faults)


def read_settings(path: Path, needed: Sequence[str]) -> tuple[Row | None, list[Fault]]:
    """A YAML mapping as one row; the field of an inner value is written with dots ("operator.phone")."""
    try:
        return read_mapping(path.name, read_bytes(path), needed)
    except Unreadable as unreadable:
        return None, list(unreadable.faults)


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else ()


def _old_excel(path: Path) -> Fault:
    return Fault(path.name, 0, 0, "the old Excel form .xls is not read", "Save it as .xlsx or as CSV UTF-8")

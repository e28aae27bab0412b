"""A row of a table, whatever its form: its texts by field, and where each of them stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from catalog.columns import Column
from catalog.faults import Fault


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


class Unreadable(Exception):
    """Nothing of the file can be used; carries the faults that say why."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults)
        self.faults = faults


def names_of(columns: Sequence[Column]) -> dict[str, str]:
    """Comparable heading -> field."""
    return {comparable(name): column.field for column in columns for name in (*column.headers, column.field)}


def comparable(heading: str) -> str:
    plain = unicodedata.normalize("NFKC", heading).lower()
    return re.sub(r"[\s_*:]|\(.*?\)", "", plain)

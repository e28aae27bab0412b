"""What is wrong in an operator's files: where, what, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to put right in a file. `str()` gives one line for people."""

    file: str
    line: int
    """Counted from 1, as editors and Excel do; 0 when the fault is about the file as a whole."""
    column: int
    """Counted from 1: the column of the sheet in CSV and XLSX, the character in YAML; 0: the whole line."""
    problem: str
    what_to_do: str
    header: str = ""
    """Heading of the column, as the file writes it."""

    def __str__(self) -> str:
        return f"{self.file}{self._place()}: {self.problem}. {self.what_to_do}"

    def _place(self) -> str:
        if not self.line:
            return ""
        heading = f" ({self.header})" if self.header else ""
        if not self.column:
            return f", line {self.line}{heading}"
        if self.file.lower().endswith(".xlsx"):
            return f", cell {column_letters(self.column)}{self.line}{heading}"
        if self.file.lower().endswith(".csv"):
            return f", line {self.line}, column {column_letters(self.column)}{heading}"
        return f", line {self.line}, column {self.column}{heading}"


class CatalogFaults(ValueError):
    """A district's files cannot be used; `faults` holds everything that is wrong in them, file by file."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


def column_letters(column: int) -> str:
    """The name a spreadsheet gives a column: 1 is A, 27 is AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters

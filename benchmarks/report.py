"""Writes measured tables into docs/matching.md, each between its own two marks."""

from __future__ import annotations

import datetime
import os
import platform
from collections.abc import Sequence
from pathlib import Path

DOCUMENT = Path(__file__).parent.parent / "docs" / "matching.md"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def measured(command: str, sizes: str) -> str:
    """The line that says when and on what a table was measured, and how to measure again."""
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores"
    return f"Measured {datetime.date.today()} ({machine}) with `python -m {command} --write`: {sizes}"


def write(name: str, text: str) -> None:
    """Put `text` in the place of section `name`; at the end when there is no such section."""
    start, end = f"<!-- measured: {name} -->", f"<!-- end: {name} -->"
    old = DOCUMENT.read_text(encoding="utf-8")
    if start not in old:
        old = f"{old.rstrip()}\n\n{start}\n{end}\n"
    before, rest = old.split(start, 1)
    after = rest.split(end, 1)[1]
    DOCUMENT.write_text(f"{before}{start}\n{text}\n{end}{after}", encoding="utf-8")

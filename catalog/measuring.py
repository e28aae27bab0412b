"""Measures understanding against labelled questions, and reads questions line by line for `match`."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.understanding import Band, Search, Understanding

MATTERS = ("service", "certificate")
"""Kinds whose rows carry the ids that count for hit@1 and hit@3."""


class UnreadableRows(ValueError):
    """A file of labelled questions that cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled question."""

    number: int
    """Line of the file, the header being line 1."""
    question: str
    kind: str
    ids: tuple[str, ...]
    """Any of them is right; best first."""
    is_enough: bool = True
    """False when the question alone does not say what is wanted: left out of the figures."""


@dataclass(frozen=True, slots=True)
class Miss:
    """A question whose entry is not among the first three."""

    number: int
    wanted: tuple[str, ...]
    got: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measurement:
    """Figures of one run; all rates 0..1, over `matters` unless said otherwise."""

    rows: int
    matters: int
    hit_1: float
    hit_3: float
    sure: float
    """Share of matters answered as sure."""
    sure_wrong: float
    """Share of matters answered as sure, with a wrong entry (or as sure, though no entry is right: see below)."""
    sure_outside: float
    """Share of the other rows (near misses, complaints ...) answered as a sure service or certificate."""
    confusion: tuple[tuple[str, str, int], ...]
    """(kind of the row, kind understood, how many)."""
    misses: tuple[Miss, ...]


def read_rows(path: Path) -> list[Row]:
    """Labelled questions of a CSV file (UTF-8, header): question or text, kind, ids (";"-separated), and optionally
    title_is_enough ("n" leaves the row out). Raises UnreadableRows."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            text = _text_column(path, reader.fieldnames or ())
            return [_row(line, text, reader.line_num) for line in reader]
    except OSError as error:
        raise UnreadableRows(f"{path}: cannot be opened ({error.strerror}). Give the path of a CSV file.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableRows(f"{path}: is not a CSV file in UTF-8 ({error}). Save it as CSV UTF-8.") from error


def _text_column(path: Path, columns: Sequence[str]) -> str:
    text = next((name for name in ("question", "text") if name in columns), None)
    missing = [name for name in ("kind", "ids") if name not in columns]
    if text is None:
        missing.insert(0, "question (or text)")
    if missing:
        there = ", ".join(columns) or "nothing"
        raise UnreadableRows(f"{path}: missing columns: {', '.join(missing)}. The first line has: {there}.")
    assert text is not None
    return text


def _row(line: dict[str, str | None], text: str, number: int) -> Row:
    ids = tuple(part.strip() for part in (line.get("ids") or "").split(";") if part.strip())
    is_enough = (line.get("title_is_enough") or "y").strip() != "n"
    return Row(number, line.get(text) or "", (line.get("kind") or "").strip(), ids, is_enough)


def measure(rows: Sequence[Row], search: Search) -> Measurement:
    """Ask `search` every question of `rows` that is enough by itself."""
    asked = [(row, search.understand(row.question)) for row in rows if row.is_enough]
    matters = [(row, found) for row, found in asked if row.kind in MATTERS]
    others = [found for row, found in asked if row.kind not in MATTERS]
    return Measurement(
        rows=len(asked),
        matters=len(matters),
        hit_1=_share(_rank_of(row, found) < 1 for row, found in matters),
        hit_3=_share(_rank_of(row, found) < 3 for row, found in matters),
        sure=_share(_is_sure(found) for _, found in matters),
        sure_wrong=_share(_is_sure(found) and _rank_of(row, found) > 0 for row, found in matters),
        sure_outside=_share(_is_sure(found) for found in others),
        confusion=_confusion(asked),
        misses=tuple(_miss(row, found) for row, found in matters if _rank_of(row, found) >= 3),
    )


def _confusion(asked: Iterable[tuple[Row, Understanding]]) -> tuple[tuple[str, str, int], ...]:
    counts = Counter((row.kind, found.kind.value) for row, found in asked)
    return tuple((kind, got, n) for (kind, got), n in sorted(counts.items(), key=lambda item: (item[0][0], -item[1])))


def _rank_of(row: Row, found: Understanding) -> int:
    """The place of the first right candidate, from 0; a large number when none is right."""
    places = [n for n, candidate in enumerate(found.candidates) if candidate.id in row.ids]
    return places[0] if places else 1_000_000


def _is_sure(found: Understanding) -> bool:
    return found.band is Band.SURE and found.kind.value in MATTERS


def _miss(row: Row, found: Understanding) -> Miss:
    return Miss(row.number, row.ids, tuple(candidate.id for candidate in found.candidates[:3]))


def _share(claims: Iterable[bool]) -> float:
    values = list(claims)
    return sum(values) / len(values) if values else 0.0


def render(measurement: Measurement) -> str:
    """The figures as text for a terminal."""
    m = measurement
    lines = [
        f"{m.rows} questions, {m.matters} of them about a service or certificate",
        f"hit@1 {m.hit_1:.3f}   hit@3 {m.hit_3:.3f}",
        f"sure {m.sure:.3f}   sure and wrong {m.sure_wrong:.3f}   sure about other kinds {m.sure_outside:.3f}",
        "kinds (labelled -> understood):",
        *(f"  {kind} -> {got}: {n}" for kind, got, n in m.confusion),
        f"misses (line: wanted, got): {len(m.misses)}",
        *(f"  {miss.number}: {'/'.join(miss.wanted)}, {' '.join(miss.got) or '-'}" for miss in m.misses),
    ]
    return "\n".join(lines)


def match_lines(lines: Iterable[str], search: Search) -> Iterator[str]:
    """JSON lines {"id", "text"} -> JSON lines {"id", "kind", "band", "candidates": [{"id", "score"}]}. A broken line
    gives {"error", "line"} and the next one is read; blank lines are passed over."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield json.dumps(_match_line(line, number, search), ensure_ascii=False)


def _match_line(line: str, number: int, search: Search) -> dict[str, Any]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"error": f"line {number} is not JSON: {error}", "line": number}
    if not isinstance(asked, dict) or not isinstance(asked.get("text"), str):
        return {"error": f'line {number} needs an object with "id" and a string "text"', "line": number}
    found = search.understand(asked["text"])
    return {
        "id": asked.get("id"),
        "kind": found.kind.value,
        "band": found.band.value,
        "candidates": [{"id": candidate.id, "score": candidate.score} for candidate in found.candidates],
    }

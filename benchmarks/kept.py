"""What residents get, on messages by people who had not seen the phrases (tests/catalog/kept)."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks.report import measured, table
from catalog.district import District
from catalog.search import CatalogSearch
from catalog.understanding import Band, Kind, Understanding

FILES = Path(__file__).parent.parent / "tests" / "catalog" / "kept"
ENTRIES = ("service", "certificate")

Row = dict[str, str]
Answered = tuple[Row, Understanding]
Claim = Callable[[Row, Understanding], bool]


def rows_of(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def messages() -> list[tuple[str, set[str]]]:
    """(text, right ids) of all messages about services and certificates."""
    rows = [row for path in sorted(FILES.glob("*.csv")) for row in rows_of(path) if row["kind"] in ENTRIES]
    return [(row["text"], set(row["ids"].split(";"))) for row in rows]


def kept(district: District) -> str:
    search = CatalogSearch(district)
    columns: list[list[str]] = []
    total = 0
    for path in sorted(FILES.glob("*.csv")):
        answered = [(row, search.understand(row["text"])) for row in rows_of(path)]
        total += len(answered)
        columns.append([path.stem.removeprefix("residents-"), *(figure for _, figure in figures(answered))])
    names = [name for name, _ in figures([])]
    lines = [[name, *(column[n + 1] for column in columns)] for n, name in enumerate(names)]
    about = measured("benchmarks.matching kept", f"{total:,} messages of four writers.")
    return f"{about}\n\n{table(['', *(column[0] for column in columns)], lines)}"


def figures(answered: Sequence[Answered]) -> list[tuple[str, str]]:
    matters = of_kind(answered, *ENTRIES)
    alarming = [one for one in answered if one[0]["style"] == "false_alarm"]
    other = [one for one in answered if one[0]["kind"] != "emergency" and one[0]["style"] != "false_alarm"]
    two = [one for one in answered if one[0]["style"] == "two_matters"]
    return [
        ("messages", str(len(answered))),
        ("about a service or certificate: hit@1", share(matters, lambda row, found: best(row, found, 1))),
        ("hit@3", share(matters, lambda row, found: best(row, found, 3))),
        ("answered as sure", share(matters, is_sure)),
        ("wrong and sure, of all messages", share(answered, is_wrong_and_sure)),
        ("near misses answered as a sure service", count(of_kind(answered, "near_miss"), is_sure)),
        ("complaints seen", count(of_kind(answered, "complaint"), is_of(Kind.COMPLAINT))),
        ("services called a complaint", count(of_kind(answered, "service"), is_of(Kind.COMPLAINT))),
        ("emergencies seen", count(of_kind(answered, "emergency"), is_of(Kind.EMERGENCY))),
        ("alarms at alarming words without danger", count(alarming, is_of(Kind.EMERGENCY))),
        ("alarms at all other messages", count(other, is_of(Kind.EMERGENCY))),
        ("two matters seen as two", count(two, lambda row, found: bool(found.also))),
    ]


def of_kind(answered: Iterable[Answered], *kinds: str) -> list[Answered]:
    return [(row, found) for row, found in answered if row["kind"] in kinds]


def is_of(kind: Kind) -> Claim:
    return lambda row, found: found.kind is kind


def best(row: Row, found: Understanding, most: int) -> bool:
    return any(candidate.id in row["ids"].split(";") for candidate in found.candidates[:most])


def is_sure(row: Row, found: Understanding) -> bool:
    return found.band is Band.SURE and found.kind.value in ENTRIES


def is_wrong_and_sure(row: Row, found: Understanding) -> bool:
    return is_sure(row, found) and not (row["kind"] in ENTRIES and best(row, found, 1))


def share(rows: Sequence[Answered], holds: Claim) -> str:
    return f"{sum(holds(*row) for row in rows) / len(rows):.3f}" if rows else "–"


def count(rows: Sequence[Answered], holds: Claim) -> str:
    return f"{sum(holds(*row) for row in rows)} of {len(rows)}"

"""What each part of the matching is worth, on phrases whose whole writing style was left out.

    python -m benchmarks.matching            # prints the table
    python -m benchmarks.matching --write    # and writes it into docs/matching.md

hit@1 / hit@3 per style left out. `rapidfuzz` is WRatio over official names.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rapidfuzz import fuzz, process

from benchmarks.fit_confidence import styled_phrases
from catalog import matching
from catalog.lexicon import signs
from catalog.loading import load_sample
from catalog.matching import Index, comparable
from catalog.wording import fold, squeeze, strip_boilerplate

DOCUMENT = Path(__file__).parent.parent / "docs" / "matching.md"
START, END = "<!-- measured: parts -->", "<!-- end: parts -->"
STYLES = ("situation", "everyday", "formal", "slip")
EVERY = 3
"""Every third phrase of a style is asked."""

Row = tuple[str, str, str]
Search = Callable[[str], list[str]]


def ranked_by(index: Index, with_signs: bool = True) -> Search:
    def search(text: str) -> list[str]:
        folded = fold(text)
        query = squeeze(strip_boilerplate(folded)) + (signs(folded) if with_signs else "")
        return [entry.id for entry in index.rank(query, 3)]

    return search


def without(name: str, search: Search) -> Search:
    """`search` with a share of `catalog.matching` set to nothing while it runs."""

    def asked(text: str) -> list[str]:
        kept = getattr(matching, name)
        setattr(matching, name, 0.0)
        try:
            return search(text)
        finally:
            setattr(matching, name, kept)

    return asked


def by_name(names: dict[str, str]) -> Search:
    return lambda text: [id for _, _, id in process.extract(text, names, scorer=fuzz.WRatio, limit=3)]


def methods(names: dict[str, str], rows: Sequence[Row]) -> dict[str, Search]:
    phrases: dict[str, list[str]] = {}
    for id, text, _ in rows:
        phrases.setdefault(id, []).append(text)
    full = ranked_by(Index(names, phrases))
    plain = {id: [comparable(text) for text in texts] for id, texts in phrases.items()}
    plain_names = {id: comparable(name) for id, name in names.items()}
    return {
        "all parts": full,
        "without the classifier": without("CHANCE_SHARE", full),
        "without centroids": without("CENTROID_SHARE", full),
        "without rapidfuzz rerank": without("RATIO_SHARE", full),
        "without the lexicon": ranked_by(Index(plain_names, plain, is_comparable=True), with_signs=False),
        "names only, all parts": ranked_by(Index(names, {})),
        "rapidfuzz": by_name(names),
    }


def hits(search: Search, asked: Sequence[Row]) -> str:
    found = [(search(text), id) for id, text, _ in asked]
    first = sum(ids[:1] == [id] for ids, id in found) / len(found)
    three = sum(id in ids[:3] for ids, id in found) / len(found)
    return f"{first:.3f} / {three:.3f}"


def table(names: dict[str, str], rows: Sequence[Row]) -> str:
    cells: dict[str, list[str]] = {}
    for style in STYLES:
        asked = [row for row in rows if row[2] == style][::EVERY]
        for name, search in methods(names, [row for row in rows if row[2] != style]).items():
            cells.setdefault(name, []).append(hits(search, asked))
    head = ["| | " + " | ".join(STYLES) + " |", "|---" * (len(STYLES) + 1) + "|"]
    return "\n".join([*head, *(f"| {name} | {' | '.join(values)} |" for name, values in cells.items())])


def write(text: str) -> None:
    old = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else f"# Matching\n\n{START}\n{END}\n"
    before, rest = old.split(START, 1)
    DOCUMENT.write_text(f"{before}{START}\n{text}\n{END}{rest.split(END, 1)[1]}", encoding="utf-8")


def main() -> None:
    district = load_sample()
    names = {service.id: service.name for service in district.services.values()}
    names |= {certificate.id: certificate.name for certificate in district.certificates.values()}
    text = table(names, [row for row in styled_phrases() if row[0] in names])
    print(text)
    if "--write" in sys.argv:
        write(text)


if __name__ == "__main__":
    main()

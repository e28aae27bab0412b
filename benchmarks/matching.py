"""How well the matching does on phrases whose whole writing style was left out of the index.

    python -m benchmarks.matching               # prints all tables
    python -m benchmarks.matching kept          # what residents get, on messages of people who had not seen the phrases
    python -m benchmarks.matching ablation      # what each part is worth, beside ordinary search
    python -m benchmarks.matching robustness    # what slips of the pen cost
    python -m benchmarks.matching calibration   # whether a stated probability is to be believed

With --write a table goes into docs/matching.md as well.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import TypeVar

from benchmarks import rivals
from benchmarks.calibration import calibration
from benchmarks.fit_confidence import grouped, styled_phrases
from benchmarks.kept import kept, messages
from benchmarks.noises import all_noises, unspoiled
from benchmarks.report import measured, table, write
from benchmarks.rivals import Search, by_bm25
from catalog import matching, vectors
from catalog.district import District
from catalog.lexicon import signs
from catalog.loading import load_sample
from catalog.matching import Index, comparable
from catalog.search import CatalogSearch, names_of
from catalog.syllables import heard
from catalog.wording import fold, squeeze, strip_boilerplate

STYLES = ("situation", "everyday", "formal", "slip")
Found = TypeVar("Found")
EVERY = 3
"""Every third phrase of a style is asked."""
SEED = 20
Row = tuple[str, str, str]
"""(id, text, style)"""


def ranked_by(index: Index, with_signs: bool = True) -> Search:
    def search(text: str) -> list[str]:
        folded = fold(text)
        query = squeeze(strip_boilerplate(heard(folded))) + (signs(folded) if with_signs else "")
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


def silent(names: Mapping[str, str], phrases: Mapping[str, Sequence[str]]) -> Search:
    """All parts, over characters alone: no sounds in the index and none in the message."""

    def without_sounds(do: Callable[[], Found]) -> Found:
        kept, vectors.sound_of = vectors.sound_of, lambda char: ""
        try:
            return do()
        finally:
            vectors.sound_of = kept

    search = ranked_by(without_sounds(lambda: Index(names, phrases)))
    return lambda text: without_sounds(lambda: search(text))


def methods(names: dict[str, str], rows: Sequence[Row]) -> dict[str, Search | None]:
    """Every way of searching over the phrases of `rows`; None for one whose packages are not installed."""
    phrases = grouped(rows)
    full = ranked_by(Index(names, phrases))
    plain = {id: [comparable(text) for text in texts] for id, texts in phrases.items()}
    plain_names = {id: comparable(name) for id, name in names.items()}
    texts = rivals.texts_of(names, phrases)
    return {
        "all parts": full,
        "without the classifier": without("CHANCE_SHARE", full),
        "without the nearest phrases": without("NEAREST_SHARE", full),
        "without rapidfuzz rerank": without("RATIO_SHARE", full),
        "without sounds": silent(names, phrases),
        "without the lexicon": ranked_by(Index(plain_names, plain, is_comparable=True), with_signs=False),
        "names only, all parts": ranked_by(Index(names, {})),
        "names only, rapidfuzz WRatio": rivals.by_name(names),
        "SQLite FTS5, trigram": rivals.by_fts5(texts),
        "BM25 over character pairs": by_bm25(texts),
        "tantivy, words cut by jieba": rivals.by_tantivy(texts) if rivals.has_tantivy() else None,
    }


def hits(search: Search | None, asked: Sequence[Row]) -> str:
    if search is None:
        return "not installed"
    found = [(search(text), id) for id, text, _ in asked]
    first = sum(ids[:1] == [id] for ids, id in found) / len(found)
    three = sum(id in ids[:3] for ids, id in found) / len(found)
    return f"{first:.3f} / {three:.3f}"


def ablation(district: District, rows: Sequence[Row]) -> str:
    cells: dict[str, list[str]] = {}
    sizes = []
    for style in STYLES:
        asked = [row for row in rows if row[2] == style][::EVERY]
        sizes.append(f"{len(asked)} {style}")
        for name, search in methods(names_of(district), [row for row in rows if row[2] != style]).items():
            cells.setdefault(name, []).append(hits(search, asked))
    about = measured("benchmarks.matching ablation", f"{', '.join(sizes)} phrases, hit@1 / hit@3.")
    return f"{about}\n\n{table(['', *STYLES], [[name, *values] for name, values in cells.items()])}"


def robustness(district: District, rows: Sequence[Row]) -> str:
    """hit@1 of the kept messages clean and spoiled, by the whole search and by BM25 over pairs of characters."""
    noises = {"clean": unspoiled, **all_noises(text for _, text, _ in rows)}
    whole = CatalogSearch(district)
    searches: tuple[Search, ...] = (
        lambda text: [candidate.id for candidate in whole.understand(text).candidates],
        by_bm25(rivals.texts_of(names_of(district), grouped(rows))),
    )
    asked = messages()
    right: dict[str, list[int]] = {}
    for name, noise in noises.items():
        random = Random(SEED)
        spoiled = [(noise(text, random), ids) for text, ids in asked]
        right[name] = [sum(bool(ids & set(search(text)[:1])) for text, ids in spoiled) for search in searches]
    sizes = f"{len(asked)} messages of tests/catalog/kept, seed {SEED}, hit@1 and what the slip changes."
    lines = [
        [name, *(_change(n, right["clean"][i], len(asked)) for i, n in enumerate(both))] for name, both in right.items()
    ]
    body = table(["", "whole search", "BM25 over character pairs"], lines)
    return f"{measured('benchmarks.matching robustness', sizes)}\n\n{body}"


def _change(right: int, clean: int, total: int) -> str:
    return f"{right / total:.3f} ({(right - clean) / total:+.3f})"


TABLES: dict[str, Callable[[District, Sequence[Row]], str]] = {
    "kept": lambda district, rows: kept(district),
    "ablation": ablation,
    "robustness": robustness,
    "calibration": lambda district, rows: calibration(names_of(district), rows, STYLES),
}


def main() -> None:
    district = load_sample()
    names = names_of(district)
    rows = [row for row in styled_phrases() if row[0] in names]
    wanted = [name for name in sys.argv[1:] if not name.startswith("-")]
    for name in wanted or TABLES:
        text = TABLES[name](district, rows)
        print(text)
        if "--write" in sys.argv:
            write("parts" if name == "ablation" else name, text)


if __name__ == "__main__":
    main()

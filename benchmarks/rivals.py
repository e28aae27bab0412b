"""Ordinary search over the same texts, to compare with. All get the texts and the message in our comparable form."""

from __future__ import annotations

import math
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec

from rapidfuzz import fuzz, process

from catalog.matching import comparable

Search = Callable[[str], list[str]]
"""A message -> the ids of the three best entries, best first."""
K1, B = 1.2, 0.75
FETCHED = 60
"""Texts that are looked at for three different entries."""


def texts_of(names: Mapping[str, str], phrases: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """(id, comparable text) of all names and phrases."""
    rows = [*names.items(), *((id, text) for id, texts in phrases.items() for text in texts)]
    return [(id, comparable(text)) for id, text in rows]


def three(ids: Iterator[str]) -> list[str]:
    """The first three different ids."""
    found: dict[str, None] = {}
    for id in ids:
        found[id] = None
        if len(found) == 3:
            break
    return list(found)


def by_name(names: Mapping[str, str]) -> Search:
    """WRatio over official names alone, as a first attempt would do it."""
    return lambda text: [id for _, _, id in process.extract(text, names, scorer=fuzz.WRatio, limit=3)]


def by_ratio(rows: Sequence[tuple[str, str]]) -> Search:
    """rapidfuzz's ratio with every text: what a list and one call would do."""
    texts = [text for _, text in rows]

    def search(text: str) -> list[str]:
        found = process.extract(comparable(text), texts, scorer=fuzz.ratio, limit=FETCHED)
        return three(rows[n][0] for _, _, n in found)

    return search


def by_fts5(rows: Sequence[tuple[str, str]]) -> Search:
    """SQLite FTS5 with its trigram tokenizer; any trigram of the message may match, ranked by its bm25."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE texts USING fts5(id UNINDEXED, body, tokenize='trigram')")
    database.executemany("INSERT INTO texts VALUES (?, ?)", rows)

    def search(text: str) -> list[str]:
        query = fts5_query(comparable(text))
        found = "SELECT id FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT ?"
        return three(row[0] for row in database.execute(found, (query, FETCHED))) if query else []

    return search


def fts5_query(text: str) -> str:
    return " OR ".join(f'"{text[n : n + 3]}"' for n in range(len(text) - 2))


def by_bm25(rows: Sequence[tuple[str, str]]) -> Search:
    """BM25 over pairs of neighbouring characters."""
    counts = [Counter(pairs(text)) for _, text in rows]
    lengths = [max(1, count.total()) for count in counts]
    mean = sum(lengths) / len(lengths)
    postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for n, count in enumerate(counts):
        damped = K1 * (1 - B + B * lengths[n] / mean)
        for pair, often in count.items():
            postings[pair].append((n, often * (K1 + 1) / (often + damped)))

    def search(text: str) -> list[str]:
        scores: dict[int, float] = defaultdict(float)
        for pair in set(pairs(comparable(text))):
            found = postings.get(pair, [])
            rarity = math.log(1 + (len(rows) - len(found) + 0.5) / (len(found) + 0.5))
            for n, share in found:
                scores[n] += rarity * share
        return three(rows[n][0] for n in sorted(scores, key=lambda n: (-scores[n], n)))

    return search


def pairs(text: str) -> list[str]:
    """Pairs of neighbouring characters."""
    return [text[n : n + 2] for n in range(len(text) - 1)]


def has_tantivy() -> bool:
    return bool(find_spec("tantivy") and find_spec("jieba"))


def words(text: str) -> list[str]:
    """Words as jieba cuts them for search."""
    jieba = import_module("jieba")
    jieba.setLogLevel(60)
    return list(jieba.cut_for_search(text))


def by_tantivy(rows: Sequence[tuple[str, str]], cut: Callable[[str], list[str]] = words) -> Search:
    """tantivy over what `cut` makes of a text; any part of the message may match. Needs the packages."""
    tantivy = import_module("tantivy")
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("number", stored=True)
    builder.add_text_field("body", tokenizer_name="whitespace")
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer(num_threads=1)
    for n, (_, text) in enumerate(rows):
        writer.add_document(tantivy.Document(number=n, body=" ".join(cut(text))))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def search(text: str) -> list[str]:
        parts = sorted(set(cut(comparable(text))))
        terms = [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "body", part)) for part in parts]
        hits = searcher.search(tantivy.Query.boolean_query(terms), FETCHED).hits
        return three(rows[searcher.doc(address)["number"][0]][0] for _, address in hits)

    return search

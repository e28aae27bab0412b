"""Looks through a district's phrases for what makes the index answer wrongly. What it finds is advice, not a fault.

The index is asked twice for every phrase: once when it has learned all of them, and once when it has not seen this one
(it is built PARTS times, each time without one part of the phrases: near to leaving out one at a time).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process

from catalog import columns
from catalog.district import District
from catalog.matching import Index, Ranked, comparable
from catalog.tables import find_table, read_table
from catalog.wording import fold, squeeze, strip_boilerplate

ENOUGH = 40
"""Phrases that an entry should have: the hit rate still rises steeply from twenty to forty."""
PARTS = 5
NEARLY = 92
"""Ratio (0..100) from which two phrases count as nearly the same; below NEARLY_FROM characters only equal ones do."""
NEARLY_FROM = 8
LIKELY_ELSEWHERE = 0.9
"""Chance of another entry from which a phrase that was held back reads like that entry."""
OFTEN = 5
"""Times that two entries must be mixed up before a question is asked for."""
_STAND_IN = "龘"
"""A character that no padding has: with it in front, padding is taken out even when nothing else is left."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase and where it stands."""

    id: str
    text: str
    style: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at again. `str()` gives one line for people."""

    kind: str
    """double, shared, wrong, elsewhere, padding, mixed or few."""
    file: str
    line: int
    """0 when it is about an entry and not about one phrase."""
    problem: str
    what_to_do: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}: {self.problem}. {self.what_to_do}"


def read_phrases(folder: Path) -> tuple[Phrase, ...]:
    """The phrases of a folder that has been checked, in the order of the file."""
    path, _ = find_table(folder, "phrases")
    rows = read_table(path, columns.PHRASES)[0] if path else []
    return tuple(Phrase(row.text("id"), row.text("text"), row.text("style"), row.file, row.line) for row in rows)


def lint(district: District, phrases: Sequence[Phrase]) -> tuple[Finding, ...]:
    """Everything to look at again, phrase by phrase in the order of the file, then entry by entry."""
    names = {id: service.name for id, service in district.services.items()}
    names |= {id: certificate.name for id, certificate in district.certificates.items()}
    texts = [comparable(phrase.text) for phrase in phrases]
    misses = list(_held_out(names, phrases, texts))
    of_phrases = [
        *_padding(phrases),
        *_twins(phrases, texts),
        *_wrong(names, phrases, texts),
        *(_elsewhere(names, phrase, first) for phrase, first in misses if first.chance >= LIKELY_ELSEWHERE),
    ]
    file = phrases[0].file if phrases else "phrases"
    mixed = _mixed(district, names, misses)
    return (*sorted(of_phrases, key=lambda finding: finding.line), *mixed, *_few(names, phrases, file))


def summary(findings: Iterable[Finding]) -> str:
    """How many findings of each kind, in one line."""
    counts = Counter(finding.kind for finding in findings)
    return ", ".join(f"{count} {kind}" for kind, count in counts.most_common()) or "Nothing to look at again."


def _finding(kind: str, phrase: Phrase, problem: str, what_to_do: str) -> Finding:
    return Finding(kind, phrase.file, phrase.line, problem, what_to_do)


def _padding(phrases: Iterable[Phrase]) -> Iterator[Finding]:
    for phrase in phrases:
        if squeeze(strip_boilerplate(_STAND_IN + fold(phrase.text))) == _STAND_IN:
            yield _finding("padding", phrase, f'"{phrase.text}" is nothing but padding', "Say in it what is wanted")


def _twins(phrases: Sequence[Phrase], texts: Sequence[str]) -> Iterator[Finding]:
    """Phrases that repeat an earlier one, nearly or to the letter."""
    for n, text in enumerate(texts):
        at = _twin(text, texts[:n])
        if at is None:
            continue
        phrase, twin = phrases[n], phrases[at]
        said = f'"{phrase.text}" is nearly "{twin.text}" in line {twin.line}'
        if phrase.id == twin.id:
            yield _finding("double", phrase, said, "Keep one of them, or say one in another way")
        else:
            what = "Keep it where it fits better, or put in what tells the two apart"
            yield _finding("shared", phrase, f"{said}, which belongs to {twin.id} and not to {phrase.id}", what)


def _twin(text: str, earlier: Sequence[str]) -> int | None:
    if not text or not earlier:
        return None
    least = NEARLY if len(text) >= NEARLY_FROM else 100
    found = process.extractOne(text, earlier, scorer=fuzz.ratio, processor=None, score_cutoff=least)
    return int(found[2]) if found else None


def _wrong(names: Mapping[str, str], phrases: Sequence[Phrase], texts: Sequence[str]) -> Iterator[Finding]:
    index = _index(names, phrases, texts)
    for phrase, text in zip(phrases, texts, strict=True):
        first = _first(index, text)
        if first and first.id != phrase.id:
            told = f'"{phrase.text}" of {phrase.id} is answered with {first.id} {names[first.id]}, though learned'
            yield _finding("wrong", phrase, told, "Move it there, or put in what tells the two apart")


def _held_out(
    names: Mapping[str, str], phrases: Sequence[Phrase], texts: Sequence[str]
) -> Iterator[tuple[Phrase, Ranked]]:
    """Phrases that are answered with another entry when the index has not seen them, and what came first."""
    for part in range(PARTS):
        index = _index(names, phrases, texts, without=part)
        for phrase, text in zip(phrases[part::PARTS], texts[part::PARTS], strict=True):
            first = _first(index, text)
            if first and first.id != phrase.id:
                yield phrase, first


def _index(names: Mapping[str, str], phrases: Sequence[Phrase], texts: Sequence[str], without: int = -1) -> Index:
    learned: dict[str, list[str]] = defaultdict(list)
    for n, (phrase, text) in enumerate(zip(phrases, texts, strict=True)):
        if n % PARTS != without:
            learned[phrase.id].append(text)
    return Index({id: comparable(name) for id, name in names.items()}, learned, is_comparable=True)


def _first(index: Index, text: str) -> Ranked | None:
    ranked = index.rank(text, 1)
    return ranked[0] if ranked else None


def _elsewhere(names: Mapping[str, str], phrase: Phrase, first: Ranked) -> Finding:
    told = f'"{phrase.text}" of {phrase.id} {names[phrase.id]} reads like {first.id} {names[first.id]}'
    return _finding("elsewhere", phrase, told, "See whether it belongs there")


def _mixed(district: District, names: Mapping[str, str], misses: Iterable[tuple[Phrase, Ranked]]) -> Iterator[Finding]:
    """Pairs of entries that are mixed up often and that no question tells apart."""
    told_apart = [set(group.ids) for group in district.lookalikes]
    pairs = Counter(tuple(sorted((phrase.id, first.id))) for phrase, first in misses)
    for (one, other), count in pairs.most_common():
        if count >= OFTEN and not any({one, other} <= ids for ids in told_apart):
            told = f"{one} {names[one]} and {other} {names[other]} are mixed up {count} times when held back"
            yield Finding("mixed", "lookalikes", 0, told, "Write down the question that tells them apart")


def _few(names: Mapping[str, str], phrases: Iterable[Phrase], file: str) -> Iterator[Finding]:
    counts = Counter(phrase.id for phrase in phrases)
    for id, name in names.items():
        if counts[id] < ENOUGH:
            told = f"{id} {name} has {counts[id]} phrases"
            yield Finding("few", file, 0, told, f"Write more, until there are {ENOUGH}, in people's own words")

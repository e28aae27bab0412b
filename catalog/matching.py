"""Message -> ranked entries: characters, pairs and their sounds, over official names and people's phrases.

Three views of an entry are added up, because each sees what the others miss (measured on held-out phrases and on
real questions; the constants come from there, and docs/matching.md says what each is worth):

- its nearest phrases (cosine of TF-IDF vectors, mean of the best three): exact wordings, short messages;
- what a linear classifier has learned from all phrases (`catalog.learning`): which words tell like entries apart;
- the best rapidfuzz ratio to one of its phrases, for the first candidates only: order of words, typing errors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process

from catalog.learning import Example, Floats, Ints, chances, kept, learn
from catalog.lexicon import signs
from catalog.syllables import heard
from catalog.vectors import Vocabulary
from catalog.wording import fold, squeeze

NEAREST = 3
NAME_WEIGHT = 4
NEAREST_SHARE = 1.0
CHANCE_SHARE = 1.5
RATIO_SHARE = 0.25
EPOCHS = 5
RERANKED = 10
_PRIVATE = "\ue000"
"""The first character of the signs (`catalog.lexicon`) and sounds (`catalog.syllables`)."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """An entry and what spoke for it; all figures 0..1."""

    id: str
    score: float
    nearest: float
    """Cosine of its nearest phrase."""
    coverage: float
    """How much of the message, weighed by rarity, the entry's phrases contain."""
    chance: float
    """What the classifier gives it; the chances of all entries sum to 1."""


class Index:
    """Entries to be found by their texts. Immutable after building; safe to share between threads."""

    def __init__(
        self,
        names: Mapping[str, str],
        phrases: Mapping[str, Iterable[str]],
        is_comparable: bool = False,
    ) -> None:
        """`names`: id -> official name. `phrases`: id -> people's own words; ids without a name are left out.
        `is_comparable`: the texts are in comparable form already."""
        self.ids = tuple(sorted(names))
        form = str if is_comparable else indexed
        self._texts = [[form(names[i]), *map(form, phrases.get(i, ()))] for i in self.ids]
        self._vocabulary = Vocabulary(self.texts())
        self._build_entries()
        start = self._centroids.table(self._vocabulary.shared)
        self._table = kept(learn(list(self._examples()), start, EPOCHS))

    def texts(self) -> list[str]:
        """All names and phrases, in the form in which they are indexed."""
        return [text for texts in self._texts for text in texts]

    def _examples(self) -> Iterator[Example]:
        """Every text as the classifier learns it; the official name counts NAME_WEIGHT times."""
        vectors = self._vocabulary.vectors()
        for entry, texts in enumerate(self._texts):
            for n in range(len(texts)):
                yield Example(*self._shared(*next(vectors)), entry, 1 if n else NAME_WEIGHT)

    def _shared(self, numbers: Ints, weights: Floats) -> tuple[Ints, Floats]:
        """What the classifier sees of a vector: a gram of one text only would teach it that text by heart."""
        kept = numbers < self._vocabulary.shared
        return numbers[kept], weights[kept]

    def _build_entries(self) -> None:
        """The texts of each entry as rows of a table, and the mean of each entry, which the classifier starts from."""
        sizes = [len(texts) for texts in self._texts]
        total, entries = sum(sizes), len(self.ids)
        entry_of = np.repeat(np.arange(entries, dtype=np.int32), sizes)
        shares = np.ones(total, np.float32)
        firsts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64) if entries else np.zeros(0, np.int64)
        shares[firsts] = NAME_WEIGHT
        self._rows = np.full((entries, max([NEAREST, *sizes])), total, np.int64)
        for row, (first, size) in enumerate(zip(firsts, sizes, strict=True)):
            self._rows[row, :size] = np.arange(first, first + size)
        self._centroids = self._vocabulary.centroids(entry_of, shares, entries)

    def rank(self, message: str, limit: int = 5) -> list[Ranked]:
        """The best entries for a comparable message (see `comparable`), best first; empty when nothing is shared."""
        numbers, weights, unknown = self._vocabulary.vector(message)
        if not len(numbers):
            return []
        texts = self._vocabulary.cosines(numbers, weights)
        nearest = -np.partition(-texts[self._rows], NEAREST - 1, axis=1)[:, :NEAREST]
        chance = chances(self._table, *self._shared(numbers, weights))
        scores = NEAREST_SHARE * nearest.mean(axis=1) + CHANCE_SHARE * chance
        first = np.argsort(-scores, kind="stable")[:RERANKED]
        ratios = np.array([self._ratio(message, entry) for entry in first], np.float32)
        final = (scores[first] + RATIO_SHARE * ratios) / (NEAREST_SHARE + CHANCE_SHARE + RATIO_SHARE)
        order = np.argsort(-final, kind="stable")[:limit]
        known = self._vocabulary.idf[numbers]
        covered = self._centroids.held(numbers, known) / (known.sum() + unknown)
        return [
            Ranked(
                id=self.ids[first[n]],
                score=min(1.0, float(final[n])),
                nearest=min(1.0, float(nearest[first[n]].max())),
                coverage=float(covered[first[n]]),
                chance=float(chance[first[n]]),
            )
            for n in order
            if nearest[first[n]].max() > 0
        ]

    def _ratio(self, message: str, entry: int) -> float:
        best = process.extractOne(message, self._texts[entry], scorer=fuzz.ratio)
        return float(best[1]) / 100 if best else 0.0

    def matched_words(self, message: str, id: str) -> tuple[str, ...]:
        """The longest parts of the message whose every pair of characters occurs with the entry, longest first."""
        entry = self.ids.index(id)
        return shared_parts(message, lambda pair: self._has(pair, entry))

    def _has(self, gram: str, entry: int) -> bool:
        number = self._vocabulary.number.get(gram)
        return number is not None and self._centroids.has(number, entry)


def shared_parts(message: str, has: Callable[[str], bool]) -> tuple[str, ...]:
    """The longest parts of `message` whose every pair of characters `has` says yes to, longest first, eight at most.
    Sounds and signs are nothing to show."""
    fits = [max(message[i : i + 2]) < _PRIVATE for i in range(len(message) - 1)]
    parts, start = [], None
    for at, fit in enumerate([*(fit and has(message[i : i + 2]) for i, fit in enumerate(fits)), False]):
        if fit and start is None:
            start = at
        elif not fit and start is not None:
            parts.append(message[start : at + 1])
            start = None
    return tuple(sorted(dict.fromkeys(parts), key=lambda part: -len(part)))[:8]


def indexed(text: str) -> str:
    """The comparable form of a text, and behind it the signs of the lexicon."""
    folded = fold(text)
    return squeeze(heard(folded)) + signs(folded)


def comparable(text: str) -> str:
    """The form in which texts of the index and messages are compared."""
    return squeeze(heard(fold(text)))

"""Texts as sparse vectors: TF-IDF over characters, pairs of neighbouring characters, and how both sound."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from catalog.learning import Floats, Ints
from catalog.syllables import sound_of

Places = npt.NDArray[np.int64]

MAX_GRAMS = 400
"""Of a long message, only its rarest grams are looked up."""


def grams(text: str) -> list[str]:
    """The characters of `text` and its pairs of neighbours, and the same of its sounds."""
    sounds = [sound_of(char) for char in text]
    return [
        *text,
        *(text[i : i + 2] for i in range(len(text) - 1)),
        *filter(None, sounds),
        *(one + other for one, other in pairwise(sounds) if one and other),
    ]


class Vocabulary:
    """The grams of some texts, how rare each is, and which texts have it. Immutable after building.

    Grams are numbered by how many texts have them, the commonest first; those below `shared` stand in two texts at
    least. `docs[a:b]` with a, b = starts[gram], starts[gram + 1] are the texts that have a gram; `weights[a:b]` its
    share in each, where the vector of every text has length 1.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        counts = [Counter(grams(text)) for text in texts]
        frequency = dict(Counter(gram for count in counts for gram in count).most_common())
        self.number = {gram: n for n, gram in enumerate(frequency)}
        self.size = len(texts)
        self.shared = sum(n > 1 for n in frequency.values())
        self.idf = np.array([math.log((1 + self.size) / (1 + n)) + 1 for n in frequency.values()], np.float32)
        gram_of = np.array([self.number[g] for count in counts for g in count], np.int32)
        doc_of = np.repeat(np.arange(self.size, dtype=np.int32), [len(count) for count in counts])
        often = np.array([n for count in counts for n in count.values()], np.float32)
        weight = (1 + np.log(often)) * self.idf[gram_of] if self.size else often
        norm = np.sqrt(np.bincount(doc_of, weights=weight * weight, minlength=self.size))
        weight = (weight / norm[doc_of]).astype(np.float32)
        order = np.argsort(gram_of, kind="stable")
        self.docs, self.weights = doc_of[order], weight[order]
        self.starts = _starts(gram_of, len(self.number))

    def vector(self, text: str) -> tuple[Ints, Floats, float]:
        """The known grams of `text`, their weights (length 1), and the summed rarity of its unknown grams."""
        count = Counter(grams(text))
        known = [(self.number[gram], often) for gram, often in count.items() if gram in self.number]
        if len(known) > MAX_GRAMS:
            known = sorted(known, key=lambda pair: -pair[0])[:MAX_GRAMS]
        numbers = np.array([n for n, _ in known], np.int32)
        often = np.array([n for _, n in known], np.float32)
        weights = (1 + np.log(often)) * self.idf[numbers] if known else often
        unknown = (len(count) - len(known)) * float(self.idf.max(initial=1.0))
        return numbers, (weights / max(float(np.linalg.norm(weights)), 1e-9)).astype(np.float32), unknown

    def vectors(self) -> Iterator[tuple[Ints, Floats]]:
        """The numbers and weights of each text, in the order in which the texts were given."""
        order = np.argsort(self.docs, kind="stable")
        grams = np.repeat(np.arange(len(self.number), dtype=np.int32), np.diff(self.starts))[order]
        ends = np.cumsum(np.bincount(self.docs, minlength=self.size))
        cuts = zip(np.concatenate([[0], ends[:-1]]), ends, strict=True) if self.size else ()
        weights = self.weights[order]
        return ((grams[a:b], weights[a:b]) for a, b in cuts)

    def cosines(self, numbers: Ints, weights: Floats) -> Floats:
        """Cosine of a vector with every text; one zero more at the end, for the gaps of tables of texts."""
        at, sizes = rows_of(self.starts, numbers)
        return _sum(self.docs[at], np.repeat(weights, sizes) * self.weights[at], self.size + 1)

    def centroids(self, class_of: Ints, shares: Floats, classes: int) -> Centroids:
        """The mean vectors of the texts of each class; text n is of class `class_of[n]` and counts `shares[n]`."""
        gram_of = np.repeat(np.arange(len(self.number)), np.diff(self.starts))
        flat = gram_of * max(classes, 1) + class_of[self.docs]
        places, inverse = np.unique(flat, return_inverse=True)
        summed = np.bincount(inverse, weights=self.weights * shares[self.docs], minlength=len(places))
        gram, of_class = np.divmod(places, max(classes, 1))
        norm = np.sqrt(np.bincount(of_class, weights=summed * summed, minlength=classes))
        weights = (summed / np.maximum(norm[of_class], 1e-9)).astype(np.float32)
        return Centroids(of_class.astype(np.int32), weights, _starts(gram, len(self.number)), classes)


class Centroids:
    """One vector of length 1 for each class, by gram: `classes[a:b]` with a, b = starts[gram], starts[gram + 1] are the
    classes that have a gram, in order, `weights[a:b]` its share in each. Immutable."""

    def __init__(self, classes: Ints, weights: Floats, starts: Places, count: int) -> None:
        self.classes, self.weights, self.starts, self.count = classes, weights, starts, count

    def held(self, numbers: Ints, values: Floats) -> Floats:
        """For every class, the sum of the `values` of those of the grams `numbers` that it has."""
        at, sizes = rows_of(self.starts, numbers)
        return _sum(self.classes[at], np.repeat(values, sizes), self.count)

    def has(self, number: int, of_class: int) -> bool:
        """Whether a text of the class has the gram."""
        a, b = self.starts[number], self.starts[number + 1]
        at = int(np.searchsorted(self.classes[a:b], of_class))
        return at < b - a and bool(self.classes[a + at] == of_class)

    def table(self, grams: int) -> Floats:
        """The first `grams` grams as a table (grams x classes)."""
        table = np.zeros((grams, self.count), np.float32)
        end = self.starts[grams]
        table[np.repeat(np.arange(grams), np.diff(self.starts[: grams + 1])), self.classes[:end]] = self.weights[:end]
        return table


def rows_of(starts: Places, numbers: npt.NDArray[np.integer[Any]]) -> tuple[Places, Places]:
    """Where the rows of the grams `numbers` stand, one gram after the other, and how many each has."""
    first = starts[numbers]
    sizes: Places = starts[numbers + 1] - first
    before = np.cumsum(sizes) - sizes
    rows: Places = np.repeat(first - before, sizes) + np.arange(int(sizes.sum()), dtype=np.int64)
    return rows, sizes


def _sum(places: Ints, values: Floats, size: int) -> Floats:
    return np.bincount(places, weights=values, minlength=size).astype(np.float32)


def _starts(gram_of: Ints, grams: int) -> Places:
    """Where the rows of each gram begin, and the end of the last one."""
    return np.concatenate([[0], np.cumsum(np.bincount(gram_of, minlength=grams))]).astype(np.int64)

"""Texts as sparse vectors: TF-IDF over characters and pairs of neighbouring characters."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from catalog.learning import Floats, Ints

MAX_GRAMS = 400
"""Of a long message, only its rarest grams are looked up."""


def grams(text: str) -> list[str]:
    """The characters of `text` and its pairs of neighbours."""
    return [*text, *(text[i : i + 2] for i in range(len(text) - 1))]


class Vocabulary:
    """The grams of some texts, how rare each is, and which texts have it. Immutable after building.

    `docs[a:b]` with a, b = starts[gram], starts[gram + 1] are the texts that have a gram; `weights[a:b]` its share in
    each, where the vector of every text has length 1.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        counts = [Counter(grams(text)) for text in texts]
        frequency = Counter(gram for count in counts for gram in count)
        self.number = {gram: n for n, gram in enumerate(frequency)}
        self.size = len(texts)
        self.idf = np.array([math.log((1 + self.size) / (1 + n)) + 1 for n in frequency.values()], np.float32)
        gram_of = np.array([self.number[g] for count in counts for g in count], np.int32)
        doc_of = np.repeat(np.arange(self.size, dtype=np.int32), [len(count) for count in counts])
        often = np.array([n for count in counts for n in count.values()], np.float32)
        weight = (1 + np.log(often)) * self.idf[gram_of] if self.size else often
        norm = np.sqrt(np.bincount(doc_of, weights=weight * weight, minlength=self.size))
        weight = (weight / norm[doc_of]).astype(np.float32)
        order = np.argsort(gram_of, kind="stable")
        self.docs, self.weights = doc_of[order], weight[order]
        self.starts = np.concatenate([[0], np.cumsum(np.bincount(gram_of, minlength=len(self.number)))])

    def vector(self, text: str) -> tuple[Ints, Floats, float]:
        """The known grams of `text`, their weights (length 1), and the summed rarity of its unknown grams."""
        count = Counter(grams(text))
        known = [(self.number[gram], often) for gram, often in count.items() if gram in self.number]
        known = sorted(known, key=lambda pair: -self.idf[pair[0]])[:MAX_GRAMS]
        numbers = np.array([n for n, _ in known], np.int32)
        often = np.array([n for _, n in known], np.float32)
        weights = (1 + np.log(often)) * self.idf[numbers] if known else often
        unknown = (len(count) - len(known)) * float(self.idf.max(initial=1.0))
        return numbers, (weights / max(float(np.linalg.norm(weights)), 1e-9)).astype(np.float32), unknown

    def cosines(self, numbers: Ints, weights: Floats) -> Floats:
        """Cosine of a vector with every text; one zero more at the end, for the gaps of tables of texts."""
        scores = np.zeros(self.size + 1, np.float32)
        for number, weight in zip(numbers, weights, strict=True):
            a, b = self.starts[number], self.starts[number + 1]
            scores[self.docs[a:b]] += weight * self.weights[a:b]
        return scores

    def centroids(self, class_of: Ints, shares: Floats, classes: int) -> Floats:
        """The mean vectors (grams x classes, each of length 1) of texts of classes `class_of` that count `shares`."""
        gram_of = np.repeat(np.arange(len(self.number)), np.diff(self.starts))
        flat = gram_of * max(classes, 1) + class_of[self.docs]
        summed = np.bincount(flat, weights=self.weights * shares[self.docs], minlength=len(self.number) * classes)
        table = summed.reshape(len(self.number), classes)
        norm = np.sqrt((table * table).sum(axis=0)) if classes else np.ones(0)
        return np.asarray(table / np.maximum(norm, 1e-9), np.float32)

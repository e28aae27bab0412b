"""A linear classifier over sparse texts: multinomial logistic regression, started from the centroids.

Plain numpy and a fixed order of steps, so that the same phrases always give the same weights. Five passes over some
20,000 phrases take two or three seconds; docs/matching.md says what they find beyond the nearest phrases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Halves = npt.NDArray[np.float16]

RATE = 2.0
START_SCALE = 6.0
"""How steep the centroids are as a first guess."""
DECAY = 0.9
"""How much smaller the last step is than the first."""
DOUBT = 0.1
"""A text is never wholly its entry's: this share of it is spread over all entries (label smoothing)."""
STRIDE = 7919
"""A prime: texts are visited in steps of it, so that neighbours in the file are not neighbours in learning."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text as the numbers of its grams and their weights, the entry it belongs to, and how much it counts."""

    numbers: Ints
    weights: Floats
    entry: int
    share: float


def learn(examples: Sequence[Example], centroids: Floats, epochs: int, doubt: float = DOUBT) -> Floats:
    """Weights (grams x entries) whose softmax tells the entry of a text, after `epochs` passes of gradient descent
    in ever smaller steps."""
    table = (centroids * START_SCALE).astype(np.float32)
    order = _order(len(examples)) * epochs
    for step, n in enumerate(order):
        example = examples[n]
        if len(example.numbers):
            error = chances(table, example.numbers, example.weights) - doubt / table.shape[1]
            error[example.entry] -= 1 - doubt
            rate = RATE * (1 - DECAY * step / len(order)) * example.share
            table[example.numbers] -= rate * np.outer(example.weights, error)
    return table


def kept(table: Floats) -> Halves:
    """A learned table in half the memory; its probabilities stay the same to three digits."""
    return table.astype(np.float16)


def chances(table: Floats | Halves, numbers: Ints, weights: Floats) -> Floats:
    """The probability of each entry for a text; sums to 1."""
    scores = weights @ np.asarray(table[numbers], np.float32)
    likely: Floats = np.exp(scores - scores.max())
    return np.asarray(likely / likely.sum(), np.float32)


def _order(count: int) -> list[int]:
    """Every number below `count` once, far from its neighbours."""
    stride = STRIDE if count % STRIDE else 1
    return [(n * stride) % count for n in range(count)]

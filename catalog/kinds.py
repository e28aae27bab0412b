"""What kind of message it is, learned from examples: complaint, another office's matter, danger, small talk ...

A linear classifier (`catalog.learning`) beside the word lists of `catalog.scope`. It knows the phrases of the catalog
as messages that the catalog can answer, and `data/kinds.csv` as all others: text, kind, and what it is about (the
danger's code, the key in near_misses.yaml, the kind of facility), where there is something to say. Kind `harmless` is
what sounds alarming and is a matter of the catalog or none at all.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from catalog.learning import Example, chances, kept, learn
from catalog.understanding import Kind
from catalog.vectors import Vocabulary
from catalog.wording import DATA, fold, squeeze

EPOCHS = 8
DOUBT = 0.02
PHRASE_SHARE = 0.02
"""How much a phrase of the catalog counts beside an example of another kind: there are many more of them."""
ENOUGH = 6000
"""Of more phrases than these only every second, every third ... is learned, and counts for those between: measured,
the others teach nothing new about kinds and cost seconds."""
HARMLESS = "harmless"


@dataclass(frozen=True, slots=True)
class KindExample:
    """A message of a kind; `text` in comparable form."""

    text: str
    kind: str
    matter: str


@dataclass(frozen=True, slots=True)
class KindChances:
    """How likely a message is of each kind; sums to 1."""

    kinds: Mapping[str, float]
    matters: Mapping[str, str]
    """Per kind, the likeliest matter; missing when there is none."""

    def of(self, *kinds: Kind) -> float:
        """The chance that it is one of `kinds`."""
        return sum(self.kinds.get(kind.value, 0.0) for kind in kinds)


class KindIndex:
    """Tells the kind of a message. Immutable after building; safe to share between threads."""

    def __init__(self, phrases: Sequence[str], examples: Sequence[KindExample]) -> None:
        """`phrases`: what the catalog answers, in comparable form."""
        every = 1 + len(phrases) // ENOUGH
        known = [KindExample(text, Kind.SERVICE.value, "") for text in phrases[::every]]
        everything = [*known, *examples]
        classes = {_class_of(example): None for example in everything}
        self._classes = tuple(classes)
        number = {name: n for n, name in enumerate(self._classes)}
        class_of = np.array([number[_class_of(example)] for example in everything], np.int32)
        shares = np.array([PHRASE_SHARE * every] * len(known) + [1.0] * len(examples), np.float32)
        self._vocabulary = Vocabulary([example.text for example in everything])
        centroids = self._vocabulary.centroids(class_of, shares, len(self._classes))
        learned = [
            Example(*vector, int(entry), float(share))
            for vector, entry, share in zip(self._vocabulary.vectors(), class_of, shares, strict=True)
        ]
        start = centroids.table(len(self._vocabulary.number))
        self._table = kept(learn(learned, start, EPOCHS, DOUBT))

    def chances(self, message: str) -> KindChances:
        """How likely each kind is for a comparable message; nothing at all when it shares nothing with any example."""
        numbers, weights, _ = self._vocabulary.vector(message)
        if not len(numbers):
            return KindChances({}, {})
        kinds: dict[str, float] = {}
        best: dict[str, tuple[float, str]] = {}
        for (kind, matter), chance in zip(self._classes, chances(self._table, numbers, weights), strict=True):
            kinds[kind] = kinds.get(kind, 0.0) + float(chance)
            if matter:
                best[kind] = max(best.get(kind, (0.0, "")), (float(chance), matter))
        return KindChances(kinds, {kind: matter for kind, (_, matter) in best.items()})


def _class_of(example: KindExample) -> tuple[str, str]:
    kind = Kind.SERVICE.value if example.kind == HARMLESS else example.kind
    return kind, example.matter


@cache
def examples() -> tuple[KindExample, ...]:
    """The rows of data/kinds.csv."""
    with (DATA / "kinds.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            KindExample(squeeze(fold(row["text"])), row["kind"], row["matter"]) for row in csv.DictReader(file)
        )

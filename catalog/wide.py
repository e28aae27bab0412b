"""Ranking in a catalog of a million phrases: an entry is judged by its nearest texts only.

`catalog.matching.Index` also learns which words tell entries apart, in a table of grams x entries; for a province that
has no room. Here everything is one `Postings` and the texts themselves, packed. Measured in docs/matching.md.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from rapidfuzz import fuzz, process

from catalog.matching import NEAREST, Ranked, indexed, shared_parts
from catalog.postings import Postings

LOOKED_AT = 60
"""Texts that are compared with the message, the nearest ones."""
STEEP = 12.0
"""How much likelier an entry is for a higher score."""


class WideIndex:
    """Entries to be found by their texts. Immutable after building; safe to share between threads."""

    def __init__(
        self, names: Mapping[str, str], phrases: Mapping[str, Iterable[str]], is_comparable: bool = False
    ) -> None:
        """As `catalog.matching.Index`."""
        self.ids = tuple(sorted(names))
        form = str if is_comparable else indexed
        packed = bytearray()
        ends = array("I", [0])  # numbers of four bytes, where a list would hold objects
        sizes: list[int] = []

        def texts() -> Iterator[str]:
            for id in self.ids:
                before = len(ends)
                for text in (names[id], *phrases.get(id, ())):
                    text = form(text)
                    packed.extend(text.encode("utf-8", "surrogatepass"))
                    ends.append(len(packed))
                    yield text
                sizes.append(len(ends) - before)

        self._postings = Postings(texts())
        self._packed = bytes(packed)
        self._ends = np.array(ends, np.uint32)
        self._entry_of = np.repeat(np.arange(len(self.ids), dtype=np.int32), sizes)

    @property
    def bytes(self) -> int:
        """What index and texts hold in memory."""
        return self._postings.bytes + len(self._packed) + self._ends.nbytes + self._entry_of.nbytes

    def texts(self) -> list[str]:
        """All names and phrases, in the form in which they are indexed."""
        return [self._text(n) for n in range(len(self._entry_of))]

    def rank(self, message: str, limit: int = 5) -> list[Ranked]:
        """As `catalog.matching.Index.rank`; `chance` is what the scores of the entries found make of it."""
        found = self._postings.nearest(message, LOOKED_AT)
        if not found:
            return []
        numbers = [n for n, _ in found]
        known, all_grams = self._postings.weights(message)
        alike = process.cdist([message], [self._text(n) for n in numbers], scorer=fuzz.ratio)[0] / 100
        shares = np.array([score for _, score in found]) / found[0][1]
        entries = self._entry_of[numbers]
        values = np.asarray((shares * known / max(all_grams, 1e-9) + alike) / 2, np.float64)
        best = {int(entry): -np.sort(-values[entries == entry])[:NEAREST] for entry in np.unique(entries)}
        scores = {entry: float(own[0] + own.sum() / NEAREST) / 2 for entry, own in best.items()}
        first = sorted(scores, key=lambda entry: (-scores[entry], entry))[:limit]
        total = sum(np.exp(STEEP * score) for score in scores.values())
        return [
            Ranked(
                id=self.ids[entry],
                score=min(1.0, scores[entry]),
                nearest=min(1.0, float(alike[entries == entry].max())),
                coverage=min(1.0, float(shares[entries == entry].max() * known / max(all_grams, 1e-9))),
                chance=float(np.exp(STEEP * scores[entry]) / total),
            )
            for entry in first
        ]

    def matched_words(self, message: str, id: str) -> tuple[str, ...]:
        """As `catalog.matching.Index.matched_words`."""
        entry = self.ids.index(id)
        own = " ".join(self._text(int(n)) for n in np.flatnonzero(self._entry_of == entry))
        return shared_parts(message, lambda pair: pair in own)

    def _text(self, n: int) -> str:
        return self._packed[self._ends[n] : self._ends[n + 1]].decode("utf-8", "surrogatepass")

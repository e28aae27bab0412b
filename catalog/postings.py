"""An index of very many texts: for each character, pair of neighbours and pair of sounds the texts that have it.

Everything lies in a few flat arrays (4 bytes for each different gram of a text), so that a million phrases fit into
memory, and a search looks at the rarest grams of a message first and stops after BUDGET entries of the lists, so that
its time is bounded whatever the catalog's size. Texts are compared as given (`catalog.matching.comparable`).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from catalog.syllables import sound_of
from catalog.vectors import rows_of

Keys = npt.NDArray[np.uint64]
Codes = npt.NDArray[np.uint32]
Places = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

K1, B = 1.2, 0.75
BUDGET = 20_000
"""Entries of the lists that one search may look at, but for the rarest gram, which is looked at whole. Commoner grams
only order what the rarer ones have found."""
CANDIDATES = 200
"""Texts, at least, that the commoner grams order."""


class Postings:
    """The texts that contain each gram. Immutable after building; safe to share between threads."""

    def __init__(self, texts: Iterable[str], budget: int = BUDGET) -> None:
        """Reads `texts` once; they are not kept. `budget`: see BUDGET."""
        self._budget = budget
        codes, lengths = _codes_of(texts)
        self.size = len(lengths)
        self._alphabet = np.flatnonzero(np.bincount(codes, minlength=1)).astype(np.uint32)
        self._sounds = np.array([ord(sound_of(chr(code)) or "\0") for code in self._alphabet], np.uint32)
        pairs = _different(self._keys(codes, lengths))
        grams = pairs // np.uint64(max(1, self.size))
        self._docs = (pairs - grams * np.uint64(max(1, self.size))).astype(np.uint32)
        firsts = np.flatnonzero(np.diff(grams, prepend=grams[:1] + np.uint64(1)))
        self._grams = grams[firsts]
        self._starts: Places = np.append(firsts, len(grams)).astype(np.int64)
        mean = float(lengths.mean()) if self.size else 1.0
        damped = K1 * (1 - B + B * lengths / max(mean, 1.0))
        self._shares: Floats = ((K1 + 1) / (1 + damped)).astype(np.float32)

    @property
    def bytes(self) -> int:
        """What the index holds in memory."""
        held = (self._alphabet, self._sounds, self._grams, self._starts, self._docs, self._shares)
        return sum(array.nbytes for array in held)

    def nearest(self, text: str, k: int = 1) -> list[tuple[int, float]]:
        """(number of the text, score by BM25 where a gram counts once) of the `k` best, best first, the earlier one
        first of equals. Only texts that share one of the rarest grams."""
        places = self._places_of(text)
        if not len(places) or k < 1:
            return []
        fits = self._within_budget(places)
        found, scores = self._candidates(places[:fits], max(k, CANDIDATES))
        for place, rarity in zip(places[fits:], self._rarity(self._found(places[fits:])), strict=True):
            docs = self._docs[self._starts[place] : self._starts[place + 1]]
            at = np.minimum(np.searchsorted(docs, found), len(docs) - 1)
            scores += rarity * (docs[at] == found)
        scores *= self._shares[found]
        best = np.lexsort((found, -scores))[:k]
        return [(int(found[n]), float(scores[n])) for n in best]

    def _candidates(self, places: Places, k: int) -> tuple[Codes, Floats]:
        """At least the `k` texts that share most with the grams at `places`, in order, and the summed rarities."""
        at, sizes = rows_of(self._starts, places)
        seen = self._docs[at]
        scores = np.zeros(self.size, np.float32)
        np.add.at(scores, seen, np.repeat(self._rarity(sizes), sizes))
        reached = scores[seen] * self._shares[seen]
        enough = k * len(places)  # no text stands in more lists than there are
        if enough < len(seen):
            seen = seen[reached >= np.partition(reached, -enough)[-enough]]
        found = np.unique(seen)
        if len(found) > k:
            reached = scores[found] * self._shares[found]
            found = found[reached >= np.partition(reached, -k)[-k]]
        return found, scores[found]

    def weights(self, text: str) -> tuple[float, float]:
        """The summed rarity of the grams of `text` that stand in any text, and of all its grams."""
        places = self._places_of(text)
        known = float(self._rarity(self._found(places)).sum())
        unknown = max(0, len(_grams_in(text)) - len(places)) * float(self._rarity(np.ones(1, np.int64))[0])
        return known, known + unknown

    def _rarity(self, found: Places) -> Floats:
        """What grams that stand in so many texts tell."""
        rarity: Floats = np.log1p((self.size - found + 0.5) / (found + 0.5)).astype(np.float32)
        return rarity

    def _keys(self, codes: Codes, lengths: Places) -> Keys:
        """One number for each gram of each text: gram * size + number of the text."""
        numbers = np.searchsorted(self._alphabet, codes).astype(np.uint64)
        doc_of = np.repeat(np.arange(self.size, dtype=np.uint32), lengths)
        inside = doc_of[1:] == doc_of[:-1]
        heard = inside & (self._sounds[numbers[1:]] > 0) & (self._sounds[numbers[:-1]] > 0)
        left, right = numbers[:-1], numbers[1:]
        keys: Keys = np.concatenate(
            [numbers, self._pair(left[inside], right[inside]), self._heard(left[heard], right[heard])]
        )
        keys *= np.uint64(max(1, self.size))
        keys += np.concatenate([doc_of, doc_of[1:][inside], doc_of[1:][heard]])
        return keys

    def _pair(self, left: Keys, right: Keys) -> Keys:
        """The number of a pair; those of single characters come before all pairs."""
        return (left + np.uint64(1)) * np.uint64(max(1, len(self._alphabet))) + right

    def _heard(self, left: Keys, right: Keys) -> Keys:
        """The number of a pair of sounds; they come after all pairs of characters."""
        one, other = (self._sounds[side.astype(np.int64)].astype(np.uint64) for side in (left, right))
        return np.uint64((len(self._alphabet) + 2) ** 2) + one * np.uint64(1 << 16) + other

    def _places_of(self, text: str) -> Places:
        """Where the different known grams of `text` stand, the rarest first."""
        codes, _ = _codes_of([text])
        if not len(self._alphabet) or not len(codes):
            return np.zeros(0, np.int64)
        numbers = np.minimum(np.searchsorted(self._alphabet, codes), len(self._alphabet) - 1).astype(np.uint64)
        known = self._alphabet[numbers] == codes
        inside = known[1:] & known[:-1]
        wanted = [numbers[known], self._pair(numbers[:-1][inside], numbers[1:][inside]), self._sounds_in(text)]
        grams = np.unique(np.concatenate(wanted))
        places = np.minimum(np.searchsorted(self._grams, grams), len(self._grams) - 1)
        places = places[self._grams[places] == grams].astype(np.int64)
        return np.asarray(places[np.argsort(self._found(places), kind="stable")])

    def _sounds_in(self, text: str) -> Keys:
        """The pairs of sounds of `text`: its own characters need not be known."""
        sounds = np.array([ord(sound_of(char) or _itself(char)) for char in text], np.uint64)
        both = (sounds[1:] > 0) & (sounds[:-1] > 0)
        first = np.uint64((len(self._alphabet) + 2) ** 2)
        return np.asarray(first + sounds[:-1][both] * np.uint64(1 << 16) + sounds[1:][both])

    def _within_budget(self, places: Places) -> int:
        """How many of the rarest grams may be looked at; at least one."""
        return max(1, int(np.searchsorted(np.cumsum(self._found(places)), self._budget, side="right")))

    def _found(self, places: Places) -> Places:
        """In how many texts each gram stands."""
        return np.asarray(self._starts[places + 1] - self._starts[places])


def _itself(char: str) -> str:
    """A sound that was typed in pinyin (`catalog.syllables.heard`) stands for itself."""
    return char if "\uf000" <= char <= "\uf3ff" else "\0"


def _grams_in(text: str) -> set[str]:
    return {*text, *(text[n : n + 2] for n in range(len(text) - 1))}


def _codes_of(texts: Iterable[str]) -> tuple[Codes, Places]:
    """The code points of all texts behind each other, and the length of each text."""
    lengths: list[int] = []
    parts: list[str] = []
    for text in texts:
        parts.append(text)
        lengths.append(len(text))
    codes = np.frombuffer("".join(parts).encode("utf-32-le", "surrogatepass"), np.dtype("<u4"))
    return codes, np.array(lengths, np.int64)


def _different(keys: Keys) -> Keys:
    """The different keys in order. Sorts `keys` in place: there may be many."""
    keys.sort()
    new = np.ones(len(keys), bool)
    np.not_equal(keys[1:], keys[:-1], out=new[1:])
    return keys[new]

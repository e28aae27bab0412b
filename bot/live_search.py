"""A search that takes up new words while it is asked: what it answers with is replaced in one step, never changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from catalog.district import District
from catalog.search import CatalogSearch
from catalog.understanding import Search, Understanding

Words = tuple[tuple[str, str], ...]
"""(service or certificate id, phrase) beside those of the catalog's files."""
KEPT = 2
"""Built searches that are kept: the one in use and the one before, so that what is undone is back at once."""


def with_words(district: District, words: Words) -> District:
    """The district with more phrases; those of an entry that it has not (any more) are left out."""
    if not words:
        return district
    phrases = {entry: list(texts) for entry, texts in district.phrases.items()}
    for entry, text in words:
        if entry in district.services or entry in district.certificates:
            phrases.setdefault(entry, []).append(text)
    return replace(district, phrases={entry: tuple(texts) for entry, texts in phrases.items()})


class LiveSearch:
    """`catalog.understanding.Search` over a district and the words that were learned. `understand` may be called from
    any thread at any time; `prepare` takes some ten seconds of CPU, and like `adopt` is called from one thread at a
    time, never the writer's."""

    def __init__(
        self,
        district: District,
        words: Words = (),
        version: str = "",
        build: Callable[[District], Search] = CatalogSearch,
    ) -> None:
        self.district = district
        self.words, self.version = words, version
        self._build = build
        self._built: dict[Words, Search] = {}
        self._current = self.prepare(words)

    def understand(self, text: str) -> Understanding:
        return self._current.understand(text)

    @property
    def current(self) -> Search:
        """What answers now; stays as it is when another one is adopted."""
        return self._current

    @property
    def phrases(self) -> Mapping[str, tuple[str, ...]]:
        """What every entry is known by now."""
        return with_words(self.district, self.words).phrases

    def prepare(self, words: Words) -> Search:
        """A search with these words, without using it yet."""
        found = self._built.pop(words, None) or self._build(with_words(self.district, words))
        self._built[words] = found
        for oldest in list(self._built)[:-KEPT]:
            del self._built[oldest]
        return found

    def adopt(self, words: Words, version: str) -> None:
        """Answer with these words from now on. When building fails, the exception goes on and nothing has changed."""
        self._current = self.prepare(words)
        self.words, self.version = words, version

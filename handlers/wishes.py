"""Open lessons -> what people wish for: the same wish in different words is one line with a count. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from catalog.masking import BLOT
from catalog.wording import fold, squeeze
from handlers.facts import Lesson

ALIKE = 0.5
"""Dice coefficient of character bigrams from which two questions are one wish ..."""
ALIKE_BESIDE_ENTRY = 0.25
"""... and from which they are when the same entry is their candidate too."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Lessons about one thing, never empty."""

    lessons: tuple[Lesson, ...]

    @property
    def count(self) -> int:
        return len(self.lessons)

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(lesson.id for lesson in self.lessons)

    @property
    def wordings(self) -> tuple[str, ...]:
        """What people said, each once: the most frequent first, then those without blots, then the shortest."""
        counts = Counter(lesson.question for lesson in self.lessons)
        return tuple(sorted(counts, key=lambda text: (-counts[text], BLOT in text, len(text), text)))

    def entries(self, *kinds: str) -> tuple[str, ...]:
        """Entries that lessons of some kinds name, the most frequent first."""
        named = (lesson.entry_id for lesson in self.lessons if lesson.kind in kinds and lesson.entry_id)
        return tuple(entry for entry, _ in Counter(named).most_common())

    def kinds(self) -> tuple[tuple[str, int], ...]:
        """(kind, how often), most frequent first."""
        return tuple(Counter(lesson.kind for lesson in self.lessons).most_common())


def group(lessons: Iterable[Lesson]) -> tuple[Wish, ...]:
    """Wishes, most frequent first, then the one with the newest lesson. The same lessons give the same wishes."""
    heaps: list[_Heap] = []
    of_bigram: defaultdict[str, list[int]] = defaultdict(list)
    for lesson in sorted(lessons, key=lambda lesson: lesson.id):
        bigrams = _bigrams(lesson.question)
        number = _nearest(lesson, bigrams, heaps, of_bigram)
        if number is None:
            number = len(heaps)
            heaps.append(_Heap(bigrams))
            for bigram in bigrams:
                of_bigram[bigram].append(number)
        heaps[number].add(lesson)
    wishes = [Wish(tuple(heap.lessons)) for heap in heaps]
    return tuple(sorted(wishes, key=lambda wish: (-wish.count, -max(wish.ids))))


def holding(lesson_id: int, wishes: Sequence[Wish]) -> Wish | None:
    """The wish that a lesson belongs to."""
    return next((wish for wish in wishes if lesson_id in wish.ids), None)


@dataclass(slots=True)
class _Heap:
    """A wish while it grows; its first lesson's words stand for it."""

    bigrams: frozenset[str]
    lessons: list[Lesson] = field(default_factory=list)
    entries: set[str] = field(default_factory=set)

    def add(self, lesson: Lesson) -> None:
        self.lessons.append(lesson)
        if lesson.entry_id:
            self.entries.add(lesson.entry_id)


def _nearest(
    lesson: Lesson, bigrams: frozenset[str], heaps: Sequence[_Heap], of_bigram: defaultdict[str, list[int]]
) -> int | None:
    """The heap that shares most with a lesson, if that is enough."""
    shared = Counter(number for bigram in bigrams for number in of_bigram[bigram])
    alike = {number: 2 * count / (len(bigrams) + len(heaps[number].bigrams)) for number, count in shared.items()}
    fitting = [number for number, value in alike.items() if value >= _wanted(lesson, heaps[number])]
    return max(fitting, key=lambda number: (alike[number], -number), default=None)


def _wanted(lesson: Lesson, heap: _Heap) -> float:
    return ALIKE_BESIDE_ENTRY if lesson.entry_id in heap.entries else ALIKE


def _bigrams(question: str) -> frozenset[str]:
    text = squeeze(fold(question))
    return frozenset(text[at : at + 2] for at in range(max(1, len(text) - 1)))

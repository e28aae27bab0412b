"""Before a phrase goes live: yesterday's right answers are asked again of an index that has learned it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from catalog.understanding import Kind, Search
from catalog.wording import fold, squeeze


@dataclass(frozen=True, slots=True)
class Conflict:
    """A question that is answered rightly now and would not be any more."""

    question: str
    was: str
    """The right service or certificate, which answers it now."""
    now: str | None
    """What would answer it; None when nothing would."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a new phrase would do."""

    is_understood: bool
    """Whether the phrase itself would lead to the entry that it was given to."""
    conflicts: tuple[Conflict, ...] = ()

    @property
    def is_good(self) -> bool:
        return self.is_understood and not self.conflicts


def rehearse(
    before: Search,
    after: Search,
    phrase: str,
    entry: str,
    answers: Iterable[tuple[str, str]],
    phrases: Mapping[str, Iterable[str]],
) -> Rehearsal:
    """What giving `phrase` to `entry` would do. `after` is `before` with the phrase; `answers` are (question, entry)
    that were right; `phrases` what every entry is known by already."""
    found = conflicts(before, after, answers)
    owner = _owner(phrase, entry, phrases)
    taken = (Conflict(phrase, owner, entry),) if owner else ()
    return Rehearsal(first_entry(after, phrase) == entry, (*taken, *found))


def conflicts(before: Search, after: Search, answers: Iterable[tuple[str, str]]) -> tuple[Conflict, ...]:
    """Of (question, entry): those that `before` answers with that entry and `after` does not; each question once."""
    lost = []
    for question, entry in dict.fromkeys(answers):
        if first_entry(before, question) == entry and (now := first_entry(after, question)) != entry:
            lost.append(Conflict(question, entry, now))
    return tuple(lost)


def first_entry(search: Search, text: str) -> str | None:
    """The service or certificate that comes first for a message; None when it is no question for one."""
    found = search.understand(text)
    is_matter = found.kind in (Kind.SERVICE, Kind.CERTIFICATE)
    return found.candidates[0].id if is_matter and found.candidates else None


def _owner(phrase: str, entry: str, phrases: Mapping[str, Iterable[str]]) -> str | None:
    """Another entry that has just these words already."""
    wanted = squeeze(fold(phrase))
    return next(
        (other for other, texts in phrases.items() if other != entry and any(_same(text, wanted) for text in texts)),
        None,
    )


def _same(text: str, folded: str) -> bool:
    return squeeze(fold(text)) == folded

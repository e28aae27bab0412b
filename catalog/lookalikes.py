"""Entries that are taken for each other, and the one question that tells them apart, in a resident's words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

FEW = 4
"""A question with at most so many answers is asked with all of them."""


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A group of services and certificates, what to ask, and the short answers that lead to each."""

    ids: tuple[str, ...]
    """In the order of the answers, each once."""
    question: str
    answers: tuple[tuple[str, str], ...]
    """(label, id); several labels may lead to the same id."""


def are_alike(one: str, other: str, lookalikes: Iterable[LookAlike]) -> bool:
    """Whether a question tells the two apart: then a message that speaks of both means one of them."""
    return any({one, other} <= set(group.ids) for group in lookalikes)


def question_for(ids: Sequence[str], lookalikes: Iterable[LookAlike]) -> LookAlike | None:
    """The question for ranked candidates (best first), or None when no group holds the first two of them.

    Of several groups, the one that holds most of the first three, then the smallest. A group of more than FEW answers
    comes back with the answers of the candidates only.
    """
    fitting = [group for group in lookalikes if len(ids) > 1 and set(ids[:2]) <= set(group.ids)]
    if not fitting:
        return None
    best = min(fitting, key=lambda group: (-len(set(ids[:3]) & set(group.ids)), len(group.ids)))
    return best if len(best.answers) <= FEW else _only(best, set(ids))


def _only(group: LookAlike, ids: set[str]) -> LookAlike:
    answers = tuple((label, id) for label, id in group.answers if id in ids)
    return replace(group, ids=tuple(dict.fromkeys(id for _, id in answers)), answers=answers)

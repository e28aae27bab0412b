"""Typed words -> services and certificates to pick from, for helpers and supervisors."""

from __future__ import annotations

from catalog.understanding import Search
from catalog.wording import fold, squeeze
from handlers.choices import Command, Pick
from handlers.effects import Button
from handlers.facts import Facts
from handlers.phrases import button

SHOWN = 6


def name_of_entry(entry_id: str, facts: Facts) -> str:
    """The official name; the id itself when the catalog has it no more."""
    entry = facts.district.services.get(entry_id) or facts.district.certificates.get(entry_id)
    return entry.name if entry else entry_id


def is_known(entry_id: str, facts: Facts) -> bool:
    return entry_id in facts.district.services or entry_id in facts.district.certificates


def find(text: str, facts: Facts, search: Search) -> tuple[str, ...]:
    """Ids whose name holds the words, then what the search finds; best first, at most SHOWN."""
    words = squeeze(fold(text[:100]))
    district = facts.district
    if not words:
        return ()
    if text.strip().upper() in (*district.services, *district.certificates):
        return (text.strip().upper(),)
    named = [
        id for id in (*district.services, *district.certificates) if words in squeeze(fold(name_of_entry(id, facts)))
    ]
    named.sort(key=lambda id: len(name_of_entry(id, facts)))
    found = [candidate.id for candidate in search.understand(text).candidates if is_known(candidate.id, facts)]
    return tuple(dict.fromkeys([*named[:SHOWN], *found]))[:SHOWN]


def rows(ids: tuple[str, ...], facts: Facts) -> tuple[tuple[Button, ...], ...]:
    """A button for each, and one to leave it."""
    return (*((Button(name_of_entry(id, facts), Pick(id)),) for id in ids), (button("leave", Command("cancel")),))

"""The catalog's answer to a message: `catalog.understanding.Search` over one district."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from catalog import confidence, scope, syllables
from catalog.district import District
from catalog.matching import Index, Ranked, comparable
from catalog.understanding import Band, Candidate, Kind, Understanding
from catalog.wording import fold, squeeze, strip_boilerplate

SHOWN = 5
COMPLAINT_FROM = 2
"""Points (see `scope.complaint_points`) from which a message is a complaint unless an entry is likelier than
COMPLAINT_UNTIL. One point is enough when no entry is likelier than WEAK_COMPLAINT_UNTIL."""
COMPLAINT_UNTIL = 0.9
WEAK_COMPLAINT_UNTIL = 0.35
NEAR_MISS_UNTIL = 0.55
"""Likelihood of the first entry from which the words of another office's matter no longer count."""


class CatalogSearch:
    """Understands messages by the services, certificates and phrases of one district. Safe to share."""

    def __init__(self, district: District) -> None:
        self._district = district
        self._names = {s.id: s.name for s in district.services.values()}
        self._names |= {c.id: c.name for c in district.certificates.values()}
        self._index = Index(self._names, district.phrases)
        self._last: tuple[str, Understanding] | None = None

    def understand(self, text: str) -> Understanding:
        """Read `text` as one question. Never raises, whatever the text."""
        last = self._last  # a turn asks twice for the same text: for danger, then for its answer
        if last is None or last[0] != text:
            last = self._last = text, self._understood(text)
        return last[1]

    def _understood(self, text: str) -> Understanding:
        folded = fold(text)
        message = squeeze(folded)
        danger, is_now = scope.find_danger(message)
        if danger and is_now:
            return Understanding(Kind.EMERGENCY, Band.NONE, danger=danger, place_code=self._place(message))
        talk = self._talk(message)
        return talk or self._matter(folded, message)

    def _talk(self, message: str) -> Understanding | None:
        """What needs no entry of the catalog: nothing said, a person wanted, small talk, status, a facility."""
        if not message:
            return Understanding(Kind.UNCLEAR, Band.NONE)
        kinds = (
            (Kind.SMALL_TALK, scope.is_small_talk),
            (Kind.HUMAN, scope.wants_human),
            (Kind.CANCEL, scope.wants_cancel),
            (Kind.STATUS, scope.asks_status),
        )
        for kind, is_it in kinds:
            if is_it(message):
                return Understanding(kind, Band.NONE)
        facility = scope.find_facility(message)
        if facility:
            place = self._place(message)
            return Understanding(Kind.FACILITY, Band.SURE, facility_kind=facility, place_code=place)
        return None

    def _matter(self, folded: str, message: str) -> Understanding:
        """A service, a certificate, a complaint, another office's matter, or nothing that is known."""
        query, ranked = self._ranked(folded)
        ranked = self._order_twins(ranked, message)
        near = scope.find_near_miss(message)
        kind, band = self._kind(message, ranked, near, len(query))
        danger, _ = scope.find_danger(message)
        return Understanding(
            kind=kind,
            band=band,
            candidates=self._candidates(query, ranked),
            danger=danger,
            place_code=self._place(message),
            advice=None if kind in {Kind.SERVICE, Kind.CERTIFICATE} else near,
        )

    def _kind(self, message: str, ranked: list[Ranked], near: str | None, length: int) -> tuple[Kind, Band]:
        """The kind of a message by its words and by how likely its first entry is; never sure outside the catalog."""
        likely = confidence.likelihood("first", ranked, length)
        band = confidence.band(ranked, length)
        outside = Band.NONE if band is Band.NONE else Band.CHOOSE
        points = scope.complaint_points(message)
        if points >= COMPLAINT_FROM and likely < COMPLAINT_UNTIL:
            return Kind.COMPLAINT, outside
        if points > 0 and likely < WEAK_COMPLAINT_UNTIL:
            return Kind.COMPLAINT, outside
        if near and (likely < NEAR_MISS_UNTIL or scope.rules_out(near, ranked[0].id)):
            return Kind.NEAR_MISS, outside
        if band is Band.NONE:
            return Kind.UNCLEAR, band
        is_certificate = ranked[0].id in self._district.certificates
        return (Kind.CERTIFICATE if is_certificate else Kind.SERVICE), band

    def _order_twins(self, ranked: list[Ranked], message: str) -> list[Ranked]:
        """A service and the certificate of the same name, when both come first, in the order the message means."""
        if len(ranked) < 2 or scope.twin_of(ranked[0].id) != ranked[1].id:
            return ranked
        is_certificate = ranked[0].id in self._district.certificates
        if is_certificate is scope.speaks_of_village(message):
            return ranked
        better = replace(ranked[1], score=ranked[0].score)
        return [better, replace(ranked[0], score=ranked[1].score), *ranked[2:]]

    def _ranked(self, folded: str) -> tuple[str, list[Ranked]]:
        """The comparable query and its entries; through sounds when the message is typed in pinyin."""
        if syllables.is_pinyin(folded):
            query = syllables.sound(" ".join(syllables.cut(folded)))
            return query, self._sounds.rank(query, SHOWN)
        query = squeeze(strip_boilerplate(folded))
        return query, self._index.rank(query, SHOWN)

    @cached_property
    def _sounds(self) -> Index:
        """The same entries by sound; built when the first message in pinyin comes."""
        names = {id: syllables.sound(comparable(name)) for id, name in self._names.items()}
        phrases = {
            id: [syllables.sound(comparable(text)) for text in texts] for id, texts in self._district.phrases.items()
        }
        return Index(names, phrases, is_comparable=True)

    def _candidates(self, query: str, ranked: list[Ranked]) -> tuple[Candidate, ...]:
        return tuple(
            Candidate(entry.id, round(entry.score, 4), self._index.matched_words(query, entry.id)) for entry in ranked
        )

    def _place(self, message: str) -> str | None:
        """The place that a message clearly names: exactly one is found by its own name."""
        named = [place for place in self._district.places.find(message[:200]) if _is_named(place.name, message)]
        return named[0].code if named else None


def _is_named(name: str, message: str) -> bool:
    """The full name, or the name without its kind (村, 社区, 街道, 镇, 乡) when that leaves two characters."""
    name = comparable(name)
    for kind in ("社区", "街道", "村", "镇", "乡"):
        if name.endswith(kind) and len(name) - len(kind) >= 2:
            return name.removesuffix(kind) in message
    return name in message

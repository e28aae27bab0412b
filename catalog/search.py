"""The catalog's answer to a message: `catalog.understanding.Search` over one district."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from catalog import confidence, kinds, parts, scope, syllables
from catalog.confidence import Costs, Evidence
from catalog.district import District
from catalog.kinds import KindChances, KindIndex
from catalog.lexicon import signs
from catalog.matching import Index, Ranked, comparable
from catalog.understanding import Band, Candidate, Danger, Kind, Understanding
from catalog.wording import fold, has_characters, squeeze, strip_boilerplate

SHOWN = 5
IS_COMPLAINT = 0.35
IS_COMPLAINT_IN_WORDS = 0.2
COMPLAINT_POINTS = 2
"""With at least so many points (`scope.complaint_points`) a lower likelihood is enough; and the classifier alone,
without a listed word, sees no emergency."""
IS_NEAR_MISS = 0.5
"""Likelihoods (see `catalog.confidence`) from which a message is of the kind."""
IS_TALK = 0.5
TALK_UNTIL = 0.5
"""Chance from which the classifier's small talk, status ... counts, when no entry is likelier than TALK_UNTIL."""
IS_DANGER = 0.25
SHORTEST_DANGER = 6
DANGER_BESIDE = 0.22
"""Chance of danger from which a message of at least so many characters without a listed word is an emergency, unless
another kind is likelier by far: the danger must have at least this share of the chance of the likeliest other kind."""
SURE_AFTER_JOINT = 0.3
SURE_AFTER_STOP = 0.6
"""Likelihood that two parts of a message need to count as two matters: parts joined by 还有 and the like, parts divided
by punctuation only."""
ALSO = 3
NO_DANGER = 0.04
"""Chance of danger below which even a listed word is only the last line of the answer."""
NO_DANGER_TO_SELF = 0.005
"""The same for talk of suicide, and only beside calm words."""
MATTERS = (Kind.SERVICE, Kind.CERTIFICATE)
_TALK = (Kind.SMALL_TALK, Kind.HUMAN, Kind.CANCEL, Kind.STATUS, Kind.FACILITY, Kind.UNCLEAR)


@dataclass(frozen=True, slots=True)
class Learned:
    """All that takes long to make, and nothing else."""

    index: Index
    kinds: KindIndex


def learn(district: District) -> Learned:
    """What a search knows of a district's words; some seconds of CPU."""
    index = Index(names_of(district), district.phrases)
    return Learned(index, KindIndex(map(squeeze, index.texts()), kinds.examples()))


def names_of(district: District) -> dict[str, str]:
    """Official names by id, services and certificates."""
    services = {service.id: service.name for service in district.services.values()}
    return services | {certificate.id: certificate.name for certificate in district.certificates.values()}


class CatalogSearch:
    """Understands messages by the services, certificates and phrases of one district. Safe to share."""

    def __init__(self, district: District, costs: Costs | None = None, learned: Learned | None = None) -> None:
        """`costs`: the operator's cost table, that of the data files when it is left out; `learned`: what `learn` made
        of the same district before (it takes seconds)."""
        self._district = district
        self._costs = costs
        learned = learned or learn(district)
        self._index, self._kinds = learned.index, learned.kinds
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
        chances = self._kinds.chances(message) if has_characters(message) else KindChances({}, {})
        danger, is_now = self._danger(message, chances)
        if danger and is_now:
            return Understanding(Kind.EMERGENCY, Band.NONE, danger=danger, place_code=self._place(message))
        return self._talk(message) or self._with_second(folded, self._matter(folded, message, chances, danger))

    def _with_second(self, folded: str, found: Understanding) -> Understanding:
        """`found` with the entries of a second matter, if another part of the message is surely about another entry."""
        if found.kind not in MATTERS:
            return found
        first = found.candidates[0].id
        announced = self._two_matters(parts.by_joints(folded), SURE_AFTER_JOINT)
        if announced:
            one, two = announced if announced[1][0].id != first else announced[::-1]
            return replace(found, candidates=found.candidates if one[0].id == first else one, also=two[:ALSO])
        divided = self._two_matters(parts.by_stops(folded), SURE_AFTER_STOP)
        ids = {matter[0].id for matter in divided}
        if first in ids and ids <= {entry.id for entry in found.candidates}:
            return replace(found, also=next(matter for matter in divided if matter[0].id != first)[:ALSO])
        return found

    def _two_matters(self, texts: list[str], least: float) -> list[tuple[Candidate, ...]]:
        """The entries of the two matters that `texts` are surely about; nothing unless there are exactly two."""
        matters = {matter[0].id: matter for text in texts if (matter := self._sure_matter(text, least))}
        return list(matters.values()) if len(matters) == 2 else []

    def _sure_matter(self, part: str, least: float) -> tuple[Candidate, ...]:
        """The entries of a part of a message; none when the first is not at least as likely as `least`."""
        query, ranked = self._ranked(part)
        message = squeeze(part)
        near = scope.find_near_miss(message) is not None
        chances = self._kinds.chances(message) if has_characters(message) else KindChances({}, {})
        evidence = Evidence(ranked, len(query), chances, scope.complaint_points(message), near)
        return self._candidates(query, ranked) if confidence.likelihood("first", evidence) >= least else ()

    def _danger(self, message: str, chances: KindChances) -> tuple[Danger | None, bool]:
        """The danger that the lists or the classifier see, and whether it is now. The classifier may take back a listed
        word only when it sees no danger at all; by itself it only adds."""
        danger, is_now = scope.find_danger(message)
        likely = chances.of(Kind.EMERGENCY)
        if danger:
            is_calm = scope.sounds_calm(message)
            least = NO_DANGER if danger.code != "self_harm" else NO_DANGER_TO_SELF if is_calm else 0.0
            return danger, is_now and (not chances.kinds or likely >= least)
        other = max((chance for kind, chance in chances.kinds.items() if kind != Kind.EMERGENCY), default=1.0)
        if len(message) < SHORTEST_DANGER:  # a village, a time, a yes: too little to read danger out of
            return None, False
        is_other = scope.complaint_points(message) >= COMPLAINT_POINTS or scope.is_harmless(message)
        if is_other or likely < max(IS_DANGER, DANGER_BESIDE * other) or scope.sounds_calm(message):
            return None, False
        return scope.danger_of(chances.matters[Kind.EMERGENCY]), True

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

    def _matter(self, folded: str, message: str, chances: KindChances, danger: Danger | None) -> Understanding:
        """A service, a certificate, a complaint, another office's matter, or nothing that is known."""
        query, ranked = self._ranked(folded)
        ranked = self._order_twins(ranked, message)
        near = scope.find_near_miss(message)
        evidence = Evidence(ranked, len(query), chances, scope.complaint_points(message), near is not None)
        kind, band = self._kind(evidence, near)
        facility = chances.matters.get(Kind.FACILITY) if kind is Kind.FACILITY else None
        return Understanding(
            kind=kind,
            band=band,
            candidates=self._candidates(query, ranked),
            danger=danger,
            facility_kind=facility,
            place_code=self._place(message),
            advice=None if kind in MATTERS else near or self._advice(kind, chances),
        )

    def _advice(self, kind: Kind, chances: KindChances) -> str | None:
        return chances.matters.get(Kind.NEAR_MISS) if kind is Kind.NEAR_MISS else None

    def _kind(self, evidence: Evidence, near: str | None) -> tuple[Kind, Band]:
        """The kind of a message and what may be done with its entries; never sure outside the catalog."""
        band = confidence.band(evidence, self._costs)
        outside = Band.NONE if band is Band.NONE else Band.CHOOSE
        least = IS_COMPLAINT_IN_WORDS if evidence.points >= COMPLAINT_POINTS else IS_COMPLAINT
        if confidence.likelihood("complaint", evidence) >= least:
            return Kind.COMPLAINT, outside
        is_near = confidence.likelihood("near_miss", evidence) >= IS_NEAR_MISS
        if is_near or (near and evidence.ranked and scope.rules_out(near, evidence.ranked[0].id)):
            return Kind.NEAR_MISS, outside
        talk = max(_TALK, key=evidence.chances.of)
        likely = confidence.likelihood("first", evidence)
        if evidence.chances.of(talk) >= IS_TALK and likely < TALK_UNTIL:
            return talk, Band.SURE if talk is Kind.FACILITY else Band.NONE
        if band is Band.NONE:
            return Kind.UNCLEAR, band
        is_certificate = evidence.ranked[0].id in self._district.certificates
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
        return query, self._index.rank(query + signs(folded), SHOWN)

    @cached_property
    def _sounds(self) -> Index:
        """The same entries by sound; built when the first message in pinyin comes."""
        names = {id: syllables.sound(comparable(name)) for id, name in names_of(self._district).items()}
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

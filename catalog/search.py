"""The catalog's answer to a message: `catalog.understanding.Search` over one district."""

from __future__ import annotations

from dataclasses import dataclass, replace

from catalog import confidence, kinds, parts, scope
from catalog.confidence import COSTS, Costs, Evidence
from catalog.district import District
from catalog.kinds import KindChances, KindIndex
from catalog.lexicon import signs
from catalog.lookalikes import are_alike
from catalog.matching import Index, Ranked, comparable
from catalog.syllables import heard
from catalog.understanding import Band, Candidate, Danger, Kind, Understanding
from catalog.wide import WideIndex
from catalog.wording import fold, has_characters, squeeze, strip_boilerplate

SHOWN = 5
LEARNED_UP_TO = 20_000_000
"""Texts times entries up to which a classifier of entries is learned; above it would take minutes and gigabytes."""
IS_COMPLAINT = 0.3
IS_NEAR_MISS = 0.35
"""Likelihoods (see `catalog.confidence`) from which a message is of the kind."""
IS_COMPLAINT_IN_WORDS, COMPLAINT_POINTS = 0.2, 2
"""With at least so many points (`scope.complaint_points`) a lower likelihood is enough."""
IS_COMPLAINT_WITHOUT_ENTRY = 0.1
"""When no entry fits, a lower one still is: a person reads it in any case."""
IS_TALK = 0.4
TALK_UNTIL = 0.5
"""Chance from which the classifier's small talk, status ... counts, when no entry is likelier than TALK_UNTIL."""
SHORTEST_DANGER = 6
"""Characters without a listed word that danger can be read out of: 他没来 may be anything."""
HINT_OF_DANGER, CRY = 0.045, 0.7
"""Probability of danger from which the clauses of a message are looked at one by one, and the one that a clause must
have by itself to raise the alarm."""
SURE_WHEN_ANNOUNCED = 0.4
SURE_WHEN_NOT = 0.8
"""Likelihood that both parts of a message need to count as two matters: when words such as 还有 say that there are two,
and when nothing does."""
SECOND_SCORE = 0.12
"""Score that the second matter needs among the entries of the whole message."""
ALSO = 3
IS_ASKING_AFTER = 0.5
"""Chance from which it counts however likely an entry is: whoever asks how their own matter stands, or where the
nearest canteen is, names the matter too."""
_ASKS_AFTER = (Kind.STATUS, Kind.FACILITY)
MATTERS = (Kind.SERVICE, Kind.CERTIFICATE)
_TALK = (Kind.SMALL_TALK, Kind.HUMAN, Kind.CANCEL, Kind.STATUS, Kind.FACILITY, Kind.UNCLEAR)


@dataclass(frozen=True, slots=True)
class Learned:
    """All that takes long to make, and nothing else."""

    index: Index | WideIndex
    kinds: KindIndex


@dataclass(frozen=True, slots=True)
class _Read:
    """A message, or a part of one, as index, classifier and word lists see it."""

    query: str
    """In comparable form, without padding."""
    evidence: Evidence
    near: str | None
    """The matter of another office whose words stand in it."""


def learn(district: District) -> Learned:
    """What a search knows of a district's words; some seconds of CPU."""
    names = names_of(district)
    texts = len(names) + sum(map(len, district.phrases.values()))
    make = Index if texts * len(names) <= LEARNED_UP_TO else WideIndex
    index = make(names, district.phrases)
    return Learned(index, KindIndex([squeeze(text) for text in index.texts()], kinds.examples()))


def names_of(district: District) -> dict[str, str]:
    """Official names by id, services and certificates."""
    services = {service.id: service.name for service in district.services.values()}
    return services | {certificate.id: certificate.name for certificate in district.certificates.values()}


class CatalogSearch:
    """Understands messages by the services, certificates and phrases of one district. Safe to share."""

    def __init__(self, district: District, costs: Costs = COSTS, learned: Learned | None = None) -> None:
        """`costs`: the operator's cost table; `learned`: what `learn` made of the same district before (it takes
        seconds)."""
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
        read = self._read(folded)
        danger, is_now = self._danger(folded, read.evidence)
        if danger and is_now:
            return Understanding(Kind.EMERGENCY, Band.NONE, danger=danger, place_code=self._place(message))
        return self._talk(message) or self._with_second(folded, self._matter(message, read, danger))

    def _read(self, folded: str) -> _Read:
        """What index, classifier and word lists see in a message or a part of one."""
        message = squeeze(folded)
        query = squeeze(strip_boilerplate(heard(folded)))
        ranked = self._order_twins(self._index.rank(query + signs(folded), SHOWN), message)
        near = scope.find_near_miss(message)
        points = scope.complaint_points(message)
        return _Read(query, Evidence(ranked, len(query), self._chances(folded), points, near is not None), near)

    def _with_second(self, folded: str, found: Understanding) -> Understanding:
        """`found` with the entries of a second matter, if the message can be cut in two so that one part is by itself
        about the first entry and the other about another one of the entries that the whole is about."""
        if found.kind not in MATTERS:
            return found
        first = found.candidates[0].id
        is_announced = parts.is_announced(folded)
        likely = {entry.id for entry in found.candidates if entry.score >= SECOND_SCORE and entry.id != first}
        if not is_announced:
            likely = {id for id in likely if not are_alike(first, id, self._district.lookalikes)}
        least = SURE_WHEN_ANNOUNCED if is_announced else SURE_WHEN_NOT
        for before, behind, is_joint in parts.halves(folded):
            if not likely and not is_joint:
                continue
            one, other = self._matter_of(before, least), self._matter_of(behind, least)
            if not one or not other or one[0].id == other[0].id:
                continue
            mine, also = (other, one) if other[0].id == first else (one, other)
            if is_joint:
                return replace(found, candidates=found.candidates if mine[0].id == first else mine, also=also[:ALSO])
            if mine[0].id == first and also[0].id in likely:
                return replace(found, also=also[:ALSO])
        return found

    def _matter_of(self, half: str, least: float) -> tuple[Candidate, ...]:
        """The entries of a part of a message; none when the first is not at least as likely as `least`."""
        read = self._read(half)
        return self._candidates(read) if confidence.likelihood("first", read.evidence) >= least else ()

    def _chances(self, folded: str) -> KindChances:
        """What kind a folded message may be of; nothing when it has no word that can be read or heard."""
        message = squeeze(heard(folded))
        return self._kinds.chances(message) if has_characters(message) else KindChances({}, {})

    def _danger(self, folded: str, evidence: Evidence) -> tuple[Danger | None, bool]:
        """The danger that a message speaks of, and whether it is now."""
        message = squeeze(folded)
        alarm = scope.alarm(message)
        likely = confidence.danger(alarm, evidence)
        matters = evidence.chances.matters
        if not alarm.is_alone and not confidence.is_danger(likely, self._costs):
            clause = self._cry(folded) if likely >= HINT_OF_DANGER and not alarm.is_told else None
            if clause is None:
                return alarm.danger, False
            matters = clause.chances.matters
        if alarm.danger is None and (len(message) < SHORTEST_DANGER or self._is_place(message)):
            return None, False
        return alarm.danger or scope.danger_of(matters.get(Kind.EMERGENCY, "")), True

    def _cry(self, folded: str) -> Evidence | None:
        """The clause that by itself is danger beyond doubt: it may stand beside an ordinary question."""
        for clause in parts.clauses(folded):
            evidence = self._read(clause).evidence
            if confidence.danger(scope.alarm(squeeze(clause)), evidence) >= CRY:
                return evidence
        return None

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

    def _matter(self, message: str, read: _Read, danger: Danger | None) -> Understanding:
        """A service, a certificate, a complaint, another office's matter, or nothing that is known."""
        chances = read.evidence.chances
        kind, band = self._kind(read.evidence, read.near)
        return Understanding(
            kind=kind,
            band=band,
            candidates=self._candidates(read),
            danger=danger,
            facility_kind=chances.matters.get(Kind.FACILITY) if kind is Kind.FACILITY else None,
            place_code=self._place(message),
            advice=None if kind in MATTERS else read.near or self._advice(kind, chances),
        )

    def _advice(self, kind: Kind, chances: KindChances) -> str | None:
        return chances.matters.get(Kind.NEAR_MISS) if kind is Kind.NEAR_MISS else None

    def _kind(self, evidence: Evidence, near: str | None) -> tuple[Kind, Band]:
        """The kind of a message and what may be done with its entries; never sure outside the catalog."""
        band = confidence.band(evidence, self._costs)
        outside = Band.NONE if band is Band.NONE else Band.CHOOSE
        least = IS_COMPLAINT_IN_WORDS if evidence.points >= COMPLAINT_POINTS else IS_COMPLAINT
        least = IS_COMPLAINT_WITHOUT_ENTRY if band is Band.NONE else least
        if confidence.likelihood("complaint", evidence) >= least:
            return Kind.COMPLAINT, outside
        is_near = confidence.likelihood("near_miss", evidence) >= IS_NEAR_MISS
        if is_near or (near and evidence.ranked and scope.rules_out(near, evidence.ranked[0].id)):
            return Kind.NEAR_MISS, outside
        talk = max(_TALK, key=evidence.chances.of)
        likely = confidence.likelihood("first", evidence)
        chance = evidence.chances.of(talk)
        if chance >= IS_TALK and (likely < TALK_UNTIL or (chance >= IS_ASKING_AFTER and talk in _ASKS_AFTER)):
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

    def _candidates(self, read: _Read) -> tuple[Candidate, ...]:
        return tuple(
            Candidate(entry.id, round(entry.score, 4), self._index.matched_words(read.query, entry.id))
            for entry in read.evidence.ranked
        )

    def _place(self, message: str) -> str | None:
        """The place that a message clearly names: exactly one is found by its own name."""
        named = [place for place in self._district.places.find(message[:200]) if _is_named(place.name, message)]
        return named[0].code if named else None

    def _is_place(self, message: str) -> bool:
        """Whether the message is nothing but the name of a place."""
        return any(comparable(place.name) == message for place in self._district.places.find(message[:200]))


def _is_named(name: str, message: str) -> bool:
    """The full name, or the name without its kind (村, 社区, 街道, 镇, 乡) when that leaves two characters."""
    name = comparable(name)
    for kind in ("社区", "街道", "村", "镇", "乡"):
        if name.endswith(kind) and len(name) - len(kind) >= 2:
            return name.removesuffix(kind) in message
    return name in message

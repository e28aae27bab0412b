"""The facts of a turn, read inside its own transaction, each only when it is asked for."""

from __future__ import annotations

from datetime import datetime, time
from functools import cached_property

from sqlalchemy import RowMapping

from catalog.district import District, RosterHelper
from handlers.cases import Case, CaseStatus
from handlers.facts import (
    Added,
    Admission,
    HistoryLine,
    LearnedPhrase,
    Leftovers,
    Lesson,
    OfferRecord,
    Tally,
    UnmetLine,
)
from handlers.people import Helper, Person, Role
from handlers.settings import DeskSettings
from storage import cases, claims, counting, leftovers, lessons, offers, people, relays, unmet
from storage.unit_of_work import UnitOfWork

NOBODY = Person(0)
"""Whose turn it is when something falls due."""
_CAPACITY, _FROM, _UNTIL, _DAYS = 5, time(8, 30), time(17, 30), (0, 1, 2, 3, 4)
"""For helpers whom the roster does not know."""


class StoredFacts:
    """`handlers.facts.Facts` over the database. `person_id` is whose turn it is, 0 for what falls due."""

    def __init__(
        self,
        work: UnitOfWork,
        district: District,
        settings: DeskSettings,
        person_id: int = 0,
        channel: str = "",
    ) -> None:
        self._work = work
        self._district = district
        self._settings = settings
        self._person_id = person_id
        self._channel = channel

    @property
    def now(self) -> datetime:
        return self._work.now

    @property
    def me(self) -> Person:
        return self._me

    @cached_property
    def _me(self) -> Person:
        return (self.person(self._person_id) if self._person_id else None) or NOBODY

    def seen_by(self, person: Person) -> StoredFacts:
        """The same facts with another `me`: for a digest that falls due."""
        return StoredFacts(self._work, self._district, self._settings, person.id, self._channel)

    @property
    def district(self) -> District:
        return self._district

    @property
    def settings(self) -> DeskSettings:
        return self._settings

    @property
    def channel(self) -> str:
        return self._channel

    def my_phone(self) -> str | None:
        return people.phone(self._work, self._person_id)

    def my_last_place(self) -> str | None:
        return cases.last_place(self._work, self._person_id)

    def person(self, person_id: int) -> Person | None:
        return people.person(self._work, person_id)

    def case(self, case_id: int) -> Case | None:
        return cases.get(self._work, case_id)

    def case_by_number(self, number: str) -> Case | None:
        return cases.by_number(self._work, number)

    def cases_asked_by(self, person_id: int) -> tuple[Case, ...]:
        return cases.asked_by(self._work, person_id)

    def cases_worked_by(self, person_id: int) -> tuple[Case, ...]:
        return cases.worked_by(self._work, person_id)

    def offers_open_to(self, person_id: int) -> tuple[Case, ...]:
        return offers.open_to(self._work, person_id)

    def offers(self, case_id: int) -> tuple[OfferRecord, ...]:
        return offers.of_case(self._work, case_id)

    def history(self, case_id: int) -> tuple[HistoryLine, ...]:
        return cases.history(self._work, case_id)

    def helpers(self) -> tuple[Helper, ...]:
        return self._helpers

    @cached_property
    def _helpers(self) -> tuple[Helper, ...]:
        roster = {one.id: one for one in self._district.helpers}
        holders = {one.id: one for one in people.in_role(self._work, Role.HELPER)}
        loads = claims.loads(self._work)
        return tuple(
            _helper(row, holders[row["person_id"]], roster.get(row["roster_key"]), loads.get(row["person_id"], 0))
            for row in people.joined_helpers(self._work)
            if row["person_id"] in holders
        )

    def supervisors(self) -> tuple[Person, ...]:
        return people.in_role(self._work, Role.SUPERVISOR)

    def open_thread(self, person_id: int) -> int | None:
        return relays.open_thread(self._work, person_id)

    def added(self, case_id: int) -> tuple[Added, ...]:
        return relays.added(self._work, case_id)

    def cases_in(self, places: tuple[str, ...], statuses: frozenset[CaseStatus]) -> tuple[Case, ...]:
        return cases.in_status(self._work, statuses, self._below(places))

    def tally(self, places: tuple[str, ...], since: datetime, until: datetime) -> Tally:
        return counting.tally(self._work, self._below(places), since, until)

    def unmet(self, since: datetime, until: datetime) -> tuple[UnmetLine, ...]:
        return unmet.most_frequent(self._work, since, until)

    def leftovers(self) -> Leftovers:
        return leftovers.counted(self._work)

    def open_lessons(self) -> tuple[Lesson, ...]:
        return lessons.unsolved(self._work)

    def lesson(self, lesson_id: int) -> Lesson | None:
        return lessons.get(self._work, lesson_id)

    def confirmed_as(self, question: str) -> str | None:
        return lessons.confirmed_as(self._work, question)

    def learned_phrase(self, phrase_id: int) -> LearnedPhrase | None:
        return lessons.phrase(self._work, phrase_id)

    def live_phrases(self) -> tuple[LearnedPhrase, ...]:
        return lessons.in_state(self._work, "live")

    def admissions(self) -> tuple[Admission, ...]:
        return lessons.admissions(self._work)

    def _below(self, places: tuple[str, ...]) -> frozenset[str] | None:
        """The codes of all places in or below some, and of those that no reachable supervisor answers for, which are
        everybody's; None when that is the whole district."""
        tree = self._district.places
        if self._district.code in places:
            return None
        wanted = set(places)
        held = {code for person in self.supervisors() if person.is_reachable for code in person.places}
        above = {place.code: {one.code for one in tree.ancestors(place.code)} for place in tree}
        return frozenset(code for code, codes in above.items() if codes & wanted or not codes & held)


def _helper(row: RowMapping, person: Person, entry: RosterHelper | None, load: int) -> Helper:
    """A joined helper as the roster has them, or with the plain defaults when it does not know them."""
    return Helper(
        person_id=person.id,
        name=person.name or (entry.name if entry else ""),
        places=entry.places if entry else person.places,
        skills=entry.skills if entry else ("综合",),
        languages=entry.languages if entry else ("普通话",),
        team=entry.team if entry else "",
        capacity=entry.capacity if entry else _CAPACITY,
        load=load,
        is_on_duty=bool(row["is_on_duty"]),
        is_reachable=person.is_reachable,
        duty_from=entry.duty_from if entry else _FROM,
        duty_until=entry.duty_until if entry else _UNTIL,
        duty_days=entry.duty_days if entry else _DAYS,
        may_visit_homes=entry.may_visit_homes if entry else True,
    )

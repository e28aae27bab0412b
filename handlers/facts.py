"""What a dialogue may know when it answers: a read-only port, answered inside the turn's own transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from catalog.district import District
from handlers.cases import Case, CaseStatus
from handlers.people import Helper, Person
from handlers.settings import DeskSettings


@dataclass(frozen=True, slots=True)
class OfferRecord:
    """One helper's having been asked for a case."""

    helper_id: int
    wave: int
    asked_at: datetime
    declined: bool = False


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of a case's append-only history."""

    at: datetime
    act: str
    by: int | None
    """Person id; None is the desk."""
    status: CaseStatus
    note: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """What a resident added to their case after it was opened."""

    text: str
    files: tuple[int, ...] = ()
    """Attachment ids."""


@dataclass(frozen=True, slots=True)
class UnmetLine:
    """A question nobody could answer, without personal data, and how often it came."""

    question: str
    count: int


@dataclass(frozen=True, slots=True)
class Lesson:
    """What became of a question in somebody's own words; without personal data."""

    id: int
    question: str
    kind: str
    """confirmed, refused, corrected, unmet or none."""
    entry_id: str | None = None
    """The right service or certificate (confirmed, corrected), the wrong one (refused), or none."""


@dataclass(frozen=True, slots=True)
class LearnedPhrase:
    """People's own words that a supervisor gave to a service or certificate."""

    id: int
    text: str
    entry_id: str
    state: str
    """checking, conflict, live or undone."""
    added_by: int


@dataclass(frozen=True, slots=True)
class Admission:
    """A proposal of a new matter for the list (准入), and what became of it."""

    text: str
    asked_by: str
    basis: str
    approved_by: str
    state: str
    """recorded or refused."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """What a digest counts, over the supervisor's places, from the history."""

    opened: int
    claimed: int
    resolved: int
    ended: int
    withdrawn: int
    grades: tuple[tuple[int, int], ...] = ()
    """(grade, how often)."""


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What the program could not do by itself and nobody has looked at yet, in the whole district."""

    unhandled: int = 0
    """Messages that came in and broke their turn."""
    unsent: int = 0
    """Messages that did not arrive and are tried no more."""
    uncertain: int = 0
    """Messages of which nobody knows whether they arrived."""


class Facts(Protocol):
    """Everything the core may ask about the world. All answers are plain values."""

    @property
    def now(self) -> datetime:
        """The turn's time, aware UTC."""
        ...

    @property
    def me(self) -> Person:
        """Whose turn it is (for what falls due: a person with id 0)."""
        ...

    def seen_by(self, person: Person) -> Facts:
        """The same facts with another `me`: for a digest that falls due."""
        ...

    @property
    def district(self) -> District: ...

    @property
    def settings(self) -> DeskSettings: ...

    @property
    def channel(self) -> str:
        """Name of the channel this turn came in by: web, terminal, telegram; empty for what falls due."""
        ...

    def my_phone(self) -> str | None:
        """The phone number this person gave before."""
        ...

    def my_last_place(self) -> str | None:
        """The place code of this person's last case."""
        ...

    def person(self, person_id: int) -> Person | None: ...

    def case(self, case_id: int) -> Case | None: ...

    def case_by_number(self, number: str) -> Case | None: ...

    def cases_asked_by(self, person_id: int) -> tuple[Case, ...]:
        """A resident's cases, unfinished ones first, then newest first; at most ten."""
        ...

    def cases_worked_by(self, person_id: int) -> tuple[Case, ...]:
        """A helper's unfinished cases, by visit time, then age."""
        ...

    def offers_open_to(self, person_id: int) -> tuple[Case, ...]:
        """Cases still unclaimed that this helper has been asked for and has not declined."""
        ...

    def offers(self, case_id: int) -> tuple[OfferRecord, ...]: ...

    def history(self, case_id: int) -> tuple[HistoryLine, ...]: ...

    def helpers(self) -> tuple[Helper, ...]:
        """All helpers of the district who have joined, by person id."""
        ...

    def supervisors(self) -> tuple[Person, ...]:
        """All supervisors who have joined."""
        ...

    def open_thread(self, person_id: int) -> int | None:
        """The case whose other side wrote last to this person and waits for an answer (within three days)."""
        ...

    def added(self, case_id: int) -> tuple[Added, ...]:
        """The resident's last words and files for a case, oldest first; at most ten."""
        ...

    def cases_in(self, places: tuple[str, ...], statuses: frozenset[CaseStatus]) -> tuple[Case, ...]:
        """Cases of a supervisor's places and those below them, oldest first; one without a place, or of a place that no
        supervisor answers for, counts everywhere."""
        ...

    def tally(self, places: tuple[str, ...], since: datetime, until: datetime) -> Tally: ...

    def unmet(self, since: datetime, until: datetime) -> tuple[UnmetLine, ...]:
        """Unmet needs, most frequent first; at most twenty."""
        ...

    def leftovers(self) -> Leftovers: ...

    def open_lessons(self) -> tuple[Lesson, ...]:
        """Questions that were not answered well and that nobody has looked at, newest first; at most five hundred."""
        ...

    def lesson(self, lesson_id: int) -> Lesson | None: ...

    def confirmed_as(self, question: str) -> str | None:
        """The entry that was confirmed most often, in the last 90 days, for a question in just these words."""
        ...

    def learned_phrase(self, phrase_id: int) -> LearnedPhrase | None: ...

    def live_phrases(self) -> tuple[LearnedPhrase, ...]:
        """What was attached and not undone, newest first; at most eight."""
        ...

    def admissions(self) -> tuple[Admission, ...]:
        """Proposals of new matters, newest first; at most ten."""
        ...

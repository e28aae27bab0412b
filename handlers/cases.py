"""The case: its data, its statuses, and the law of what may happen to it, as one table."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from handlers.people import Role


class CaseStatus(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    """Accepted, offered to nobody yet."""
    OFFERED = "offered"
    """Helpers have been asked."""
    CLAIMED = "claimed"
    """A helper works on it."""
    WAITING = "waiting"
    """A helper works on it and waits for the resident or a department; the clock stands."""
    SUBMITTED = "submitted"
    """Handed in at a window; the department works on it."""
    RESOLVED = "resolved"
    """The helper says it is done; the resident may confirm or object."""
    CLOSED = "closed"
    """Done and confirmed, or nobody objected in time."""
    ESCALATED = "escalated"
    """A supervisor has to decide."""
    WITHDRAWN = "withdrawn"
    """The resident took it back."""
    ENDED = "ended"
    """Not possible, with the reason and where else to go."""
    REOPENED = "reopened"
    """The resident objected: open again, the same helper first."""


class Act(StrEnum):
    """What may be done to a case."""

    OFFER = "offer"
    CLAIM = "claim"
    ASSIGN = "assign"
    RELEASE = "release"
    LAPSE = "lapse"
    ESCALATE = "escalate"
    ASK_PAPERS = "ask_papers"
    RECEIVE_PAPERS = "receive_papers"
    PROPOSE_VISIT = "propose_visit"
    AGREE_VISIT = "agree_visit"
    REFUSE_VISIT = "refuse_visit"
    SUBMIT = "submit"
    PART = "part"
    RESOLVE = "resolve"
    END = "end"
    CONFIRM = "confirm"
    REOPEN = "reopen"
    CLOSE = "close"
    RATE = "rate"
    WITHDRAW = "withdraw"
    EXTEND = "extend"
    NOTE = "note"
    REFILE = "refile"
    """It is another service than it was opened for; number and history stay."""


_R, _H, _S = Role.RESIDENT, Role.HELPER, Role.SUPERVISOR

WHO_MAY: dict[Act, frozenset[Role | None]] = {
    # None stands for the desk itself: what falls due, and routing.
    Act.OFFER: frozenset({None}),
    Act.CLAIM: frozenset({_H}),
    Act.ASSIGN: frozenset({_S}),
    Act.RELEASE: frozenset({_H}),
    Act.LAPSE: frozenset({None}),
    Act.ESCALATE: frozenset({None, _H}),
    Act.ASK_PAPERS: frozenset({_H}),
    Act.RECEIVE_PAPERS: frozenset({_R, _H}),
    Act.PROPOSE_VISIT: frozenset({_H}),
    Act.AGREE_VISIT: frozenset({_R, _H}),
    Act.REFUSE_VISIT: frozenset({_R, _H}),
    Act.SUBMIT: frozenset({_H}),
    Act.PART: frozenset({_H}),
    Act.RESOLVE: frozenset({_H}),
    Act.END: frozenset({_H, _S}),
    Act.CONFIRM: frozenset({_R, _H}),
    Act.REOPEN: frozenset({_R, _H}),
    Act.CLOSE: frozenset({None, _S}),
    Act.RATE: frozenset({_R}),
    Act.WITHDRAW: frozenset({_R}),
    Act.EXTEND: frozenset({_H, _S}),
    Act.NOTE: frozenset({_R, _H, _S, None}),
    Act.REFILE: frozenset({_H, _S}),
}
"""Who may do an act. The helper is always the one who has claimed the case (but for CLAIM); the resident its asker."""

FOR_CALLERS = frozenset({Act.CONFIRM, Act.REOPEN})
"""A helper may do these only for an asker whom no channel reaches, who said it on the phone; RATE never."""


def _law() -> dict[tuple[CaseStatus, Act], CaseStatus]:
    s, a = CaseStatus, Act
    law: dict[tuple[CaseStatus, Act], CaseStatus] = {}
    for unclaimed in (s.OPEN, s.OFFERED, s.REOPENED, s.ESCALATED):
        law[unclaimed, a.CLAIM] = s.CLAIMED
        law[unclaimed, a.ASSIGN] = s.CLAIMED
        law[unclaimed, a.OFFER] = s.OFFERED
        law[unclaimed, a.ESCALATE] = s.ESCALATED
        law[unclaimed, a.WITHDRAW] = s.WITHDRAWN
    for unclaimed in (s.ESCALATED, s.OPEN, s.OFFERED, s.REOPENED):
        law[unclaimed, a.END] = s.ENDED
    for worked in (s.CLAIMED, s.WAITING, s.SUBMITTED):
        law[worked, a.ASSIGN] = s.CLAIMED
        law[worked, a.RELEASE] = s.OPEN
        law[worked, a.LAPSE] = s.OPEN
        law[worked, a.ESCALATE] = s.ESCALATED
        law[worked, a.ASK_PAPERS] = s.WAITING
        law[worked, a.PROPOSE_VISIT] = s.WAITING
        law[worked, a.AGREE_VISIT] = s.CLAIMED
        law[worked, a.REFUSE_VISIT] = s.CLAIMED
        law[worked, a.RECEIVE_PAPERS] = s.CLAIMED
        law[worked, a.SUBMIT] = s.SUBMITTED
        law[worked, a.PART] = s.CLAIMED
        law[worked, a.RESOLVE] = s.RESOLVED
        law[worked, a.END] = s.ENDED
        law[worked, a.WITHDRAW] = s.WITHDRAWN
        law[worked, a.EXTEND] = worked
        law[worked, a.REFILE] = worked
    for finished in (s.RESOLVED, s.CLOSED, s.ENDED):
        law[finished, a.REOPEN] = s.REOPENED
        law[finished, a.RATE] = finished
    law[s.RESOLVED, a.CONFIRM] = s.CLOSED
    law[s.RESOLVED, a.CLOSE] = s.CLOSED
    for status in s:
        law[status, a.NOTE] = status
    return law


LAW: dict[tuple[CaseStatus, Act], CaseStatus] = _law()
"""(status, act) -> status. What is not here is not allowed."""

UNCLAIMED = frozenset({CaseStatus.OPEN, CaseStatus.OFFERED, CaseStatus.REOPENED, CaseStatus.ESCALATED})
WORKED = frozenset({CaseStatus.CLAIMED, CaseStatus.WAITING, CaseStatus.SUBMITTED})
FINISHED = frozenset({CaseStatus.RESOLVED, CaseStatus.CLOSED, CaseStatus.WITHDRAWN, CaseStatus.ENDED})


def after(status: CaseStatus, act: Act) -> CaseStatus | None:
    """The status after an act, or None where the law has no such move."""
    return LAW.get((status, act))


class Entry(StrEnum):
    """How a case came in: 84 % of the district's cases did not begin online (source: docs/catalog.md)."""

    CHAT = "chat"
    PHONE = "phone"
    COUNTER = "counter"


class Relation(StrEnum):
    """Whom the matter is for, seen from the asker."""

    SELF = "self"
    PARENT = "parent"
    CHILD = "child"
    SPOUSE = "spouse"
    OTHER = "other"


class PaperState(StrEnum):
    """How far one paper of a case is."""

    NEEDED = "needed"
    HAVE = "have"
    LATER = "later"
    PROMISED = "promised"


@dataclass(frozen=True, slots=True)
class Paper:
    """One line of a case's checklist."""

    name: str
    state: PaperState = PaperState.NEEDED


@dataclass(frozen=True, slots=True)
class Draft:
    """What an intake has gathered so far; becomes a case when confirmed."""

    question: str
    service_id: str | None = None
    relation: Relation | None = None
    place_code: str | None = None
    phone: str | None = None
    when: str | None = None
    home_visit: bool | None = None
    note: str | None = None
    files: tuple[int, ...] = ()
    """Ids of stored attachments."""
    entry: Entry = Entry.CHAT
    applicant_name: str | None = None
    """Asked for only when a helper opens the case for someone who phoned or came in."""
    is_checked: bool = False
    """The summary has been shown: a changed answer leads straight back to it."""


def blanked(draft: Draft) -> Draft:
    """What stays of a draft when its time is over: what and roughly where, nothing of a person."""
    return Draft("", draft.service_id, place_code=draft.place_code, home_visit=draft.home_visit, entry=draft.entry)


@dataclass(frozen=True, slots=True)
class Case:
    """One resident's matter that people work on."""

    id: int
    number: str
    status: CaseStatus
    version: int
    draft: Draft
    asker_id: int
    """The person who wrote (and may see, add, withdraw and rate)."""
    opened_by: int
    """The asker, or the helper who opened it for them."""
    opened_at: datetime
    helper_id: int | None = None
    wave: int = 0
    claimed_at: datetime | None = None
    worked_at: datetime | None = None
    """Last act of the helper; None right after a claim."""
    waiting_for: str | None = None
    """resident or department, while WAITING."""
    papers: tuple[Paper, ...] = ()
    papers_asked: tuple[str, ...] = ()
    """The one list that the resident was told (一次性告知)."""
    visit_options: tuple[datetime, ...] = ()
    visit_at: datetime | None = None
    window: str | None = None
    """Window and receipt number once submitted."""
    outcome: str | None = None
    """done, partly, or the reason why not."""
    due_at: datetime | None = None
    """What the resident was promised."""
    resolved_at: datetime | None = None
    grade: int | None = None
    """1 (非常满意) .. 5 (非常不满意), once."""
    extended: bool = False


def papers_are_awaited(case: Case) -> bool:
    """Whether the resident still owes papers: not when they said that all are there, nor when it was handed in."""
    owed = any(paper.name in case.papers_asked and paper.state is not PaperState.HAVE for paper in case.papers)
    return owed and case.status in (CaseStatus.CLAIMED, CaseStatus.WAITING)


@dataclass(frozen=True, slots=True)
class Change:
    """What an act changes besides the status; None leaves a field as it is."""

    papers: tuple[Paper, ...] | None = None
    papers_asked: tuple[str, ...] | None = None
    visit_options: tuple[datetime, ...] | None = None
    visit_at: datetime | None = None
    clears_visit: bool = False
    window: str | None = None
    outcome: str | None = None
    waiting_for: str | None = None
    grade: int | None = None
    helper_id: int | None = None
    wave: int | None = None
    due_at: datetime | None = None
    extended: bool | None = None
    add_files: tuple[int, ...] = field(default=())
    service_id: str | None = None
    """Only with REFILE."""

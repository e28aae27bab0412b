"""Case and moment -> what is planned and when it is due. All waits are office hours unless said otherwise.

What is planned for a case follows from where an act has left it, and only `planned` says what: whatever is done, and
whatever has just fallen due, something about an unfinished case waits to fall due, so that nobody can forget it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from handlers.cases import Act, Case, CaseStatus, papers_are_awaited
from handlers.effects import CancelFollowUps, Effect, ScheduleFollowUp
from handlers.facts import Facts
from handlers.messages import FellDue
from handlers.messages import FollowUpKind as Kind

OF_WORK = frozenset(
    {
        Kind.CLAIM_UNWORKED,
        Kind.CLAIM_LAPSED,
        Kind.PAPERS_MISSING,
        Kind.VISIT_UNANSWERED,
        Kind.RESIDENT_SILENT,
        Kind.RESULT_MISSING,
        Kind.VISIT_TOMORROW,
        Kind.VISIT_OVER,
    }
)
"""What is planned anew whenever something is done to a case in a helper's hands."""
_LASTING = OF_WORK | {Kind.OFFER_UNCLAIMED, Kind.UNDECIDED, Kind.CLOSE}
"""What keeps a case from being forgotten."""
_TRIED_AGAIN_AFTER = timedelta(hours=7)
"""A working day."""


# --- what follows an act ---------------------------------------------------------------------------------------


def planned(case: Case, act: Act, facts: Facts) -> tuple[Effect, ...]:
    """What falls due next for a case after an act that has left it as it is."""
    match act, case.status:
        case Act.NOTE, _:
            return ()
        case Act.RATE, _:
            return (forget(case.id, Kind.RATE),)
        case Act.CLOSE, _:
            return (forget(case.id, Kind.CLOSE),)
        case _, CaseStatus.OPEN | CaseStatus.OFFERED | CaseStatus.REOPENED:
            return (forget(case.id), offer_waits(case.id, facts))
        case _, CaseStatus.ESCALATED:
            return (forget(case.id), decision_waits(case.id, facts))
        case _, CaseStatus.CLAIMED | CaseStatus.WAITING | CaseStatus.SUBMITTED:
            return _taken_up(case, act, facts)
        case _, CaseStatus.RESOLVED:
            return (forget(case.id), rating_is_asked(case.id, facts), case_closes(case.id, facts))
        case _, CaseStatus.ENDED:
            return (forget(case.id), rating_is_asked(case.id, facts))
        case _:
            return (forget(case.id),)


def _taken_up(case: Case, act: Act, facts: Facts) -> tuple[Effect, ...]:
    if act not in (Act.CLAIM, Act.ASSIGN):
        return work_goes_on(case, facts)
    near = (promise_is_near(case.id, case.due_at, facts),) if case.due_at else ()
    return (forget(case.id), *work_goes_on(case, facts), *near)


def work_goes_on(case: Case, facts: Facts) -> tuple[Effect, ...]:
    """What is planned while somebody works on a case: what is waited for now, whoever owes it."""
    return (forget(case.id, *sorted(OF_WORK)), *_visit(case, facts), *_awaited(case, facts))


def _visit(case: Case, facts: Facts) -> tuple[Effect, ...]:
    reminder = day_before(case.id, case.visit_at, facts) if case.visit_at else None
    return tuple(plan for plan in (reminder, visit_is_over(case, facts)) if plan)


def _awaited(case: Case, facts: Facts) -> tuple[Effect, ...]:
    """The window's result, the resident's papers and answer, or the helper's next act."""
    if case.status is CaseStatus.SUBMITTED:
        return (result_comes(case.id, facts),)
    papers = (papers_come(case.id, facts),) if papers_are_awaited(case) else ()
    answer = (visit_is_answered(case.id, facts),) if case.visit_options else ()
    if case.status is CaseStatus.CLAIMED:
        return (*papers, *answer, claim_is_worked(case, facts))
    return (*papers, *answer) or (resident_answers(case.id, facts),)


# --- each plan -------------------------------------------------------------------------------------------------


def _in_office_hours(kind: Kind, case_id: int, span: timedelta, facts: Facts) -> ScheduleFollowUp:
    return ScheduleFollowUp(kind, facts.district.calendar.add_working_time(facts.now, span), case_id)


def offer_waits(case_id: int, facts: Facts) -> ScheduleFollowUp:
    return _in_office_hours(Kind.OFFER_UNCLAIMED, case_id, facts.settings.wave_wait, facts)


def decision_waits(case_id: int, facts: Facts) -> ScheduleFollowUp:
    return _in_office_hours(Kind.UNDECIDED, case_id, facts.settings.decision_asked_after, facts)


def claim_is_worked(case: Case, facts: Facts) -> ScheduleFollowUp:
    """The clock runs only when the helper has been asked how an agreed visit went."""
    over = visit_is_over(case, facts)
    since = over.due_at if over else facts.now
    due_at = facts.district.calendar.add_working_time(since, facts.settings.claim_worked_within)
    return ScheduleFollowUp(Kind.CLAIM_UNWORKED, due_at, case.id)


def claim_lapses(case_id: int, facts: Facts) -> ScheduleFollowUp:
    """Due from the warning on: what is left of the claim's whole time."""
    left = facts.settings.claim_lapses_after - facts.settings.claim_worked_within
    return _in_office_hours(Kind.CLAIM_LAPSED, case_id, left, facts)


def papers_come(case_id: int, facts: Facts) -> ScheduleFollowUp:
    return _in_office_hours(Kind.PAPERS_MISSING, case_id, facts.settings.papers_reminder_after, facts)


def visit_is_answered(case_id: int, facts: Facts) -> ScheduleFollowUp:
    return _in_office_hours(Kind.VISIT_UNANSWERED, case_id, facts.settings.visit_answer_after, facts)


def resident_answers(case_id: int, facts: Facts) -> ScheduleFollowUp:
    return _in_office_hours(Kind.RESIDENT_SILENT, case_id, facts.settings.silent_again_after, facts)


def result_comes(case_id: int, facts: Facts) -> ScheduleFollowUp:
    return _in_office_hours(Kind.RESULT_MISSING, case_id, facts.settings.result_asked_after, facts)


def day_before(case_id: int, visit_at: datetime, facts: Facts) -> ScheduleFollowUp | None:
    """At 17:00 the day before the visit; None when that has passed."""
    local = facts.district.calendar.local(visit_at) - timedelta(days=1)
    due_at = local.replace(hour=17, minute=0, second=0, microsecond=0)
    return ScheduleFollowUp(Kind.VISIT_TOMORROW, due_at, case_id) if due_at > facts.now else None


def visit_is_over(case: Case, facts: Facts) -> ScheduleFollowUp | None:
    """Some office hours after an agreed visit; None when that has passed, or the helper has done something since."""
    if case.visit_at is None or is_reported(case):
        return None
    due_at = facts.district.calendar.add_working_time(case.visit_at, facts.settings.visit_asked_after)
    return ScheduleFollowUp(Kind.VISIT_OVER, due_at, case.id) if due_at > facts.now else None


def is_reported(case: Case) -> bool:
    """Whether the agreed visit was before the helper's last act, or before they had the case."""
    acts = [at for at in (case.claimed_at, case.worked_at) if at]
    return case.visit_at is not None and bool(acts) and max(acts) >= case.visit_at


def rating_is_asked(case_id: int, facts: Facts) -> ScheduleFollowUp:
    return ScheduleFollowUp(Kind.RATE, facts.now + facts.settings.rate_after, case_id)


def case_closes(case_id: int, facts: Facts) -> ScheduleFollowUp:
    due_at = facts.district.calendar.add_working_days(facts.now, facts.settings.close_after_days)
    return ScheduleFollowUp(Kind.CLOSE, due_at, case_id)


def promise_is_near(case_id: int, due_at: datetime, facts: Facts) -> ScheduleFollowUp:
    """A day before what the resident was promised, at once when that has passed."""
    return ScheduleFollowUp(Kind.PROMISE_NEAR, max(due_at - timedelta(days=1), facts.now), case_id)


def promised_by(service_id: str | None, facts: Facts) -> datetime:
    """When the resident may expect a result: the service's promised limit, else the district's own promise."""
    service = facts.district.services.get(service_id or "")
    limit = service.promised_limit if service else None
    days = limit.working_days if limit and limit.working_days is not None else float(facts.settings.promise_days)
    return facts.district.calendar.add_working_days(facts.now, max(days, 1.0))


def next_digest(person_id: int, facts: Facts) -> ScheduleFollowUp:
    """The next working day's digest hour."""
    calendar, at = facts.district.calendar, facts.settings.digest_at
    local = calendar.local(facts.now)
    due = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    while due <= local or not calendar.is_working_day(due.date()):
        due += timedelta(days=1)
    return ScheduleFollowUp(Kind.DIGEST, due.astimezone(UTC), person_id=person_id)


def tried_again(event: FellDue, facts: Facts) -> ScheduleFollowUp | None:
    """When what fell due could not be done: the next digest, and a working day later what a case depends on."""
    if event.kind is Kind.DIGEST and event.person_id is not None:
        return next_digest(event.person_id, facts)
    if event.kind in _LASTING and event.case_id is not None:
        return _in_office_hours(event.kind, event.case_id, _TRIED_AGAIN_AFTER, facts)
    return None


# --- about plans -----------------------------------------------------------------------------------------------


def is_late(case: Case, now: datetime) -> bool:
    return case.due_at is not None and case.due_at < now


def forget(case_id: int, *kinds: Kind) -> CancelFollowUps:
    """All kinds when none are named."""
    return CancelFollowUps(case_id, kinds=kinds)

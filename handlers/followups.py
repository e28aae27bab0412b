"""Case and moment -> what is planned and when it is due. All waits are office hours unless said otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from handlers.cases import Case
from handlers.effects import CancelFollowUps, ScheduleFollowUp
from handlers.facts import Facts
from handlers.messages import FollowUpKind as Kind


def _in_office_hours(kind: Kind, case_id: int, span: timedelta, facts: Facts) -> ScheduleFollowUp:
    return ScheduleFollowUp(kind, facts.district.calendar.add_working_time(facts.now, span), case_id)


def offer_waits(case_id: int, facts: Facts) -> ScheduleFollowUp:
    return _in_office_hours(Kind.OFFER_UNCLAIMED, case_id, facts.settings.wave_wait, facts)


def claim_is_worked(case_id: int, facts: Facts) -> ScheduleFollowUp:
    return _in_office_hours(Kind.CLAIM_UNWORKED, case_id, facts.settings.claim_worked_within, facts)


def claim_lapses(case_id: int, facts: Facts) -> ScheduleFollowUp:
    """Due from the warning on: what is left of the claim's whole time."""
    left = facts.settings.claim_lapses_after - facts.settings.claim_worked_within
    return _in_office_hours(Kind.CLAIM_LAPSED, case_id, left, facts)


def papers_come(case_id: int, facts: Facts) -> ScheduleFollowUp:
    return _in_office_hours(Kind.PAPERS_MISSING, case_id, facts.settings.papers_reminder_after, facts)


def visit_is_answered(case_id: int, facts: Facts) -> ScheduleFollowUp:
    return _in_office_hours(Kind.VISIT_UNANSWERED, case_id, facts.settings.visit_answer_after, facts)


def day_before(case_id: int, visit_at: datetime, facts: Facts) -> ScheduleFollowUp | None:
    """At 17:00 the day before the visit; None when that has passed."""
    local = facts.district.calendar.local(visit_at) - timedelta(days=1)
    due_at = local.replace(hour=17, minute=0, second=0, microsecond=0)
    return ScheduleFollowUp(Kind.VISIT_TOMORROW, due_at, case_id) if due_at > facts.now else None


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


def is_late(case: Case, now: datetime) -> bool:
    return case.due_at is not None and case.due_at < now


def forget(case_id: int, *kinds: Kind) -> CancelFollowUps:
    """All kinds when none are named."""
    return CancelFollowUps(case_id, kinds=kinds)

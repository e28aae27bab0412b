"""What falls due: offers that nobody took, claims that nobody works on, papers, visits, promises, ratings, digests."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.cases import UNCLAIMED, WORKED, Act, Case, CaseStatus, papers_are_awaited
from handlers.choices import OnCase
from handlers.describing import clock, day, helper_name, moment, name_of, where
from handlers.dialogues import rating, routes, telling, visit
from handlers.dialogues.questions import silence_buttons
from handlers.digests import compose
from handlers.effects import Button, Decline, Effect, MoveCase, Say, Urgency
from handlers.facts import Facts
from handlers.followups import (
    OF_WORK,
    claim_lapses,
    is_reported,
    next_digest,
    planned,
    resident_answers,
    result_comes,
    work_goes_on,
)
from handlers.messages import CaseMoved, FellDue, FollowUpKind
from handlers.phrases import button, phrase


def fell_due(event: FellDue, facts: Facts) -> tuple[Effect, ...]:
    """Effects of one due follow-up; none when the case has moved on since."""
    match event:
        case FellDue(FollowUpKind.DIGEST, person_id=int(person_id)):
            return _digest(person_id, facts)
        case FellDue(FollowUpKind.SILENCE, conversation_id=int(where)):
            nudge = Say(phrase("intake.silence"), silence_buttons(), urgency=Urgency.NOTICE, conversation_id=where)
            return (nudge,)
        case FellDue(kind, case_id=int(case_id)) if case := facts.case(case_id):
            return _of_case(kind, case, facts)
        case _:
            return ()


def _of_case(kind: FollowUpKind, case: Case, facts: Facts) -> tuple[Effect, ...]:
    named = {"what": name_of(case, facts)}
    has_helper = case.status in WORKED
    match kind:
        case FollowUpKind.OFFER_UNCLAIMED if case.status in UNCLAIMED and case.status is not CaseStatus.ESCALATED:
            return routes.offer(case, facts)
        case FollowUpKind.UNDECIDED if case.status is CaseStatus.ESCALATED:
            return routes.undecided(case, facts)
        case FollowUpKind.CLAIM_UNWORKED if case.status is CaseStatus.CLAIMED and not _visit_stands(case, facts):
            return (*_unworked(case, facts), claim_lapses(case.id, facts))
        case FollowUpKind.CLAIM_LAPSED if case.status is CaseStatus.CLAIMED and not _visit_stands(case, facts):
            return (MoveCase(case.id, Act.LAPSE, "unworked", is_desk=True),)
        case FollowUpKind.PAPERS_MISSING if papers_are_awaited(case):
            return (*_papers_missing(case, facts), resident_answers(case.id, facts))
        case FollowUpKind.VISIT_UNANSWERED if _waits_for_resident(case) and case.visit_options:
            return (*visit.unanswered(case, facts), resident_answers(case.id, facts))
        case FollowUpKind.RESIDENT_SILENT if _waits_for_resident(case):
            return (*_still_silent(case, facts), resident_answers(case.id, facts))
        case FollowUpKind.RESULT_MISSING if case.status is CaseStatus.SUBMITTED:
            asked = Say(phrase("work.result_missing", **named), _outcomes(case))
            return (*telling.helper(case, asked, facts), result_comes(case.id, facts))
        case FollowUpKind.VISIT_TOMORROW if has_helper and case.visit_at and case.visit_at > facts.now:
            return _visit_tomorrow(case, facts)
        case FollowUpKind.VISIT_OVER if has_helper and case.visit_at and not is_reported(case):
            asked = Say(phrase("work.visit_over", time=moment(case.visit_at, facts), **named), visit.outcomes(case))
            return telling.helper(case, asked, facts)
        case FollowUpKind.PROMISE_NEAR if has_helper and case.due_at:
            near = phrase("work.promise_near", due=day(case.due_at, facts), **named)
            return telling.helper(case, Say(near, _brief(case)), facts)
        case FollowUpKind.RATE if case.grade is None and case.status not in UNCLAIMED | WORKED:
            return telling.resident(case, rating.question(case, facts), facts) if _may_rate(case, facts) else ()
        case FollowUpKind.CLOSE if case.status is CaseStatus.RESOLVED:
            return (MoveCase(case.id, Act.CLOSE, "nobody objected", is_desk=True),)
        case _ if has_helper and kind in OF_WORK:
            return work_goes_on(case, facts)
        case _:
            return ()


def _visit_stands(case: Case, facts: Facts) -> bool:
    """A time was agreed that has not come yet: nobody takes the case away before it."""
    return case.visit_at is not None and case.visit_at > facts.now


def _waits_for_resident(case: Case) -> bool:
    return case.status is CaseStatus.WAITING or bool(
        case.status is CaseStatus.CLAIMED and (case.visit_options or papers_are_awaited(case))
    )


def _may_rate(case: Case, facts: Facts) -> bool:
    """A rating is the resident's own: a helper never passes it on by phone."""
    return telling.can_reach_asker(case, facts)


def _brief(case: Case) -> tuple[tuple[Button, ...], ...]:
    return ((button("brief", OnCase(case.id, "brief")),),)


def _unworked(case: Case, facts: Facts) -> tuple[Say, ...]:
    choices = ("brief", "release") if case.extended else ("brief", "extend", "release")
    rows = (tuple(button(word, OnCase(case.id, word)) for word in choices),)
    return telling.helper(case, Say(phrase("work.unworked", what=name_of(case, facts)), rows), facts)


def _outcomes(case: Case) -> tuple[tuple[Button, ...], ...]:
    """What may have come of it, in the helper's words."""
    words = (("done", "partly"), ("impossible", "brief"))
    return tuple(tuple(button(word, OnCase(case.id, word)) for word in row) for row in words)


def _still_silent(case: Case, facts: Facts) -> tuple[Say, ...]:
    """The helper may phone, and say what they were told."""
    got = ((button("got_papers", OnCase(case.id, "got_papers")),),) if papers_are_awaited(case) else ()
    rows = (*visit.rows_for_helper(case, facts), *got, *_brief(case))
    key = "work.resident_silent" if telling.can_reach_asker(case, facts) else "work.caller_silent"
    return telling.helper(case, Say(phrase(key, what=name_of(case, facts)), rows), facts)


def _papers_missing(case: Case, facts: Facts) -> tuple[Say, ...]:
    """The resident is reminded; when no chat reaches them, their helper, who may phone."""
    if not telling.can_reach_asker(case, facts):
        return _still_silent(case, facts)
    rows = ((button("all_ready", OnCase(case.id, "papers_ready")), button("lack_some", OnCase(case.id, "lack"))),)
    return telling.resident(case, Say(phrase("case.papers_reminder", what=name_of(case, facts)), rows), facts)


def _visit_tomorrow(case: Case, facts: Facts) -> tuple[Effect, ...]:
    assert case.visit_at is not None
    named = {"what": name_of(case, facts), "time": _when(case.visit_at, facts)}
    mine = Say(phrase("case.visit_tomorrow", helper=helper_name(case, facts), **named))
    theirs = Say(phrase("work.visit_tomorrow", where=where(case.draft, facts), **named), _brief(case))
    return (*telling.resident(case, mine, facts), *telling.helper(case, theirs, facts))


def _when(visit_at: datetime, facts: Facts) -> str:
    """明天 9:30; the date when the reminder is late, or is read only on the day itself."""
    calendar = facts.district.calendar
    read_at = calendar.local(calendar.after_quiet(facts.now))
    is_tomorrow = calendar.local(visit_at).date() == read_at.date() + timedelta(days=1)
    return phrase("time.tomorrow", clock=clock(visit_at, facts)) if is_tomorrow else moment(visit_at, facts)


def _digest(person_id: int, facts: Facts) -> tuple[Effect, ...]:
    """The digest, and the next working day's planned at once."""
    person = facts.person(person_id)
    if person is None or not person.is_supervisor:
        return ()
    messages = compose(facts.seen_by(person))
    sent = tuple(Say(say.text, say.buttons, person_id, urgency=Urgency.NOTICE, case_id=say.case_id) for say in messages)
    return (*sent, next_digest(person_id, facts))


def moved(event: CaseMoved, facts: Facts) -> tuple[Effect, ...]:
    """A move that the desk itself made."""
    case = facts.case(event.case_id)
    if case is None:
        return ()
    plan = planned(case, event.act, facts)
    return (*plan, *_lapsed(case, event.helper_before, facts)) if event.act is Act.LAPSE else plan


def _lapsed(case: Case, before: int | None, facts: Facts) -> tuple[Effect, ...]:
    """Who let it lie is relieved, and the next are asked."""
    lapsed = phrase("work.lapsed", what=name_of(case, facts))
    told: tuple[Effect, ...] = ()
    if before:
        told = (Decline(case.id, before), Say(lapsed, to=before, urgency=Urgency.NOTICE, case_id=case.id))
    released = telling.resident(case, Say(phrase("case.released")), facts)
    return (*told, *released, *routes.offer(case, facts, without=before))

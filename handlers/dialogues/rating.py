"""The end of a case: confirm or object, and five grades, once and voluntarily (好差评, 国办发〔2019〕51号)."""

from __future__ import annotations

from datetime import timedelta

from handlers.cases import Act, Case, CaseStatus, Change
from handlers.choices import Command, OnCase, Pick
from handlers.conversation import Conversation, Turn, goes_to, stays
from handlers.describing import name_of, status, where
from handlers.dialogues import routes, telling
from handlers.dialogues.greeting import menu
from handlers.effects import Button, MoveCase, Say
from handlers.facts import Facts
from handlers.messages import Chose, Event, Said
from handlers.phrases import button, phrase
from handlers.states import GivingReason, Idle

GRADES = (1, 2, 3, 4, 5)
BAD = (4, 5)
"""不满意 and 非常不满意: these start a loop with a different owner."""
ASKED_FOR = timedelta(hours=1)
"""So long a text is taken for the reason of a bad grade; later it is a question of its own."""
REASONS = ("slow", "attitude", "papers", "unsolved", "money")

Rows = tuple[tuple[Button, ...], ...]


def grade_name(grade: int) -> str:
    return phrase(f"button.grade_{grade}")


def question(case: Case, facts: Facts) -> Say:
    rows = tuple((button(f"grade_{grade}", OnCase(case.id, "grade", str(grade))),) for grade in GRADES)
    not_fixed = (button("not_fixed", OnCase(case.id, "not_fixed")),)
    return Say(phrase("case.rate", what=name_of(case, facts)), (*rows, not_fixed), case_id=case.id)


def press(conversation: Conversation, case: Case, choice: OnCase, facts: Facts) -> Turn | None:
    """A resident's button at the end of their case. None: it is another word."""
    match choice.what:
        case "fixed" if case.status is CaseStatus.RESOLVED:
            return stays(conversation, MoveCase(case.id, Act.CONFIRM))
        case "fixed":
            return stays(conversation, Say(phrase("case.cannot", status=status(case)), menu(facts)))
        case "not_fixed":
            return stays(conversation, MoveCase(case.id, Act.REOPEN))
        case "grade" if case.grade is not None:
            return stays(conversation, Say(phrase("case.rate_twice"), menu(facts)))
        case "grade" if choice.value in "12345" and choice.value:
            return stays(conversation, MoveCase(case.id, Act.RATE, choice.value, Change(grade=int(choice.value))))
        case _:
            return None


def rows_for_helper(case: Case) -> Rows:
    """What an asker may have said on the phone about the end of their case."""
    fixed = (button("fixed_for", OnCase(case.id, "fixed")),) if case.status is CaseStatus.RESOLVED else ()
    return ((*fixed, button("not_fixed_for", OnCase(case.id, "not_fixed"))),)


def press_for_caller(conversation: Conversation, case: Case, choice: OnCase, facts: Facts) -> Turn | None:
    """A helper writes down what somebody whom no chat reaches said on the phone; never a grade. None: another word."""
    if telling.can_reach_asker(case, facts):
        return None
    match choice.what:
        case "fixed" if case.status is CaseStatus.RESOLVED:
            return stays(conversation, MoveCase(case.id, Act.CONFIRM, "by phone"))
        case "not_fixed" if case.status in (CaseStatus.RESOLVED, CaseStatus.ENDED):
            return stays(conversation, MoveCase(case.id, Act.REOPEN, "by phone"))
        case _:
            return None


def confirmed(conversation: Conversation, case: Case, facts: Facts) -> Turn:
    if case.asker_id != facts.me.id:
        return stays(conversation, Say(phrase("work.confirmed"), menu(facts)))
    ask = (question(case, facts),) if case.grade is None else ()
    return stays(conversation, Say(phrase("case.closed")), *ask)


def reopened(conversation: Conversation, case: Case, facts: Facts) -> Turn:
    """Closed is not solved: the same helper is asked first if they are there."""
    before = next((line.by for line in reversed(facts.history(case.id)) if line.act in ("resolve", "end")), None)
    helper = next((each for each in facts.helpers() if each.person_id == before), None)
    is_there = helper is not None and helper.is_on_duty and helper.is_reachable and before is not None
    offers = routes.offer_again(case, before, facts) if is_there and before else routes.offer(case, facts)
    heard = "case.reopened" if case.asker_id == facts.me.id else "work.reopened_for"
    return stays(conversation, Say(phrase(heard)), *offers)


def rated(conversation: Conversation, case: Case, facts: Facts) -> Turn:
    if case.grade not in BAD:
        return stays(conversation, Say(phrase("case.rated"), menu(facts)))
    named = {"what": name_of(case, facts), "where": where(case.draft, facts), "grade": grade_name(case.grade)}
    rows = ((button("call", OnCase(case.id, "call")),),)
    alarm = telling.supervisors(case, Say(phrase("oversight.bad_rating", **named), rows), facts)
    reasons = tuple((button(f"reason_{key}", Pick(key)),) for key in REASONS)
    ask = Say(phrase("case.why"), (*reasons, (button("no_reason", Command("skip")),)))
    hotline = facts.district.operator.hotline
    sorry = phrase("case.rated_bad") if alarm else phrase("case.rated_bad_nobody", hotline=hotline)
    return goes_to(conversation, GivingReason(case.id), Say(sorry), ask, *alarm)


def _has_just_rated(case_id: int, facts: Facts) -> bool:
    rated_at = [line.at for line in facts.history(case_id) if line.act == Act.RATE]
    return bool(rated_at) and facts.now - rated_at[-1] < ASKED_FOR


def giving_reason(conversation: Conversation, state: GivingReason, event: Event, facts: Facts) -> Turn | None:
    """The reason of a bad grade is asked once, and waited for a while. None: what came is something else."""
    match event:
        case Chose(Pick(value)) if value in REASONS:
            reason = phrase(f"button.reason_{value}")
        case Said(text) if text.strip() and _has_just_rated(state.case_id, facts):
            reason = text.strip()[:200]
        case Chose(Command()):
            return goes_to(conversation, Idle(), Say(phrase("menu.resident"), menu(facts)))
        case _:
            return None
    keep = MoveCase(state.case_id, Act.NOTE, f"reason: {reason}")
    return goes_to(conversation, Idle(), keep, Say(phrase("case.why_thanks"), menu(facts)))

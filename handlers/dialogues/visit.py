"""Making an appointment: the helper proposes one or two times, the resident takes one or says another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from handlers.cases import Act, Case, CaseStatus, Change
from handlers.choices import Command, OnCase, Pick
from handlers.conversation import Conversation, Turn, goes_to, stays
from handlers.describing import by_phone, helper_name, moment, name_of
from handlers.dialogues import telling
from handlers.dialogues.greeting import menu
from handlers.effects import Button, MoveCase, Say
from handlers.facts import Facts
from handlers.followups import day_before, forget, visit_is_answered
from handlers.messages import Chose, Event, FollowUpKind, Said
from handlers.phrases import button, phrase
from handlers.reading import time as read_time
from handlers.states import Adding, Idle, ProposingVisit

Rows = tuple[tuple[Button, ...], ...]

HOURS = ((9, 30), (15, 0))
"""Clock times that are offered on each of the next working days."""
_ASKED = (FollowUpKind.VISIT_UNANSWERED, FollowUpKind.VISIT_TOMORROW)
"""What was planned for the times before, once there is an answer."""


def propose(conversation: Conversation, case: Case, facts: Facts) -> Turn:
    return goes_to(conversation, ProposingVisit(case.id), Say(phrase("work.visit_first"), _slots(facts)))


def _slots(facts: Facts, besides: str | None = None) -> Rows:
    """Four times on the next two working days, and a way out."""
    calendar = facts.district.calendar
    slots: list[datetime] = []
    date = calendar.local(facts.now)
    while len(slots) < 4:
        date += timedelta(days=1)
        if calendar.is_working_day(date.date()):
            slots += [date.replace(hour=hour, minute=minute, second=0, microsecond=0) for hour, minute in HOURS]
    buttons = [Button(moment(slot, facts), Pick(slot.isoformat())) for slot in slots if slot.isoformat() != besides]
    last = button("only_one", Command("confirm")) if besides else button("leave", Command("cancel"))
    return (*((slot,) for slot in buttons), (last,))


def proposing(conversation: Conversation, state: ProposingVisit, event: Event, facts: Facts) -> Turn:
    """The helper picks or types a time, then perhaps a second."""
    case = facts.case(state.case_id)
    if case is None or case.helper_id != facts.me.id:
        return goes_to(conversation, Idle(), Say(phrase("work.not_yours"), menu(facts)))
    match event:
        case Chose(Pick(value)) if at := _iso(value):
            return _take(conversation, state, at, facts)
        case Said(text) if at := read_time(text, facts.district.calendar.local(facts.now)):
            if at <= facts.now:
                return stays(conversation, Say(phrase("work.visit_past"), _slots(facts, state.first)))
            return _take(conversation, state, at, facts)
        case Said(text):
            return stays(conversation, Say(phrase("work.visit_bad", text=text[:20]), _slots(facts, state.first)))
        case Chose(Command("confirm")) if state.first and (at := _iso(state.first)):
            return _send(conversation, state, (at,))
        case Chose(Command("cancel")):
            return goes_to(conversation, Idle(), Say(phrase("menu.helper"), menu(facts)))
        case _:
            return stays(conversation, Say(phrase("work.visit_first"), _slots(facts, state.first)))


def _iso(value: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at if at.tzinfo else None


def _take(conversation: Conversation, state: ProposingVisit, at: datetime, facts: Facts) -> Turn:
    if state.first and (first := _iso(state.first)) and first != at:
        return _send(conversation, state, (first, at))
    following = ProposingVisit(state.case_id, at.isoformat())
    return goes_to(conversation, following, Say(phrase("work.visit_second"), _slots(facts, at.isoformat())))


def _send(conversation: Conversation, state: ProposingVisit, options: tuple[datetime, ...]) -> Turn:
    change = Change(
        visit_options=tuple(at.astimezone(UTC) for at in options), waiting_for="resident", clears_visit=True
    )
    return goes_to(conversation, Idle(), MoveCase(state.case_id, Act.PROPOSE_VISIT, change=change))


def proposed(conversation: Conversation, case: Case, facts: Facts) -> Turn:
    """The resident is asked; for one without a channel the helper asks by phone and says what was agreed."""
    plan = (visit_is_answered(case.id, facts), forget(case.id, FollowUpKind.CLAIM_UNWORKED, FollowUpKind.CLAIM_LAPSED))
    text = phrase("case.visit_options", helper=helper_name(case, facts), what=name_of(case, facts))
    if not telling.can_reach_asker(case, facts):
        rows = tuple(
            (button("agree_for", OnCase(case.id, "agree", str(index)), time=moment(at, facts)),)
            for index, at in enumerate(case.visit_options)
        )
        return stays(conversation, Say(by_phone(case), rows), *plan)
    rows = tuple(
        (Button(moment(at, facts), OnCase(case.id, "agree", str(index))),)
        for index, at in enumerate(case.visit_options)
    )
    other = (button("other_time", OnCase(case.id, "other_time")),)
    tell = telling.resident(case, Say(text, (*rows, other)), facts)
    return stays(conversation, Say(phrase("work.visit_sent"), menu(facts)), *tell, *plan)


def press(conversation: Conversation, case: Case, choice: OnCase, facts: Facts) -> Turn | None:
    """The resident (or the helper for them) answers a proposal. None: it is another word."""
    match choice.what:
        case "agree" if choice.value.isdigit() and int(choice.value) < len(case.visit_options):
            at = case.visit_options[int(choice.value)]
            return stays(conversation, MoveCase(case.id, Act.AGREE_VISIT, change=Change(visit_at=at, visit_options=())))
        case "agree":
            return stays(conversation, Say(phrase("asking.old_button")))
        case "other_time" if case.status is CaseStatus.SUBMITTED or not (case.visit_options or case.visit_at):
            return stays(conversation, Say(phrase("asking.old_button")))
        case "other_time":
            return stays(conversation, MoveCase(case.id, Act.REFUSE_VISIT, change=Change(clears_visit=True)))
        case _:
            return None


def agreed(conversation: Conversation, case: Case, facts: Facts) -> Turn:
    assert case.visit_at is not None
    time = moment(case.visit_at, facts)
    reminder = day_before(case.id, case.visit_at, facts)
    plan = (forget(case.id, *_ASKED), *((reminder,) if reminder else ()))
    helper = Say(
        phrase("work.visit_agreed", time=time, what=name_of(case, facts)),
        ((button("brief", OnCase(case.id, "brief")),),),
    )
    if case.helper_id == facts.me.id:
        return stays(conversation, helper, *plan)
    mine = Say(phrase("case.visit_agreed", time=time, helper=helper_name(case, facts)))
    return stays(conversation, mine, *telling.helper(case, helper, facts), *plan)


def refused(conversation: Conversation, case: Case, facts: Facts) -> Turn:
    """Another time: what the resident types next goes to the helper."""
    rows = ((button("visit", OnCase(case.id, "visit")), button("brief", OnCase(case.id, "brief"))),)
    tell = telling.helper(case, Say(phrase("work.visit_refused", what=name_of(case, facts)), rows), facts)
    plan = forget(case.id, *_ASKED)
    return goes_to(conversation, Adding(case.id), Say(phrase("case.visit_other")), *tell, plan)

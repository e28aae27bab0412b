"""Telling the people of a case: the resident (or, when no channel reaches them, the helper, as a phone call to make),
the helper, the supervisors who answer for the place."""

from __future__ import annotations

from dataclasses import replace

from handlers.cases import WORKED, Case
from handlers.choices import OnCase
from handlers.describing import by_phone, name_of
from handlers.effects import Say, Urgency
from handlers.facts import Facts
from handlers.people import answers_for
from handlers.phrases import button, phrase


def can_reach_asker(case: Case, facts: Facts) -> bool:
    asker = facts.person(case.asker_id)
    return bool(asker and asker.is_reachable)


def resident(case: Case, say: Say, facts: Facts) -> tuple[Say, ...]:
    """`say` to the asker as a notice; to their helper as words to pass on by phone when nothing reaches them."""
    if case.asker_id == facts.me.id:
        return (replace(say, case_id=case.id),)
    if can_reach_asker(case, facts):
        return (replace(say, to=case.asker_id, urgency=Urgency.NOTICE, case_id=case.id),)
    if case.helper_id is None:
        return ()
    text = by_phone(case) + "\n" + say.text
    is_mine = case.helper_id == facts.me.id
    urgency = Urgency.ANSWER if is_mine else Urgency.NOTICE
    return (Say(text, to=None if is_mine else case.helper_id, urgency=urgency, case_id=case.id),)


def unreachable(facts: Facts) -> tuple[Say, ...]:
    """The person whose turn it is has blocked us: who works for them is told to phone instead."""
    said: list[Say] = []
    for case in facts.cases_asked_by(facts.me.id):
        if case.status in WORKED and case.helper_id not in (None, facts.me.id):
            rows = ((button("brief", OnCase(case.id, "brief")),),)
            said += helper(case, Say(_blocked(case, facts), rows), facts)
    return tuple(said)


def _blocked(case: Case, facts: Facts) -> str:
    if case.draft.phone:
        return phrase("work.blocked", what=name_of(case, facts), phone=case.draft.phone)
    return phrase("work.blocked_no_phone", what=name_of(case, facts))


def helper(case: Case, say: Say, facts: Facts) -> tuple[Say, ...]:
    """`say` to the helper who has the case, if somebody has it."""
    if case.helper_id is None:
        return ()
    is_mine = case.helper_id == facts.me.id
    urgency = Urgency.ANSWER if is_mine else Urgency.NOTICE
    return (replace(say, to=None if is_mine else case.helper_id, urgency=urgency, case_id=case.id),)


def supervisors(case: Case, say: Say, facts: Facts) -> tuple[Say, ...]:
    """`say` to each supervisor who answers for the case's place."""
    return tuple(
        replace(say, to=person.id, urgency=Urgency.NOTICE, case_id=case.id)
        for person in facts.supervisors()
        if answers_for(person, case.draft.place_code, facts.district)
    )

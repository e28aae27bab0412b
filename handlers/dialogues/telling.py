"""Telling the people of a case: the resident (or, when no channel reaches them, the helper, as a phone call to make),
the helper, the supervisors in charge of the place."""

from __future__ import annotations

from dataclasses import replace

from handlers.cases import WORKED, Case
from handlers.choices import OnCase
from handlers.describing import name_of
from handlers.dialogues.greeting import menu
from handlers.effects import Button, Say, Urgency
from handlers.facts import Facts
from handlers.people import in_charge
from handlers.phrases import button, phrase

Rows = tuple[tuple[Button, ...], ...]


def can_reach_asker(case: Case, facts: Facts) -> bool:
    asker = facts.person(case.asker_id)
    return bool(asker and asker.is_reachable)


def resident(case: Case, say: Say, facts: Facts, for_helper: Rows = ()) -> tuple[Say, ...]:
    """`say` to the asker as a notice; to their helper as words to pass on by phone when nothing reaches them, with the
    buttons `for_helper` for what they are told."""
    if case.asker_id == facts.me.id:
        return (replace(say, case_id=case.id),)
    if can_reach_asker(case, facts):
        return (replace(say, to=case.asker_id, urgency=Urgency.NOTICE, case_id=case.id),)
    if case.helper_id is None:
        return ()
    phone = case.draft.phone
    head = phrase("work.tell_phone", phone=phone) if phone else phrase("work.tell_in_person")
    return helper(case, Say(head + "\n" + say.text, for_helper), facts)


def done(case: Case, said: str, facts: Facts) -> tuple[Say, ...]:
    """`said` to the helper whose turn it is, with the menu: only when the asker has really been sent something."""
    return (Say(phrase(said), menu(facts)),) if can_reach_asker(case, facts) else ()


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
    """`say` to each supervisor who is in charge of the case's place; to nobody only when there is no supervisor."""
    told = in_charge(case.draft.place_code, facts.supervisors(), facts.district)
    return tuple(replace(say, to=person.id, urgency=Urgency.NOTICE, case_id=case.id) for person in told)

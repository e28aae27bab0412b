"""A helper files a case under the service that it is really about; number and history stay."""

from __future__ import annotations

from catalog.masking import without_personal_data
from catalog.understanding import Search
from handlers.cases import WORKED, Act, Case, Change
from handlers.choices import Command, OnCase, Pick
from handlers.conversation import Conversation, Turn, goes_to, stays
from handlers.describing import name_of
from handlers.dialogues import casework, picking, telling
from handlers.dialogues.greeting import menu
from handlers.effects import MoveCase, RecordLesson, Say
from handlers.facts import Facts
from handlers.messages import Chose, Event, Said
from handlers.phrases import button, phrase
from handlers.states import Idle, Refiling


def press(conversation: Conversation, case: Case, choice: OnCase, facts: Facts) -> Turn | None:
    """换事项 for a case in one's hands: ask what it really is. None: it is another word, or not the time for it."""
    if choice.what != "refile" or case.status not in WORKED:
        return None
    asked = Say(phrase("lessons.refile", what=name_of(case, facts)), picking.rows((), facts))
    return goes_to(conversation, Refiling(case.id), asked)


def refiling(conversation: Conversation, state: Refiling, event: Event, facts: Facts, search: Search) -> Turn:
    """The service is typed, or picked from what was found."""
    case = facts.case(state.case_id)
    if case is None or case.helper_id != facts.me.id:
        return goes_to(conversation, Idle(), Say(phrase("work.not_yours"), menu(facts)))
    match event:
        case Chose(Pick(value)) if value in state.candidates:
            return goes_to(conversation, Idle(), *_move(case, value))
        case Chose(Command("cancel")):
            return goes_to(conversation, Idle(), *casework.brief(case, facts))
        case Said(text) if found := picking.find(text, facts, search):
            ask = Say(phrase("lessons.which"), picking.rows(found, facts))
            return goes_to(conversation, Refiling(case.id, found), ask)
        case _:
            return stays(conversation, Say(phrase("lessons.not_found"), picking.rows(state.candidates, facts)))


def _move(case: Case, entry_id: str) -> tuple[MoveCase, ...]:
    note = f"{case.draft.service_id or '-'} -> {entry_id}"
    return (MoveCase(case.id, Act.REFILE, note, Change(service_id=entry_id)),)


def refiled(conversation: Conversation, case: Case, facts: Facts) -> Turn:
    """Both sides know; the resident's words are a lesson."""
    what = name_of(case, facts)
    helper = facts.me.name or phrase("greeting.helper_name")
    rows = ((button("progress", OnCase(case.id, "view")),),)
    told = telling.resident(case, Say(phrase("lessons.refiled_resident", helper=helper, what=what), rows), facts)
    question = without_personal_data(case.draft.question)
    return stays(
        conversation,
        RecordLesson(question, "corrected", case.draft.service_id, case.id),
        Say(phrase("lessons.refiled", what=what)),
        *casework.brief(case, facts),
        *told,
    )

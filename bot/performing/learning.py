"""What supervisors make of the words that were not understood."""

from __future__ import annotations

from bot.performing.stage import Echoes, Stage, do
from handlers.effects import (
    AttachPhrase,
    DismissLessons,
    KeepPhrase,
    RecordAdmission,
    RecordLesson,
    UndoPhrase,
)
from handlers.facts import Admission
from storage import (
    lessons,
)


@do.register
def record_lesson(effect: RecordLesson, stage: Stage) -> Echoes:
    lessons.record(stage.work, effect.question, effect.kind, effect.entry_id, effect.case_id)
    return ()


@do.register
def attach_phrase(effect: AttachPhrase, stage: Stage) -> Echoes:
    """Put down to be checked; `bot.learning` does that outside of this transaction."""
    if stage.me.is_supervisor:
        lessons.propose(stage.work, effect.text, effect.entry_id, stage.me.id, effect.lesson_ids)
    return ()


@do.register
def keep_phrase(effect: KeepPhrase, stage: Stage) -> Echoes:
    if stage.me.is_supervisor:
        lessons.make_live(stage.work, effect.phrase_id, "conflict")
    return ()


@do.register
def undo_phrase(effect: UndoPhrase, stage: Stage) -> Echoes:
    if stage.me.is_supervisor:
        lessons.undo(stage.work, effect.phrase_id)
    return ()


@do.register
def dismiss_lessons(effect: DismissLessons, stage: Stage) -> Echoes:
    if stage.me.is_supervisor:
        lessons.dismiss(stage.work, effect.lesson_ids)
    return ()


@do.register
def record_admission(effect: RecordAdmission, stage: Stage) -> Echoes:
    state = "recorded" if effect.is_complete else "refused"
    proposal = Admission(effect.text, effect.asked_by, effect.basis, effect.approved_by, state, stage.work.now)
    if stage.me.is_supervisor:
        lessons.admit(stage.work, proposal, stage.me.id)
    return ()

"""What is to fall due, and what is asked for and missing."""

from __future__ import annotations

from bot.performing.stage import Echoes, Stage, do
from handlers.effects import (
    CancelFollowUps,
    RecordUnmet,
    ScheduleFollowUp,
)
from storage import (
    followups,
    unmet,
)


@do.register
def schedule_follow_up(effect: ScheduleFollowUp, stage: Stage) -> Echoes:
    followups.schedule(
        stage.work,
        effect.kind,
        effect.due_at,
        case_id=effect.case_id,
        person_id=effect.person_id,
        conversation_id=effect.conversation_id,
    )
    return ()


@do.register
def cancel_follow_ups(effect: CancelFollowUps, stage: Stage) -> Echoes:
    followups.cancel(
        stage.work,
        case_id=effect.case_id,
        person_id=effect.person_id,
        conversation_id=effect.conversation_id,
        kinds=effect.kinds,
    )
    return ()


@do.register
def record_unmet(effect: RecordUnmet, stage: Stage) -> Echoes:
    unmet.record(stage.work, effect.question, effect.reason, effect.case_id)
    return ()

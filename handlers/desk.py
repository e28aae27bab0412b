"""The one door of the core: an event comes in, a turn goes out.

`step` is for what people do and for the echoes of their own effects; `tend` for what falls due. Both are pure: facts
and search are read-only ports, everything that is to happen stands in the effects.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from catalog.understanding import Search
from handlers.cases import FINISHED, Act, Case, CaseStatus
from handlers.choices import Command, Go, Pick
from handlers.conversation import Conversation, Turn, goes_to, stays
from handlers.describing import status
from handlers.dialogues import (
    anywhere,
    asking,
    casework,
    danger,
    following,
    greeting,
    intake,
    lessons,
    oversight,
    progress,
    rating,
    refiling,
    talking,
    upkeep,
    visit,
)
from handlers.effects import CancelFollowUps, EditSay, Effect, Say, ScheduleFollowUp, Urgency
from handlers.facts import Facts
from handlers.followups import next_digest, planned
from handlers.messages import (
    Arrived,
    CaseMoved,
    CaseOpened,
    Chose,
    ClaimLost,
    ClaimWon,
    EchoEvent,
    FellDue,
    FileKind,
    FollowUpKind,
    InviteAccepted,
    InviteMade,
    InviteRefused,
    LearningEvent,
    MoveRefused,
    PersonEvent,
    PhraseAttached,
    PhraseConflicts,
    Said,
    SentFile,
)
from handlers.phrases import button, phrase
from handlers.states import (
    Adding,
    Admitting,
    AskingWhere,
    Assigning,
    CheckingDanger,
    Choosing,
    ChoosingPapers,
    GivingReason,
    Idle,
    IntakeState,
    OnBehalf,
    ProposingVisit,
    Reading,
    Refiling,
    Teaching,
    Writing,
)


def step(conversation: Conversation, event: PersonEvent | EchoEvent, facts: Facts, search: Search) -> Turn:
    """One event of a person's conversation, or the echo of an effect of this very turn."""
    match event:
        case (
            CaseOpened()
            | ClaimWon()
            | ClaimLost()
            | CaseMoved()
            | MoveRefused()
            | InviteAccepted()
            | InviteRefused()
            | InviteMade()
        ):
            return _marked(conversation, _echo(conversation, event, facts), facts)
        case _:
            begun = replace(conversation, turn=conversation.turn + 1)
            return _marked(conversation, _hear(begun, event, facts, search), facts)


def tend(event: FellDue | EchoEvent | LearningEvent, facts: Facts, search: Search) -> tuple[Effect, ...]:
    """What falls due, and the echoes of what was done about it."""
    match event:
        case PhraseAttached() | PhraseConflicts():
            return lessons.checked(event, facts)
        case FellDue():
            return upkeep.fell_due(event, facts)
        case CaseMoved():
            return upkeep.moved(event, facts)
        case _:
            return ()


# --- people ----------------------------------------------------------------------------------------------------


def _hear(conversation: Conversation, event: PersonEvent, facts: Facts, search: Search) -> Turn:
    event = anywhere.spelled(event, conversation.turn)
    conversation_was_new = conversation.is_new
    greeted = _greet_newcomer(conversation, event, facts)
    conversation = greeted.conversation
    turn = anywhere.catch(conversation, event, facts, search) or _by_state(conversation, event, facts, search)
    if any(isinstance(effect, Say) and effect.urgency is Urgency.ALARM for effect in turn.effects):
        # A number to call comes first; who we are can wait for the next message.
        return Turn(replace(turn.conversation, is_new=conversation_was_new), turn.effects)
    return Turn(turn.conversation, (*greeted.effects, *turn.effects))


def _greet_newcomer(conversation: Conversation, event: PersonEvent, facts: Facts) -> Turn:
    """Somebody whose first message is a question hears who we are, in short, before the answer."""
    if not conversation.is_new or isinstance(event, Arrived):
        return stays(conversation)
    return Turn(greeting.welcomed(conversation), (greeting.introduction(facts),))


def _by_state(conversation: Conversation, event: PersonEvent, facts: Facts, search: Search) -> Turn:
    state = conversation.state
    match state:
        case Idle():
            turn = None
        case CheckingDanger():
            turn = danger.checking(conversation, state, event, facts)
        case Choosing() if not isinstance(event, SentFile):
            return asking.choosing(conversation, state, event, facts, search)
        case Reading() if not isinstance(event, SentFile):
            return asking.reading(conversation, state, event, facts, search)
        case Choosing() | Reading():
            turn = None
        case AskingWhere():
            return asking.where(conversation, state, event, facts, search)
        case OnBehalf():
            return asking.on_behalf(conversation, state, event, facts, search)
        case Adding():
            turn = progress.adding(conversation, state, event, facts)
        case GivingReason():
            turn = rating.giving_reason(conversation, state, event, facts)
        case ChoosingPapers():
            return casework.choosing_papers(conversation, state, event, facts)
        case ProposingVisit():
            return visit.proposing(conversation, state, event, facts)
        case Writing():
            return casework.writing(conversation, state, event, facts)
        case Refiling():
            return refiling.refiling(conversation, state, event, facts, search)
        case Teaching():
            return lessons.teaching(conversation, state, event, facts, search)
        case Admitting():
            return lessons.admitting(conversation, state, event, facts)
        case Assigning():
            turn = oversight.assigning(conversation, state, event, facts)
        case _:
            return intake.step(conversation, state, event, facts)
    return turn or _idle(replace(conversation, state=Idle()), event, facts, search)


def _idle(conversation: Conversation, event: PersonEvent, facts: Facts, search: Search) -> Turn:
    """Nothing is open: an answer to somebody who waits for one, else a question."""
    case = _waits_for(facts.me.id, facts)
    match event:
        case Said(text) if case and text.strip():
            return stays(conversation, *talking.pass_on(case, text.strip(), (), facts, is_guess=True))
        case Said(text) if facts.me.is_supervisor and (turn := oversight.named(conversation, text, facts)):
            return turn
        case Said(text):
            return following.aspect(conversation, text, facts) or asking.ask(conversation, text, facts, search)
        case SentFile(caption=caption, is_more_of_album=is_more) if case or (case := _only_case(facts)):
            return stays(conversation, *talking.pass_on(case, caption, (event,), facts, is_quiet=is_more))
        case SentFile():
            return _file(conversation, event, facts, search)
        case Chose(Command("person")):
            return asking.for_person(conversation, "", facts)
        case Chose(Command("cancel")):
            return stays(conversation, Say(phrase("asking.nothing_to_cancel"), greeting.menu(facts)))
        case Chose(Pick() | Command()):
            return stays(conversation, Say(phrase("asking.old_button"), greeting.menu(facts)))
        case _:
            return stays(conversation, greeting.home(facts))


def _waits_for(person_id: int, facts: Facts) -> Case | None:
    """The case that waits for this person's words: the other side wrote last, or papers or a time were asked for."""
    thread = facts.open_thread(person_id)
    case = facts.case(thread) if thread else None
    if case and case.asker_id == person_id:
        return case  # a helper's words go to a resident only by 回复: what they type next may be for us
    waiting = [
        case
        for case in facts.cases_asked_by(person_id)
        if case.status is CaseStatus.WAITING and case.waiting_for == "resident"
    ]
    return waiting[0] if len(waiting) == 1 else None


def _only_case(facts: Facts) -> Case | None:
    """The one case that a photo without a word can only be for."""
    mine = [case for case in facts.cases_asked_by(facts.me.id) if case.status not in FINISHED]
    return mine[0] if len(mine) == 1 else None


def _file(conversation: Conversation, event: SentFile, facts: Facts, search: Search) -> Turn:
    """A file without a matter: its caption is the question; else a helper may look at it."""
    if event.is_more_of_album:
        return stays(conversation)
    if event.caption.strip() and event.kind is not FileKind.VOICE:
        return asking.ask(conversation, event.caption, facts, search)
    key = "voice" if event.kind is FileKind.VOICE else "photo"
    listen = button("listen" if key == "voice" else "person", Go("voice", str(event.file_id)))
    return stays(conversation, Say(phrase(f"asking.{key}"), ((listen, button("type_it", Go("home"))),)))


# --- echoes ----------------------------------------------------------------------------------------------------


def _echo(conversation: Conversation, event: EchoEvent, facts: Facts) -> Turn:
    match event:
        case CaseOpened():
            return progress.opened(conversation, event, facts)
        case ClaimWon(case_id):
            case = facts.case(case_id)
            return _claimed(conversation, case, facts) if case else stays(conversation)
        case ClaimLost():
            return casework.claim_lost(conversation, facts)
        case CaseMoved():
            return _moved(conversation, event, facts)
        case MoveRefused(case_id):
            case = facts.case(case_id)
            said = phrase("case.cannot", status=status(case)) if case else phrase("work.not_yours")
            return stays(conversation, Say(said, greeting.menu(facts)))
        case InviteAccepted():
            turn = greeting.accepted(greeting.welcomed(conversation), event, facts)
            plan = (next_digest(facts.me.id, facts),) if facts.me.is_supervisor else ()
            return goes_to(turn.conversation, Idle(), *turn.effects, *plan)
        case InviteRefused():
            return oversight.invite_refused(conversation, facts)
        case InviteMade():
            return oversight.invite_made(conversation, event, facts)
        case _:
            assert_never(event)


def _claimed(conversation: Conversation, case: Case, facts: Facts) -> Turn:
    turn = casework.claim_won(conversation, case, facts)
    return Turn(turn.conversation, (*planned(case, Act.CLAIM, facts), *turn.effects))


def _moved(conversation: Conversation, event: CaseMoved, facts: Facts) -> Turn:
    """A move was made in a person's turn: what is planned for the case now, and what is said."""
    case = facts.case(event.case_id)
    if case is None:
        return stays(conversation)
    turn = _after_move(conversation, event, case, facts)
    return Turn(turn.conversation, (*planned(case, event.act, facts), *turn.effects))


def _after_move(conversation: Conversation, event: CaseMoved, case: Case, facts: Facts) -> Turn:
    match event.act:
        case Act.WITHDRAW:
            return progress.withdrawn(conversation, case, facts)
        case Act.RECEIVE_PAPERS:
            return progress.papers_received(conversation, case, facts)
        case Act.ASK_PAPERS:
            return casework.papers_asked(conversation, case, facts)
        case Act.PROPOSE_VISIT:
            return visit.proposed(conversation, case, facts)
        case Act.AGREE_VISIT:
            return visit.agreed(conversation, case, facts)
        case Act.REFUSE_VISIT:
            return visit.refused(conversation, case, facts)
        case Act.SUBMIT:
            return casework.submitted(conversation, case, facts)
        case Act.PART:
            return casework.part_done(conversation, case, facts)
        case Act.RESOLVE:
            return casework.resolved(conversation, case, facts)
        case Act.END:
            return casework.ended(conversation, case, facts)
        case Act.RELEASE:
            return casework.released(conversation, case, facts)
        case Act.EXTEND if case.helper_id == facts.me.id:
            return casework.extended(conversation, facts)
        case Act.EXTEND:
            return oversight.extended(conversation, case, facts)
        case Act.ASSIGN:
            return oversight.assigned(conversation, case, event.helper_before, facts)
        case Act.CONFIRM:
            return rating.confirmed(conversation, case, facts)
        case Act.REOPEN:
            return rating.reopened(conversation, case, facts)
        case Act.REFILE:
            return refiling.refiled(conversation, case, facts)
        case Act.RATE:
            return rating.rated(conversation, case, facts)
        case Act.OFFER | Act.CLAIM | Act.LAPSE | Act.ESCALATE | Act.CLOSE | Act.NOTE:
            return stays(conversation)


# --- marks of a turn -------------------------------------------------------------------------------------------


def _marked(before: Conversation, turn: Turn, facts: Facts) -> Turn:
    """The turn that put a question is remembered; a person who stops in the middle of an intake is asked once."""
    now = turn.conversation
    if any(_asks(effect) for effect in turn.effects):
        now = replace(now, asked_turn=now.turn)
    was_in, is_in = (isinstance(each.state, IntakeState) for each in (before, now))
    plan: tuple[Effect, ...] = ()
    if is_in:
        due_at = facts.now + facts.settings.silence_after
        plan = (ScheduleFollowUp(FollowUpKind.SILENCE, due_at, conversation_id=now.id),)
    elif was_in:
        plan = (CancelFollowUps(conversation_id=now.id, kinds=(FollowUpKind.SILENCE,)),)
    return Turn(now, (*turn.effects, *plan))


def _asks(effect: Effect) -> bool:
    """Whether a message puts a question of the dialogue: its buttons are good for this turn only."""
    if not isinstance(effect, Say | EditSay) or (isinstance(effect, Say) and effect.to is not None):
        return False
    return any(isinstance(each.choice, Pick | Command) for row in effect.buttons for each in row)

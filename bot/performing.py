"""Does what the core asked for, in the turn's own transaction. What can fail comes back as an event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import singledispatch
from itertools import count

import structlog

from bot import inviting
from bot.town import Town
from handlers import numbers
from handlers.cases import FOR_CALLERS, UNCLAIMED, WHO_MAY, WORKED, Act, Case, CaseStatus, after
from handlers.effects import (
    AcceptInvite,
    AttachPhrase,
    Button,
    CancelFollowUps,
    ClaimCase,
    Decline,
    DismissLessons,
    EditSay,
    Effect,
    KeepPhrase,
    MakeInvite,
    MoveCase,
    Offer,
    OpenCase,
    RecordAdmission,
    RecordLesson,
    RecordUnmet,
    Relay,
    RememberPhone,
    Reveal,
    Say,
    ScheduleFollowUp,
    SetDuty,
    UndoPhrase,
    Urgency,
)
from handlers.facts import Admission
from handlers.messages import (
    CaseMoved,
    CaseOpened,
    ClaimLost,
    ClaimWon,
    EchoEvent,
    InviteAccepted,
    InviteMade,
    InviteRefused,
    MoveRefused,
)
from handlers.people import Person, Role, may_decide, may_invite_for
from storage import (
    buttons,
    cases,
    claims,
    conversations,
    followups,
    invites,
    lessons,
    offers,
    outbox,
    people,
    relays,
    unmet,
)
from storage.unit_of_work import UnitOfWork

_log = structlog.get_logger(__name__)

_PRIORITY = {Urgency.ALARM: 0, Urgency.ANSWER: 1, Urgency.NOTICE: 2}

Echoes = tuple[EchoEvent, ...]


@dataclass(frozen=True, slots=True)
class Sender:
    """Where the person whose turn it is writes from."""

    channel: str
    address: str
    conversation_id: int
    turn: int


@dataclass(frozen=True)
class Stage:
    """What performing needs besides the effect. `cause` names the turn: the messages it makes are `cause:0`, `cause:1`
    and so on. `sender` is None, and `me` has id 0, for what fell due."""

    work: UnitOfWork
    town: Town
    me: Person
    cause: str
    sender: Sender | None = None
    numbering: count[int] = field(default_factory=count)

    def next_key(self) -> str:
        return f"{self.cause}:{next(self.numbering)}"


def perform(stage: Stage, effects: Iterable[Effect]) -> Echoes:
    """Do the effects in order; returns what came back."""
    return tuple(echo for effect in effects for echo in do(effect, stage))


@singledispatch
def do(effect: Effect, stage: Stage) -> Echoes:
    """Do one effect. TypeError for a kind that nobody taught this file."""
    raise TypeError(f"nobody does {type(effect).__name__}")


# --- messages --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Destination:
    channel: str = ""
    address: str = ""
    person_id: int | None = None
    conversation_id: int | None = None
    turn: int = 0


@do.register
def say(effect: Say, stage: Stage) -> Echoes:
    where = _destination(effect, stage)
    key = stage.next_key()
    outbox.put(
        stage.work,
        outbox.Outgoing(
            key=key,
            text=effect.text,
            channel=where.channel,
            address=where.address,
            priority=_PRIORITY[effect.urgency],
            not_before=_not_before(effect.urgency, stage),
            name=effect.key,
            buttons=_offer_buttons(effect.buttons, where, key, stage),
            asks=effect.asks or "",
            files=effect.files,
            person_id=where.person_id,
            conversation_id=where.conversation_id,
            case_id=effect.case_id,
            state="pending" if where.address else "unreachable",
        ),
    )
    return ()


def _destination(effect: Say, stage: Stage) -> _Destination:
    """The conversation that it belongs to; else the address of the turn for whoever's turn it is, and for others the
    living address that they used last."""
    me, sender, to = stage.me, stage.sender, effect.to
    if effect.conversation_id is not None:
        return _in_conversation(effect.conversation_id, stage)
    if to is None and sender is None:
        raise ValueError("what fell due must say to whom it speaks")
    if sender is not None and to in (None, me.id):
        return _Destination(sender.channel, sender.address, me.id, sender.conversation_id, sender.turn)
    found = people.best_address(stage.work, to or 0)
    if found is None:
        _log.warning("unreachable", person_id=to, cause=stage.cause)
        return _Destination(person_id=to)
    conversation_id = found["conversation_id"]
    return _Destination(found["channel"], found["address"], to, conversation_id, _turn(conversation_id, stage))


def _in_conversation(conversation_id: int, stage: Stage) -> _Destination:
    """Nowhere else, also when nothing reaches it any more."""
    found = people.address_of(stage.work, conversation_id)
    if found["is_gone"]:
        return _Destination(person_id=found["person_id"])
    turn = _turn(conversation_id, stage)
    return _Destination(found["channel"], found["address"], found["person_id"], conversation_id, turn)


def _not_before(urgency: Urgency, stage: Stage) -> datetime:
    now = stage.work.now
    return stage.town.district.calendar.after_quiet(now) if urgency is Urgency.NOTICE else now


def _offer_buttons(
    rows: tuple[tuple[Button, ...], ...], where: _Destination, message: str, stage: Stage
) -> outbox.Rows:
    if where.conversation_id is None:
        return ()
    return buttons.offer(stage.work, rows, where.conversation_id, where.turn, message, stage.town.random)


@do.register
def edit_say(effect: EditSay, stage: Stage) -> Echoes:
    original = outbox.find(stage.work, effect.key)
    if original is None:
        _log.info("nothing_to_edit", cause=stage.cause)
        return ()
    key = stage.next_key()
    where = _Destination(conversation_id=original.conversation_id, turn=_turn(original.conversation_id, stage))
    offered = _offer_buttons(effect.buttons, where, key, stage)
    outbox.edit(stage.work, original, key, effect.text, offered, _PRIORITY[Urgency.ANSWER])
    return ()


def _turn(conversation_id: int | None, stage: Stage) -> int:
    """The turn that a button belongs to: this one in the sender's own conversation, the last one in another's."""
    if stage.sender is not None and stage.sender.conversation_id == conversation_id:
        return stage.sender.turn
    return 0 if conversation_id is None else conversations.turn_of(stage.work, conversation_id)


# --- cases -----------------------------------------------------------------------------------------------------------


@do.register
def open_case(effect: OpenCase, stage: Stage) -> Echoes:
    work, draft = stage.work, effect.draft
    asker = _asker(effect, stage)
    twin = cases.unfinished_twin(work, asker, draft)
    if twin is not None:
        return (CaseOpened(twin.id, duplicate=True),)
    return (CaseOpened(cases.create(work, _fresh_number(stage), draft, asker, stage.me.id)),)


def _asker(effect: OpenCase, stage: Stage) -> int:
    if effect.asker_id == 0:
        return people.add(stage.work, effect.draft.applicant_name or "", effect.draft.phone)
    return stage.me.id if effect.asker_id is None else effect.asker_id


def _fresh_number(stage: Stage) -> str:
    while True:
        digits = "".join(str(stage.town.random.randrange(10)) for _ in range(numbers.RANDOM_DIGITS))
        number = numbers.with_check(digits)
        if cases.by_number(stage.work, number) is None:
            return number


@do.register
def claim_case(effect: ClaimCase, stage: Stage) -> Echoes:
    won = stage.me.is_helper and claims.claim(stage.work, effect.case_id, stage.me.id)
    return (ClaimWon(effect.case_id) if won else ClaimLost(effect.case_id),)


@do.register
def move_case(effect: MoveCase, stage: Stage) -> Echoes:
    case = cases.get(stage.work, effect.case_id)
    if case is None or not _move(case, effect, stage):
        return (MoveRefused(effect.case_id, effect.act),)
    had_it = case.helper_id if case.status in WORKED else None
    return (CaseMoved(effect.case_id, effect.act, had_it),)


def _move(case: Case, effect: MoveCase, stage: Stage) -> bool:
    act, work = effect.act, stage.work
    status = after(case.status, act)
    roles = _roles_in(case, effect, stage) & _who_may(case, act, work)
    if status is None or act is Act.CLAIM or not roles or not _is_complete(effect):
        return False
    is_by_helper = Role.HELPER in roles
    if not cases.change(work, case, act, status, effect.change, is_by_helper=is_by_helper and act is not Act.ASSIGN):
        return False
    _keep_claim(case, effect, status, work)
    cases.write_history(work, case.id, act, None if effect.is_desk else stage.me.id, status, effect.note)
    return True


def _who_may(case: Case, act: Act, work: UnitOfWork) -> frozenset[Role | None]:
    """Who may do an act to this case: an asker who can be reached speaks for themselves."""
    asker = people.person(work, case.asker_id) if act in FOR_CALLERS else None
    return WHO_MAY[act] - {Role.HELPER} if asker and asker.is_reachable else WHO_MAY[act]


def _roles_in(case: Case, effect: MoveCase, stage: Stage) -> frozenset[Role | None]:
    """What the person whose turn it is, or the desk, is to this case at this moment."""
    if effect.is_desk:
        return frozenset({None})
    me = stage.me
    roles: set[Role | None] = set()
    if me.is_helper and case.helper_id == me.id and case.status not in UNCLAIMED:
        roles.add(Role.HELPER)
    if case.asker_id == me.id:
        roles.add(Role.RESIDENT)
    if me.is_supervisor and _may_decide(case, stage):
        roles.add(Role.SUPERVISOR)
    return frozenset(roles)


def _may_decide(case: Case, stage: Stage) -> bool:
    supervisors = people.in_role(stage.work, Role.SUPERVISOR)
    return may_decide(stage.me, case.draft.place_code, supervisors, stage.town.district)


def _is_complete(effect: MoveCase) -> bool:
    if (effect.act is Act.REFILE) is not bool(effect.change.service_id):
        return False
    return effect.act is not Act.ASSIGN or effect.change.helper_id is not None


def _keep_claim(case: Case, effect: MoveCase, status: CaseStatus, work: UnitOfWork) -> None:
    """The open claim row follows the case: gone when nobody works on it, another one when it was assigned."""
    if effect.act is Act.ASSIGN and effect.change.helper_id is not None:
        claims.end(work, case.id, effect.act)
        claims.begin(work, case.id, effect.change.helper_id)
    elif case.status in WORKED and status not in WORKED:
        claims.end(work, case.id, effect.act)


@do.register
def offer(effect: Offer, stage: Stage) -> Echoes:
    offers.record(stage.work, effect.case_id, effect.wave, effect.helper_ids)
    return ()


@do.register
def decline(effect: Decline, stage: Stage) -> Echoes:
    offers.decline(stage.work, effect.case_id, effect.helper_id or stage.me.id)
    return ()


@do.register
def relay(effect: Relay, stage: Stage) -> Echoes:
    relays.record(
        stage.work, effect.case_id, stage.me.id, effect.text, from_helper=effect.from_helper, files=effect.files
    )
    return ()


@do.register
def reveal(effect: Reveal, stage: Stage) -> Echoes:
    relays.reveal(stage.work, effect.case_id, stage.me.id, effect.what)
    return ()


# --- plans, needs, people --------------------------------------------------------------------------------------------


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


@do.register
def set_duty(effect: SetDuty, stage: Stage) -> Echoes:
    people.set_duty(stage.work, stage.me.id, effect.on)
    return ()


@do.register
def remember_phone(effect: RememberPhone, stage: Stage) -> Echoes:
    people.set_phone(stage.work, stage.me.id, effect.phone)
    return ()


@do.register
def accept_invite(effect: AcceptInvite, stage: Stage) -> Echoes:
    role = invites.accept(stage.work, effect.code, stage.me.id, stage.town.district.helpers)
    return (InviteAccepted(str(role)) if role else InviteRefused(),)


@do.register
def make_invite(effect: MakeInvite, stage: Stage) -> Echoes:
    """Only a supervisor makes one, and only for places they answer for."""
    me, district = stage.me, stage.town.district
    entry = next((one for one in district.helpers if effect.roster_id and one.id == effect.roster_id), None)
    places = effect.places or (entry.places if entry else ())
    is_theirs = me.is_supervisor and may_invite_for(me, places, district)
    if not is_theirs or effect.role not in (Role.HELPER, Role.SUPERVISOR):
        return (InviteRefused(),)
    code = invites.fresh(stage.town.random)
    invites.make(
        stage.work,
        code,
        Role(effect.role),
        stage.town.settings.invite_valid,
        places=effect.places,
        roster_key=effect.roster_id,
        made_by=stage.me.id,
    )
    where = inviting.doors(stage.work)
    return (InviteMade(code, effect.role, where.web_link(code), where.telegram_link(code)),)

"""What happens to cases, if the law and the roles allow it."""

from __future__ import annotations

from bot.performing.stage import Echoes, Stage, do
from handlers import numbers
from handlers.cases import FOR_CALLERS, UNCLAIMED, WHO_MAY, WORKED, Act, Case, CaseStatus, after
from handlers.effects import (
    ClaimCase,
    Decline,
    MoveCase,
    Offer,
    OpenCase,
    Relay,
    Reveal,
)
from handlers.messages import (
    CaseMoved,
    CaseOpened,
    ClaimLost,
    ClaimWon,
    MoveRefused,
)
from handlers.people import Role, may_decide
from storage import (
    cases,
    claims,
    offers,
    people,
    relays,
)
from storage.unit_of_work import UnitOfWork


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

"""The supervisor: the digest at once, assigning, extending, calling, inviting."""

from __future__ import annotations

from catalog.district import RosterHelper
from handlers.cases import UNCLAIMED, WORKED, Act, Case, Change
from handlers.choices import Command, Go, OnCase, Pick
from handlers.conversation import Conversation, Turn, goes_to, stays
from handlers.describing import day, name_of, status, where
from handlers.dialogues import routes, telling
from handlers.dialogues.greeting import menu
from handlers.digests import compose
from handlers.effects import Button, Effect, MakeInvite, MoveCase, Reveal, Say, Urgency
from handlers.facts import Facts
from handlers.followups import promise_is_near
from handlers.messages import Chose, Event, InviteMade, Said
from handlers.people import Helper, Role, may_decide, may_invite_for
from handlers.phrases import button, phrase
from handlers.routing import candidates
from handlers.states import Assigning, Idle

EXTENSION_DAYS = 3
"""Working days that 延期 adds."""
SUPERVISOR = "督导"
"""What stands in the place of a helper's name when a supervisor is to be invited."""
NAMESAKES = 6
"""Helpers of one name that are shown at most."""


def digest(conversation: Conversation, facts: Facts, skip: int = 0) -> Turn:
    if not facts.me.is_supervisor:
        return stays(conversation, Say(phrase("oversight.not_supervisor"), menu(facts)))
    return stays(conversation, *compose(facts, skip))


def press(conversation: Conversation, case: Case, choice: OnCase, facts: Facts) -> Turn | None:
    """A supervisor's button about a case of their places. None: it is another word."""
    if choice.what not in ("assign", "extend_case", "call"):
        return None
    if not may_decide(facts.me, case.draft.place_code, facts.supervisors(), facts.district):
        return stays(conversation, Say(phrase("oversight.not_in_scope"), menu(facts)))
    match choice.what:
        case "assign" if case.status in UNCLAIMED | WORKED:
            return _choose_helper(conversation, case, facts)
        case "assign":
            return stays(conversation, Say(phrase("case.cannot", status=status(case)), menu(facts)))
        case "extend_case":
            later = max(case.due_at or facts.now, facts.now)
            due_at = facts.district.calendar.add_working_days(later, EXTENSION_DAYS)
            return stays(conversation, MoveCase(case.id, Act.EXTEND, "supervisor", Change(due_at=due_at)))
        case _:
            return stays(conversation, *_call(case, facts))


def _call(case: Case, facts: Facts) -> tuple[Effect, ...]:
    """The phone number, and a record that it was looked at."""
    if not case.draft.phone:
        return (Say(phrase("oversight.no_phone")),)
    return (
        Say(phrase("oversight.phone", what=name_of(case, facts), phone=case.draft.phone)),
        Reveal(case.id, "phone"),
    )


def _choose_helper(conversation: Conversation, case: Case, facts: Facts) -> Turn:
    helpers = [helper for helper in candidates(case, facts) if helper.person_id != case.helper_id][:6]
    if not helpers:
        return stays(conversation, Say(phrase("oversight.assign_none"), menu(facts)))
    rows = tuple((Button(_line(helper, case, facts), Pick(str(helper.person_id))),) for helper in helpers)
    text = phrase("oversight.assign", what=name_of(case, facts), where=where(case.draft, facts))
    return goes_to(conversation, Assigning(case.id), Say(text, (*rows, (button("leave", Command("cancel")),))))


def _line(helper: Helper, case: Case, facts: Facts) -> str:
    subject = facts.district.subject_of(case.draft.service_id)
    skill = phrase("oversight.assign_skill", skill=subject) if subject in helper.skills else ""
    return phrase("oversight.assign_line", name=helper.name, load=helper.load, skill=skill)


def assigning(conversation: Conversation, state: Assigning, event: Event, facts: Facts) -> Turn | None:
    """A list of helpers stands there. None: what came is something else."""
    match event:
        case Chose(Pick(value)) if value.isdigit():
            move = MoveCase(state.case_id, Act.ASSIGN, change=Change(helper_id=int(value)))
            return goes_to(conversation, Idle(), move)
        case Chose():
            return goes_to(conversation, Idle(), Say(phrase("menu.supervisor"), menu(facts)))
        case _:
            return None


def assigned(conversation: Conversation, case: Case, before: int | None, facts: Facts) -> Turn:
    """The new helper gets the offer's words and the brief one tap away; whoever was asked sees that it is taken, and
    `before`, who had it, that it is no longer theirs."""
    by = facts.me.name or phrase("greeting.supervisor_name")
    name = name_of(case, facts)
    text = phrase("work.assigned", by=by) + "\n" + name + " · " + where(case.draft, facts)
    rows = ((button("brief", OnCase(case.id, "brief")),),)
    helper = facts.person(case.helper_id) if case.helper_id else None
    helper_name = helper.name if helper else ""
    told = Say(phrase("case.claimed", helper=helper_name, what=name), case_id=case.id)
    passed_on: tuple[Effect, ...] = ()
    if before not in (None, case.helper_id):
        passed_on = (Say(phrase("work.lapsed", what=name), to=before, urgency=Urgency.NOTICE, case_id=case.id),)
    return stays(
        conversation,
        Say(phrase("oversight.assigned", name=helper_name), menu(facts)),
        *passed_on,
        *telling.helper(case, Say(text, rows), facts),
        *telling.resident(case, told, facts),
        *routes.close_offers(case, facts, winner=case.helper_id),
    )


def extended(conversation: Conversation, case: Case, facts: Facts) -> Turn:
    """The new day is said to whoever moved it, and to the resident."""
    due = day(case.due_at, facts) if case.due_at else ""
    tell = telling.resident(case, Say(phrase("case.postponed", what=name_of(case, facts), due=due)), facts)
    near = (promise_is_near(case.id, case.due_at, facts),) if case.due_at else ()
    return stays(conversation, Say(phrase("oversight.extended", due=due), menu(facts)), *tell, *near)


# --- invites ---------------------------------------------------------------------------------------------------


def invite(conversation: Conversation, text: str, facts: Facts) -> Turn:
    """邀请 NAME (a helper of the roster, or an id), 邀请督导 (a supervisor for one's own places), or how to do it."""
    if not facts.me.is_supervisor:
        return stays(conversation, Say(phrase("oversight.not_supervisor"), menu(facts)))
    name = text.removeprefix("邀请").strip()
    if not name:
        rows = ((button("invite_one", Go("invite", SUPERVISOR), name=SUPERVISOR),),)
        return stays(conversation, Say(phrase("oversight.invite"), rows))
    if name == SUPERVISOR:
        return stays(conversation, MakeInvite(Role.SUPERVISOR.value, places=facts.me.places))
    found = _in_roster(name, facts)
    if not found:
        return stays(conversation, Say(phrase("oversight.invite_unknown", name=name[:20])))
    if len(found) > 1:
        return stays(conversation, _which(found, facts))
    if not may_invite_for(facts.me, found[0].places, facts.district):
        return stays(conversation, Say(phrase("oversight.invite_not_yours", name=found[0].name)))
    return stays(conversation, MakeInvite(Role.HELPER.value, roster_id=found[0].id, places=found[0].places))


def named(conversation: Conversation, text: str, facts: Facts) -> Turn | None:
    """A supervisor wrote nothing but the name of a helper of the roster. None: they wrote something else."""
    found = _in_roster(text.strip(), facts)
    return stays(conversation, _which(found, facts)) if found else None


def _in_roster(name: str, facts: Facts) -> list[RosterHelper]:
    return [helper for helper in facts.district.helpers if name in (helper.name, helper.id)]


def _which(found: list[RosterHelper], facts: Facts) -> Say:
    """Names are not alone in the world: whom, with the place where they work."""
    names = ((one.id, _with_place(one, facts)) for one in found[:NAMESAKES])
    rows = tuple((button("invite_one", Go("invite", id), name=name),) for id, name in names)
    return Say(phrase("oversight.invite_which"), rows)


def _with_place(helper: RosterHelper, facts: Facts) -> str:
    place = facts.district.places.name(helper.places[0] if helper.places else None)
    return f"{helper.name}（{place}）" if place else helper.name


def invite_made(conversation: Conversation, event: InviteMade, facts: Facts) -> Turn:
    who = phrase(f"greeting.{event.role}_name")
    hours = int(facts.settings.invite_valid.total_seconds() // 3600)
    return stays(conversation, Say("\n".join((*_ways_in(event, who), phrase("oversight.invite_once", hours=hours)))))


def _ways_in(event: InviteMade, who: str) -> list[str]:
    """The links, where there are any, and the words that do the same in any chat."""
    links = {"link": event.web_link, "telegram": event.telegram_link}
    ways = [phrase(f"oversight.invite_{name}", link=link, who=who) for name, link in links.items() if link]
    word = "invite_or_code" if ways else "invite_code"
    return [*ways, phrase(f"oversight.{word}", code=event.code, who=who)]


def invite_refused(conversation: Conversation, facts: Facts) -> Turn:
    return stays(conversation, Say(phrase("oversight.invite_refused"), menu(facts)))


def wants_invite(event: Event) -> bool:
    return isinstance(event, Said) and event.text.strip().startswith("邀请")

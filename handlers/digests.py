"""Counted facts -> what a supervisor reads and decides. Counts and scope are worked out at sending time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.cases import UNCLAIMED, WORKED, Case, CaseStatus
from handlers.choices import Go, OnCase
from handlers.describing import day, helper_name, moment, name_of, status, where
from handlers.dialogues.greeting import menu
from handlers.effects import Button, Say
from handlers.facts import Facts, Tally
from handlers.followups import is_late
from handlers.phrases import button, phrase

SHOWN_AT_ONCE = 6
"""Decisions in one digest; the rest is one tap away."""

WAITING_LONG = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing that a supervisor has to decide, with what can be done about it."""

    case: Case
    text: str
    words: tuple[str, ...]
    """Buttons: assign, extend_case, call ..."""


def compose(facts: Facts, skip: int = 0) -> tuple[Say, ...]:
    """The digest of the person whose turn it is (or of `facts.me`): the counts, then a message for each decision; the
    menu when there is nothing to decide."""
    places = facts.me.places
    decisions = _decisions(facts, places)
    shown = decisions[skip : skip + SHOWN_AT_ONCE]
    messages = [] if skip else [Say(_counts(facts, places, bool(decisions)), () if decisions else menu(facts))]
    messages += [Say(one.text, (_buttons(one),), case_id=one.case.id) for one in shown]
    left = len(decisions) - skip - len(shown)
    if left > 0:
        more = button("more", Go("digest", str(skip + len(shown))))
        messages.append(Say(phrase("oversight.more", count=left), ((more,),)))
    return tuple(messages)


def _buttons(decision: Decision) -> tuple[Button, ...]:
    return tuple(button(word, OnCase(decision.case.id, word)) for word in decision.words)


def _counts(facts: Facts, places: tuple[str, ...], has_decisions: bool) -> str:
    tally = facts.tally(places, _since(facts), _until(facts))
    lines = [_head(facts, places, tally), _grades(tally), *_unmet(facts)]
    if not has_decisions:
        lines.append(phrase("oversight.nothing"))
    lines += _leftovers(facts)
    if facts.district.is_sample:
        lines.append(phrase("greeting.sample"))
    return "\n".join(lines)


def _since(facts: Facts) -> datetime:
    """The start of today, in the district's own time."""
    return facts.district.calendar.local(facts.now).replace(hour=0, minute=0, second=0, microsecond=0)


def _until(facts: Facts) -> datetime:
    """Just after now: what happened this very moment counts."""
    return facts.now + timedelta(seconds=1)


def _head(facts: Facts, places: tuple[str, ...], tally: Tally) -> str:
    worked = facts.cases_in(places, WORKED)
    waiting = [case for case in worked if case.status is CaseStatus.WAITING]
    department = [case for case in worked if case.status is CaseStatus.SUBMITTED]
    return phrase(
        "oversight.digest",
        day=day(facts.now, facts),
        places="、".join(filter(None, (facts.district.places.name(code) for code in places))) or facts.district.name,
        opened=tally.opened,
        claimed=tally.claimed,
        resolved=tally.resolved,
        ended=tally.ended,
        withdrawn=tally.withdrawn,
        unclaimed=len(facts.cases_in(places, UNCLAIMED)),
        worked=len(worked),
        waiting_resident=sum(case.waiting_for != "department" for case in waiting),
        waiting_department=len(department) + sum(case.waiting_for == "department" for case in waiting),
        late=sum(is_late(case, facts.now) for case in (*worked, *facts.cases_in(places, UNCLAIMED))),
    )


def _grades(tally: Tally) -> str:
    if not tally.grades:
        return phrase("oversight.no_grades")
    said = "，".join(f"{phrase(f'button.grade_{grade}')} {count}" for grade, count in tally.grades)
    return phrase("oversight.grades", grades=said)


def _unmet(facts: Facts) -> list[str]:
    unmet = facts.unmet(_since(facts), _until(facts))
    if not unmet:
        return [phrase("oversight.unmet_none")]
    lines = [phrase("oversight.unmet_line", question=line.question, count=line.count) for line in unmet[:5]]
    return [phrase("oversight.unmet"), *lines]


def _leftovers(facts: Facts) -> list[str]:
    """One line when the program could not do something by itself, with what to do about it."""
    left = facts.leftovers()
    counts = {"unhandled": left.unhandled, "unsent": left.unsent, "uncertain": left.uncertain}
    parts = [phrase(f"oversight.left_{name}", count=count) for name, count in counts.items() if count]
    return [phrase("oversight.left", parts="，".join(parts))] if parts else []


def _decisions(facts: Facts, places: tuple[str, ...]) -> list[Decision]:
    """In the order in which they hurt: nobody claimed, late, waiting too long, bad grade."""
    unclaimed = facts.cases_in(places, UNCLAIMED)
    worked = facts.cases_in(places, WORKED)
    finished = facts.cases_in(places, frozenset({CaseStatus.RESOLVED, CaseStatus.CLOSED, CaseStatus.ENDED}))
    return [
        *(_unclaimed(case, facts) for case in unclaimed),
        *(_late(case, facts) for case in worked if is_late(case, facts.now)),
        *(_waiting(case, facts) for case in worked if _waits_long(case, facts.now)),
        *(_bad(case, facts) for case in finished if _is_bad_and_fresh(case, facts.now)),
    ]


def _named(case: Case, facts: Facts) -> dict[str, str]:
    return {"what": name_of(case, facts), "where": where(case.draft, facts), "who": helper_name(case, facts)}


def _unclaimed(case: Case, facts: Facts) -> Decision:
    text = phrase("oversight.unclaimed", since=moment(case.opened_at, facts), **_named(case, facts))
    return Decision(case, text, ("assign", "call"))


def _late(case: Case, facts: Facts) -> Decision:
    assert case.due_at is not None
    text = phrase("oversight.late", due=day(case.due_at, facts), **_named(case, facts))
    return Decision(case, text, ("assign", "extend_case", "call"))


def _waits_long(case: Case, now: datetime) -> bool:
    since = case.worked_at or case.claimed_at
    return case.status is CaseStatus.WAITING and not is_late(case, now) and bool(since and now - since > WAITING_LONG)


def _waiting(case: Case, facts: Facts) -> Decision:
    since = case.worked_at or case.claimed_at or case.opened_at
    named = _named(case, facts) | {"whom": status(case), "since": day(since, facts)}
    return Decision(case, phrase("oversight.waiting_long", **named), ("call", "extend_case"))


def _is_bad_and_fresh(case: Case, now: datetime) -> bool:
    return case.grade in (4, 5) and case.resolved_at is not None and now - case.resolved_at < timedelta(days=7)


def _bad(case: Case, facts: Facts) -> Decision:
    text = phrase("oversight.bad_grade", grade=phrase(f"button.grade_{case.grade}"), **_named(case, facts))
    return Decision(case, text, ("call",))

"""The helper's side of a case: claim, brief, papers, hand back, submit, done or not possible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from handlers.cases import UNCLAIMED, WORKED, Act, Case, CaseStatus, Change, Entry, Paper, PaperState
from handlers.choices import Command, Go, OnCase, Pick
from handlers.conversation import Conversation, Turn, goes_to, stays
from handlers.describing import day, helper_name, moment, name_of, status, visiting, where
from handlers.dialogues import progress, rating, routes, telling, visit
from handlers.dialogues.greeting import menu
from handlers.effects import Button, ClaimCase, Decline, EditSay, Effect, MoveCase, RecordUnmet, Reveal, Say, SetDuty
from handlers.facts import Facts
from handlers.messages import Chose, Event, Said
from handlers.numbers import spoken
from handlers.phrases import button, phrase
from handlers.states import Adding, ChoosingPapers, Idle, OnBehalf, Writing

Rows = tuple[tuple[Button, ...], ...]

MARKS = {PaperState.NEEDED: "□", PaperState.HAVE: "☑", PaperState.LATER: "◷", PaperState.PROMISED: "✍"}


# --- lists and duty --------------------------------------------------------------------------------------------


def my_cases(conversation: Conversation, facts: Facts) -> Turn:
    cases = facts.cases_worked_by(facts.me.id)
    if not cases:
        return stays(conversation, Say(phrase("work.no_cases"), menu(facts)))
    lines = [phrase("work.my_cases", count=len(cases)), *(_case_line(case, facts) for case in cases)]
    rows = tuple((Button(f"{name_of(case, facts)[:16]}", OnCase(case.id, "brief")),) for case in cases[:8])
    return stays(conversation, Say("\n".join(lines), rows))


def _case_line(case: Case, facts: Facts) -> str:
    extra = f" · {moment(case.visit_at, facts)}" if case.visit_at else ""
    return phrase(
        "work.case_line",
        what=name_of(case, facts),
        where=where(case.draft, facts),
        status=status(case),
        extra=extra,
    )


def open_offers(conversation: Conversation, facts: Facts) -> Turn:
    """Cases that still wait for somebody and were offered to this helper."""
    cases = facts.offers_open_to(facts.me.id)
    if not cases:
        return stays(conversation, Say(phrase("work.no_offers"), menu(facts)))
    return stays(conversation, *(_offer(case, facts) for case in cases[:5]))


def _offer(case: Case, facts: Facts) -> Say:
    rows = ((button("claim", OnCase(case.id, "claim")), button("decline", OnCase(case.id, "decline"))),)
    text = phrase(
        "work.offer",
        what=name_of(case, facts),
        where=where(case.draft, facts),
        visit=visiting(case.draft),
        when=case.draft.when or phrase("work.any_time"),
    )
    return Say(text, rows, case_id=case.id)


def set_duty(conversation: Conversation, on: bool, facts: Facts) -> Turn:
    return stays(conversation, SetDuty(on), Say(phrase("work.duty_on" if on else "work.duty_off"), menu(facts)))


def behalf_menu(conversation: Conversation) -> Turn:
    """84 % of the district's cases did not begin online: a helper writes down what was said."""
    row = (
        button("by_phone", Go("behalf", Entry.PHONE.value)),
        button("at_counter", Go("behalf", Entry.COUNTER.value)),
    )
    return stays(conversation, Say(phrase("work.on_behalf"), (row,)))


def begin_behalf(conversation: Conversation, entry: str) -> Turn:
    return goes_to(conversation, OnBehalf(entry), Say(phrase("work.on_behalf_ask")))


# --- claiming --------------------------------------------------------------------------------------------------


def claim_won(conversation: Conversation, case: Case, facts: Facts) -> Turn:
    """The brief, everybody else told, the resident told."""
    told = telling.resident(case, Say(phrase("case.claimed", helper=facts.me.name, what=name_of(case, facts))), facts)
    return stays(
        conversation,
        *routes.close_offers(case, facts, winner=facts.me.id),
        *brief(case, facts),
        *(told if telling.can_reach_asker(case, facts) else ()),
    )


def claim_lost(conversation: Conversation, facts: Facts) -> Turn:
    return stays(conversation, Say(phrase("work.lost"), menu(facts)))


def brief(case: Case, facts: Facts) -> tuple[Effect, ...]:
    """One screen: what, for whom, where, when, the papers, the phone (its showing is recorded)."""
    draft, added = case.draft, facts.added(case.id)
    files = tuple(dict.fromkeys((*draft.files, *(file for one in added for file in one.files))))
    named = "、".join(
        filter(
            None, (draft.applicant_name, phrase(f"intake.relation_{draft.relation.value}") if draft.relation else None)
        )
    )
    lines = [
        phrase("work.brief", what=name_of(case, facts), status=status(case), number=spoken(case.number)),
        *([phrase("work.brief_for", who=named)] if named else []),
        phrase("work.brief_question", question=draft.question[:120]),
        phrase("work.brief_place", place=where(draft, facts)),
        *_contact(case, facts),
        phrase("work.brief_when", when=draft.when or phrase("work.any_time"), visit=visiting(draft)),
        *_visit_lines(case, facts),
        *([phrase("work.brief_note", note=draft.note)] if draft.note else []),
        *_handed_over(case, facts),
        *(phrase("work.brief_added", text=one.text[:200]) for one in added if one.text),
        *_papers(case, facts),
        *([phrase("work.brief_due", due=day(case.due_at, facts))] if case.due_at else []),
        *([phrase("work.brief_files", count=len(files))] if files else []),
        phrase("work.brief_safety"),
    ]
    revealed = (Reveal(case.id, "phone"),) if draft.phone else ()
    is_over = case.status is CaseStatus.RESOLVED and not telling.can_reach_asker(case, facts)
    rows = rating.rows_for_helper(case) if is_over else _brief_rows(case)
    return (Say("\n".join(lines), rows, files=files, case_id=case.id), *revealed)


def _contact(case: Case, facts: Facts) -> list[str]:
    """How the resident is reached: by phone, in the chat, or on foot."""
    phone = case.draft.phone
    lines = [phrase("work.brief_phone", phone=phone)] if phone else []
    if telling.can_reach_asker(case, facts):
        return lines or [phrase("work.brief_no_phone")]
    return [*lines, phrase("work.brief_no_chat" if phone else "work.brief_no_way")]


def _handed_over(case: Case, facts: Facts) -> list[str]:
    """What the helper before wrote who handed it back or did a part of it, newest first."""
    lines = [line for line in reversed(facts.history(case.id)) if line.act in ("release", "part") and line.note]
    return [phrase("work.brief_handed", note=line.note) for line in lines[:3]]


def _visit_lines(case: Case, facts: Facts) -> list[str]:
    lines = [phrase("work.brief_visit", time=moment(case.visit_at, facts))] if case.visit_at else []
    return lines + ([phrase("work.brief_window", window=case.window)] if case.window else [])


def _papers(case: Case, facts: Facts) -> list[str]:
    papers = checklist(case, facts)
    if not papers:
        return []
    head = phrase("work.brief_papers_asked" if case.papers_asked else "work.brief_papers")
    return [head, *(phrase("work.brief_paper", mark=MARKS[paper.state], name=paper.name) for paper in papers)]


def checklist(case: Case, facts: Facts) -> tuple[Paper, ...]:
    """The case's papers; before any was asked for, the service's."""
    service = facts.district.services.get(case.draft.service_id or "")
    return case.papers or tuple(Paper(material.name) for material in (service.materials if service else ()))


def _brief_rows(case: Case) -> Rows:
    def on(key: str, what: str | None = None) -> Button:
        return button(key, OnCase(case.id, what or key))

    rows: list[tuple[Button, ...]] = [(on("message"), on("visit"))]
    if case.papers_asked and case.status is CaseStatus.WAITING:
        rows.append((on("got_papers"), on("papers")))
    else:
        rows.append((on("papers"), on("submitted", "submit")))
    rows.append((on("done"), on("partly")))
    rows.append((on("refile"),))
    rows.append((on("impossible"), on("release")))
    return tuple(rows)


# --- what the helper presses -----------------------------------------------------------------------------------


def press_unclaimed(conversation: Conversation, case: Case, choice: OnCase, facts: Facts) -> Turn | None:
    """A helper's button about a case that they do not have (yet)."""
    match choice.what:
        case "claim" if case.status in UNCLAIMED:
            return stays(conversation, ClaimCase(case.id))
        case "claim" if case.helper_id == facts.me.id:
            return stays(conversation, *brief(case, facts))
        case "claim":
            return claim_lost(conversation, facts)
        case "decline":
            return stays(conversation, Decline(case.id), Say(phrase("work.declined"), menu(facts)))
        case _:
            return None


def press(conversation: Conversation, case: Case, choice: OnCase, facts: Facts) -> Turn | None:
    """A helper's button about a case in their hands."""
    if choice.what == "brief":
        return stays(conversation, *brief(case, facts))
    if case.status not in WORKED:
        return stays(conversation, Say(phrase("case.cannot", status=status(case)), menu(facts)))
    match choice.what:
        case "papers":
            return _choose_papers(conversation, case, facts)
        case "got_papers":
            return stays(conversation, progress.papers_are_here(case))
        case "visit":
            return visit.propose(conversation, case, facts)
        case "message":
            return goes_to(conversation, Adding(case.id), Say(phrase("work.message")))
        case "submit" | "partly" | "impossible" | "release" as purpose:
            return goes_to(conversation, Writing(case.id, purpose), Say(phrase(f"work.{purpose}")))
        case "done":
            return stays(conversation, MoveCase(case.id, Act.RESOLVE, change=Change(outcome="done")))
        case "extend" if case.extended:
            return stays(conversation, Say(phrase("work.extend_once"), _brief_rows(case)[-1:]))
        case "extend":
            return stays(conversation, MoveCase(case.id, Act.EXTEND, change=Change(extended=True)))
        case _:
            return None


# --- papers ----------------------------------------------------------------------------------------------------


def _choose_papers(conversation: Conversation, case: Case, facts: Facts) -> Turn:
    options = tuple(paper.name for paper in checklist(case, facts))
    service = facts.district.services.get(case.draft.service_id or "")
    required = tuple(material.name for material in service.materials if material.is_required) if service else options
    ticked = case.papers_asked or tuple(name for name in options if name in required)
    state = ChoosingPapers(case.id, ticked, options, key=f"papers:{case.id}:{conversation.id}:{conversation.turn}")
    return goes_to(conversation, state, Say(phrase("work.papers"), _paper_rows(state), key=state.key))


def _paper_rows(state: ChoosingPapers) -> Rows:
    ticks = tuple(
        (Button(("☑ " if name in state.ticked else "□ ") + name[:24], Pick(str(index))),)
        for index, name in enumerate(state.options)
    )
    return (*ticks, (button("send_papers", Command("confirm")), button("leave", Command("cancel"))))


def choosing_papers(conversation: Conversation, state: ChoosingPapers, event: Event, facts: Facts) -> Turn:
    """A list with ticks stands there."""
    case = facts.case(state.case_id)
    if case is None or case.helper_id != facts.me.id:
        return goes_to(conversation, Idle(), Say(phrase("work.not_yours"), menu(facts)))
    match event:
        case Chose(Pick(value)) if value.isdigit() and int(value) < len(state.options):
            return _tick(conversation, state, state.options[int(value)])
        case Said(text) if text.strip():
            name = text.strip()[:40]
            more = replace(state, options=(*state.options, name) if name not in state.options else state.options)
            return _tick(conversation, more, name, is_on=True)
        case Chose(Command("confirm")) if not state.ticked:
            return stays(conversation, Say(phrase("work.papers_none")))
        case Chose(Command("confirm")):
            return goes_to(conversation, Idle(), *_ask_papers(case, state, facts))
        case Chose(Command("cancel")):
            return goes_to(conversation, Idle(), *brief(case, facts))
        case _:
            return stays(conversation, Say(phrase("work.papers")))


def _tick(conversation: Conversation, state: ChoosingPapers, name: str, is_on: bool = False) -> Turn:
    is_ticked = name in state.ticked
    ticked = (
        tuple(other for other in state.ticked if other != name) if is_ticked and not is_on else (*state.ticked, name)
    )
    changed = replace(state, ticked=tuple(dict.fromkeys(ticked)))
    return goes_to(conversation, changed, EditSay(state.key, phrase("work.papers"), _paper_rows(changed)))


def _ask_papers(case: Case, state: ChoosingPapers, facts: Facts) -> tuple[Effect, ...]:
    papers = tuple(Paper(name) for name in state.options if name in state.ticked)
    change = Change(papers=papers, papers_asked=tuple(paper.name for paper in papers), waiting_for="resident")
    is_second = bool(case.papers_asked) and set(case.papers_asked) != set(change.papers_asked or ())
    warn: tuple[Effect, ...] = ()
    if is_second:
        named = {"what": name_of(case, facts), "where": where(case.draft, facts), "who": facts.me.name}
        alarm = telling.supervisors(case, Say(phrase("oversight.second_papers", **named)), facts)
        warn = (Say(phrase("work.papers_second")), *alarm)
    return (MoveCase(case.id, Act.ASK_PAPERS, "second" if is_second else "", change), *warn)


def papers_asked(conversation: Conversation, case: Case, facts: Facts) -> Turn:
    """One list, told once, completely, with the date (行政许可法 art. 32)."""
    lines = [
        phrase("case.papers", helper=helper_name(case, facts), date=day(facts.now, facts)),
        *(phrase("case.papers_line", name=name) for name in case.papers_asked),
        *([phrase("case.papers_more")] if telling.can_reach_asker(case, facts) else []),
    ]
    rows = (
        (button("all_ready", OnCase(case.id, "papers_ready")),),
        (button("send_photo", OnCase(case.id, "photo")), button("lack_some", OnCase(case.id, "lack"))),
    )
    told = ((button("got_papers", OnCase(case.id, "got_papers")), button("brief", OnCase(case.id, "brief"))),)
    tell = telling.resident(case, Say("\n".join(lines), rows), facts, told)
    return stays(conversation, *telling.done(case, "work.papers_sent", facts), *tell)


# --- words that an act needs -----------------------------------------------------------------------------------

_Acts = Callable[[Case, str], MoveCase]
_WRITTEN: dict[str, _Acts] = {
    "submit": lambda case, text: MoveCase(case.id, Act.SUBMIT, text, Change(window=text, waiting_for="department")),
    "partly": lambda case, text: MoveCase(case.id, Act.PART, text),
    "impossible": lambda case, text: MoveCase(case.id, Act.END, text, Change(outcome=text)),
    "release": lambda case, text: MoveCase(case.id, Act.RELEASE, text),
}


def writing(conversation: Conversation, state: Writing, event: Event, facts: Facts) -> Turn:
    """The text of an act is being written."""
    case = facts.case(state.case_id)
    if case is None or case.helper_id != facts.me.id:
        return goes_to(conversation, Idle(), Say(phrase("work.not_yours"), menu(facts)))
    match event:
        case Said(text) if text.strip():
            return goes_to(conversation, Idle(), _WRITTEN[state.purpose](case, text.strip()[:300]))
        case Chose(Command("cancel" | "back")):
            return goes_to(conversation, Idle(), *brief(case, facts))
        case _:
            return stays(conversation, Say(phrase("work.need_text") + phrase(f"work.{state.purpose}")))


# --- what comes back -------------------------------------------------------------------------------------------


def submitted(conversation: Conversation, case: Case, facts: Facts) -> Turn:
    tell = telling.resident(case, Say(phrase("case.submitted", window=case.window)), facts)
    return stays(conversation, Say(phrase("work.submit_done"), menu(facts)), *tell)


def resolved(conversation: Conversation, case: Case, facts: Facts) -> Turn:
    named = {"helper": helper_name(case, facts), "what": name_of(case, facts)}
    asked = Say(phrase("case.done", **named), progress.fixed_rows(case))
    tell = telling.resident(case, asked, facts, rating.rows_for_helper(case))
    return stays(conversation, *telling.done(case, "work.done", facts), *tell)


def part_done(conversation: Conversation, case: Case, facts: Facts) -> Turn:
    """Some of it: the resident hears what, and the case stays in the helper's hands."""
    outcome = next((line.note for line in reversed(facts.history(case.id)) if line.act == "part"), "")
    named = {"helper": helper_name(case, facts), "what": name_of(case, facts)}
    tell = telling.resident(case, Say(phrase("case.partly", outcome=outcome, **named)), facts)
    return stays(conversation, *telling.done(case, "work.done", facts), *tell)


def ended(conversation: Conversation, case: Case, facts: Facts) -> Turn:
    """Not possible: the reason and where else to go; the gap is recorded."""
    object_key = "case.ended_object" if telling.can_reach_asker(case, facts) else "case.ended_object_phone"
    text = phrase("case.ended", what=name_of(case, facts), outcome=case.outcome or "")
    text += "\n" + phrase(object_key, hotline=facts.district.operator.hotline)
    rows = ((button("not_fixed", OnCase(case.id, "not_fixed")),),)
    tell = telling.resident(case, Say(text, rows), facts, rating.rows_for_helper(case))
    gap = RecordUnmet(name_of(case, facts), "ended", case.id)
    return stays(conversation, *telling.done(case, "work.ended", facts), *tell, gap)


def released(conversation: Conversation, case: Case, facts: Facts) -> Turn:
    """Handed back without blame: not asked again, the next wave is."""
    tell = telling.resident(case, Say(phrase("case.released")), facts)
    after = (Decline(case.id), *routes.offer(case, facts, without=facts.me.id))
    return stays(conversation, Say(phrase("work.released"), menu(facts)), *tell, *after)


def extended(conversation: Conversation, facts: Facts) -> Turn:
    return stays(conversation, Say(phrase("work.extended"), menu(facts)))

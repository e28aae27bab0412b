"""The resident's side of a case: how it stands, adding words or photos, taking it back, answering the helper."""

from __future__ import annotations

from handlers.cases import FINISHED, WORKED, Act, Case, CaseStatus, Change, PaperState, papers_are_awaited
from handlers.choices import Command, Go, OnCase
from handlers.conversation import Conversation, Turn, goes_to, stays
from handlers.describing import day, helper_name, moment, name_of, status
from handlers.dialogues import routes, talking, telling
from handlers.dialogues.greeting import home, menu
from handlers.effects import Button, Effect, MoveCase, Say
from handlers.facts import Facts
from handlers.followups import promised_by
from handlers.messages import CaseOpened, Chose, Event, Said, SentFile
from handlers.numbers import looks_like, parse, spoken
from handlers.phrases import button, phrase
from handlers.states import Adding, Idle

Rows = tuple[tuple[Button, ...], ...]


def show(conversation: Conversation, facts: Facts) -> Turn:
    """All cases of the person: the first in full, the others as a line each."""
    cases = facts.cases_asked_by(facts.me.id)
    if not cases:
        return stays(conversation, Say(phrase("case.none"), menu(facts)))
    first, *others = cases
    effects: list[Effect] = [view(first, facts)]
    if others:
        lines = [
            phrase("case.line", number=spoken(case.number), what=name_of(case, facts), status=status(case))
            for case in others
        ]
        rows = tuple((Button(name_of(case, facts)[:20], OnCase(case.id, "view")),) for case in others[:5])
        effects.append(Say("\n".join([phrase("case.list"), *lines]), rows))
    return stays(conversation, *effects)


def view(case: Case, facts: Facts) -> Say:
    """One case in full, with what may be done with it."""
    extra = [f"，{helper_name(case, facts)}" if case.helper_id and case.status in WORKED else ""]
    if case.visit_at and case.status not in FINISHED:
        extra.append("\n" + phrase("work.brief_visit", time=moment(case.visit_at, facts)))
    if case.window:
        extra.append("\n" + phrase("work.brief_window", window=case.window))
    text = phrase(
        "case.view",
        what=name_of(case, facts),
        number=spoken(case.number),
        status=status(case),
        extra="".join(extra),
    )
    return Say(text, _rows(case), case_id=case.id)


def _rows(case: Case) -> Rows:
    if case.status is CaseStatus.RESOLVED:
        return fixed_rows(case)
    if case.status in (CaseStatus.CLOSED, CaseStatus.ENDED):
        not_fixed = button("not_fixed", OnCase(case.id, "not_fixed"))
        rate = () if case.grade else (button("grade_2", OnCase(case.id, "grade", "2")),)
        return ((not_fixed, *rate),)
    if case.status in FINISHED:
        return ()
    return ((button("add", OnCase(case.id, "add")), button("withdraw", OnCase(case.id, "withdraw"))),)


def fixed_rows(case: Case) -> Rows:
    return ((button("fixed", OnCase(case.id, "fixed")), button("not_fixed", OnCase(case.id, "not_fixed"))),)


def by_number(conversation: Conversation, text: str, facts: Facts) -> Turn | None:
    """A typed case number: one's own case is shown; another's is as if it were not there. None: no number in it."""
    number = parse(text)
    if number is None:
        is_try = looks_like(text) and len(text) < 30
        return stays(conversation, Say(phrase("case.bad_number"))) if is_try else None
    case = facts.case_by_number(number)
    if case and case.asker_id == facts.me.id:
        return stays(conversation, view(case, facts))
    return stays(conversation, Say(phrase("case.not_found", hotline=facts.district.operator.hotline), menu(facts)))


def opened(conversation: Conversation, event: CaseOpened, facts: Facts) -> Turn:
    """The case is there: its number, what happens next, and the first helpers are asked."""
    case = facts.case(event.case_id)
    if case is None:
        return stays(conversation)
    if event.duplicate:
        text = phrase("case.duplicate", number=spoken(case.number), status=status(case))
        return stays(conversation, Say(text, _rows(case)))
    due_at = promised_by(case.draft.service_id, facts)
    promise = MoveCase(case.id, Act.NOTE, "promise", Change(due_at=due_at), is_desk=True)
    if case.asker_id != facts.me.id:
        said = phrase("work.on_behalf_opened", number=spoken(case.number))
        ask = Say(phrase("work.on_behalf_claim"), ((button("claim", OnCase(case.id, "claim")),),))
        return stays(conversation, promise, Say(said), ask, *routes.offer(case, facts))
    said = phrase("case.opened", number=spoken(case.number))
    after = phrase("case.opened_next", due=day(due_at, facts))
    if facts.district.calendar.is_provisional(facts.district.calendar.local(due_at).date()):
        after += phrase("case.opened_provisional")
    rows = ((button("progress", Go("progress")), button("add", OnCase(case.id, "add"))),)
    return stays(conversation, promise, Say(said, case_id=case.id), Say(after, rows), *routes.offer(case, facts))


# --- what the resident presses ---------------------------------------------------------------------------------


def press(conversation: Conversation, case: Case, choice: OnCase, facts: Facts) -> Turn | None:
    """A resident's button about their own case. None: it is no resident's word."""
    match choice.what:
        case "view":
            return stays(conversation, view(case, facts))
        case "add" | "photo" | "lack" if not takes_words(case):
            return stays(conversation, _too_late(case))
        case "add" | "photo" | "lack":
            return goes_to(conversation, Adding(case.id), Say(phrase("case.add"), _finished()))
        case "withdraw":
            return stays(conversation, _withdraw_question(case))
        case "keep":
            return stays(conversation, view(case, facts))
        case "withdraw_yes":
            return stays(conversation, MoveCase(case.id, Act.WITHDRAW))
        case "pass_on" if case.status in WORKED and choice.value:
            return stays(conversation, *talking.pass_on(case, choice.value, (), facts))
        case "papers_ready" if case.status in WORKED and not papers_are_awaited(case):
            return stays(conversation, view(case, facts))
        case "papers_ready":
            return stays(conversation, papers_are_here(case))
        case _:
            return None


def takes_words(case: Case) -> bool:
    """Whether somebody will still read what is added: a finished case that nobody may object to any more is over."""
    return case.status not in FINISHED or case.status is CaseStatus.RESOLVED


def _too_late(case: Case) -> Say:
    return Say(phrase("case.cannot", status=status(case)), _rows(case))


def _withdraw_question(case: Case) -> Say:
    if case.status in FINISHED:
        return Say(phrase("case.withdraw_late"))
    yes, keep = OnCase(case.id, "withdraw_yes"), OnCase(case.id, "keep")
    return Say(phrase("case.withdraw_ask"), ((button("yes_withdraw", yes), button("keep", keep)),))


def papers_are_here(case: Case) -> MoveCase:
    have = tuple(
        paper if paper.name not in case.papers_asked else type(paper)(paper.name, PaperState.HAVE)
        for paper in case.papers
    )
    return MoveCase(case.id, Act.RECEIVE_PAPERS, change=Change(papers=have))


def withdrawn(conversation: Conversation, case: Case, facts: Facts) -> Turn:
    tell = telling.helper(case, Say(phrase("work.withdrawn", what=name_of(case, facts))), facts)
    return stays(conversation, Say(phrase("case.withdrawn"), menu(facts)), *tell, *routes.take_back(case, facts))


def papers_received(conversation: Conversation, case: Case, facts: Facts) -> Turn:
    if case.helper_id == facts.me.id:
        return stays(conversation, Say(phrase("work.papers_received")))
    rows = ((button("brief", OnCase(case.id, "brief")),),)
    tell = telling.helper(case, Say(phrase("work.papers_ready", what=name_of(case, facts)), rows), facts)
    return stays(conversation, Say(phrase("case.added", to=helper_name(case, facts))), *tell)


# --- adding to a case ------------------------------------------------------------------------------------------


def _finished() -> Rows:
    return ((button("finished", Go("home")),),)


def adding(conversation: Conversation, state: Adding, event: Event, facts: Facts) -> Turn | None:
    """What comes next belongs to a case, for the resident as for the helper. None: it is something else."""
    case = facts.case(state.case_id)
    if case is None or facts.me.id not in (case.asker_id, case.helper_id):
        return goes_to(conversation, Idle(), Say(phrase("work.not_yours"), menu(facts)))
    if not takes_words(case) and isinstance(event, Said | SentFile):
        return goes_to(conversation, Idle(), _too_late(case) if facts.me.id == case.asker_id else home(facts))
    match event:
        case Said(text) if text.strip():
            return goes_to(conversation, Idle(), *talking.pass_on(case, text.strip(), (), facts))
        case SentFile(file_id=file_id, caption=caption, is_more_of_album=is_more):
            effects = talking.pass_on(case, caption, (event,), facts, is_quiet=is_more)
            return stays(conversation, *effects) if file_id else None
        case Chose(Command("cancel" | "back" | "skip")):
            return goes_to(conversation, Idle(), home(facts))
        case Chose():
            return stays(conversation, Say(phrase("case.add"), _finished()))
        case _:
            return None

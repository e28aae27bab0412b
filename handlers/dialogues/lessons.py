"""What the supervisor makes of questions that were not understood: a phrase for an entry, a new matter, or nothing."""

from __future__ import annotations

from catalog.masking import without_blots
from catalog.rehearsal import Conflict
from catalog.understanding import Search
from handlers.choices import Command, Go, Pick
from handlers.conversation import Conversation, Turn, goes_to, stays
from handlers.dialogues import picking
from handlers.dialogues.greeting import menu
from handlers.effects import (
    AttachPhrase,
    Button,
    DismissLessons,
    Effect,
    KeepPhrase,
    RecordAdmission,
    Say,
    UndoPhrase,
)
from handlers.facts import Admission, Facts, LearnedPhrase
from handlers.messages import Chose, Event, LearningEvent, PhraseAttached, PhraseConflicts, Said
from handlers.phrases import button, phrase
from handlers.states import Admitting, Idle, Teaching
from handlers.wishes import Wish, group, holding

SHOWN_AT_ONCE = 5
CONFLICTS_SHOWN = 4
LONGEST = 60
"""Characters of a question in a list."""
_ASKED = ("asked_by", "basis", "approved_by")
"""What a proposal of a new matter needs, in the order in which it is asked."""


# --- the work list -----------------------------------------------------------------------------------------------


def work_list(conversation: Conversation, skip: int, facts: Facts, search: Search) -> Turn:
    """Wishes, most frequent first, each with what can be done about it."""
    wishes = group(facts.open_lessons())
    shown = wishes[skip : skip + SHOWN_AT_ONCE]
    if not shown:
        return stays(conversation, Say(phrase("lessons.none"), _foot()))
    head = Say(phrase("lessons.head", questions=sum(wish.count for wish in wishes), wishes=len(wishes)), _foot())
    messages = [] if skip else [head]
    messages += [_wish(wish, facts, search) for wish in shown]
    left = len(wishes) - skip - len(shown)
    if left > 0:
        more = button("more_wishes", Go("lessons", str(skip + len(shown))))
        messages.append(Say(phrase("lessons.more", count=left), ((more,),)))
    return stays(conversation, *messages)


def _foot() -> tuple[tuple[Button, ...], ...]:
    return ((button("learned", Go("learned")), button("admissions", Go("admissions"))),)


def _wish(wish: Wish, facts: Facts, search: Search) -> Say:
    first, *others = wish.wordings
    kinds = "，".join(phrase(f"lessons.kind_{kind}", count=count) for kind, count in wish.kinds())
    text = phrase("lessons.wish", text=_short(first), count=wish.count, kinds=kinds)
    if others:
        text += "\n" + phrase("lessons.also", texts="”“".join(_short(other) for other in others[:2]))
    number = str(wish.ids[0])
    best = _suggestion(wish, facts, search)
    rows: list[tuple[Button, ...]] = []
    if best:
        name = picking.name_of_entry(best, facts)[:16]
        rows.append((button("attach_to", Go("lesson_attach", f"{number}:{best}"), name=name),))
    rows.append((button("other_entry", Go("lesson_other", number)), button("new_matter", Go("lesson_new", number))))
    rows.append((button("drop_wish", Go("lesson_drop", number)),))
    return Say(text, tuple(rows))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _suggestion(wish: Wish, facts: Facts, search: Search) -> str | None:
    """What helpers or residents said it was; else the best candidate that nobody refused."""
    refused = wish.entries("refused")
    confirmed = facts.confirmed_as(wish.wordings[0])
    candidates = (candidate.id for candidate in search.understand(wish.wordings[0]).candidates)
    guesses = (*wish.entries("corrected"), *filter(None, (confirmed,)), *candidates, *wish.entries("none", "unmet"))
    known = (entry for entry in guesses if picking.is_known(entry, facts))
    return next((entry for entry in known if entry not in refused or entry in wish.entries("corrected")), None)


# --- what is done about a wish -----------------------------------------------------------------------------------


def press(conversation: Conversation, where: str, value: str, facts: Facts) -> Turn:
    """A button of the list. It stays good for as long as its wish is on the list."""
    number, _, entry = value.partition(":")
    wish = holding(int(number), group(facts.open_lessons())) if number.isdigit() else None
    if wish is None:
        return stays(conversation, Say(phrase("lessons.gone"), _back()))
    match where:
        case "lesson_attach" if picking.is_known(entry, facts):
            return goes_to(conversation, Idle(), *_attach(wish, entry, facts))
        case "lesson_other":
            asked = Say(phrase("lessons.other", text=_short(wish.wordings[0])), picking.rows((), facts))
            return goes_to(conversation, Teaching(wish.ids[0]), asked)
        case "lesson_new":
            return _admit(conversation, Admitting(wish.ids[0]))
        case _:
            return goes_to(conversation, Idle(), DismissLessons(wish.ids), Say(phrase("lessons.dropped"), _back()))


def _back() -> tuple[tuple[Button, ...], ...]:
    return ((button("learn", Go("lessons")),),)


def _attach(wish: Wish, entry: str, facts: Facts) -> tuple[Effect, ...]:
    text = without_blots(wish.wordings[0])
    name = picking.name_of_entry(entry, facts)
    return (AttachPhrase(wish.ids, text, entry), Say(phrase("lessons.checking", text=_short(text), name=name)))


def teaching(conversation: Conversation, state: Teaching, event: Event, facts: Facts, search: Search) -> Turn:
    """The entry for a wish is typed, or picked from what was found."""
    wish = holding(state.lesson_id, group(facts.open_lessons()))
    if wish is None:
        return goes_to(conversation, Idle(), Say(phrase("lessons.gone"), _back()))
    match event:
        case Chose(Pick(value)) if value in state.candidates:
            return goes_to(conversation, Idle(), *_attach(wish, value, facts))
        case Chose(Command("cancel")):
            return goes_to(conversation, Idle(), Say(phrase("menu.supervisor"), menu(facts)))
        case Said(text) if found := picking.find(text, facts, search):
            ask = Say(phrase("lessons.which"), picking.rows(found, facts))
            return goes_to(conversation, Teaching(state.lesson_id, found), ask)
        case _:
            return stays(conversation, Say(phrase("lessons.not_found"), picking.rows(state.candidates, facts)))


# --- what came of the check --------------------------------------------------------------------------------------


def checked(event: LearningEvent, facts: Facts) -> tuple[Effect, ...]:
    """Tell the supervisor who attached a phrase."""
    learned = facts.learned_phrase(event.phrase_id)
    if learned is None:
        return ()
    named = {"text": learned.text, "name": picking.name_of_entry(learned.entry_id, facts)}
    match event:
        case PhraseAttached():
            rows = ((_undo(learned), button("learn", Go("lessons"))),)
            return (Say(phrase("lessons.attached", **named), rows, to=learned.added_by),)
        case PhraseConflicts(found=found):
            lines = [_conflict(conflict, learned, facts) for conflict in found.conflicts[:CONFLICTS_SHOWN]]
            if len(found.conflicts) > CONFLICTS_SHOWN:
                lines.append(phrase("lessons.conflict_more", count=len(found.conflicts) - CONFLICTS_SHOWN))
            if not found.is_understood:
                lines.append(phrase("lessons.not_understood", **named))
            value = str(learned.id)
            row = (button("keep_phrase", Go("phrase_keep", value)), button("drop_phrase", Go("phrase_undo", value)))
            text = phrase("lessons.conflicts", lines="\n".join(lines), **named)
            return (Say(text, (row,), to=learned.added_by),)


def _conflict(conflict: Conflict, learned: LearnedPhrase, facts: Facts) -> str:
    named = {"question": _short(conflict.question), "was": picking.name_of_entry(conflict.was, facts)}
    if conflict.question == learned.text and conflict.now == learned.entry_id:
        return phrase("lessons.conflict_owned", **named)
    if conflict.now is None:
        return phrase("lessons.conflict_lost", **named)
    return phrase("lessons.conflict", now=picking.name_of_entry(conflict.now, facts), **named)


# --- keeping and taking back -------------------------------------------------------------------------------------


def decide(conversation: Conversation, where: str, value: str, facts: Facts) -> Turn:
    """仍要加, 算了 or 撤回 for one phrase."""
    learned = facts.learned_phrase(int(value)) if value.isdigit() else None
    if learned is None or learned.state == "undone" or (where == "phrase_keep" and learned.state != "conflict"):
        return stays(conversation, Say(phrase("lessons.gone"), _back()))
    named = {"text": learned.text, "name": picking.name_of_entry(learned.entry_id, facts)}
    if where == "phrase_keep":
        rows = ((_undo(learned), button("learn", Go("lessons"))),)
        return stays(conversation, KeepPhrase(learned.id), Say(phrase("lessons.kept", **named), rows))
    said = phrase("lessons.undone" if learned.state == "live" else "lessons.not_kept", **named)
    return stays(conversation, UndoPhrase(learned.id), Say(said, _back()))


def _undo(learned: LearnedPhrase) -> Button:
    return button("undo_phrase", Go("phrase_undo", str(learned.id)), text=learned.text[:12])


def learned_list(conversation: Conversation, facts: Facts) -> Turn:
    """What was attached lately, with a button to take each back."""
    live = facts.live_phrases()
    if not live:
        return stays(conversation, Say(phrase("lessons.learned_none"), _back()))
    lines = [
        phrase("lessons.learned_line", text=_short(one.text), name=picking.name_of_entry(one.entry_id, facts))
        for one in live
    ]
    rows = tuple((_undo(one),) for one in live)
    return stays(conversation, Say("\n".join([phrase("lessons.learned"), *lines]), rows))


# --- new matters -------------------------------------------------------------------------------------------------


def _admit(conversation: Conversation, state: Admitting) -> Turn:
    """Ask the next thing that the procedure needs (准入: who asks, on what basis, who approved)."""
    asked = phrase(f"lessons.ask_{_ASKED[len(state.answers)]}")
    row = (button("none_given", Command("skip")), button("leave", Command("cancel")))
    return goes_to(conversation, state, Say(asked, (row,)))


def admitting(conversation: Conversation, state: Admitting, event: Event, facts: Facts) -> Turn:
    """One of the three answers is being given."""
    wish = holding(state.lesson_id, group(facts.open_lessons()))
    if wish is None:
        return goes_to(conversation, Idle(), Say(phrase("lessons.gone"), _back()))
    match event:
        case Said(text) if text.strip():
            return _answered(conversation, state, _given(text), wish)
        case Chose(Command("skip")):
            return _answered(conversation, state, "", wish)
        case Chose(Command("cancel")):
            return goes_to(conversation, Idle(), Say(phrase("menu.supervisor"), menu(facts)))
        case _:
            return _admit(conversation, state)


def _given(text: str) -> str:
    """An answer; empty when it says that there is none."""
    said = text.strip()[:100]
    return "" if said.strip("。.！! ") in ("没有", "无", "暂无", "不知道", "还没有") else said


def _answered(conversation: Conversation, state: Admitting, answer: str, wish: Wish) -> Turn:
    answers = (*state.answers, answer)
    if len(answers) < len(_ASKED):
        return _admit(conversation, Admitting(state.lesson_id, answers))
    asked_by, basis, approved_by = answers
    proposal = RecordAdmission(wish.wordings[0], asked_by, basis, approved_by)
    if proposal.is_complete:
        said = phrase("lessons.admission_recorded", text=_short(proposal.text))
    else:
        lacking = (key for key, given in zip(_ASKED, answers, strict=True) if not given)
        lacks = "、".join(phrase(f"lessons.lacks_{key}") for key in lacking)
        said = phrase("lessons.admission_refused", text=_short(proposal.text), lacks=lacks)
    return goes_to(conversation, Idle(), proposal, DismissLessons(wish.ids), Say(said, _back()))


def admissions(conversation: Conversation, facts: Facts) -> Turn:
    """The last proposals and what became of them."""
    kept = facts.admissions()
    if not kept:
        return stays(conversation, Say(phrase("lessons.admissions_none"), _back()))
    lines = [phrase("lessons.admissions"), *(_admission(one) for one in kept)]
    return stays(conversation, Say("\n".join(lines), _back()))


def _admission(one: Admission) -> str:
    key = "lessons.admission_line" if one.state == "recorded" else "lessons.admission_line_refused"
    unsaid = phrase("intake.not_said")
    return phrase(
        key,
        text=_short(one.text),
        asked_by=one.asked_by or unsaid,
        basis=one.basis or unsaid,
        approved_by=one.approved_by or unsaid,
    )

"""What means the same wherever a conversation stands: commands, buttons of cases and of the menu, danger, arrivals."""

from __future__ import annotations

import re
from dataclasses import replace

from catalog.understanding import Kind, Search
from handlers.cases import UNCLAIMED, Case
from handlers.choices import Command, Go, OnCase, Pick
from handlers.conversation import Conversation, Turn, goes_to, stays
from handlers.describing import unreadable
from handlers.dialogues import (
    asking,
    casework,
    danger,
    greeting,
    intake,
    lessons,
    oversight,
    progress,
    questions,
    rating,
    refiling,
    telling,
    visit,
)
from handlers.effects import AcceptInvite, Say
from handlers.facts import Facts
from handlers.messages import Arrived, Blocked, Chose, ChoseUnknown, PersonEvent, Said, SentUnreadable
from handlers.phrases import phrase
from handlers.states import Adding, CheckingDanger, Idle, IntakeState, Writing

_WORDS: dict[str, Command | Go] = {
    word: choice
    for words, choice in (
        (("帮助", "菜单", "怎么用", "help", "/help", "?", "？"), Go("help")),
        (("进度", "我的事", "查进度", "办到哪了", "/cases"), Go("progress")),
        (("人工", "找人工", "转人工", "0"), Command("person")),
        (("取消", "不办了", "算了", "/cancel"), Command("cancel")),
        (("上一步", "返回", "后退", "/back"), Command("back")),
        (("跳过", "/skip"), Command("skip")),
        (("今日", "今天", "/today"), Go("today")),
        (("我的单",), Go("my_cases")),
        (("可接的单", "有单吗"), Go("offers")),
        (("上班",), Go("duty_on")),
        (("下班",), Go("duty_off")),
        (("代登记", "代人登记"), Go("on_behalf")),
        (("学习", "学说法"), Go("lessons")),
        (("撤回说法",), Go("learned")),
        (("准入记录",), Go("admissions")),
    )
    for word in words
}
"""Typed words that do what a button does; also on channels without buttons."""

_INVITED = re.compile(r"加入\s*([A-Za-z0-9_-]+)")
"""A code and nothing else: 加入医保怎么办 is a question."""


def spelled(event: PersonEvent, turn: int) -> PersonEvent:
    """A typed command as the press that it stands for."""
    if isinstance(event, Said) and (choice := _WORDS.get(event.text.strip().lower().strip("。.！!"))):
        return Chose(choice, turn)
    return event


def catch(conversation: Conversation, event: PersonEvent, facts: Facts, search: Search) -> Turn | None:
    """The turn of an event that means the same everywhere. None: the state decides."""
    match event:
        case Arrived(code):
            return _arrived(conversation, code, facts)
        case Blocked():
            return stays(conversation, *telling.unreachable(facts))
        case ChoseUnknown():
            return stays(conversation, Say(phrase("asking.unknown_button"), greeting.menu(facts)))
        case Chose(Pick() | Command(), turn) if turn < conversation.asked_turn:
            return stays(conversation, Say(phrase("asking.old_button")))
        case Chose(OnCase() as choice):
            return on_case(conversation, choice, facts)
        case Chose(Go(where, value)):
            return go(conversation, where, value, facts, search)
        case SentUnreadable(what) if isinstance(conversation.state, Idle):
            return stays(conversation, Say(unreadable(what), greeting.menu(facts)))
        case Said(text):
            return _said(conversation, text, facts, search)
        case _:
            return None


def _arrived(conversation: Conversation, code: str | None, facts: Facts) -> Turn:
    turn = greeting.arrived(conversation, code, facts)
    if code is None and isinstance(conversation.state, IntakeState):
        resumed = intake.resume(turn.conversation, conversation.state, facts)
        return Turn(resumed.conversation, (Say(phrase("greeting.back")), *resumed.effects))
    return turn


def _said(conversation: Conversation, text: str, facts: Facts, search: Search) -> Turn | None:
    if invited := _INVITED.fullmatch(text.strip()):
        return stays(conversation, AcceptInvite(invited[1]))
    if oversight.wants_invite(Said(text)) and facts.me.is_supervisor:
        return oversight.invite(conversation, text.strip(), facts)
    is_written_down = isinstance(conversation.state, IntakeState | Writing | Adding)
    if not is_written_down and (turn := progress.by_number(conversation, text, facts)):
        return turn
    return _danger(conversation, text, facts, search)


def _danger(conversation: Conversation, text: str, facts: Facts, search: Search) -> Turn | None:
    """Danger goes before everything, also in the middle of a form."""
    if isinstance(conversation.state, CheckingDanger) or len(text.strip()) < 3:
        return None
    found = search.understand(text[: asking.LONGEST])
    if found.kind is Kind.EMERGENCY and found.danger:
        return danger.answer(conversation, text, found.danger, facts)
    return None


def go(conversation: Conversation, where: str, value: str, facts: Facts, search: Search) -> Turn:
    """A place of the menu."""
    idle = replace(conversation, state=Idle())
    is_helper, is_supervisor = facts.me.is_helper, facts.me.is_supervisor
    match where:
        case "progress":
            return progress.show(idle, facts)
        case "help":
            return stays(conversation, greeting.help_text(facts))
        case "person":
            return asking.for_person(idle, "", facts)
        case "ask":
            return asking.ask(idle, value, facts, search)
        case "entry" if isinstance(conversation.state, IntakeState):
            question = questions.prompt(conversation.state, facts)
            return stays(conversation, Say(phrase("asking.finish_first")), question)
        case "entry" if value in facts.district.services or value in facts.district.certificates:
            return asking.show(idle, asking.entry_name(value, facts), value, (), facts)
        case "danger_yes":
            return danger.confirmed(conversation, value, facts)
        case "danger_no":
            return danger.calmed(conversation, value)
        case "resume":
            return _resume(conversation, facts)
        case "drop":
            return goes_to(conversation, Idle(), Say(phrase("asking.cancelled"), greeting.menu(facts)))
        case "voice" if value.isdigit():
            return asking.for_file(idle, int(value), facts)
        case "today" | "digest" if is_supervisor:
            return oversight.digest(idle, facts, int(value) if value.isdigit() else 0)
        case "lessons" if is_supervisor:
            return lessons.work_list(idle, int(value) if value.isdigit() else 0, facts, search)
        case "learned" if is_supervisor:
            return lessons.learned_list(idle, facts)
        case "admissions" if is_supervisor:
            return lessons.admissions(idle, facts)
        case "lesson_attach" | "lesson_other" | "lesson_new" | "lesson_drop" if is_supervisor:
            return lessons.press(idle, where, value, facts)
        case "phrase_keep" | "phrase_undo" if is_supervisor:
            return lessons.decide(idle, where, value, facts)
        case "invite" if is_supervisor:
            return oversight.invite(idle, value, facts)
        case "my_cases" | "today" if is_helper:
            return casework.my_cases(idle, facts)
        case "offers" if is_helper:
            return casework.open_offers(idle, facts)
        case "duty_on" | "duty_off" if is_helper:
            return casework.set_duty(idle, where == "duty_on", facts)
        case "on_behalf" if is_helper:
            return casework.behalf_menu(idle)
        case "behalf" if is_helper and value in ("phone", "counter"):
            return casework.begin_behalf(idle, value)
        case _:
            return stays(idle, greeting.home(facts))


def _resume(conversation: Conversation, facts: Facts) -> Turn:
    if isinstance(conversation.state, IntakeState):
        return intake.resume(conversation, conversation.state, facts)
    return stays(conversation, greeting.home(facts))


def on_case(conversation: Conversation, choice: OnCase, facts: Facts) -> Turn:
    """A button about a case: what it does depends on who presses it and on where the case stands now."""
    case = facts.case(choice.case_id)
    unknown = Say(phrase("case.not_found", hotline=facts.district.operator.hotline), greeting.menu(facts))
    if case is None:
        return stays(conversation, unknown)
    conversation = _leave(conversation)
    turn = _pressed(conversation, case, choice, facts)
    return turn or stays(conversation, unknown)


def _leave(conversation: Conversation) -> Conversation:
    """A case button ends what was being written for another case; an intake stays where it is."""
    if isinstance(conversation.state, IntakeState):
        return conversation
    return replace(conversation, state=Idle())


def _pressed(conversation: Conversation, case: Case, choice: OnCase, facts: Facts) -> Turn | None:
    me = facts.me
    turn: Turn | None = None
    if me.is_supervisor:
        turn = oversight.press(conversation, case, choice, facts)
    if turn is None and me.id == case.helper_id and case.status not in UNCLAIMED:
        turn = (
            visit.press(conversation, case, choice, facts)
            or refiling.press(conversation, case, choice, facts)
            or rating.press_for_caller(conversation, case, choice, facts)
            or casework.press(conversation, case, choice, facts)
        )
    if turn is None and me.is_helper:
        turn = casework.press_unclaimed(conversation, case, choice, facts)
    if turn is None and me.id == case.asker_id:
        turn = (
            visit.press(conversation, case, choice, facts)
            or rating.press(conversation, case, choice, facts)
            or progress.press(conversation, case, choice, facts)
        )
    if turn is None and choice.what in ("claim", "decline", "brief"):
        return stays(conversation, Say(phrase("work.not_yours" if me.is_helper else "work.not_helper")))
    return turn

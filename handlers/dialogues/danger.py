"""Danger to life: the number first, then one question; a person is told at once; no form."""

from __future__ import annotations

from catalog.scope import danger_of
from catalog.understanding import Danger
from handlers.choices import Command, Go
from handlers.conversation import Conversation, Turn, goes_to, stays
from handlers.describing import masked
from handlers.effects import Button, Effect, Say, Urgency
from handlers.facts import Facts
from handlers.messages import Chose, Event, Said
from handlers.phrases import TEXTS, button, phrase
from handlers.states import CheckingDanger, GivingReason, Idle

_YES = ("有", "是", "有人", "危险", "有危险", "在")
_NO = ("没有", "没", "无", "不是", "安全", "没事", "现在安全", "没危险", "没有危险")


def answer(conversation: Conversation, question: str, found: Danger, facts: Facts) -> Turn:
    """Number and question at once, the people on duty told; what was open goes on afterwards, but for a rating."""
    effects = (_first(found), _question(found.code), *_alarm(phrase_alarm(question, found), facts))
    if isinstance(conversation.state, Idle | CheckingDanger | GivingReason):
        return goes_to(conversation, CheckingDanger(question, found.code), *effects)
    return stays(conversation, *effects)


def last_line(found: Danger) -> Say:
    """For alarming words in a harmless message."""
    return Say(phrase("danger.last_line", numbers=_spoken(found.numbers)))


def checking(conversation: Conversation, state: CheckingDanger, event: Event, facts: Facts) -> Turn | None:
    """The question stands there. None: what came is something else and goes its usual way."""
    match event:
        case Said(text) if text.strip("。.！! ") in _YES:
            return confirmed(conversation, state.code, facts)
        case Said(text) if text.strip("。.！! ") in _NO:
            return calmed(conversation, state.code)
        case Chose(Command()):
            return stays(conversation, _question(state.code))
        case _:
            return None


def confirmed(conversation: Conversation, code: str, facts: Facts) -> Turn:
    numbers = _spoken(danger_of(code).numbers)
    alarm = _alarm(phrase("danger.alarm_yes"), facts)
    said = phrase("danger.help_coming" if alarm else "danger.call_first", numbers=numbers)
    return _back(conversation, Say(said), *alarm)


def calmed(conversation: Conversation, code: str) -> Turn:
    numbers = _spoken(danger_of(code).numbers)
    return _back(conversation, Say(phrase("danger.safe", numbers=numbers)))


def _back(conversation: Conversation, *effects: Effect) -> Turn:
    if isinstance(conversation.state, CheckingDanger):
        return goes_to(conversation, Idle(), *effects)
    return stays(conversation, *effects)


def _first(found: Danger) -> Say:
    key = f"danger.what_{found.code}"
    what = phrase(key if key in TEXTS else "danger.what_other")
    return Say(phrase("danger.first", what=what, numbers=_spoken(found.numbers)), urgency=Urgency.ALARM)


def _question(code: str) -> Say:
    yes: Button = button("danger_yes", Go("danger_yes", code))
    no: Button = button("danger_no", Go("danger_no", code))
    return Say(phrase("danger.question"), ((yes, no),), urgency=Urgency.ALARM)


def phrase_alarm(question: str, found: Danger) -> str:
    return phrase("danger.alarm", numbers=_spoken(found.numbers), text=masked(question, 80))


def _alarm(text: str, facts: Facts) -> tuple[Say, ...]:
    """To every supervisor: who is nearest is not known, and asking would cost time."""
    return tuple(Say(text, to=person.id, urgency=Urgency.ALARM) for person in facts.supervisors())


def _spoken(numbers: tuple[str, ...]) -> str:
    return "、".join(numbers)

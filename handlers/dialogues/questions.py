"""The questions of an intake and the summary before it becomes a case: texts and buttons only."""

from __future__ import annotations

from collections.abc import Callable

from catalog.places import Place
from handlers.cases import Draft, Entry, Relation
from handlers.choices import Choice, Command, Go, Pick
from handlers.describing import masked_phone, matter, visiting, where
from handlers.effects import Ask, Button, Say
from handlers.facts import Facts
from handlers.phrases import button, phrase
from handlers.states import (
    AskingForWhom,
    AskingName,
    AskingNote,
    AskingPhone,
    AskingPlace,
    AskingVisit,
    AskingWhen,
    Confirming,
    IntakeState,
)

Rows = tuple[tuple[Button, ...], ...]


def prompt(state: IntakeState, facts: Facts) -> Say:
    """The question of a state, with its buttons."""
    asked: dict[type[IntakeState], Callable[[IntakeState, Facts], Say]] = {
        AskingForWhom: _prompt_for_whom,
        AskingName: lambda state, facts: Say(phrase("intake.name"), (_foot(),)),
        AskingPlace: _prompt_place,
        AskingPhone: _prompt_phone,
        AskingWhen: lambda state, facts: Say(phrase("intake.when"), _picks("when", ("soon", "workday", "weekend"))),
        AskingVisit: lambda state, facts: Say(phrase("intake.visit"), _picks("visit", ("home", "village", "phone"))),
        AskingNote: _prompt_note,
        Confirming: _prompt_confirm,
    }
    return asked[type(state)](state, facts)


def _foot(*first: Button) -> tuple[Button, ...]:
    """The last row of every question."""
    words = ("skip", "back", "cancel")
    return (*first, *(button(word, Command(word)) for word in words))


def _picks(group: str, values: tuple[str, ...]) -> Rows:
    return (*((button(f"{group}_{value}", Pick(value)),) for value in values), _foot())


def _prompt_for_whom(state: IntakeState, facts: Facts) -> Say:
    buttons = [button(relation.value, Pick(relation.value)) for relation in Relation]
    foot = (button("skip", Command("skip")), button("cancel", Command("cancel")))
    return Say(phrase("intake.for_whom"), (tuple(buttons[:2]), tuple(buttons[2:]), foot))


def _prompt_place(state: IntakeState, facts: Facts) -> Say:
    assert isinstance(state, AskingPlace)
    if state.under and (town := facts.district.places.get(state.under)):
        return villages(town, facts.district.places.children(town.code))
    last = facts.my_last_place() if state.draft.entry is Entry.CHAT else None
    known: Rows = ((button("same_place", Pick(last), place=facts.district.places.name(last)),),) if last else ()
    key = (
        "intake.place"
        if state.draft.relation in (None, Relation.SELF) and not state.draft.entry is not Entry.CHAT
        else "intake.place_for"
    )
    return Say(phrase(key), (*known, (button("towns", Command("towns")),), _foot()), asks=Ask.PLACE)


def _prompt_phone(state: IntakeState, facts: Facts) -> Say:
    known = None if state.draft.entry is not Entry.CHAT else facts.my_phone()
    same: Rows = ()
    if known:
        same = ((button("same_phone", Command("same_phone"), phone=masked_phone(known)),),)
    return Say(phrase("intake.phone"), (*same, _foot()), asks=Ask.PHONE)


def _prompt_note(state: IntakeState, facts: Facts) -> Say:
    return Say(phrase("intake.note"), ((button("no_more", Command("no_more")),), _foot()[1:]))


def _prompt_confirm(state: IntakeState, facts: Facts) -> Say:
    rows = (
        (button("confirm", Command("confirm")),),
        (button("change", Command("change")), button("cancel", Command("cancel"))),
    )
    return Say(phrase("intake.summary", lines="\n".join(summary(state.draft, facts))), rows)


def summary(draft: Draft, facts: Facts) -> list[str]:
    """What was gathered, a line each; what was skipped is left out."""
    said = {
        "what": matter(draft, facts),
        "for": phrase(f"intake.relation_{draft.relation.value}") if draft.relation else "",
        "name": draft.applicant_name or "",
        "place": where(draft, facts) if draft.place_code else "",
        "phone": draft.phone or "",
        "when": draft.when or "",
        "visit": visiting(draft),
        "note": draft.note or "",
        "files": len(draft.files) or "",
    }
    names = {"for": "who", "files": "count"}
    return [phrase(f"intake.line_{key}", **{names.get(key, key): value}) for key, value in said.items() if value]


def silence_buttons() -> Rows:
    """For the one nudge after a silence; good at any time."""
    choices: tuple[tuple[str, Choice], ...] = (("resume", Go("resume")), ("drop", Go("drop")))
    return (tuple(button(key, choice) for key, choice in choices),)


def which(places: tuple[Place, ...]) -> Say:
    rows = tuple((Button(place.name, Pick(place.code)),) for place in places)
    return Say(phrase("intake.place_which"), (*rows, _foot()))


def towns(facts: Facts) -> Say:
    buttons = [Button(town.name, Pick(town.code)) for town in facts.district.places.towns()]
    return Say(phrase("intake.place_towns"), (*_pairs(buttons), _foot()))


def villages(town: Place, below: tuple[Place, ...]) -> Say:
    buttons = [Button(place.name, Pick(place.code)) for place in below]
    only = button("town_only", Pick(town.code), town=town.name)
    return Say(phrase("intake.place_villages", town=town.name), (*_pairs(buttons), (only,), _foot()))


def _pairs(buttons: list[Button]) -> Rows:
    return tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))


CHANGES: dict[str, type[IntakeState]] = {
    "for": AskingForWhom,
    "name": AskingName,
    "place": AskingPlace,
    "phone": AskingPhone,
    "when": AskingWhen,
    "visit": AskingVisit,
    "note": AskingNote,
}


def what_to_change(draft: Draft) -> Say:
    """The questions of this intake as buttons; the answer leads straight back to the summary."""
    left_out = "name" if draft.entry is Entry.CHAT else "for"
    buttons = [button(f"change_{key}", Pick(key)) for key in CHANGES if key != left_out]
    foot = (button("confirm", Command("confirm")), button("cancel", Command("cancel")))
    return Say(phrase("intake.what_to_change"), (*_pairs(buttons), foot))

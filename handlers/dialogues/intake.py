"""From "help me with this" to a case: only what is needed, one question a message, each skippable."""

from __future__ import annotations

from dataclasses import replace

from catalog.places import Place
from handlers.cases import Draft, Entry, Relation
from handlers.choices import Command, Pick
from handlers.conversation import Conversation, Turn, goes_to, stays
from handlers.describing import unreadable, without_long_numbers
from handlers.dialogues import questions
from handlers.dialogues.following import corrected, relation_of, with_relation
from handlers.dialogues.greeting import menu
from handlers.effects import Ask, Effect, OpenCase, RememberPhone, Say
from handlers.facts import Facts
from handlers.messages import Chose, Event, Said, SentFile, SentUnreadable, SharedPhone, SharedPlace
from handlers.phrases import phrase
from handlers.reading import is_yes
from handlers.reading import phone as read_phone
from handlers.states import (
    AskingForWhom,
    AskingName,
    AskingNote,
    AskingPhone,
    AskingPlace,
    AskingVisit,
    AskingWhen,
    Confirming,
    Idle,
    IntakeState,
)

STEPS: tuple[type[IntakeState], ...] = (
    AskingForWhom,
    AskingName,
    AskingPlace,
    AskingPhone,
    AskingWhen,
    AskingVisit,
    AskingNote,
    Confirming,
)
"""The order of the questions; AskingForWhom is for those who ask in the chat, AskingName for a helper's callers."""

LONGEST_NOTE = 500


def begin(conversation: Conversation, draft: Draft, facts: Facts) -> Turn:
    """The first question about a draft."""
    return _ask(conversation, _first(draft)(draft), facts)


def _first(draft: Draft) -> type[IntakeState]:
    if draft.entry is not Entry.CHAT:
        return AskingName
    return AskingPlace if draft.relation else AskingForWhom


def _steps(draft: Draft) -> tuple[type[IntakeState], ...]:
    left_out = AskingName if draft.entry is Entry.CHAT else AskingForWhom
    return tuple(step for step in STEPS if step is not left_out)


def _ask(conversation: Conversation, state: IntakeState, facts: Facts, *before: Effect) -> Turn:
    return goes_to(conversation, state, *before, questions.prompt(state, facts))


def _next(conversation: Conversation, state: IntakeState, draft: Draft, facts: Facts, *before: Effect) -> Turn:
    steps = _steps(draft)
    following = steps[min(steps.index(type(state)) + 1, len(steps) - 1)]
    if draft.is_checked or following is Confirming:
        return _ask(conversation, Confirming(replace(draft, is_checked=True)), facts, *before)
    return _ask(conversation, following(draft), facts, *before)


def _back(conversation: Conversation, state: IntakeState, facts: Facts) -> Turn:
    steps = _steps(state.draft)
    if isinstance(state, AskingPlace) and state.under:
        return _ask(conversation, AskingPlace(state.draft), facts)
    before = steps[max(steps.index(type(state)) - 1, 0)]
    return _ask(conversation, before(state.draft), facts)


def step(conversation: Conversation, state: IntakeState, event: Event, facts: Facts) -> Turn:
    """One event in an intake: the words that mean the same everywhere, then what the state makes of it."""
    match event:
        case Chose(Command("cancel")):
            return goes_to(conversation, Idle(), Say(phrase("asking.cancelled"), menu(facts)))
        case Chose(Command("back")):
            return _back(conversation, state, facts)
        case Chose(Command("skip")):
            return _skip(conversation, state, facts)
        case Said(text) if not isinstance(state, AskingForWhom | AskingNote) and (relation := corrected(text)):
            kept = replace(state, draft=replace(state.draft, relation=relation))
            return with_relation(_ask(conversation, kept, facts), relation)
        case SentFile(file_id=file_id, caption=caption):
            return _keep_file(conversation, state, file_id, caption, facts)
        case SentUnreadable(what):
            return stays(conversation, Say(unreadable(what)), questions.prompt(state, facts))
        case _:
            return _answer(conversation, state, event, facts)


def _answer(conversation: Conversation, state: IntakeState, event: Event, facts: Facts) -> Turn:
    match state:
        case AskingForWhom():
            return _for_whom(conversation, state, event, facts)
        case AskingName():
            return _name(conversation, state, event, facts)
        case AskingPlace():
            return _place(conversation, state, event, facts)
        case AskingPhone():
            return _phone(conversation, state, event, facts)
        case AskingWhen():
            return _when(conversation, state, event, facts)
        case AskingVisit():
            return _visit(conversation, state, event, facts)
        case AskingNote():
            return _note(conversation, state, event, facts)
        case Confirming():
            return _confirm(conversation, state, event, facts)


def _skip(conversation: Conversation, state: IntakeState, facts: Facts) -> Turn:
    if isinstance(state, Confirming):
        return _ask(conversation, state, facts)
    said = (Say(phrase("intake.phone_none")),) if isinstance(state, AskingPhone) and not _by_helper(state) else ()
    return _next(conversation, state, state.draft, facts, *said)


def _by_helper(state: IntakeState) -> bool:
    return state.draft.entry is not Entry.CHAT


def _keep_file(conversation: Conversation, state: IntakeState, file_id: int, caption: str, facts: Facts) -> Turn:
    """A photo or voice note is kept whenever it comes; the question that stood there is put again."""
    note = "；".join(filter(None, (state.draft.note, caption[:LONGEST_NOTE]))) or None
    draft = replace(state.draft, files=(*state.draft.files, file_id), note=note)
    kept = replace(state, draft=draft)
    question = questions.prompt(kept, facts)
    if isinstance(kept, AskingNote):
        return goes_to(conversation, kept, Say(phrase("intake.keep_files"), question.buttons))
    return goes_to(conversation, kept, Say(phrase("intake.kept")), question)


# --- each question's answer ------------------------------------------------------------------------------------


def _for_whom(conversation: Conversation, state: AskingForWhom, event: Event, facts: Facts) -> Turn:
    match event:
        case Chose(Pick(value)) if value in set(Relation):
            return _next(conversation, state, replace(state.draft, relation=Relation(value)), facts)
        case Said(text) if relation := relation_of(text):
            return _next(conversation, state, replace(state.draft, relation=relation), facts)
        case _:
            return _again(conversation, state, facts)


def _name(conversation: Conversation, state: AskingName, event: Event, facts: Facts) -> Turn:
    match event:
        case Said(text) if text.strip():
            return _next(conversation, state, replace(state.draft, applicant_name=text.strip()[:20]), facts)
        case _:
            return _again(conversation, state, facts)


def _place(conversation: Conversation, state: AskingPlace, event: Event, facts: Facts) -> Turn:
    places = facts.district.places
    match event:
        case Chose(Command("towns")):
            return goes_to(conversation, AskingPlace(state.draft), questions.towns(facts))
        case Chose(Pick(value)) if place := places.get(value):
            return _placed(conversation, state, place, facts)
        case Said(text):
            return _typed_place(conversation, state, text, facts)
        case SharedPlace(latitude, longitude):
            near = places.nearest(latitude, longitude)
            far = Say(phrase("intake.place_far", district=facts.district.name))
            return stays(conversation, questions.which(near) if near else far)
        case _:
            return _again(conversation, state, facts)


def _typed_place(conversation: Conversation, state: AskingPlace, text: str, facts: Facts) -> Turn:
    found = [place for place in facts.district.places.find(text) if place.is_address and place.level != "district"]
    under = [place for place in found if place.parent == state.under]
    if state.under and len(under) == 1 and not any(place.code == state.under for place in found):
        found = under
    if len(found) == 1:
        return _placed(conversation, state, found[0], facts)
    if found:
        return stays(conversation, questions.which(tuple(found)))
    unknown = phrase("intake.place_unknown", text=text.strip()[:20])
    return stays(conversation, Say(unknown, questions.prompt(state, facts).buttons, asks=Ask.PLACE))


def _placed(conversation: Conversation, state: AskingPlace, place: Place, facts: Facts) -> Turn:
    """A village is enough; for a town its villages are asked for once."""
    villages = facts.district.places.children(place.code)
    if place.level == "town" and villages and state.under != place.code:
        return goes_to(conversation, AskingPlace(state.draft, place.code), questions.villages(place, villages))
    run_by = _run_by(place, facts)
    name = facts.district.places.name(place.code)
    said = (Say(phrase("intake.place_run_by", place=name, body=run_by)),) if run_by else ()
    return _next(conversation, state, replace(state.draft, place_code=place.code), facts, *said)


def _run_by(place: Place, facts: Facts) -> str:
    """The other body that runs a place or the town it lies in, if any."""
    town = facts.district.places.town_of(place.code)
    return place.run_by or (town.run_by if town else "")


def _phone(conversation: Conversation, state: AskingPhone, event: Event, facts: Facts) -> Turn:
    match event:
        case Chose(Command("same_phone")) if known := facts.my_phone():
            return _next(conversation, state, replace(state.draft, phone=known), facts)
        case SharedPhone(phone) if number := read_phone(phone):
            return _with_phone(conversation, state, number, facts)
        case Said(text) if number := read_phone(text):
            return _with_phone(conversation, state, number, facts)
        case Said(text):
            wrong = Say(
                phrase("intake.phone_wrong", text=text.strip()[:20]),
                questions.prompt(state, facts).buttons,
                asks=Ask.PHONE,
            )
            return stays(conversation, wrong)
        case _:
            return _again(conversation, state, facts)


def _with_phone(conversation: Conversation, state: AskingPhone, number: str, facts: Facts) -> Turn:
    remember = () if _by_helper(state) else (RememberPhone(number),)
    return _next(conversation, state, replace(state.draft, phone=number), facts, *remember)


def _when(conversation: Conversation, state: AskingWhen, event: Event, facts: Facts) -> Turn:
    match event:
        case Chose(Pick(value)) if value in ("soon", "workday", "weekend"):
            return _next(conversation, state, replace(state.draft, when=phrase(f"button.when_{value}")), facts)
        case Said(text) if text.strip():
            return _next(conversation, state, replace(state.draft, when=text.strip()[:40]), facts)
        case _:
            return _again(conversation, state, facts)


_VISITS: dict[str, bool | None] = {"home": True, "village": False, "phone": None}


def _visit(conversation: Conversation, state: AskingVisit, event: Event, facts: Facts) -> Turn:
    match event:
        case Chose(Pick(value)) if value in _VISITS:
            return _next(conversation, state, replace(state.draft, home_visit=_VISITS[value]), facts)
        case Said(text) if "上门" in text:
            wants = not any(word in text for word in ("不用", "不要", "不"))
            return _next(conversation, state, replace(state.draft, home_visit=wants), facts)
        case _:
            return _again(conversation, state, facts)


def _note(conversation: Conversation, state: AskingNote, event: Event, facts: Facts) -> Turn:
    match event:
        case Chose(Command("no_more")):
            return _next(conversation, state, state.draft, facts)
        case Said(text) if text.strip("。. ") in ("没有", "没有了", "没了", "无", "不用"):
            return _next(conversation, state, state.draft, facts)
        case Said(text) if text.strip():
            said = without_long_numbers(text.strip())
            before = None if state.draft.is_checked else state.draft.note
            note = "；".join(filter(None, (before, said)))[:LONGEST_NOTE]
            noted = AskingNote(replace(state.draft, note=note))
            hidden = (Say(phrase("intake.hidden_number")),) if said != text.strip() else ()
            ask = Say(phrase("intake.noted"), questions.prompt(noted, facts).buttons)
            return goes_to(conversation, noted, *hidden, ask)
        case _:
            return _again(conversation, state, facts)


def _confirm(conversation: Conversation, state: Confirming, event: Event, facts: Facts) -> Turn:
    match event:
        case Chose(Command("confirm")):
            return _open(conversation, state.draft)
        case Chose(Command("change")):
            return stays(conversation, questions.what_to_change(state.draft))
        case Chose(Pick(value)) if value in questions.CHANGES:
            return _ask(conversation, questions.CHANGES[value](state.draft), facts)
        case Said(text) if is_yes(text):
            return _open(conversation, state.draft)
        case _:
            return _again(conversation, state, facts)


def _open(conversation: Conversation, draft: Draft) -> Turn:
    asker = None if draft.entry is Entry.CHAT else 0
    return goes_to(conversation, Idle(), OpenCase(draft, asker))


def _again(conversation: Conversation, state: IntakeState, facts: Facts) -> Turn:
    question = questions.prompt(state, facts)
    return stays(conversation, replace(question, text=phrase("intake.choose_button") + "\n" + question.text))


def resume(conversation: Conversation, state: IntakeState, facts: Facts) -> Turn:
    """Put the question again that was left open."""
    return stays(conversation, Say(phrase("intake.resumed")), questions.prompt(state, facts))

"""A question in the resident's own words -> a card, a choice, a number to call, or an honest "nothing fits"."""

from __future__ import annotations

import re
from dataclasses import replace

from catalog.lookalikes import question_for
from catalog.masking import without_personal_data
from catalog.scope import advice
from catalog.understanding import Band, Candidate, Danger, Kind, Search, Understanding
from handlers.cases import WORKED, Draft, Entry, Relation
from handlers.choices import Command, Go, OnCase, Pick
from handlers.conversation import Conversation, Turn, goes_to, stays
from handlers.describing import masked
from handlers.dialogues import cards, danger, intake, progress
from handlers.dialogues.following import aspect, corrected, with_relation
from handlers.dialogues.greeting import home, menu
from handlers.effects import Ask, Button, Effect, RecordLesson, RecordUnmet, Say
from handlers.facts import Facts
from handlers.messages import Chose, Event, Said, SharedPlace
from handlers.phrases import button, phrase
from handlers.reading import is_yes
from handlers.states import AskingWhere, Choosing, Idle, OnBehalf, Reading

MOST_PASSED_ON = 200
"""Characters kept behind the button 转给小帮."""
LONGEST = 1000
"""Characters of a question that are read; the rest is for the helper."""
SHORTEST_LESSON = 4
"""Chinese characters of a question that something can be learned from."""
_CHARACTER = re.compile(r"[\u3400-\u9fff]")


def ask(conversation: Conversation, text: str, facts: Facts, search: Search) -> Turn:
    """Answer a question from wherever the conversation stands."""
    question = text.strip()
    if not question:
        return stays(conversation, Say(phrase("asking.empty")))
    if len(question) > LONGEST:
        turn = _answer(conversation, question[:LONGEST], facts, search)
        too_long = Say(phrase("asking.too_long", limit=LONGEST))
        return Turn(turn.conversation, (too_long, *turn.effects))
    return _answer(conversation, question, facts, search)


def _answer(conversation: Conversation, question: str, facts: Facts, search: Search) -> Turn:
    found = search.understand(question)
    turn = _by_kind(conversation, question, found, facts)
    second = _second(found, facts)
    if found.danger and found.kind is not Kind.EMERGENCY:
        second = (*second, danger.last_line(found.danger))
    return Turn(turn.conversation, (*turn.effects, *second))


def _second(found: Understanding, facts: Facts) -> tuple[Say, ...]:
    """The other matter of the same message, one tap away for as long as it takes."""
    entry = next((each.id for each in found.also if _is_known(each.id, facts)), None)
    if entry is None:
        return ()
    name = entry_name(entry, facts)
    return (Say(phrase("asking.also", name=name), ((Button(name, Go("entry", entry)),),)),)


def _by_kind(conversation: Conversation, question: str, found: Understanding, facts: Facts) -> Turn:
    entry = entry_of(conversation, facts)
    idle = replace(conversation, state=OnBehalf(entry) if facts.me.is_helper else Idle())
    hotline = facts.district.operator.hotline
    match found.kind:
        case Kind.EMERGENCY:
            return danger.answer(conversation, question, found.danger or Danger("other", ("110", "120")), facts)
        case Kind.STATUS:
            return progress.show(replace(conversation, state=Idle()), facts)
        case Kind.HUMAN:
            return for_person(idle, question, facts)
        case Kind.CANCEL:
            return stays(idle, Say(phrase("asking.nothing_to_cancel"), menu(facts)))
        case Kind.SMALL_TALK:
            return stays(idle, Say(phrase("asking.small_talk"), menu(facts)))
        case Kind.COMPLAINT:
            rows = ((button("want_service", Command("want_service")), button("person", Command("person"))),)
            state = Reading(question, "", _ids(found.candidates), entry)
            return goes_to(idle, state, Say(phrase("asking.complaint", hotline=hotline), rows))
        case Kind.NEAR_MISS:
            return _near_miss(idle, question, found, facts)
        case Kind.FACILITY:
            return _facility(idle, found, facts)
        case Kind.SERVICE | Kind.CERTIFICATE:
            return _candidates(idle, question, found, facts)
        case Kind.UNCLEAR:
            way_on = (*_pass_on(question, facts), (button("person", Command("person")), button("help", Go("help"))))
            said = Say(phrase("asking.unclear", hotline=hotline), way_on)
            state = Reading(question, "", entry=entry)
            return goes_to(idle, state, said, *_gap(question, "none", found.candidates))


def _near_miss(conversation: Conversation, question: str, found: Understanding, facts: Facts) -> Turn:
    text, phone = advice(found.advice) if found.advice else (phrase("asking.elsewhere"), "")
    rows = ((button("person", Command("person")), button("want_service", Command("want_service"))),)
    return goes_to(
        conversation,
        Reading(question, "", _ids(found.candidates), entry_of(conversation, facts)),
        Say(phrase("asking.near_miss", text=text, phone=phone or facts.district.operator.hotline), rows),
        RecordUnmet(masked(question), "near_miss"),
        *_gap(question, "unmet", found.candidates),
    )


def _facility(conversation: Conversation, found: Understanding, facts: Facts) -> Turn:
    kind = found.facility_kind or "canteen"
    place = found.place_code or facts.my_last_place()
    if place:
        return stays(conversation, Say(cards.facility_list(place, kind, facts), menu(facts)))
    return goes_to(conversation, AskingWhere(kind), Say(phrase("facility.ask_place"), asks=Ask.PLACE))


def where(conversation: Conversation, state: AskingWhere, event: Event, facts: Facts, search: Search) -> Turn:
    """A place for a kind of facility was asked for; anything else is a new question."""
    places = facts.district.places
    match event:
        case Said(text):
            found = places.find(text)
        case SharedPlace(latitude, longitude):
            found = places.nearest(latitude, longitude)
        case Chose(Command("cancel" | "back" | "skip")):
            return goes_to(conversation, Idle(), home(facts))
        case _:
            found = ()
    if found:
        text = cards.facility_list(found[0].code, state.facility_kind, facts)
        return goes_to(conversation, Idle(), Say(text, menu(facts)))
    if isinstance(event, Said):
        return ask(conversation, event.text, facts, search)
    return stays(conversation, Say(phrase("facility.ask_place"), asks=Ask.PLACE))


def _candidates(conversation: Conversation, question: str, found: Understanding, facts: Facts) -> Turn:
    known = tuple(candidate for candidate in found.candidates if _is_known(candidate.id, facts))
    if found.band is Band.NONE or not known:
        return _nothing(conversation, question, known, facts)
    if found.band is Band.SURE:
        return show(conversation, question, known[0].id, _ids(known[1:4]), facts)
    return choose(conversation, question, _ids(known[:3]), facts)


def _ids(candidates: tuple[Candidate, ...]) -> tuple[str, ...]:
    return tuple(candidate.id for candidate in candidates[:3])


def _is_known(entry_id: str, facts: Facts) -> bool:
    return entry_id in facts.district.services or entry_id in facts.district.certificates


def _gap(question: str, kind: str, candidates: tuple[Candidate, ...]) -> tuple[RecordLesson, ...]:
    """A question that was not understood, as something to learn from; none when it is too short to be a question."""
    if len(_CHARACTER.findall(question)) < SHORTEST_LESSON:
        return ()
    return (_lesson(question, kind, candidates[0].id if candidates else None),)


def _lesson(question: str, kind: str, entry_id: str | None) -> RecordLesson:
    return RecordLesson(without_personal_data(question), kind, entry_id or None)


def _pass_on(text: str, facts: Facts) -> tuple[tuple[Button, ...], ...]:
    """Whoever has a case in a helper's hands may mean it for them."""
    mine = [case for case in facts.cases_asked_by(facts.me.id) if case.status in WORKED]
    return ((button("pass_on", OnCase(mine[0].id, "pass_on", text[:MOST_PASSED_ON])),),) if len(mine) == 1 else ()


def _nothing(conversation: Conversation, question: str, known: tuple[Candidate, ...], facts: Facts) -> Turn:
    rows = (*_pass_on(question, facts), (button("person", Command("person")), button("help", Go("help"))))
    return goes_to(
        conversation,
        Reading(question, "", entry=entry_of(conversation, facts)),
        Say(phrase("asking.nothing", hotline=facts.district.operator.hotline), rows),
        RecordUnmet(masked(question), "none"),
        *_gap(question, "none", known),
    )


def choose(conversation: Conversation, question: str, ids: tuple[str, ...], facts: Facts, key: str = "choose") -> Turn:
    """Two or three candidates as buttons, and 都不是. Where it is known what tells them apart, that is asked."""
    group = question_for(ids, facts.district.lookalikes)
    answers = group.answers if group else ()
    others = tuple(entry for entry in ids if group is None or entry not in group.ids)
    shown = (*answers, *((entry_name(entry, facts), entry) for entry in others[: 1 if group else None]))
    rows: tuple[tuple[Button, ...], ...] = tuple((Button(label, Pick(entry)),) for label, entry in shown)
    rows += ((button("none_of_these", Command("none_of_these")), button("person", Command("person"))),)
    candidates = tuple(dict.fromkeys(entry for _, entry in shown))
    state = Choosing(question, candidates, entry_of(conversation, facts))
    return goes_to(conversation, state, Say(group.question if group else phrase(f"asking.{key}"), rows))


def entry_name(entry_id: str, facts: Facts) -> str:
    service = facts.district.services.get(entry_id)
    return service.name if service else facts.district.certificates[entry_id].name


def show(conversation: Conversation, question: str, entry_id: str, others: tuple[str, ...], facts: Facts) -> Turn:
    """The card of a service or certificate, with what can be done next."""
    service = facts.district.services.get(entry_id)
    if service:
        text = cards.service_card(service, facts)
    else:
        text = cards.certificate_card(facts.district.certificates[entry_id], facts)
    seen = replace(conversation, context=entry_id)
    state = Reading(question, entry_id, others, entry_of(conversation, facts))
    return goes_to(seen, state, Say(text, _card_rows(entry_id, facts)))


def _card_rows(entry_id: str, facts: Facts) -> tuple[tuple[Button, ...], ...]:
    start = button("start" if entry_id in facts.district.services else "still_help", Command("start"))
    return ((start,), (button("not_this", Command("not_this")), button("person", Command("person"))))


def choosing(conversation: Conversation, state: Choosing, event: Event, facts: Facts, search: Search) -> Turn:
    """Two or three candidates stand there."""
    match event:
        case Chose(Pick(value)) if value in state.candidates:
            others = tuple(entry for entry in state.candidates if entry != value)
            return show(conversation, state.question, value, others, facts)
        case Chose(Command("none_of_these")):
            return _refused(conversation, state.question, state.candidates[0], facts)
        case Said(text) if _refuses(text):
            return _refused(conversation, state.question, state.candidates[0], facts)
        case Chose(Command("person")):
            return for_person(conversation, state.question, facts)
        case Chose(Command("cancel" | "back" | "skip")):
            return goes_to(conversation, Idle(), Say(phrase("asking.cancelled"), menu(facts)))
        case Said(text):
            return ask(conversation, text, facts, search)
        case _:
            return choose(conversation, state.question, state.candidates, facts)


def reading(conversation: Conversation, state: Reading, event: Event, facts: Facts, search: Search) -> Turn:
    """A card, or an answer without one, stands there."""
    match event:
        case Chose(Command("start")) if state.shown:
            relation = Relation(state.relation) if state.relation else None
            draft = Draft(state.question, state.shown, relation, entry=Entry(state.entry))
            turn = intake.begin(conversation, draft, facts)
            return Turn(turn.conversation, (_lesson(state.question, "confirmed", state.shown), *turn.effects))
        case Said(text) if state.shown and is_yes(text):
            return reading(conversation, state, Chose(Command("start"), conversation.turn), facts, search)
        case Said(text) if _refuses(text):
            return _not_this(conversation, state, facts)
        case Chose(Command("not_this" | "want_service" | "none_of_these")):
            return _not_this(conversation, state, facts)
        case Chose(Command("person")):
            return for_person(conversation, state.question, facts, state.shown or None)
        case Chose(Command("cancel" | "back" | "skip")):
            return goes_to(conversation, Idle(), Say(phrase("asking.cancelled"), menu(facts)))
        case Said(text) if state.shown and (relation := corrected(text)):
            seen = replace(conversation, state=replace(state, relation=relation.value))
            return with_relation(stays(seen, Say(phrase("card.offer"), _card_rows(state.shown, facts))), relation)
        case Said(text):
            return aspect(conversation, text, facts) or ask(conversation, text, facts, search)
        case _:
            return stays(conversation, Say(phrase("intake.choose_button")))


def _refuses(text: str) -> bool:
    return text.strip(" 。.！!，,") in ("都不是", "不是这个", "不对", "不是", "错了", "不是的")


def _not_this(conversation: Conversation, state: Reading, facts: Facts) -> Turn:
    """What stands there is refused: the next candidates, or none of them."""
    if not state.others:
        return _refused(conversation, state.question, state.shown, facts)
    turn = choose(conversation, state.question, state.others, facts, "not_this")
    lesson = (_lesson(state.question, "refused", state.shown),) if state.shown else ()
    return Turn(turn.conversation, (*lesson, *turn.effects))


def _refused(conversation: Conversation, question: str, entry_id: str, facts: Facts) -> Turn:
    """None of these: a person looks at it, and the gap is recorded whether or not the intake is finished."""
    turn = for_person(conversation, question, facts)
    gap: Effect = RecordUnmet(masked(question), "refused")
    # Without an entry it is the answer "not understood" that was refused: that is a lesson already.
    lesson = (_lesson(question, "refused", entry_id),) if entry_id else ()
    return Turn(turn.conversation, (gap, *lesson, *turn.effects))


def for_person(conversation: Conversation, question: str, facts: Facts, service_id: str | None = None) -> Turn:
    """A case for a person to look at."""
    turn = intake.begin(conversation, Draft(question, service_id, entry=Entry(entry_of(conversation, facts))), facts)
    return Turn(turn.conversation, (Say(phrase("asking.person")), *turn.effects))


def entry_of(conversation: Conversation, facts: Facts) -> str:
    """How a question came in: what 代人登记 said, else by phone for a helper (they ask for others), else by chat."""
    match conversation.state:
        case OnBehalf(entry) | Choosing(entry=entry) | Reading(entry=entry) if facts.me.is_helper:
            return entry
        case _:
            return (Entry.PHONE if facts.me.is_helper else Entry.CHAT).value


def on_behalf(conversation: Conversation, state: OnBehalf, event: Event, facts: Facts, search: Search) -> Turn:
    """A helper types what somebody said on the phone or at the counter."""
    match event:
        case Said(text):
            return ask(conversation, text, facts, search)
        case Chose(Command("cancel" | "back" | "skip")):
            return goes_to(conversation, Idle(), home(facts))
        case _:
            return stays(conversation, Say(phrase("work.on_behalf_ask")))


def for_file(conversation: Conversation, file_id: int, facts: Facts) -> Turn:
    """A voice note or photo that a helper is to look at."""
    entry = Entry(entry_of(conversation, facts))
    return intake.begin(conversation, Draft(phrase("asking.only_file"), files=(file_id,), entry=entry), facts)

"""Bringing a case to helpers: the next wave, taking offers back, giving up to a supervisor."""

from __future__ import annotations

from catalog.district import ListItem
from handlers.cases import Act, Case, Change
from handlers.choices import OnCase
from handlers.describing import name_of, visiting, where
from handlers.dialogues import telling
from handlers.effects import Button, EditSay, Effect, MoveCase, Offer, Say, Urgency
from handlers.facts import Facts
from handlers.followups import decision_waits
from handlers.phrases import button, phrase
from handlers.routing import Wave, next_wave


def offer_key(case_id: int, wave: int, helper_id: int) -> str:
    """Name of the message in which a helper was asked."""
    return f"offer:{case_id}:{wave}:{helper_id}"


def offer(case: Case, facts: Facts, without: int | None = None) -> tuple[Effect, ...]:
    """Ask the next wave; when nobody is left, or no village may be asked to do it, a supervisor decides. `without` is a
    helper who has just given the case up in this turn: the offers do not say so yet."""
    if item := _negative_item(case, facts):
        return escalate(case, facts, why=f"negative: {item.id}")
    wave = next_wave(case, facts, without)
    return _offer(case, wave, facts) if wave else escalate(case, facts)


def _negative_item(case: Case, facts: Facts) -> ListItem | None:
    """What no village may be asked to do, if it is that."""
    return facts.district.negative_item(case.draft.question) if case.draft.service_id is None else None


def _offer(case: Case, wave: Wave, facts: Facts) -> tuple[Effect, ...]:
    return (
        MoveCase(case.id, Act.OFFER, wave.ring, Change(wave=wave.number), is_desk=True),
        Offer(case.id, wave.number, wave.helper_ids),
        *_ask(case, wave, "work.offer", facts),
    )


def offer_again(case: Case, helper_id: int, facts: Facts) -> tuple[Effect, ...]:
    """A reopened case: the helper who had it is asked first."""
    wave = Wave(case.wave + 1, "same", (helper_id,))
    return (
        MoveCase(case.id, Act.OFFER, wave.ring, Change(wave=case.wave), is_desk=True),
        Offer(case.id, wave.number, wave.helper_ids),
        *_ask(case, wave, "work.offer_again", facts),
    )


def escalate(case: Case, facts: Facts, why: str = "nobody") -> tuple[Effect, ...]:
    asked = _ask_supervisors(case, facts)
    if asked:
        said = phrase("case.escalated" if why == "nobody" else "case.not_for_village")
    else:
        said = phrase("case.nobody_in_charge", hotline=facts.district.operator.hotline)
    move = MoveCase(case.id, Act.ESCALATE, why, is_desk=True)
    return (move, *asked, *telling.resident(case, Say(said), facts))


def _ask_supervisors(case: Case, facts: Facts) -> tuple[Say, ...]:
    named = {"what": name_of(case, facts), "where": where(case.draft, facts)}
    rows = ((button("assign", OnCase(case.id, "assign")), button("call", OnCase(case.id, "call"))),)
    return telling.supervisors(case, Say(phrase("oversight.escalated", **named), rows), facts)


def undecided(case: Case, facts: Facts) -> tuple[Effect, ...]:
    """No supervisor has decided: helpers who have come on duty since are asked, else the supervisors once more."""
    wave = None if _negative_item(case, facts) else next_wave(case, facts)
    return _offer(case, wave, facts) if wave else (*_ask_supervisors(case, facts), decision_waits(case.id, facts))


def _ask(case: Case, wave: Wave, key: str, facts: Facts) -> tuple[Say, ...]:
    """What and roughly where; no name, no phone."""
    text = phrase(
        key,
        what=name_of(case, facts),
        where=where(case.draft, facts),
        visit=visiting(case.draft),
        when=case.draft.when or phrase("work.any_time"),
    )
    rows: tuple[tuple[Button, ...], ...] = (
        (button("claim", OnCase(case.id, "claim")), button("decline", OnCase(case.id, "decline"))),
    )
    return tuple(
        Say(
            text,
            rows,
            to=helper_id,
            key=offer_key(case.id, wave.number, helper_id),
            urgency=Urgency.NOTICE,
            case_id=case.id,
        )
        for helper_id in wave.helper_ids
    )


def close_offers(case: Case, facts: Facts, winner: int | None = None) -> tuple[EditSay, ...]:
    """Everybody who was asked sees that it is taken; the winner that it is theirs."""
    return _edit_offers(case, facts, "work.taken", winner)


def take_back(case: Case, facts: Facts) -> tuple[EditSay, ...]:
    """Everybody who was asked sees that nobody is needed any more."""
    return _edit_offers(case, facts, "work.gone", None)


def _edit_offers(case: Case, facts: Facts, key: str, winner: int | None) -> tuple[EditSay, ...]:
    named = {"what": name_of(case, facts), "where": where(case.draft, facts)}
    return tuple(
        EditSay(
            offer_key(case.id, record.wave, record.helper_id),
            phrase("work.yours" if record.helper_id == winner else key, **named),
        )
        for record in facts.offers(case.id)
        if not record.declined
    )

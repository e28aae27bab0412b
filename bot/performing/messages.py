"""Messages to people: where they go, when, and with which buttons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.performing.stage import Echoes, Stage, do
from handlers.effects import (
    Button,
    EditSay,
    Say,
    Urgency,
)
from storage import (
    buttons,
    conversations,
    outbox,
    people,
)

_log = structlog.get_logger(__name__)

_PRIORITY = {Urgency.ALARM: 0, Urgency.ANSWER: 1, Urgency.NOTICE: 2}


@dataclass(frozen=True, slots=True)
class _Destination:
    channel: str = ""
    address: str = ""
    person_id: int | None = None
    conversation_id: int | None = None
    turn: int = 0


@do.register
def say(effect: Say, stage: Stage) -> Echoes:
    where = _destination(effect, stage)
    key = stage.next_key()
    outbox.put(
        stage.work,
        outbox.Outgoing(
            key=key,
            text=effect.text,
            channel=where.channel,
            address=where.address,
            priority=_PRIORITY[effect.urgency],
            not_before=_not_before(effect.urgency, stage),
            name=effect.key,
            buttons=_offer_buttons(effect.buttons, where, key, stage),
            asks=effect.asks or "",
            files=effect.files,
            person_id=where.person_id,
            conversation_id=where.conversation_id,
            case_id=effect.case_id,
            state="pending" if where.address else "unreachable",
        ),
    )
    return ()


def _destination(effect: Say, stage: Stage) -> _Destination:
    """The conversation that it belongs to; else the address of the turn for whoever's turn it is, and for others the
    living address that they used last."""
    me, sender, to = stage.me, stage.sender, effect.to
    if effect.conversation_id is not None:
        return _in_conversation(effect.conversation_id, stage)
    if to is None and sender is None:
        raise ValueError("what fell due must say to whom it speaks")
    if sender is not None and to in (None, me.id):
        return _Destination(sender.channel, sender.address, me.id, sender.conversation_id, sender.turn)
    found = people.best_address(stage.work, to or 0)
    if found is None:
        _log.warning("unreachable", person_id=to, cause=stage.cause)
        return _Destination(person_id=to)
    conversation_id = found["conversation_id"]
    return _Destination(found["channel"], found["address"], to, conversation_id, _turn(conversation_id, stage))


def _in_conversation(conversation_id: int, stage: Stage) -> _Destination:
    """Nowhere else, also when nothing reaches it any more."""
    found = people.address_of(stage.work, conversation_id)
    if found["is_gone"]:
        return _Destination(person_id=found["person_id"])
    turn = _turn(conversation_id, stage)
    return _Destination(found["channel"], found["address"], found["person_id"], conversation_id, turn)


def _not_before(urgency: Urgency, stage: Stage) -> datetime:
    now = stage.work.now
    return stage.town.district.calendar.after_quiet(now) if urgency is Urgency.NOTICE else now


def _offer_buttons(
    rows: tuple[tuple[Button, ...], ...], where: _Destination, message: str, stage: Stage
) -> outbox.Rows:
    if where.conversation_id is None:
        return ()
    return buttons.offer(stage.work, rows, where.conversation_id, where.turn, message, stage.town.random)


@do.register
def edit_say(effect: EditSay, stage: Stage) -> Echoes:
    original = outbox.find(stage.work, effect.key)
    if original is None:
        _log.info("nothing_to_edit", cause=stage.cause)
        return ()
    key = stage.next_key()
    where = _Destination(conversation_id=original.conversation_id, turn=_turn(original.conversation_id, stage))
    offered = _offer_buttons(effect.buttons, where, key, stage)
    outbox.edit(stage.work, original, key, effect.text, offered, _PRIORITY[Urgency.ANSWER])
    return ()


def _turn(conversation_id: int | None, stage: Stage) -> int:
    """The turn that a button belongs to: this one in the sender's own conversation, the last one in another's."""
    if stage.sender is not None and stage.sender.conversation_id == conversation_id:
        return stage.sender.turn
    return 0 if conversation_id is None else conversations.turn_of(stage.work, conversation_id)

"""Buttons that were offered. A press carries only a random token; everything else is looked up here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import RowMapping, bindparam, select

from handlers.choices import Choice
from handlers.effects import Button
from storage import forms
from storage.outbox import Rows
from storage.tables import ButtonRow, table
from storage.unit_of_work import UnitOfWork

VALID_FOR = timedelta(days=30)
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_LENGTH = 16
"""Letters of a token: 96 bits."""

_buttons = table(ButtonRow)


@dataclass(frozen=True, slots=True)
class Pressable:
    """A button that may still be pressed."""

    label: str
    choice: Choice
    turn: int
    """The turn that offered it."""


def token(random: Random) -> str:
    """A fresh URL-safe token."""
    bits = random.getrandbits(6 * _LENGTH)
    return "".join(_ALPHABET[bits >> 6 * place & 63] for place in range(_LENGTH))


def offer(
    work: UnitOfWork,
    rows: tuple[tuple[Button, ...], ...],
    conversation_id: int,
    turn: int,
    message: str,
    random: Random,
) -> Rows:
    """Keep the buttons of a message (its outbox key); returns rows of (label, token) for it."""
    offered = tuple(tuple((button, token(random)) for button in row) for row in rows)
    lines = [
        {
            "district": work.district,
            "token": its_token,
            "conversation_id": conversation_id,
            "turn": turn,
            "message": message,
            "position": position,
            "label": button.label,
            "choice": forms.dump_choice(button.choice),
            "expires_at": work.now + VALID_FOR,
        }
        for position, (button, its_token) in enumerate(one for row in offered for one in row)
    ]
    if lines:
        work.connection.execute(_buttons.insert(), lines)
    return tuple(tuple((button.label, its_token) for button, its_token in row) for row in offered)


def pressed(work: UnitOfWork, conversation_id: int, its_token: str) -> Pressable | None:
    """What a press of this conversation means; None when the token is forged, somebody else's, or too old."""
    where = _here(work, conversation_id) | {"token": its_token}
    return _pressable(work.connection.execute(_PRESSED, where).mappings().first())


def newest(work: UnitOfWork, conversation_id: int) -> tuple[Pressable, ...]:
    """The buttons of the newest message of a conversation that had any, in reading order: also when they have just been
    taken from the screen, so that a number typed too late never means another message's button."""
    rows = work.connection.execute(_NEWEST, _here(work, conversation_id)).mappings()
    return tuple(button for row in rows if (button := _pressable(row)))


def labelled(work: UnitOfWork, conversation_id: int, label: str) -> Pressable | None:
    """The newest button of a conversation with exactly this label."""
    where = _here(work, conversation_id) | {"label": label}
    return _pressable(work.connection.execute(_LABELLED, where).mappings().first())


def _here(work: UnitOfWork, conversation_id: int) -> dict[str, Any]:
    return {"district": work.district, "conversation_id": conversation_id, "now": work.now}


_ALIVE = (
    (_buttons.c.district == bindparam("district"))
    & (_buttons.c.conversation_id == bindparam("conversation_id"))
    & (_buttons.c.expires_at > bindparam("now"))
)
_LAST = select(_buttons.c.message).where(_ALIVE).order_by(_buttons.c.id.desc()).limit(1).scalar_subquery()
_NEWEST = select(_buttons).where(_ALIVE, _buttons.c.message == _LAST).order_by(_buttons.c.position)
_LABELLED = (
    select(_buttons).where(_ALIVE, _buttons.c.label == bindparam("label")).order_by(_buttons.c.id.desc()).limit(1)
)
_PRESSED = select(_buttons).where(_ALIVE, _buttons.c.token == bindparam("token"))
"""Built once: on the way of every message, building a statement costs as much as running it."""


def _pressable(row: RowMapping | None) -> Pressable | None:
    if row is None:
        return None
    try:
        return Pressable(row["label"], forms.load_choice(row["choice"]), row["turn"])
    except forms.Unreadable:
        return None

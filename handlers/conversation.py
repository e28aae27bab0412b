"""The lasting thread of one person on one channel, and what one turn makes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from handlers.effects import Effect
from handlers.states import Idle, State


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where a conversation stands. `turn` counts the turns; buttons carry the turn that offered them."""

    id: int
    person_id: int
    state: State = Idle()
    turn: int = 0
    asked_turn: int = 0
    """The turn that put the last question: presses of older dialogue buttons are stale."""
    context: str | None = None
    """Service or certificate id that was shown last; what "那要带什么" is about."""
    is_new: bool = True
    """True until the greeting has been said."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one event made of a conversation."""

    conversation: Conversation
    effects: tuple[Effect, ...] = ()


def goes_to(conversation: Conversation, state: State, *effects: Effect) -> Turn:
    """The conversation in another state, with effects."""
    return Turn(replace(conversation, state=state), effects)


def stays(conversation: Conversation, *effects: Effect) -> Turn:
    return Turn(conversation, effects)

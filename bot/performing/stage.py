"""What performing an effect needs, and the one function that does it, whatever its kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import singledispatch
from itertools import count

from bot.town import Town
from handlers.effects import (
    Effect,
)
from handlers.messages import (
    EchoEvent,
)
from handlers.people import Person
from storage.unit_of_work import UnitOfWork

Echoes = tuple[EchoEvent, ...]


@dataclass(frozen=True, slots=True)
class Sender:
    """Where the person whose turn it is writes from."""

    channel: str
    address: str
    conversation_id: int
    turn: int


@dataclass(frozen=True)
class Stage:
    """What performing needs besides the effect. `cause` names the turn: the messages it makes are `cause:0`, `cause:1`
    and so on. `sender` is None, and `me` has id 0, for what fell due."""

    work: UnitOfWork
    town: Town
    me: Person
    cause: str
    sender: Sender | None = None
    numbering: count[int] = field(default_factory=count)

    def next_key(self) -> str:
        return f"{self.cause}:{next(self.numbering)}"


def perform(stage: Stage, effects: Iterable[Effect]) -> Echoes:
    """Do the effects in order; returns what came back."""
    return tuple(echo for effect in effects for echo in do(effect, stage))


@singledispatch
def do(effect: Effect, stage: Stage) -> Echoes:
    """Do one effect. TypeError for a kind that nobody taught this file."""
    raise TypeError(f"nobody does {type(effect).__name__}")

"""One turn: an inbound message, or something that fell due, through the core and into the database."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from bot.channels.port import Inbound
from catalog.district import District
from catalog.understanding import Search
from handlers.settings import DeskSettings
from storage.followups import DueRow
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Town:
    """What every turn needs to know of its district. `random` makes case numbers, tokens and codes."""

    district: District
    search: Search
    settings: DeskSettings = DeskSettings()
    random: random.Random = field(default_factory=random.SystemRandom)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it, without personal data."""

    is_duplicate: bool = False
    is_parked: bool = False
    """The turn raised: its row is kept for a person to look at."""


def handle(work: UnitOfWork, channel_name: str, inbound: Inbound, town: Town) -> Outcome:
    """Store and handle one inbound message. Run it as a job of the Writer: `lambda work: handle(work, ...)`. Raises only
    when the database fails; then nothing is stored and the message must not be acknowledged."""
    raise NotImplementedError


def tend(work: UnitOfWork, due: DueRow, town: Town) -> Outcome:
    """Handle one thing that fell due, in the job that took it with `followups.take_due`."""
    raise NotImplementedError

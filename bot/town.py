"""One town: a district with everything that its turns need."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random, SystemRandom

from catalog.district import District
from catalog.understanding import Search
from handlers.settings import DeskSettings


@dataclass(frozen=True)
class Town:
    """What every turn needs to know of its district. `random` makes case numbers, tokens and codes."""

    district: District
    search: Search
    settings: DeskSettings = field(default_factory=DeskSettings)
    random: Random = field(default_factory=SystemRandom)

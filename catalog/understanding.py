"""What the catalog makes of a message: its kind, how sure it is, and the candidates. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Kind(StrEnum):
    """What a message is about."""

    SERVICE = "service"
    CERTIFICATE = "certificate"
    COMPLAINT = "complaint"
    EMERGENCY = "emergency"
    FACILITY = "facility"
    STATUS = "status"
    HUMAN = "human"
    CANCEL = "cancel"
    SMALL_TALK = "small_talk"
    NEAR_MISS = "near_miss"
    """A matter of government that this catalog does not hold."""
    UNCLEAR = "unclear"


class Band(StrEnum):
    """What may be done with the candidates."""

    SURE = "sure"
    """Answer with the first."""
    CHOOSE = "choose"
    """Ask between two or three."""
    NONE = "none"
    """Nothing fits: a person, and an unmet need."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A service or certificate with a score for a question."""

    id: str
    score: float
    """0..1, higher is better; never shown to a resident."""
    words: tuple[str, ...] = ()
    """The parts of the message that matched, longest first."""


@dataclass(frozen=True, slots=True)
class Danger:
    """An emergency seen in a message."""

    code: str
    """fire, gas, medical, violence, self_harm, water, missing, fraud, collapse, trapped: the key of the phrases."""
    numbers: tuple[str, ...]
    """Numbers to call, most urgent first."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a message was understood as."""

    kind: Kind
    band: Band
    candidates: tuple[Candidate, ...] = ()
    danger: Danger | None = None
    """Set when kind is EMERGENCY; also set beside another kind when alarming words stand in a harmless message,
    so that the number can be the last line of the answer."""
    facility_kind: str | None = None
    """canteen, summer_class, rest_station, courier_canteen or cooling_point, when kind is FACILITY."""
    place_code: str | None = None
    """A place of the place tree that the message names, if any."""
    advice: str | None = None
    """The key of a matter of another office (see `catalog.scope.advice`), when the message speaks of one."""
    also: tuple[Candidate, ...] = ()
    """The entries of a second matter in the same message, best first; empty unless it surely is another one."""


class Search(Protocol):
    """The port through which dialogues ask the catalog."""

    def understand(self, text: str) -> Understanding:
        """Read `text` (any Unicode, at most some thousand characters) as one question."""
        ...

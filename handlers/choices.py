"""What a button stands for. Saved with the button; a press brings it back.

A dialogue choice (the first group) answers the question of one turn and is stale once the conversation has gone on. A
case choice (the second) is about a case and stays good for as long as the case allows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Pick:
    """A candidate of a list: a service or certificate id, a place code, a relation, an option ..."""

    TAG: ClassVar[str] = "pick"
    value: str


@dataclass(frozen=True, slots=True)
class Command:
    """A word of the menu: what the dialogue makes of it depends on where it stands.

    help, not_this, none_of_these, person, start, skip, back, cancel, confirm, yes, no, own_case, home ...
    """

    TAG: ClassVar[str] = "command"
    word: str


@dataclass(frozen=True, slots=True)
class OnCase:
    """Do something with a case: `what` is a CaseWord, `value` its detail (a grade, an option, a reason)."""

    TAG: ClassVar[str] = "on_case"
    case_id: int
    what: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Go:
    """A place of the menu that is good at any time: my_cases, today, duty_on, duty_off, digest, new, home ..."""

    TAG: ClassVar[str] = "go"
    where: str
    value: str = ""


Choice = Pick | Command | OnCase | Go

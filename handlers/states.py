"""Every state a conversation can stand in: one frozen value each, with a tag and a version for its saved form.

Tags are a public contract: `tests/handlers/saved_states.jsonl` keeps every form ever saved, and each must still load.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from handlers.cases import Draft


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing is open: a text is a question."""

    TAG: ClassVar[str] = "idle"
    VERSION: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class CheckingDanger:
    """An emergency number was given; asked whether somebody is in danger now."""

    TAG: ClassVar[str] = "danger"
    VERSION: ClassVar[int] = 1
    question: str
    code: str


@dataclass(frozen=True, slots=True)
class Choosing:
    """Two or three candidates were shown for a question."""

    TAG: ClassVar[str] = "choosing"
    VERSION: ClassVar[int] = 1
    question: str
    candidates: tuple[str, ...]
    entry: str = "chat"
    """How it came in (cases.Entry): phone or counter when a helper asks for somebody else."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A card was shown for a question."""

    TAG: ClassVar[str] = "reading"
    VERSION: ClassVar[int] = 1
    question: str
    shown: str
    others: tuple[str, ...] = ()
    """The candidates that came after it, offered on 不是这个."""
    entry: str = "chat"
    relation: str = ""
    """Whom it is for (cases.Relation), when that was said after the card."""


@dataclass(frozen=True, slots=True)
class AskingWhere:
    """A kind of facility was asked for, without a place."""

    TAG: ClassVar[str] = "where"
    VERSION: ClassVar[int] = 1
    facility_kind: str


@dataclass(frozen=True, slots=True)
class AskingForWhom:
    TAG: ClassVar[str] = "intake.for_whom"
    VERSION: ClassVar[int] = 1
    draft: Draft


@dataclass(frozen=True, slots=True)
class AskingName:
    """Only for a case that a helper opens for somebody else."""

    TAG: ClassVar[str] = "intake.name"
    VERSION: ClassVar[int] = 1
    draft: Draft


@dataclass(frozen=True, slots=True)
class AskingPlace:
    TAG: ClassVar[str] = "intake.place"
    VERSION: ClassVar[int] = 1
    draft: Draft
    under: str | None = None
    """The town whose villages are being shown; None while any place may be typed."""


@dataclass(frozen=True, slots=True)
class AskingPhone:
    TAG: ClassVar[str] = "intake.phone"
    VERSION: ClassVar[int] = 1
    draft: Draft


@dataclass(frozen=True, slots=True)
class AskingWhen:
    TAG: ClassVar[str] = "intake.when"
    VERSION: ClassVar[int] = 1
    draft: Draft


@dataclass(frozen=True, slots=True)
class AskingVisit:
    TAG: ClassVar[str] = "intake.visit"
    VERSION: ClassVar[int] = 1
    draft: Draft


@dataclass(frozen=True, slots=True)
class AskingNote:
    TAG: ClassVar[str] = "intake.note"
    VERSION: ClassVar[int] = 1
    draft: Draft


@dataclass(frozen=True, slots=True)
class Confirming:
    TAG: ClassVar[str] = "intake.confirm"
    VERSION: ClassVar[int] = 1
    draft: Draft


@dataclass(frozen=True, slots=True)
class Adding:
    """What comes next is added to a case."""

    TAG: ClassVar[str] = "adding"
    VERSION: ClassVar[int] = 1
    case_id: int


@dataclass(frozen=True, slots=True)
class GivingReason:
    """A bad grade was given; its reason is asked once."""

    TAG: ClassVar[str] = "rating.reason"
    VERSION: ClassVar[int] = 1
    case_id: int


@dataclass(frozen=True, slots=True)
class ChoosingPapers:
    """A helper ticks which papers to ask for."""

    TAG: ClassVar[str] = "work.papers"
    VERSION: ClassVar[int] = 1
    case_id: int
    ticked: tuple[str, ...]
    options: tuple[str, ...]
    key: str = ""
    """Name of the message that shows the list, so that each tick edits it in place."""


@dataclass(frozen=True, slots=True)
class ProposingVisit:
    """A helper picks or types a time."""

    TAG: ClassVar[str] = "work.visit"
    VERSION: ClassVar[int] = 1
    case_id: int
    first: str | None = None
    """ISO time of the first proposal, while the second is asked for."""


@dataclass(frozen=True, slots=True)
class Writing:
    """A helper writes the text that an act needs: `purpose` is release, submit, partly, impossible or escalate."""

    TAG: ClassVar[str] = "work.writing"
    VERSION: ClassVar[int] = 1
    case_id: int
    purpose: str


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """A helper opens a case for someone who phoned or came in: the next text is that person's question."""

    TAG: ClassVar[str] = "behalf"
    VERSION: ClassVar[int] = 1
    entry: str


@dataclass(frozen=True, slots=True)
class Refiling:
    """A helper types or picks the service that a case is really about."""

    TAG: ClassVar[str] = "work.refile"
    VERSION: ClassVar[int] = 1
    case_id: int
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Teaching:
    """A supervisor types or picks the entry that a wish belongs to."""

    TAG: ClassVar[str] = "lessons.teach"
    VERSION: ClassVar[int] = 1
    lesson_id: int
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Admitting:
    """A supervisor proposes a new matter for the list: who asks, the basis, who approved. What was answered stands in
    `answers`; an empty answer says that there is none."""

    TAG: ClassVar[str] = "lessons.admit"
    VERSION: ClassVar[int] = 1
    lesson_id: int
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assigning:
    """A supervisor picks a helper for a case."""

    TAG: ClassVar[str] = "oversight.assign"
    VERSION: ClassVar[int] = 1
    case_id: int


IntakeState = (
    AskingForWhom | AskingName | AskingPlace | AskingPhone | AskingWhen | AskingVisit | AskingNote | Confirming
)
"""A question of an intake is open."""

State = (
    Idle
    | CheckingDanger
    | Choosing
    | Reading
    | AskingWhere
    | IntakeState
    | Adding
    | GivingReason
    | ChoosingPapers
    | ProposingVisit
    | Writing
    | OnBehalf
    | Assigning
    | Refiling
    | Teaching
    | Admitting
)

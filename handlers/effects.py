"""What the core asks for, in the imperative. `bot.performing` does it, in the turn's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from handlers.cases import Act, Change, Draft
from handlers.choices import Choice
from handlers.messages import FollowUpKind


class Urgency(StrEnum):
    """When a message may go out."""

    ANSWER = "answer"
    """A reply to what the person just did: at once, day and night."""
    NOTICE = "notice"
    """Something they did not ask for just now: waits for the end of the quiet hours."""
    ALARM = "alarm"
    """Danger to life: at once, whoever sleeps."""


class Ask(StrEnum):
    """What a channel may offer besides buttons: Telegram's contact and position buttons."""

    PHONE = "phone"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    choice: Choice


@dataclass(frozen=True, slots=True)
class Say:
    """Send a message. `to` is a person id; None is the person whose turn it is."""

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    """Rows of buttons."""
    to: int | None = None
    key: str | None = None
    """Name of the message, unique in the district, when it must be found again to be edited (offer:12:H7)."""
    urgency: Urgency = Urgency.ANSWER
    asks: Ask | None = None
    files: tuple[int, ...] = ()
    """Attachments that go with it."""
    case_id: int | None = None
    """The case it is about, if any."""
    conversation_id: int | None = None
    """The conversation that it belongs to and to no other: instead of `to`, which goes where a person was last."""


@dataclass(frozen=True, slots=True)
class EditSay:
    """Change a message sent before under `key`; its buttons become `buttons`."""

    key: str
    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class OpenCase:
    """Make a case of a draft. Comes back as CaseOpened."""

    draft: Draft
    asker_id: int | None = None
    """None: the person whose turn it is. 0: a new person without a channel (they phoned or came in)."""


@dataclass(frozen=True, slots=True)
class ClaimCase:
    """Comes back as ClaimWon or ClaimLost."""

    case_id: int


@dataclass(frozen=True, slots=True)
class MoveCase:
    """Do an act of the law. Comes back as CaseMoved or MoveRefused.

    The move is made only if the law allows it from the status the case has in the database at that moment.
    """

    case_id: int
    act: Act
    note: str = ""
    change: Change = Change()
    is_desk: bool = False
    """True when the desk acts (routing, what falls due), not the person whose turn it is."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Record that helpers were asked in a wave (the messages are Says beside it)."""

    case_id: int
    wave: int
    helper_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Decline:
    """Record that a helper does not want the case (or let it lapse); they are never asked for it again."""

    case_id: int
    helper_id: int | None = None
    """None: the person whose turn it is."""


@dataclass(frozen=True, slots=True)
class Relay:
    """Record that words or a file went from one side of a case to the other (the message is a Say beside it)."""

    case_id: int
    text: str
    from_helper: bool
    files: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reveal:
    """Record that the person whose turn it is was shown contact data of a case."""

    case_id: int
    what: str


@dataclass(frozen=True, slots=True)
class ScheduleFollowUp:
    """Plan something. One of a kind per case (or person, or conversation): a second one moves the first."""

    kind: FollowUpKind
    due_at: datetime
    case_id: int | None = None
    person_id: int | None = None
    conversation_id: int | None = None


@dataclass(frozen=True, slots=True)
class CancelFollowUps:
    """Forget what is planned for a case (or person, or conversation); all kinds when none are named."""

    case_id: int | None = None
    person_id: int | None = None
    conversation_id: int | None = None
    kinds: tuple[FollowUpKind, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordUnmet:
    """Record a question that the catalog had no answer for."""

    question: str
    reason: str
    """none (nothing fitted), refused (none of these), near_miss, ended."""
    case_id: int | None = None


@dataclass(frozen=True, slots=True)
class RecordLesson:
    """Record what became of a question in somebody's own words (personal data is blotted out before it is stored)."""

    question: str
    kind: str
    """confirmed, refused, corrected, unmet or none."""
    entry_id: str | None = None
    """The right service or certificate (confirmed, corrected), the wrong one (refused), a guess (unmet, none)."""
    case_id: int | None = None


@dataclass(frozen=True, slots=True)
class AttachPhrase:
    """Give a phrase to a service or certificate. It is checked in the background, which takes some seconds: what comes
    of it falls due as PhraseAttached or PhraseConflicts."""

    lesson_ids: tuple[int, ...]
    text: str
    entry_id: str


@dataclass(frozen=True, slots=True)
class KeepPhrase:
    """Let a phrase go live in spite of its conflicts."""

    phrase_id: int


@dataclass(frozen=True, slots=True)
class UndoPhrase:
    """Take a phrase back; its lessons come back to the list."""

    phrase_id: int


@dataclass(frozen=True, slots=True)
class DismissLessons:
    """Take lessons off the supervisor's list."""

    lesson_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RecordAdmission:
    """Record a proposal of a new matter for the list (准入). Without who asks, a basis and an approval it is refused,
    and recorded as such."""

    text: str
    asked_by: str
    basis: str
    approved_by: str

    @property
    def is_complete(self) -> bool:
        return bool(self.asked_by and self.basis and self.approved_by)


@dataclass(frozen=True, slots=True)
class SetDuty:
    on: bool


@dataclass(frozen=True, slots=True)
class AcceptInvite:
    """Use a one-time code. Comes back as InviteAccepted or InviteRefused."""

    code: str


@dataclass(frozen=True, slots=True)
class MakeInvite:
    """Make a one-time code. Comes back as InviteMade."""

    role: str
    roster_id: str = ""
    """The roster helper whom a helper's code is for (catalog.district.RosterHelper.id)."""
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RememberPhone:
    """Keep the phone number of the person whose turn it is, for their next case."""

    phone: str


Effect = (
    Say
    | EditSay
    | OpenCase
    | ClaimCase
    | MoveCase
    | Offer
    | Decline
    | Relay
    | Reveal
    | ScheduleFollowUp
    | CancelFollowUps
    | RecordUnmet
    | RecordLesson
    | AttachPhrase
    | KeepPhrase
    | UndoPhrase
    | DismissLessons
    | RecordAdmission
    | SetDuty
    | AcceptInvite
    | MakeInvite
    | RememberPhone
)

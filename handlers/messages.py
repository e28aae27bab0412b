"""Events that come in, in the past tense: from a person, from an effect that came back, from what fell due."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from catalog.rehearsal import Rehearsal
from handlers.cases import Act
from handlers.choices import Choice


class FileKind(StrEnum):
    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"
    DOCUMENT = "document"


# --- from a person ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Arrived:
    """Opened the chat or sent /start, perhaps with an invite code."""

    code: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """Wrote a text (or edited one)."""

    text: str


@dataclass(frozen=True, slots=True)
class Chose:
    """Pressed a button that was offered in turn `turn` of the conversation."""

    choice: Choice
    turn: int


@dataclass(frozen=True, slots=True)
class ChoseUnknown:
    """Pressed a button that is not theirs, is forged, or is too old to be known."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """Sent a photo, voice note, video or document; it is stored as attachment `file_id`."""

    kind: FileKind
    file_id: int
    caption: str = ""
    is_more_of_album: bool = False
    """True for the second and later files of one album: it is kept without another reply."""


@dataclass(frozen=True, slots=True)
class SentUnreadable:
    """Sent something that cannot be kept: a sticker, a game, a file too big. `what` is sticker, too_big or other."""

    what: str


@dataclass(frozen=True, slots=True)
class SharedPhone:
    """Shared a contact card; `is_own` when it is the sender's own."""

    phone: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class SharedPlace:
    """Shared a position, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Blocked:
    """Blocked or left the bot."""


PersonEvent = Arrived | Said | Chose | ChoseUnknown | SentFile | SentUnreadable | SharedPhone | SharedPlace | Blocked

# --- an effect that came back ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """OpenCase was done."""

    case_id: int
    duplicate: bool = False
    """True when the same person already had an open case for the same service: that one is `case_id`."""


@dataclass(frozen=True, slots=True)
class ClaimWon:
    case_id: int


@dataclass(frozen=True, slots=True)
class ClaimLost:
    """Somebody else has it, or it needs nobody any more."""

    case_id: int


@dataclass(frozen=True, slots=True)
class CaseMoved:
    """MoveCase was done."""

    case_id: int
    act: Act
    helper_before: int | None = None
    """Who had the case until then."""


@dataclass(frozen=True, slots=True)
class MoveRefused:
    """MoveCase was against the law of cases, or the person may not do it (any more)."""

    case_id: int
    act: Act


@dataclass(frozen=True, slots=True)
class InviteAccepted:
    """AcceptInvite was done; facts.me has the new role."""

    role: str


@dataclass(frozen=True, slots=True)
class InviteRefused:
    """The code is unknown, used or too old."""


@dataclass(frozen=True, slots=True)
class InviteMade:
    code: str
    role: str
    web_link: str = ""
    """Address that uses the code in the web chat; empty when nobody knows where that is."""
    telegram_link: str = ""


EchoEvent = CaseOpened | ClaimWon | ClaimLost | CaseMoved | MoveRefused | InviteAccepted | InviteRefused | InviteMade

# --- what fell due ---------------------------------------------------------------------------------------------


class FollowUpKind(StrEnum):
    """Something planned, with a due time."""

    OFFER_UNCLAIMED = "offer_unclaimed"
    UNDECIDED = "undecided"
    """A case lies with the supervisors and nobody has decided."""
    CLAIM_UNWORKED = "claim_unworked"
    CLAIM_LAPSED = "claim_lapsed"
    PAPERS_MISSING = "papers_missing"
    VISIT_TOMORROW = "visit_tomorrow"
    VISIT_UNANSWERED = "visit_unanswered"
    VISIT_OVER = "visit_over"
    """An agreed time has passed, and nobody has said how it went."""
    RESIDENT_SILENT = "resident_silent"
    """The resident was reminded and still says nothing."""
    RESULT_MISSING = "result_missing"
    """Handed in at a window, and nobody has said what came of it."""
    PROMISE_NEAR = "promise_near"
    RATE = "rate"
    CLOSE = "close"
    DIGEST = "digest"
    SILENCE = "silence"
    """A person stopped in the middle of a conversation's intake."""


@dataclass(frozen=True, slots=True)
class FellDue:
    """A follow-up's time came. One of the ids says what it is about."""

    kind: FollowUpKind
    case_id: int | None = None
    person_id: int | None = None
    conversation_id: int | None = None


@dataclass(frozen=True, slots=True)
class PhraseAttached:
    """A phrase passed its check and is live."""

    phrase_id: int


@dataclass(frozen=True, slots=True)
class PhraseConflicts:
    """A phrase did not pass: with it, questions that were answered rightly would not be any more."""

    phrase_id: int
    found: Rehearsal


LearningEvent = PhraseAttached | PhraseConflicts

Event = PersonEvent | EchoEvent | FellDue

"""Every table, declared once with SQLModel. The stores use Core statements on `table(Row)`, never the ORM.

Rules that hold for all of them: `district` stands in every key and index, so that rows can be spread by it; times are
aware UTC; words of the core (statuses, kinds, roles) are plain strings, because a database enum outlives its code;
JSON columns hold values that `storage.forms` or the store beside them reads back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from pydantic import AwareDatetime
from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_JSON = JSON().with_variant(JSONB(), "postgresql")


class Row(SQLModel):
    """What all tables have."""

    metadata = metadata

    if TYPE_CHECKING:
        __tablename__: ClassVar[str]  # pyright: ignore

    id: int | None = Field(default=None, primary_key=True)
    district: str


def table(row: type[SQLModel]) -> Table:
    """The Core table of a row class."""
    return cast(Table, row.__table__)  # type: ignore[attr-defined]


def _json() -> Any:
    return Field(sa_type=cast(Any, _JSON))


def _long() -> Any:
    return Field(default="", sa_type=cast(Any, Text))


def _ref(target: str, *, nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(Integer, ForeignKey(f"{target}.id"), nullable=nullable))


# --- people ----------------------------------------------------------------------------------------------------------


class PersonRow(Row, table=True):
    __tablename__ = "persons"

    name: str = ""
    phone: str | None = None
    created_at: AwareDatetime


class RoleRow(Row, table=True):
    """A role beyond resident, which everybody has."""

    __tablename__ = "roles"
    __table_args__ = (UniqueConstraint("district", "person_id", "role"),)

    person_id: int = _ref("persons")
    role: str
    places: list[str] = _json()


class HelperRow(Row, table=True):
    """Who of the roster has joined. `roster_key` is the roster's own id, or `person:<id>` for one it does not know."""

    __tablename__ = "helpers"
    __table_args__ = (UniqueConstraint("district", "roster_key"), UniqueConstraint("district", "person_id"))

    roster_key: str
    person_id: int = _ref("persons")
    is_on_duty: bool = True


class AddressRow(Row, table=True):
    __tablename__ = "addresses"
    __table_args__ = (
        UniqueConstraint("district", "channel", "address"),
        Index(None, "district", "person_id", "last_used_at"),
    )

    channel: str
    address: str
    person_id: int = _ref("persons")
    is_gone: bool = False
    last_used_at: AwareDatetime


class InviteRow(Row, table=True):
    """A one-time code, kept only as its SHA-256."""

    __tablename__ = "invites"
    __table_args__ = (UniqueConstraint("district", "code_hash"),)

    code_hash: str
    role: str
    roster_key: str = ""
    places: list[str] = _json()
    made_by: int | None = None
    expires_at: AwareDatetime
    used_by: int | None = None
    used_at: AwareDatetime | None = None


# --- conversations and their mail ------------------------------------------------------------------------------------


class ConversationRow(Row, table=True):
    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("district", "channel", "address"), Index(None, "district", "person_id"))

    person_id: int = _ref("persons")
    channel: str
    address: str
    state: dict[str, Any] = _json()
    turn: int = 0
    asked_turn: int = 0
    context: str | None = None
    is_new: bool = True
    last_album: str = ""
    version: int = 0


class InboxRow(Row, table=True):
    """A handled inbound message. `second_id` is NULL where the channel has none, so that the unique key ignores it."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("district", "channel", "external_id"),
        UniqueConstraint("district", "channel", "second_id"),
    )

    channel: str
    external_id: str
    second_id: str | None = None
    address: str
    raw: str = _long()
    """Of a parked message: all of it, as `bot.parking` writes it."""
    state: str
    """done, parked, or seen (parked, and a person left it at that)."""
    error: str = ""
    received_at: AwareDatetime


class OutboxRow(Row, table=True):
    """A message still to be sent, or sent. `not_before` is when it may be sent at all; `retry_at` holds it back
    after a failure without letting the next one of its address pass."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("district", "key"),
        Index(None, "district", "name"),
        Index(None, "district", "channel", "state", "address", "id"),
    )

    key: str
    """Its cause: one key, one message."""
    name: str | None = None
    """What the core calls it (Say.key); the newest of a name is the one that an edit changes."""
    channel: str
    address: str
    person_id: int | None = None
    conversation_id: int | None = None
    case_id: int | None = None
    text: str = _long()
    buttons: list[Any] = _json()
    """Rows of [label, token]."""
    asks: str = ""
    files: list[int] = _json()
    edits_id: int | None = None
    """The outbox row that this one changes."""
    state: str = "pending"
    """pending, sending, sent; uncertain, failed, refused (a person must look), then seen; dead, unreachable."""
    priority: int
    not_before: AwareDatetime
    retry_at: AwareDatetime
    leased_until: AwareDatetime | None = None
    fence: int = 0
    attempts: int = 0
    doubts: int = 0
    """How often nobody knew whether it had arrived."""
    ref: str = ""
    why: str = ""
    created_at: AwareDatetime
    sent_at: AwareDatetime | None = None


class ButtonRow(Row, table=True):
    """A button that was offered. `message` is the outbox key of its message."""

    __tablename__ = "buttons"
    __table_args__ = (
        UniqueConstraint("district", "token"),
        Index(None, "district", "conversation_id", "id"),
        Index(None, "district", "message"),
    )

    token: str
    conversation_id: int = _ref("conversations")
    turn: int
    message: str
    position: int
    """Counted from 0 over all rows of the message."""
    label: str
    choice: dict[str, Any] = _json()
    """False once an edit took it from the screen."""
    expires_at: AwareDatetime


class ThreadRow(Row, table=True):
    """A line of a chat that this program itself shows (web, terminal). An edit is a line more."""

    __tablename__ = "threads"
    __table_args__ = (
        Index(
            "uq_threads_key",
            "district",
            "channel",
            "address",
            "key",
            unique=True,
            sqlite_where=text("edits = ''"),
            postgresql_where=text("edits = ''"),
        ),
        Index(None, "district", "channel", "address", "id"),
        {"sqlite_autoincrement": True},
    )

    channel: str
    address: str
    side: str
    """me or bot."""
    key: str
    body: dict[str, Any] = _json()
    edits: str = ""
    """The key of the line that this one replaces."""
    at: AwareDatetime


class AttachmentRow(Row, table=True):
    """A file that somebody sent. Bytes lie in the database: they commit, back up and vanish with the row."""

    __tablename__ = "attachments"

    kind: str
    mime: str = ""
    name: str = ""
    sha256: str = ""
    """Empty while only the channel has the bytes."""
    data: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    refs: dict[str, str] = _json()
    """Channel name -> that channel's own name for the file."""
    created_at: AwareDatetime


# --- cases -----------------------------------------------------------------------------------------------------------


class CaseRow(Row, table=True):
    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("district", "number"),
        Index(None, "district", "status"),
        Index(None, "district", "asker_id"),
        Index(None, "district", "helper_id", "status"),
    )

    number: str
    status: str
    version: int = 0
    asker_id: int = _ref("persons")
    opened_by: int = _ref("persons")
    opened_at: AwareDatetime
    question: str = _long()
    service_id: str | None = None
    place_code: str | None = None
    draft: dict[str, Any] = _json()
    helper_id: int | None = _ref("persons", nullable=True)
    wave: int = 0
    claimed_at: AwareDatetime | None = None
    worked_at: AwareDatetime | None = None
    waiting_for: str | None = None
    papers: list[Any] = _json()
    papers_asked: list[str] = _json()
    visit_options: list[str] = _json()
    visit_at: AwareDatetime | None = None
    handed_in: str | None = None
    """Window and receipt number."""
    outcome: str | None = None
    due_at: AwareDatetime | None = None
    resolved_at: AwareDatetime | None = None
    grade: int | None = None
    extended: bool = False
    blanked_at: AwareDatetime | None = None
    """When its time was over and what it said of a person was taken out."""


class HistoryRow(Row, table=True):
    """Append-only: a trigger refuses every change but emptying the note of a case that has been blanked."""

    __tablename__ = "case_history"
    __table_args__ = (Index(None, "district", "case_id"), Index(None, "district", "at"))

    case_id: int = _ref("cases")
    at: AwareDatetime
    act: str
    """An Act, or "open"."""
    by: int | None = None
    """Person id; NULL is the desk."""
    status: str
    note: str = _long()


class OfferRow(Row, table=True):
    __tablename__ = "offers"
    __table_args__ = (
        UniqueConstraint("district", "case_id", "helper_id", "wave"),
        Index(None, "district", "helper_id"),
    )

    case_id: int = _ref("cases")
    helper_id: int = _ref("persons")
    wave: int
    asked_at: AwareDatetime
    declined: bool = False


class ClaimRow(Row, table=True):
    """Who has, or had, a case. The partial unique index is the second wall under "exactly one claimer"."""

    __tablename__ = "claims"
    __table_args__ = (
        Index(
            "uq_claims_active",
            "district",
            "case_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    case_id: int = _ref("cases")
    helper_id: int = _ref("persons")
    claimed_at: AwareDatetime
    ended_at: AwareDatetime | None = None
    ended_by: str = ""
    """The act that ended it."""


class RelayRow(Row, table=True):
    __tablename__ = "relays"
    __table_args__ = (Index(None, "district", "case_id", "id"),)

    case_id: int = _ref("cases")
    at: AwareDatetime
    by: int = _ref("persons")
    from_helper: bool
    text: str = _long()
    files: list[int] = _json()


class RevealRow(Row, table=True):
    """Somebody was shown contact data of a case."""

    __tablename__ = "reveals"
    __table_args__ = (Index(None, "district", "case_id"),)

    case_id: int = _ref("cases")
    person_id: int = _ref("persons")
    what: str
    at: AwareDatetime


class FollowUpRow(Row, table=True):
    """Something planned. One waiting row of a kind per case, per person and per conversation."""

    __tablename__ = "followups"
    __table_args__ = (
        Index(
            "uq_followups_case",
            "district",
            "kind",
            "case_id",
            unique=True,
            sqlite_where=text("state = 'waiting' AND case_id IS NOT NULL"),
            postgresql_where=text("state = 'waiting' AND case_id IS NOT NULL"),
        ),
        Index(
            "uq_followups_person",
            "district",
            "kind",
            "person_id",
            unique=True,
            sqlite_where=text("state = 'waiting' AND person_id IS NOT NULL"),
            postgresql_where=text("state = 'waiting' AND person_id IS NOT NULL"),
        ),
        Index(
            "uq_followups_conversation",
            "district",
            "kind",
            "conversation_id",
            unique=True,
            sqlite_where=text("state = 'waiting' AND conversation_id IS NOT NULL"),
            postgresql_where=text("state = 'waiting' AND conversation_id IS NOT NULL"),
        ),
        Index(None, "district", "state", "due_at"),
        Index(None, "district", "case_id"),
    )

    kind: str
    case_id: int | None = _ref("cases", nullable=True)
    person_id: int | None = _ref("persons", nullable=True)
    conversation_id: int | None = _ref("conversations", nullable=True)
    due_at: AwareDatetime
    state: str = "waiting"
    """waiting, fired or failed."""
    fired_at: AwareDatetime | None = None
    error: str = ""


class UnmetRow(Row, table=True):
    __tablename__ = "unmet"
    __table_args__ = (Index(None, "district", "at"),)

    at: AwareDatetime
    question: str = _long()
    folded: str = _long()
    """The question as it is counted: width and spaces do not matter."""
    reason: str
    case_id: int | None = _ref("cases", nullable=True)


class SettingRow(Row, table=True):
    """A value the program itself keeps, e.g. how far the demo town's clock was moved."""

    __tablename__ = "settings"
    __table_args__ = (UniqueConstraint("district", "name"),)

    name: str
    value: Any = _json()


# --- learning from use -----------------------------------------------------------------------------------------------


class LessonRow(Row, table=True):
    """What became of a question in somebody's own words. Personal data is blotted out before it is stored."""

    __tablename__ = "lessons"
    __table_args__ = (Index(None, "district", "state", "at"), Index(None, "district", "folded"))

    at: AwareDatetime
    question: str = _long()
    folded: str = _long()
    """The question as it is compared: width, script and punctuation do not matter."""
    kind: str
    """confirmed, refused, corrected, unmet or none."""
    entry_id: str | None = None
    """The right service or certificate (confirmed, corrected), the wrong one (refused), or NULL."""
    case_id: int | None = _ref("cases", nullable=True)
    state: str = "open"
    """open, attached or dismissed."""
    phrase_id: int | None = _ref("learned_phrases", nullable=True)


class LearnedPhraseRow(Row, table=True):
    """People's own words that a supervisor gave to a service or certificate, beside those of the catalog's files."""

    __tablename__ = "learned_phrases"
    __table_args__ = (Index(None, "district", "state", "at"),)

    text: str = _long()
    entry_id: str
    added_by: int = _ref("persons")
    at: AwareDatetime
    state: str = "checking"
    """checking (not live yet), conflict (waits for the supervisor's word), live, or undone."""
    undone_at: AwareDatetime | None = None


class AdmissionRow(Row, table=True):
    """A proposal of a new matter for the list (准入), with what the procedure asks for. Kept also when refused."""

    __tablename__ = "admissions"
    __table_args__ = (Index(None, "district", "at"),)

    text: str = _long()
    asked_by: str = ""
    basis: str = _long()
    approved_by: str = ""
    state: str
    """recorded or refused."""
    proposed_by: int = _ref("persons")
    at: AwareDatetime

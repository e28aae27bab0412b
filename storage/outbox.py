"""Messages on their way out: written in the turn's transaction, leased by delivery, marked when sent.

A row goes pending -> sending -> sent. Beside that way lie `uncertain` (perhaps sent, twice in doubt), `failed` (the
channel put it off for too long) and `refused` (our bug): a person must look at those, until they are `seen`; and `dead`
(the address is gone) and `unreachable` (the person has no address).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, case, exists, func, or_, select, update

from storage import attachments, people
from storage.tables import OutboxRow, table
from storage.unit_of_work import UnitOfWork

LEASE = timedelta(seconds=30)
MOST = 200
"""Stuck messages in one list."""
_MOST_DOUBTS = 1
"""A message that may have arrived is sent once more, then a person must look."""

_outbox = table(OutboxRow)
_OPEN = ("pending", "sending")
_STUCK = ("uncertain", "failed", "refused")
_FAILED = ("dead", "failed", "refused", "unreachable")

Rows = tuple[tuple[tuple[str, str], ...], ...]
"""Rows of (label, token)."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a message is tried that the channel puts off again and again, before it makes room for the next one of
    its address."""

    tries: int = 30
    """So often, if others are reached meanwhile: while nobody is, it is not the message's fault."""
    within: timedelta = timedelta(days=2)
    """So long at all, from the moment when it could go out first."""


PATIENT = Patience()
_REACHED_OTHERS = timedelta(minutes=5)
"""A channel works when somebody else was reached within this time."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be sent. `name` is what an edit finds it by, `key` its cause."""

    key: str
    text: str
    channel: str
    address: str
    priority: int
    """0 alarm, 1 answer, 2 notice."""
    not_before: datetime
    name: str | None = None
    buttons: Rows = ()
    asks: str = ""
    files: tuple[int, ...] = ()
    person_id: int | None = None
    conversation_id: int | None = None
    case_id: int | None = None
    edits_id: int | None = None
    state: str = "pending"


@dataclass(frozen=True, slots=True)
class Leased:
    """A message that this process may send until its lease ends. `fence` makes a late mark a no-op."""

    id: int
    channel: str
    address: str
    key: str
    text: str
    buttons: Rows
    asks: str
    """phone, place or empty."""
    files: tuple[int, ...]
    """Attachment ids."""
    edits_ref: str
    """Receipt of the message that this one replaces; empty for a new message."""
    edits_key: str
    """Outbox key of the message that this one replaces; empty for a new message."""
    fence: int
    attempts: int
    """This one included."""
    since: datetime
    """When it could go out first."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """A message that did not arrive, or nobody knows, and that is tried no more."""

    id: int
    channel: str
    address: str
    state: str
    why: str
    text: str
    case_id: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Original:
    """A message that an edit is about."""

    id: int
    key: str
    state: str
    channel: str
    address: str
    person_id: int | None
    conversation_id: int | None


# --- in a turn -------------------------------------------------------------------------------------------------------


def put(work: UnitOfWork, message: Outgoing) -> int:
    """Write a message; returns its row id. The same key twice is an IntegrityError: a cause speaks once."""
    row = {
        "district": work.district,
        "key": message.key,
        "name": message.name,
        "channel": message.channel,
        "address": message.address,
        "person_id": message.person_id,
        "conversation_id": message.conversation_id,
        "case_id": message.case_id,
        "text": message.text,
        "buttons": message.buttons,
        "asks": message.asks,
        "files": message.files,
        "edits_id": message.edits_id,
        "state": message.state,
        "priority": message.priority,
        "not_before": message.not_before,
        "retry_at": message.not_before,
        "created_at": work.now,
    }
    return int(work.connection.execute(_PUT, row).scalar_one())


_PUT = _outbox.insert().returning(_outbox.c.id)


def find(work: UnitOfWork, name: str) -> Original | None:
    """The newest message of a name, unless it never can arrive."""
    named = (_outbox.c.district == work.district) & (_outbox.c.name == name)
    columns = [_outbox.c[one] for one in Original.__slots__]
    row = (
        work.connection.execute(select(*columns).where(named).order_by(_outbox.c.id.desc()).limit(1)).mappings().first()
    )
    return Original(**row) if row and row["state"] not in _FAILED else None


def edit(work: UnitOfWork, original: Original, key: str, text: str, buttons: Rows, priority: int) -> None:
    """Change a message: in place while it waits, else by a message after it that carries its receipt."""
    if _rewrite(work, _outbox.c.id == original.id, text, buttons):
        return
    if _rewrite(work, _outbox.c.edits_id == original.id, text, buttons):
        return
    put(
        work,
        Outgoing(
            key=key,
            text=text,
            channel=original.channel,
            address=original.address,
            priority=priority,
            not_before=work.now,
            buttons=buttons,
            person_id=original.person_id,
            conversation_id=original.conversation_id,
            edits_id=original.id,
        ),
    )


def _rewrite(work: UnitOfWork, which: ColumnElement[bool], text: str, buttons: Rows) -> bool:
    waiting = which & (_outbox.c.state == "pending") & (_outbox.c.doubts == 0)
    return _change(work, waiting, {"text": text, "buttons": buttons})


# --- delivery --------------------------------------------------------------------------------------------------------


def lease(work: UnitOfWork, channel: str, limit: int, lease_for: timedelta = LEASE) -> tuple[Leased, ...]:
    """Up to `limit` messages to send now, at most one per address: the earliest due one. Alarms first, then answers,
    then notices. A message whose lease ran out is handed out once more, as it may have arrived; after that it stays
    `uncertain` for a person to see."""
    chosen = work.connection.execute(_sendable(work, channel, limit)).mappings().all()
    return tuple(_take(work, row, lease_for) for row in chosen if not _is_given_up(work, row))


def _sendable(work: UnitOfWork, channel: str, limit: int) -> Select[Any]:
    now = work.now
    statement = (
        select(_outbox)
        .where(
            _waiting(work, channel),
            _outbox.c.not_before <= now,
            _outbox.c.retry_at <= now,
            or_(_outbox.c.state == "pending", _outbox.c.leased_until <= now),
            ~_has_earlier(now),
        )
        .order_by(_outbox.c.priority, _outbox.c.id)
        .limit(limit)
    )
    return statement.with_for_update(skip_locked=True) if work.is_postgres else statement


def _waiting(work: UnitOfWork, channel: str) -> ColumnElement[bool]:
    return and_(
        _outbox.c.district == work.district,
        _outbox.c.channel == channel,
        _outbox.c.state.in_(_OPEN),
    )


def _has_earlier(now: datetime) -> ColumnElement[bool]:
    """Whether an earlier message to the same address has still to go. One that waits for the morning does not count."""
    earlier = _outbox.alias("earlier")
    return exists(
        select(earlier.c.id).where(
            earlier.c.district == _outbox.c.district,
            earlier.c.channel == _outbox.c.channel,
            earlier.c.state.in_(_OPEN),
            earlier.c.address == _outbox.c.address,
            earlier.c.id < _outbox.c.id,
            earlier.c.not_before <= now,
        )
    )


def _is_given_up(work: UnitOfWork, row: RowMapping) -> bool:
    """Whether a message in doubt has been in doubt too often; it is marked so."""
    if row["state"] == "pending" or row["doubts"] < _MOST_DOUBTS:
        return False
    return _change(work, _outbox.c.id == row["id"], {"state": "uncertain", "why": "lease ran out"})


def _take(work: UnitOfWork, row: RowMapping, lease_for: timedelta) -> Leased:
    fence, attempts = row["fence"] + 1, row["attempts"] + 1
    values = {
        "state": "sending",
        "leased_until": work.now + lease_for,
        "fence": fence,
        "attempts": attempts,
        "doubts": row["doubts"] + (row["state"] == "sending"),
    }
    _change(work, _outbox.c.id == row["id"], values)
    edits_ref, edits_key = _edited(work, row["edits_id"])
    return Leased(
        id=row["id"],
        channel=row["channel"],
        address=row["address"],
        key=row["key"],
        text=row["text"],
        buttons=tuple(tuple((label, token) for label, token in line) for line in row["buttons"]),
        asks=row["asks"],
        files=tuple(row["files"]),
        edits_ref=edits_ref,
        edits_key=edits_key,
        fence=fence,
        attempts=attempts,
        since=row["not_before"],
    )


def _edited(work: UnitOfWork, original: int | None) -> tuple[str, str]:
    """Receipt and key of the message to be changed; empty when it never arrived for certain: it is said anew."""
    if original is None:
        return "", ""
    sent = select(_outbox.c.ref, _outbox.c.key).where(_outbox.c.id == original, _outbox.c.state == "sent")
    row = work.connection.execute(sent).first()
    return (row.ref, row.key) if row else ("", "")


def mark_sent(work: UnitOfWork, leased: Leased, ref: str, file_refs: Sequence[str] = ()) -> bool:
    """Delivered. `file_refs` are the channel's names of the files, in order. False when the fence is stale."""
    if not _mark(work, leased, {"state": "sent", "ref": ref, "sent_at": work.now}):
        return False
    for attachment_id, file_ref in zip(leased.files, file_refs, strict=False):
        attachments.add_ref(work, attachment_id, leased.channel, file_ref)
    return True


def mark_later(work: UnitOfWork, leased: Leased, after_seconds: float) -> bool:
    """Nothing was sent; again after that time. Later messages of the address wait too."""
    return _mark(work, leased, {"state": "pending", "retry_at": work.now + timedelta(seconds=after_seconds)})


def end_of_patience(work: UnitOfWork, leased: Leased, patience: Patience) -> str:
    """Why a message that the channel puts off is to be given up; empty while it is worth another try."""
    if work.now - leased.since >= patience.within:
        return "put off for too long"
    if leased.attempts >= patience.tries and _reaches_others(work, leased):
        return "put off too often"
    return ""


def _reaches_others(work: UnitOfWork, leased: Leased) -> bool:
    sent = select(_outbox.c.id).where(
        _outbox.c.district == work.district,
        _outbox.c.channel == leased.channel,
        _outbox.c.address != leased.address,
        _outbox.c.state == "sent",
        _outbox.c.sent_at > work.now - _REACHED_OTHERS,
    )
    return work.connection.execute(sent.limit(1)).first() is not None


def mark_failed(work: UnitOfWork, leased: Leased, why: str) -> bool:
    """Given up: a person must look, and the next message of the address may go."""
    return _mark(work, leased, {"state": "failed", "why": why})


def mark_gone(work: UnitOfWork, leased: Leased) -> int | None:
    """The address is gone: it is marked so and everything waiting for it is dead. Returns the person's id; None when
    the fence is stale."""
    if not _mark(work, leased, {"state": "dead", "why": "gone"}):
        return None
    bury(work, leased.channel, leased.address)
    return people.mark_gone(work, leased.channel, leased.address)


def bury(work: UnitOfWork, channel: str, address: str) -> None:
    """Everything that waits for an address will never be sent."""
    _change(work, _waiting(work, channel) & (_outbox.c.address == address), {"state": "dead", "why": "gone"})


def mark_refused(work: UnitOfWork, leased: Leased, why: str) -> bool:
    """The channel will never take it. `why` holds no personal data."""
    return _mark(work, leased, {"state": "refused", "why": why})


def mark_uncertain(work: UnitOfWork, leased: Leased) -> bool:
    """It may have arrived: sent once more at most, then `uncertain` for good."""
    again = case((_outbox.c.doubts < _MOST_DOUBTS, "pending"), else_="uncertain")
    return _mark(work, leased, {"state": again, "doubts": _outbox.c.doubts + 1, "why": "no answer"})


def _mark(work: UnitOfWork, leased: Leased, values: Mapping[str, Any]) -> bool:
    mine = (_outbox.c.id == leased.id) & (_outbox.c.state == "sending") & (_outbox.c.fence == leased.fence)
    return _change(work, mine, {**values, "leased_until": None})


def _change(work: UnitOfWork, which: ColumnElement[bool], values: Mapping[str, Any]) -> bool:
    return work.connection.execute(update(_outbox).where(which).values(values)).rowcount > 0


def next_due(reader: UnitOfWork, channel: str) -> datetime | None:
    """When the next message of a channel may be leased (now or past: at once); None when none waits. What waits behind
    an earlier message of its address does not count: marking that one is the moment to look again."""
    free_at = case(
        (_outbox.c.state == "sending", _outbox.c.leased_until),
        (_outbox.c.retry_at > _outbox.c.not_before, _outbox.c.retry_at),
        else_=_outbox.c.not_before,
    )
    heads = select(func.min(free_at)).where(_waiting(reader, channel), ~_has_earlier(reader.now))
    return reader.connection.execute(heads).scalar()


def counts(reader: UnitOfWork) -> dict[str, int]:
    """State -> how many messages, for health and the supervisor's page."""
    mine = select(_outbox.c.state, func.count()).where(_outbox.c.district == reader.district).group_by(_outbox.c.state)
    return {row[0]: row[1] for row in reader.connection.execute(mine)}


# --- for a person to look at -----------------------------------------------------------------------------------------


def stuck(reader: UnitOfWork) -> list[Stuck]:
    """What a person must look at, oldest first; at most MOST."""
    columns = [_outbox.c[name] for name in Stuck.__slots__]
    rows = select(*columns).where(_is_stuck(reader)).order_by(_outbox.c.id).limit(MOST)
    return [Stuck(**row) for row in reader.connection.execute(rows).mappings()]


def send_again(work: UnitOfWork, row_id: int) -> bool:
    """Send a stuck message as if it were new. False when none of that id is stuck."""
    new = {"state": "pending", "attempts": 0, "doubts": 0, "why": "", "not_before": work.now, "retry_at": work.now}
    return _change(work, _is_stuck(work) & (_outbox.c.id == row_id), new)


def see_all(work: UnitOfWork) -> int:
    """A person has looked at everything that is stuck, and leaves it at that. Returns how many."""
    seen = update(_outbox).where(_is_stuck(work)).values(state="seen", why=_outbox.c.state + ": " + _outbox.c.why)
    return work.connection.execute(seen).rowcount


def _is_stuck(reader: UnitOfWork) -> ColumnElement[bool]:
    return (_outbox.c.district == reader.district) & _outbox.c.state.in_(_STUCK)

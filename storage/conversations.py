"""Conversations: read and locked at the start of a turn, saved at its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import RowMapping, bindparam, select, update

from handlers.conversation import Conversation
from handlers.states import State
from storage import forms, people
from storage.tables import AddressRow, ConversationRow, table
from storage.unit_of_work import UnitOfWork

_conversations = table(ConversationRow)
_addresses = table(AddressRow)
_FRESH = timedelta(minutes=1)
"""Within this time an address need not be marked as used again."""


class Overtaken(Exception):
    """Another process changed the conversation since it was read: the turn must be done again."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A conversation as it stood, with what only storage knows of it."""

    conversation: Conversation
    version: int
    last_album: str
    is_unreadable: bool
    """True when the saved state could not be read and the conversation starts anew."""


def open_at(work: UnitOfWork, channel: str, address: str, name: str = "") -> Opened:
    """The conversation of an address, made with its person on first contact. On PostgreSQL its row is locked until
    the commit."""
    row = _find(work, channel, address)
    if row is None:
        people.meet(work, channel, address, name)
        row = _find(work, channel, address)
    assert row is not None
    if row["is_gone"] or row["last_used_at"] < work.now - _FRESH:
        people.touch(work, channel, address)
    return _opened(row)


def state_at(reader: UnitOfWork, channel: str, address: str) -> State | None:
    """Where the conversation of an address stands, without a lock; None when there is none yet."""
    where = {"district": reader.district, "channel": channel, "address": address}
    row = reader.connection.execute(_FIND, where).mappings().first()
    return _opened(row).conversation.state if row else None


def _find(work: UnitOfWork, channel: str, address: str) -> RowMapping | None:
    where = {"district": work.district, "channel": channel, "address": address}
    return work.connection.execute(_FIND_LOCKED if work.is_postgres else _FIND, where).mappings().first()


_FIND = (
    select(_conversations, _addresses.c.is_gone, _addresses.c.last_used_at)
    .join(
        _addresses,
        (_addresses.c.district == _conversations.c.district)
        & (_addresses.c.channel == _conversations.c.channel)
        & (_addresses.c.address == _conversations.c.address),
    )
    .where(
        _conversations.c.district == bindparam("district"),
        _conversations.c.channel == bindparam("channel"),
        _conversations.c.address == bindparam("address"),
    )
)
"""Built once: on the way of every message, building a statement costs as much as running it."""
_FIND_LOCKED = _FIND.with_for_update(of=_conversations)


def _opened(row: RowMapping) -> Opened:
    is_unreadable = False
    try:
        state = forms.load_state(row["state"])
    except forms.Unreadable:
        state, is_unreadable = forms.START, True
    conversation = Conversation(
        id=row["id"],
        person_id=row["person_id"],
        state=state,
        turn=row["turn"],
        asked_turn=row["asked_turn"],
        context=row["context"],
        is_new=row["is_new"],
    )
    return Opened(conversation, row["version"], row["last_album"], is_unreadable)


def save(work: UnitOfWork, conversation: Conversation, version: int, last_album: str) -> None:
    """Keep a conversation as a turn left it. Raises Overtaken when it is not the one that was read."""
    values = {
        "state": forms.dump_state(conversation.state),
        "turn": conversation.turn,
        "asked_turn": conversation.asked_turn,
        "context": conversation.context,
        "is_new": conversation.is_new,
        "last_album": last_album,
        "version": version + 1,
    }
    known = {"known_id": conversation.id, "known_version": version}
    if work.connection.execute(_SAVE, values | known).rowcount != 1:
        raise Overtaken


_SAVE = update(_conversations).where(
    _conversations.c.id == bindparam("known_id"), _conversations.c.version == bindparam("known_version")
)


def turn_of(reader: UnitOfWork, conversation_id: int) -> int:
    """How many turns a conversation has had."""
    mine = select(_conversations.c.turn).where(_conversations.c.id == conversation_id)
    return int(reader.connection.execute(mine).scalar_one())

"""What every channel keeps: how messages come in, how they go out, and four ways in which sending can fail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from handlers.messages import Arrived, Blocked, FileKind, Said, SentUnreadable, SharedPhone, SharedPlace


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button was pressed; `token` is what the outgoing Button carried. The turn resolves it to a choice."""

    token: str


@dataclass(frozen=True, slots=True)
class Received:
    """A file came in. `ref` is the channel's own name for it (Telegram's file_id), `data` its bytes where they are
    at hand already (web chat)."""

    kind: FileKind
    ref: str = ""
    data: bytes | None = None
    mime: str = ""
    name: str = ""
    caption: str = ""
    album: str = ""
    """Same value for all files of one album; empty otherwise."""


InboundEvent = Arrived | Said | Pressed | Received | SentUnreadable | SharedPhone | SharedPlace | Blocked


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message from one address, as plain values."""

    id: str
    """The channel's own id of the delivery (Telegram's update_id): the same one twice is the same message."""
    address: str
    """Whose it is: the id of the chat or the web session."""
    event: InboundEvent
    at: datetime
    second_id: str = ""
    """What the message itself is (chat, message and edit date): the same one under another `id` is still the same."""
    raw: str = ""
    """The update as it came, JSON."""
    display_name: str = ""


@dataclass(frozen=True, slots=True)
class OutButton:
    label: str
    token: str


@dataclass(frozen=True, slots=True)
class OutFile:
    """A stored attachment: `refs` holds each channel's own name for it, `data` loads the bytes."""

    kind: FileKind
    mime: str
    name: str
    refs: dict[str, str]
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message to one address. `edits` is the receipt of the message that it replaces, or empty."""

    key: str
    text: str
    buttons: tuple[tuple[OutButton, ...], ...] = ()
    asks: str = ""
    """phone or place, where the channel has a button for it; else empty."""
    files: tuple[OutFile, ...] = ()
    edits: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Delivered; `ref` is the channel's own id of the message (empty when it has none)."""

    ref: str = ""
    file_refs: tuple[str, ...] = field(default=())


class TryLater(Exception):
    """Nothing was sent; send it again after `after` seconds (rate limit, connection refused, 5xx)."""

    def __init__(self, after: float) -> None:
        super().__init__(f"try again in {after:g} s")
        self.after = after


class Gone(Exception):
    """The person cannot be reached on this channel any more (blocked us, deleted the account)."""


class Refused(Exception):
    """The channel will never take this message: our bug. `str()` says why, without personal data."""


class Uncertain(Exception):
    """The wire broke after we spoke: it may have arrived."""


Accept = Callable[[Inbound], Awaitable[None]]
"""Stores and handles an inbound message; returns only when it is committed. Raises StoreDown when it could not be."""


class StoreDown(Exception):
    """The database does not take messages now: do not acknowledge."""


class Channel(Protocol):
    """One way in and out."""

    @property
    def name(self) -> str:
        """web, terminal or telegram: what addresses of this channel are stored under."""
        ...

    async def listen(self, accept: Accept) -> None:
        """Hand every inbound message to `accept` and acknowledge it only after that returned; until cancelled."""
        ...

    async def deliver(self, address: str, out: Outbound) -> Receipt:
        """Send. Raises TryLater, Gone, Refused or Uncertain."""
        ...

    async def fetch(self, ref: str) -> bytes:
        """The bytes of a file that came in by this channel (at most 20 MB)."""
        ...

    async def close(self) -> None: ...


Raw = dict[str, Any]
"""An update as JSON."""

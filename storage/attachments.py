"""Files that people sent."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.messages import FileKind
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Attachment:
    id: int
    kind: FileKind
    mime: str
    name: str
    data: bytes | None
    """None while only a channel has the bytes (see `refs`)."""
    refs: dict[str, str]
    """Channel name -> that channel's own name for the file."""


def add(work: UnitOfWork, kind: FileKind, mime: str, name: str, data: bytes | None, channel: str, ref: str) -> int:
    """Store a file; returns its id."""
    raise NotImplementedError


def load(reader: UnitOfWork, attachment_id: int) -> Attachment | None: ...


def add_ref(work: UnitOfWork, attachment_id: int, channel: str, ref: str) -> None:
    """Remember a channel's own name for a file, so that it need not be sent up again."""
    raise NotImplementedError


def fill(work: UnitOfWork, attachment_id: int, data: bytes) -> None:
    """Keep the bytes of a file that only a channel had until now."""
    raise NotImplementedError

"""The lines of chats that this program itself shows (web, terminal). Readers resume after a line id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Line:
    id: int
    side: str
    """me or bot."""
    key: str
    body: dict[str, Any]
    """me: {"text", "files": [{"id", "kind", "mime", "name"}]}; bot: as the channel's `deliver` wrote it."""
    at: datetime
    edits: str
    """Key of the line that this one replaces; empty for a new line."""


def add(work: UnitOfWork, channel: str, address: str, side: str, key: str, body: dict[str, Any]) -> int:
    """Append a line and return its id; the same key again changes nothing and returns the first id."""
    raise NotImplementedError


def edit(work: UnitOfWork, channel: str, address: str, key: str, body: dict[str, Any]) -> int:
    """Replace the line `key`: appends a line with `edits` set, so that readers see it after their last id."""
    raise NotImplementedError


def after(reader: UnitOfWork, channel: str, address: str, line_id: int, limit: int = 200) -> list[Line]:
    """Lines with an id above `line_id`, oldest first."""
    raise NotImplementedError

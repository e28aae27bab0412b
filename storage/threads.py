"""The lines of chats that this program itself shows (web, terminal). Readers resume after a line id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

from storage.tables import ThreadRow, table
from storage.unit_of_work import UnitOfWork

_threads = table(ThreadRow)


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
    new = (
        work.insert(_threads)
        .values(_row(work, channel, address, side, key, body))
        .on_conflict_do_nothing(
            index_elements=["district", "channel", "address", "key"], index_where=text("edits = ''")
        )
        .returning(_threads.c.id)
    )
    line_id = work.connection.execute(new).scalar()
    if line_id is not None:
        return int(line_id)
    there = select(_threads.c.id).where(_chat(work, channel, address), _threads.c.key == key, _threads.c.edits == "")
    return int(work.connection.execute(there).scalar_one())


def edit(work: UnitOfWork, channel: str, address: str, key: str, body: dict[str, Any]) -> int:
    """Replace the line `key`: appends a line with `edits` set, so that readers see it after their last id."""
    row = _row(work, channel, address, "bot", key, body) | {"edits": key}
    return int(work.connection.execute(_threads.insert().values(row).returning(_threads.c.id)).scalar_one())


def after(reader: UnitOfWork, channel: str, address: str, line_id: int, limit: int = 200) -> list[Line]:
    """Lines with an id above `line_id`, oldest first."""
    columns = [_threads.c[name] for name in Line.__slots__]
    newer = (
        select(*columns)
        .where(_chat(reader, channel, address), _threads.c.id > line_id)
        .order_by(_threads.c.id)
        .limit(limit)
    )
    return [Line(**row) for row in reader.connection.execute(newer).mappings()]


def latest(reader: UnitOfWork, channel: str, address: str, limit: int) -> list[Line]:
    """The newest lines, oldest first."""
    columns = [_threads.c[name] for name in Line.__slots__]
    newest = select(*columns).where(_chat(reader, channel, address)).order_by(_threads.c.id.desc()).limit(limit)
    return [Line(**row) for row in reader.connection.execute(newest).mappings()][::-1]


def _chat(work: UnitOfWork, channel: str, address: str) -> Any:
    return (_threads.c.district == work.district) & (_threads.c.channel == channel) & (_threads.c.address == address)


def _row(work: UnitOfWork, channel: str, address: str, side: str, key: str, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "district": work.district,
        "channel": channel,
        "address": address,
        "side": side,
        "key": key,
        "body": body,
        "edits": "",
        "at": work.now,
    }

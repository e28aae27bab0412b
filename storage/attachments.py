"""Files that people sent. Bytes lie in the database: they commit, are backed up and vanish with the row."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import select, update

from handlers.messages import FileKind
from storage.tables import AttachmentRow, table
from storage.unit_of_work import UnitOfWork

_attachments = table(AttachmentRow)


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
    """Store a file; returns its id. `data` may be None while the channel holds it under `ref`."""
    row = {
        "district": work.district,
        "kind": str(kind),
        "mime": mime,
        "name": name,
        "sha256": _digest(data),
        "data": data,
        "refs": {channel: ref} if ref else {},
        "created_at": work.now,
    }
    new = _attachments.insert().values(row).returning(_attachments.c.id)
    return int(work.connection.execute(new).scalar_one())


def load(reader: UnitOfWork, attachment_id: int) -> Attachment | None:
    """A file with its bytes; None when there is none of that id in this district."""
    mine = (_attachments.c.id == attachment_id) & (_attachments.c.district == reader.district)
    row = reader.connection.execute(select(_attachments).where(mine)).mappings().first()
    if row is None:
        return None
    return Attachment(row["id"], FileKind(row["kind"]), row["mime"], row["name"], row["data"], row["refs"])


def add_ref(work: UnitOfWork, attachment_id: int, channel: str, ref: str) -> None:
    """Remember a channel's own name for a file, so that it need not be sent up again."""
    mine = (_attachments.c.id == attachment_id) & (_attachments.c.district == work.district)
    refs = work.connection.execute(select(_attachments.c.refs).where(mine)).scalar()
    if refs is not None and ref and refs.get(channel) != ref:
        work.connection.execute(update(_attachments).where(mine).values(refs={**refs, channel: ref}))


def fill(work: UnitOfWork, attachment_id: int, data: bytes) -> None:
    """Keep the bytes of a file that only a channel had until now."""
    mine = (_attachments.c.id == attachment_id) & (_attachments.c.district == work.district)
    work.connection.execute(update(_attachments).where(mine).values(data=data, sha256=_digest(data)))


def _digest(data: bytes | None) -> str:
    return "" if data is None else hashlib.sha256(data).hexdigest()

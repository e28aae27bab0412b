"""The lasting log of a channel that this program shows itself, for use from asyncio: writes through the writer, short
reads on a thread of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Engine

from bot.channels.port import Outbound, OutFile, Receipt, Refused, StoreDown, TryLater
from storage import attachments, threads
from storage.attachments import Attachment
from storage.database import StoreUnavailable
from storage.threads import Line
from storage.unit_of_work import UnitOfWork, reader
from storage.writer import Writer

T = TypeVar("T")
Body = dict[str, Any]
"""text: str; buttons: rows of {label, token}; asks: phone, place or ""; files: list of {id, kind, mime, name}."""
LATER = 5.0
"""Seconds until a line is tried again that the database did not take."""
PAGE = 500
"""Lines in one read at most."""


@dataclass(frozen=True)
class ThreadBook:
    """All threads of one channel. Everything raises StoreDown while the database does not answer."""

    channel: str
    writer: Writer
    engine: Engine
    district: str

    async def add(self, address: str, key: str, body: Body) -> None:
        """Append a line of ours; a key that the thread has already changes nothing."""
        await self._write(lambda work: threads.add(work, self.channel, address, "bot", key, body))

    async def edit(self, address: str, key: str, body: Body) -> None:
        """Replace the line `key`."""
        await self._write(lambda work: threads.edit(work, self.channel, address, key, body))

    async def after(self, address: str, line_id: int, limit: int = PAGE) -> list[Line]:
        """Lines of this address with an id above `line_id`, oldest first."""
        return await self._read(lambda work: threads.after(work, self.channel, address, line_id, limit))

    async def latest(self, address: str, limit: int) -> list[Line]:
        """The newest lines of this address, oldest first."""
        return await self._read(lambda work: threads.latest(work, self.channel, address, limit))

    async def line(self, address: str, line_id: int) -> Line | None:
        """One line, if it is this address's own."""
        found = await self.after(address, line_id - 1, 1)
        return found[0] if found and found[0].id == line_id else None

    async def deliver(self, address: str, out: Outbound) -> Receipt:
        """Append to the thread, or replace the line that `out.edits` names; doing it twice makes one line. Raises
        TryLater while the database does not answer, Refused for a file that nobody has."""
        try:
            body = await self.body_of(out)
            if out.edits:
                await self.edit(address, out.edits, body)
            else:
                await self.add(address, out.key, body)
        except StoreDown:
            raise TryLater(LATER) from None
        return Receipt(out.edits or out.key, tuple(str(entry["id"]) for entry in body["files"]))

    async def file(self, attachment_id: int) -> Attachment | None:
        return await self._read(lambda work: attachments.load(work, attachment_id))

    async def body_of(self, out: Outbound) -> Body:
        """An outgoing message as the body of a line; its files are kept where they are not yet."""
        rows = [[{"label": button.label, "token": button.token} for button in row] for row in out.buttons]
        files = [await self._entry_of(file) for file in out.files]
        return {"text": out.text, "buttons": rows, "asks": out.asks, "files": files}

    async def _entry_of(self, file: OutFile) -> Body:
        entry = {"kind": str(file.kind), "mime": file.mime, "name": file.name}
        ref = file.refs.get(self.channel, "")
        if ref.isdecimal():
            return {"id": int(ref), **entry}
        if file.data is None:
            raise Refused("a file without bytes")
        return {"id": await self._write(lambda work: self._keep(work, file)), **entry}

    def _keep(self, work: UnitOfWork, file: OutFile) -> int:
        return attachments.add(work, file.kind, file.mime, file.name, file.data, self.channel, "")

    async def _write(self, job: Callable[[UnitOfWork], T]) -> T:
        try:
            return await asyncio.wrap_future(self.writer.submit(job))
        except StoreUnavailable as error:
            raise StoreDown(str(error)) from error

    async def _read(self, look: Callable[[UnitOfWork], T]) -> T:
        def job() -> T:
            with reader(self.engine, self.district) as work:
                return look(work)

        return await asyncio.to_thread(job)

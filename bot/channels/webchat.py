"""The web chat as a channel: what comes in from its pages goes to the core, what goes out becomes a line of a thread.

A thread is the lasting log of one address. Pages draw it, and an open page is told of every new line at once; a page
that was away asks for what came after the last line it has. So a line is never lost with a connection.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.channels.port import Accept, Inbound, Outbound, Receipt, StoreDown
from bot.channels.threadbook import ThreadBook
from storage.attachments import Attachment
from storage.threads import Line


@dataclass(frozen=True, slots=True)
class Ear:
    """An open page listening to one address."""

    heard: asyncio.Event

    async def listens(self, seconds: float) -> bool:
        """True when something was heard since the last time, or is heard within that time."""
        try:
            await asyncio.wait_for(self.heard.wait(), seconds)
        except TimeoutError:
            return False
        self.heard.clear()
        return True


class WebChat:
    """Channel "web". Addresses are hashes of session secrets; nobody can name somebody else's."""

    name = "web"

    def __init__(self, book: ThreadBook) -> None:
        self._book = book
        self._accept: Accept | None = None
        self._ears: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._closing = asyncio.Event()

    # --- what the core calls ---------------------------------------------------------------------------------

    async def listen(self, accept: Accept) -> None:
        """Take what the pages bring, until cancelled or closed."""
        self._accept = accept
        await self._closing.wait()

    async def deliver(self, address: str, out: Outbound) -> Receipt:
        """Into the thread, and to the open pages of this address."""
        receipt = await self._book.deliver(address, out)
        self.wake(address)
        return receipt

    async def fetch(self, ref: str) -> bytes:
        found = await self._book.file(int(ref))
        if found is None or found.data is None:
            raise KeyError(ref)
        return found.data

    async def close(self) -> None:
        """End every open stream, so that the server can stop."""
        self._closing.set()
        self.wake_all()

    # --- what the pages call ---------------------------------------------------------------------------------

    @property
    def is_closing(self) -> bool:
        return self._closing.is_set()

    async def receive(self, inbound: Inbound) -> None:
        """Give an inbound message to the core, which keeps the person's own line with it; returns when it is
        committed. Raises StoreDown."""
        if self._accept is None:
            raise StoreDown("the service is still starting")
        await self._accept(inbound)
        self.wake(inbound.address)

    async def lines_after(self, address: str, line_id: int, limit: int = 100) -> list[Line]:
        return await self._book.after(address, line_id, limit)

    async def latest_lines(self, address: str, limit: int = 200) -> list[Line]:
        return await self._book.latest(address, limit)

    async def line(self, address: str, line_id: int) -> Line | None:
        return await self._book.line(address, line_id)

    async def file(self, attachment_id: int) -> Attachment | None:
        return await self._book.file(attachment_id)

    def wake(self, address: str) -> None:
        """Tell the open pages of this address to look."""
        for heard in self._ears.get(address, ()):
            heard.set()

    def wake_all(self) -> None:
        """Tell every open page to look."""
        for address in list(self._ears):
            self.wake(address)

    @contextmanager
    def ear(self, address: str) -> Iterator[Ear]:
        """Listen to an address while the block runs."""
        heard = asyncio.Event()
        self._ears[address].add(heard)
        try:
            yield Ear(heard)
        finally:
            self._ears[address].discard(heard)
            if not self._ears[address]:
                del self._ears[address]

"""Sends what the turns have written to the outbox: one Delivery per channel, different addresses at the same time.

A row is leased before it is sent and marked after; a row whose sender died is handed out once more when its lease has
run out. So nothing is lost, and a copy can appear only where a process or the wire failed at that instant. What a
channel puts off for longer than there is patience for is kept as failed, for a person to look at, and the next message
of its address goes out.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from functools import partial
from typing import TypeVar

import structlog

from bot.channels.port import Channel, Gone, Inbound, Outbound, OutButton, OutFile, Refused, TryLater, Uncertain
from bot.town import Town
from bot.turn import handle
from handlers.messages import Blocked
from storage import attachments, outbox
from storage.database import StoreUnavailable
from storage.outbox import PATIENT, Leased, Patience
from storage.unit_of_work import UnitOfWork
from storage.writer import Writer

T = TypeVar("T")
Read = Callable[[], AbstractContextManager[UnitOfWork]]

AT_ONCE = 16
LOOK_AT_LEAST_EVERY = 5.0
"""Seconds; commits wake a Delivery earlier. Other processes' commits are seen by this."""
SEND_WITHIN = 25.0
"""Less than a lease, so that nobody else sends the same row meanwhile."""
STOP_WITHIN = 8.0
FILE_LOST = "（有一个文件暂时取不到，请对方再发一次。）"

_log = structlog.get_logger(__name__)


class Delivery:
    """The sender of one channel. `channels` are all channels of the process: files are fetched where they came in."""

    def __init__(
        self,
        channel: Channel,
        channels: Mapping[str, Channel],
        writer: Writer,
        read: Read,
        town: Town,
        patience: Patience = PATIENT,
    ) -> None:
        self._channel = channel
        self._channels = channels
        self._writer = writer
        self._read = read
        self._town = town
        self._patience = patience
        self._awake = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        self._is_stopping = False
        self._ended = 0
        """How many have been sent, or failed, since the start."""
        self._is_leasing = False
        """Rows may have been leased that are not among those being sent yet."""

    def wake(self) -> None:
        """Look now. Call it on the event loop."""
        self._awake.set()

    async def run(self) -> None:
        """Deliver until `stop` or cancelled."""
        failures = 0
        while not self._is_stopping:
            self._awake.clear()
            try:
                started = await self._start_some()
                pause = 0.0 if started else await self._seconds_to_wait()
                failures = 0
            except Exception as error:  # the database is away: what waits goes on waiting
                failures += 1
                pause = backoff(failures)
                _log.error("delivery_failed", channel=self._channel.name, error=type(error).__name__)
            if pause:
                await self._sleep(pause)

    async def stop(self) -> None:
        """Lease nothing more and let what is being sent end, for some seconds; the rest keeps its lease."""
        self._is_stopping = True
        self._awake.set()
        if self._sending:
            _, late = await asyncio.wait(self._sending, timeout=STOP_WITHIN)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def settle(self, within: float) -> None:
        """Wait until nothing is being sent and nothing is due, at most `within` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while not await self._is_quiet():  # noqa: ASYNC110
                    await asyncio.sleep(0.02)  # several things may bring more, so there is no one event for it

    async def _is_quiet(self) -> bool:
        """Whether nothing is due. What was being sent while it was looked may have let the next one of its address
        become due, so that look does not count."""
        if self._is_busy:
            return False
        ended = self._ended
        return await self._seconds_to_wait() > 0 and not self._is_busy and self._ended == ended

    @property
    def _is_busy(self) -> bool:
        return self._is_leasing or bool(self._sending)

    async def _sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._awake.wait(), seconds)

    async def _start_some(self) -> int:
        """Lease what fits beside what is being sent; returns how many were started."""
        free = AT_ONCE - len(self._sending)
        if free <= 0 or await self._seconds_to_wait() > 0:
            return 0
        name = self._channel.name
        self._is_leasing = True
        try:
            rows = await self._do(lambda work: outbox.lease(work, name, free))
            for row in rows:
                task = asyncio.create_task(self._send(row), name=f"send-{name}-{row.id}")
                self._sending.add(task)
                task.add_done_callback(self._sent)
        finally:
            self._is_leasing = False
        if not rows:  # somebody else has it, or its address is being written to
            await asyncio.sleep(0.1)
        return len(rows)

    def _sent(self, task: asyncio.Task[None]) -> None:
        """Its address, and its place among those being sent, are free again."""
        self._sending.discard(task)
        self._ended += 1
        self._awake.set()

    async def _seconds_to_wait(self) -> float:
        """Until something may be due; 0 for now."""
        if len(self._sending) >= AT_ONCE:
            return LOOK_AT_LEAST_EVERY
        return await asyncio.to_thread(self._look)

    def _look(self) -> float:
        with self._read() as reader:
            due = outbox.next_due(reader, self._channel.name)
            wait = LOOK_AT_LEAST_EVERY if due is None else (due - reader.now).total_seconds()
        return min(max(wait, 0.0), LOOK_AT_LEAST_EVERY)

    async def _do(self, job: Callable[[UnitOfWork], T]) -> T:
        return await asyncio.wrap_future(self._writer.submit(job))

    async def _send(self, row: Leased) -> None:
        mark = await self._try(row)
        for attempt in range(1, 6):
            try:
                await self._do(mark)
                return
            except StoreUnavailable:
                await asyncio.sleep(backoff(attempt))
            except Exception as error:
                _log.error("mark_failed", row=row.id, error=type(error).__name__)
                return
        _log.error("mark_failed", row=row.id)

    async def _try(self, row: Leased) -> Callable[[UnitOfWork], object]:
        """Send; returns how the row is to be marked."""
        try:
            async with asyncio.timeout(SEND_WITHIN):
                receipt = await self._channel.deliver(row.address, await self._outbound(row))
        except TryLater as later:
            after = max(later.after, backoff(row.attempts))
            return lambda work: self._put_off(work, row, after)
        except Gone:
            return lambda work: self._mark_gone(work, row)
        except Refused as refused:
            why = str(refused)
            _log.error("message_refused", row=row.id, channel=row.channel, why=why)
            return lambda work: outbox.mark_refused(work, row, why)
        except (Uncertain, TimeoutError):
            _log.warning("message_uncertain", row=row.id, channel=row.channel)
            return lambda work: outbox.mark_uncertain(work, row)
        except Exception as error:
            _log.error("deliver_failed", row=row.id, channel=row.channel, error=type(error).__name__)
            return lambda work: outbox.mark_uncertain(work, row)
        return lambda work: outbox.mark_sent(work, row, receipt.ref, receipt.file_refs)

    def _put_off(self, work: UnitOfWork, row: Leased, after: float) -> None:
        why = outbox.end_of_patience(work, row, self._patience)
        if not why:
            outbox.mark_later(work, row, after)
        elif outbox.mark_failed(work, row, why):
            _log.error("message_failed", row=row.id, channel=row.channel, why=why, attempts=row.attempts)

    def _mark_gone(self, work: UnitOfWork, row: Leased) -> None:
        """The core hears of it as of a Blocked that came in, and tells whoever works for this person."""
        if outbox.mark_gone(work, row) is not None:
            gone = Inbound(f"gone:{row.id}:{row.fence}", row.address, Blocked(), work.now)
            handle(work, row.channel, gone, self._town)

    async def _outbound(self, row: Leased) -> Outbound:
        files = [await self._file(attachment_id) for attachment_id in row.files]
        kept = tuple(file for file in files if file is not None)
        text = row.text if len(kept) == len(files) else f"{row.text}\n{FILE_LOST}".strip()
        buttons = tuple(tuple(OutButton(label, token) for label, token in line) for line in row.buttons)
        return Outbound(row.key, text, buttons, row.asks, kept, row.edits_ref)

    async def _file(self, attachment_id: int) -> OutFile | None:
        """A file, with its bytes unless this channel has it already; None when nobody has it any more."""
        stored = await asyncio.to_thread(self._load, attachment_id)
        if stored is None:
            return None
        data = None if self._channel.name in stored.refs else stored.data or await self._fetch(stored)
        if data is None and self._channel.name not in stored.refs:
            return None
        return OutFile(stored.kind, stored.mime, stored.name, stored.refs, data)

    def _load(self, attachment_id: int) -> attachments.Attachment | None:
        with self._read() as reader:
            return attachments.load(reader, attachment_id)

    async def _fetch(self, stored: attachments.Attachment) -> bytes | None:
        """The bytes from the channel that it came in by, kept from now on. Raises TryLater."""
        for name, ref in stored.refs.items():
            if name in self._channels:
                try:
                    data = await self._channels[name].fetch(ref)
                except (Gone, Refused, Uncertain, KeyError) as error:
                    _log.warning("file_lost", attachment=stored.id, channel=name, error=type(error).__name__)
                    continue
                await self._do(partial(attachments.fill, attachment_id=stored.id, data=data))
                return data
        return None


def backoff(attempt: int) -> float:
    """Seconds before the next try: 0.5, 1, 2, ... 60, a fifth more or less, so that not all come at once."""
    return min(0.5 * 2.0 ** (attempt - 1), 60.0) * random.uniform(0.8, 1.2)

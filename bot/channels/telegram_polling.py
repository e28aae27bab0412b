"""Telegram as a channel, whichever library speaks: take updates, acknowledge what is committed, deliver what is due.

An update is acknowledged (the offset moves, a webhook is answered 200) only after `accept` returned. Neither library is
left to poll by itself: both confirm updates before anything has handled them, and lose those when killed.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from weakref import WeakValueDictionary

from bot.channels.port import Accept, Inbound, Outbound, OutFile, Raw, Receipt, StoreDown, TryLater
from bot.channels.telegram_pacing import Pace, Pacing
from bot.channels.telegram_rules import (
    COMMANDS,
    ONLY_IN_PRIVATE,
    EditText,
    Seen,
    SeenMessage,
    SeenPress,
    SendFile,
    SendText,
    Step,
    dump,
    find_chat,
    plan,
    plan_file,
    read,
    unreadable,
)
from bot.channels.telegram_wire import (
    RETRY_AFTER,
    ApiFault,
    Fault,
    MaybeSent,
    Wire,
    WrongToken,
    is_not_editable,
    is_not_modified,
    is_unknown_file,
    port_error,
)

log = logging.getLogger("exiaobang.telegram")

BATCH = 100
"""Updates per getUpdates, the most that Telegram gives."""
LONGEST_PAUSE = 30.0
PATIENCE = 5.0
"""Seconds that deliver waits for its turn to speak; beyond that the outbox keeps the message."""
KEPT_PROGRESS = 1_000
"""Messages of several parts whose progress is remembered, so that a retry goes on at the part that failed."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram shall send updates, and the secret that it must show."""

    url: str
    secret: str


@dataclass(slots=True)
class Backoff:
    """Growing pauses with jitter, seconds."""

    first: float = 0.5
    longest: float = LONGEST_PAUSE
    _next: float = 0.0

    def pause(self) -> float:
        self._next = min(self.longest, max(self.first, self._next * 2))
        return self._next * random.uniform(0.5, 1.0)

    def reset(self) -> None:
        self._next = 0.0


@dataclass(slots=True)
class Progress:
    """How far the calls of one message came."""

    done: int = 0
    ref: str = ""
    file_refs: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Options:
    """How a Telegram channel behaves. Times in seconds; `now` dates what Telegram does not date."""

    webhook: Webhook | None = None
    poll_seconds: int = 25
    first_pause: float = 0.5
    pace: Pace = field(default_factory=Pace)
    now: Callable[[], datetime] = utc_now
    named: Callable[[str], None] = lambda name: None
    """Told what Telegram calls the bot, once that is known."""
    clock: Callable[[], float] = time.monotonic


class TelegramChannel:
    """The Channel over one library's Wire. Listens by long polling, or with options.webhook by webhook."""

    def __init__(self, wire: Wire, options: Options) -> None:
        self._wire = wire
        self._options = options
        self._pacing = Pacing(options.clock, options.pace)
        self._progress: OrderedDict[str, Progress] = OrderedDict()
        self._lanes: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._asked: set[int] = set()
        self._told_groups: set[int] = set()
        self._errands: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        return "telegram"

    # --- coming in

    async def listen(self, accept: Accept) -> None:
        """Until cancelled. Raises WrongToken when Telegram does not know the token."""
        webhook = self._options.webhook
        if webhook is None:
            await self._persist(self._wire.delete_webhook)
        else:
            await self._persist(lambda: self._wire.set_webhook(webhook.url, webhook.secret))
        with suppress(Fault):
            await self._wire.set_commands(COMMANDS)
        with suppress(Fault):
            self._options.named(await self._wire.get_name())
        if webhook is None:
            await self._poll(accept)
        await asyncio.Event().wait()

    async def _persist(self, call: Callable[[], Awaitable[None]]) -> None:
        """Make a call until it goes through; a wrong token ends it."""
        backoff = Backoff(self._options.first_pause)
        while True:
            try:
                await call()
                return
            except Fault as fault:
                await self._sit_out(fault, backoff)

    async def _poll(self, accept: Accept) -> None:
        offset: int | None = None
        backoff = Backoff(self._options.first_pause)
        while True:
            try:
                batch = await self._wire.get_updates(offset, BATCH, self._options.poll_seconds)
                if batch:
                    await self._take_batch(batch, accept)
                    offset = max(offset or 0, *(int(raw["update_id"]) + 1 for raw in batch))
                backoff.reset()
            except (Fault, StoreDown) as trouble:
                await self._sit_out(trouble, backoff)

    async def _sit_out(self, trouble: Fault | StoreDown, backoff: Backoff) -> None:
        if isinstance(trouble, ApiFault) and trouble.code in (401, 404):
            raise WrongToken
        pause = backoff.pause()
        if isinstance(trouble, ApiFault):
            pause = max(pause, trouble.retry_after)
            if trouble.code == 409:
                log.warning("another program takes this bot's updates, or a webhook is set: %s", trouble.description)
        log.warning("telegram pauses %.1f s: %s %s", pause, type(trouble).__name__, trouble)
        await asyncio.sleep(pause)

    async def _take_batch(self, batch: list[Raw], accept: Accept) -> None:
        """Chats side by side, one chat in order; returns when all of the batch is committed, else raises StoreDown."""
        chains: dict[int | None, list[Raw]] = {}
        for raw in batch:
            chains.setdefault(find_chat(raw), []).append(raw)
        results = await asyncio.gather(
            *(self._take_chain(chain, accept) for chain in chains.values()), return_exceptions=True
        )
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _take_chain(self, chain: Iterable[Raw], accept: Accept) -> None:
        for raw in chain:
            await self.take(raw, accept)

    async def take(self, raw: Raw, accept: Accept) -> None:
        """Hand one update on; returns when it may be acknowledged. Raises StoreDown when it must not be."""
        lane = self._lanes.setdefault(find_chat(raw) or 0, asyncio.Lock())
        async with lane:
            seen, inbound = self._read(raw)
            if inbound is not None:
                await self._commit(inbound, accept)
        if isinstance(seen, SeenPress):
            self._run_errand(self._wire.answer_press(seen.id))
        if isinstance(seen, SeenMessage) and not seen.is_private:
            self._tell_group(seen.chat_id)

    async def _commit(self, inbound: Inbound, accept: Accept) -> None:
        try:
            await accept(inbound)
        except StoreDown:
            raise
        except Exception as error:
            log.exception("update %s could not be taken", inbound.id)
            raise StoreDown("the message could not be stored") from error

    def _read(self, raw: Raw) -> tuple[Seen | None, Inbound | None]:
        """Through the library's types; what it cannot read still reaches the desk, with its raw form."""
        now = self._options.now()
        try:
            seen = self._wire.read(raw)
            return seen, read(int(raw["update_id"]), seen, dump(raw), now) if seen else None
        except Exception as error:
            log.error("update %s cannot be read: %s", raw.get("update_id"), type(error).__name__)
            return None, unreadable(raw, now)

    def _tell_group(self, chat_id: int) -> None:
        """Once per group and process: we are for private chats."""
        if chat_id not in self._told_groups and self._pacing.try_take(chat_id) == 0.0:
            self._told_groups.add(chat_id)
            self._run_errand(self._wire.send_text(chat_id, SendText(ONLY_IN_PRIVATE)))

    def _run_errand(self, call: Awaitable[object]) -> None:
        """A call whose failing hurts nobody, beside the way of the update."""
        task = asyncio.create_task(self._try(call))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _try(self, call: Awaitable[object]) -> None:
        try:
            await call
        except Fault as fault:
            log.info("a side call failed: %s", fault)

    # --- going out

    async def deliver(self, address: str, out: Outbound) -> Receipt:
        """Call after call, each when its turn to speak has come. A retry goes on where the last try stopped."""
        chat_id = int(address)
        steps = plan(out, removes_keyboard=chat_id in self._asked)
        progress = self._progress.pop(out.key, None) or Progress(ref=out.edits)
        self._remember(out.key, progress)
        for step in steps[progress.done :]:
            await self._take_turn(chat_id)
            try:
                await self._do(chat_id, step, progress, out)
            except Fault as fault:
                if isinstance(fault, ApiFault) and fault.code == 429:
                    self._pacing.pause(chat_id, fault.retry_after)
                raise port_error(fault) from None
            progress.done += 1
        self._progress.pop(out.key, None)
        return Receipt(progress.ref, tuple(progress.file_refs))

    def _remember(self, key: str, progress: Progress) -> None:
        self._progress[key] = progress
        while len(self._progress) > KEPT_PROGRESS:
            self._progress.popitem(last=False)

    async def _take_turn(self, chat_id: int) -> None:
        while wait := self._pacing.try_take(chat_id):
            if wait > PATIENCE:
                raise TryLater(wait)
            await asyncio.sleep(wait)

    async def _do(self, chat_id: int, step: Step, progress: Progress, out: Outbound) -> None:
        match step:
            case SendText():
                message_id = await self._wire.send_text(chat_id, step)
                if step.is_main:
                    progress.ref = f"{chat_id}:{message_id}"
                self._note_keyboard(chat_id, step)
            case EditText():
                await self._edit(chat_id, step, progress, out)
            case SendFile():
                message_id, file_ref = await self._send_file(chat_id, step, out.files[progress.done])
                progress.ref = progress.ref or f"{chat_id}:{message_id}"
                progress.file_refs.append(file_ref)

    def _note_keyboard(self, chat_id: int, step: SendText) -> None:
        if step.keyboard.asks:
            self._asked.add(chat_id)
        elif step.keyboard.removes:
            self._asked.discard(chat_id)

    async def _edit(self, chat_id: int, step: EditText, progress: Progress, out: Outbound) -> None:
        try:
            await self._wire.edit_text(chat_id, step)
        except ApiFault as fault:
            if is_not_editable(fault):
                await self._do(chat_id, SendText(step.text, step.keyboard, is_main=True), progress, out)
            elif not is_not_modified(fault):
                raise

    async def _send_file(self, chat_id: int, step: SendFile, file: OutFile) -> tuple[int, str]:
        """By Telegram's name; when it does not know that name any more, by the bytes."""
        try:
            return await self._wire.send_file(chat_id, step)
        except ApiFault as fault:
            if not (step.ref and file.data is not None and is_unknown_file(fault)):
                raise
        return await self._wire.send_file(chat_id, plan_file(replace(file, refs={})))

    # --- files, the end

    async def fetch(self, ref: str) -> bytes:
        """The bytes of a file that came in. Raises TryLater, or Refused when Telegram does not give it."""
        try:
            return await self._wire.fetch(ref)
        except MaybeSent:
            raise TryLater(RETRY_AFTER) from None  # reading twice hurts nobody
        except Fault as fault:
            raise port_error(fault) from None

    async def close(self) -> None:
        """Ends what runs beside; the updates and messages in hand are the caller's."""
        for task in list(self._errands):
            task.cancel()
        await asyncio.gather(*self._errands, return_exceptions=True)
        await self._wire.close()

"""What the double remembers: people, messages, updates on their way, files, the journal of calls, faults to come."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field, fields
from typing import Any

from tests.telegram_double.methods import BadCall

Json = dict[str, Any]
BOT = {"id": 110, "is_bot": True, "first_name": "鄂小帮", "username": "exiaobang_bot"}


@dataclass(slots=True)
class Fault:
    """What shall go wrong with the next `times` calls of `method` (of `chat_id`, when given).

    kind: 429 (with `seconds`), 500, delay (by `seconds`), cut_before, cut_after, answer (with `code`, `description`).
    """

    kind: str
    method: str = "sendMessage"
    times: int = 1
    chat_id: int | None = None
    seconds: float = 1.0
    code: int = 400
    description: str = "Bad Request: refused"


@dataclass(slots=True)
class Webhook:
    url: str
    secret: str
    allowed: list[str] | None


@dataclass(slots=True)
class World:
    token: str
    strict: bool = False
    people: dict[int, Json] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    messages: dict[tuple[int, int], Json] = field(default_factory=dict)
    updates: deque[Json] = field(default_factory=deque)
    """On their way: not acknowledged yet, in the order of delivery."""
    acknowledged: list[int] = field(default_factory=list)
    shown: set[int] = field(default_factory=set)
    """id() of the updates that a getUpdates has given out."""
    all_updates: dict[int, Json] = field(default_factory=dict)
    journal: list[Json] = field(default_factory=list)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    queries: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    webhook: Webhook | None = None
    allowed: list[str] | None = None
    commands: list[Json] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    poll: int = 0
    """Number of the newest getUpdates: an older one that still waits is ended with 409."""
    sent_at: dict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    webhook_attempts: list[Json] = field(default_factory=list)
    _update_ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1000))
    _message_ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def forget_all(self) -> None:
        """A new world for the next test; only the count of polls goes on, which ends whoever still waits."""
        fresh = World(self.token)
        for name in (f.name for f in fields(self) if f.name not in ("changed", "poll")):
            setattr(self, name, getattr(fresh, name))
        self.poll += 1
        self.stir()

    # --- updates

    def stir(self) -> None:
        """Wake everybody who waits for something new."""
        self.changed.set()
        self.changed = asyncio.Event()

    def add_update(self, kind: str, body: Json) -> Json:
        return self.add_raw({"update_id": next(self._update_ids), kind: body})

    def add_raw(self, update: Json) -> Json:
        if "update_id" not in update:
            update["update_id"] = next(self._update_ids)
        self.updates.append(update)
        self.all_updates[update["update_id"]] = update
        self.stir()
        return update

    def wanted(self, update: Json) -> bool:
        return not self.allowed or any(kind in update for kind in self.allowed)

    def confirm_below(self, offset: int) -> None:
        """Everything shown with a smaller id is acknowledged and forgotten (a repeated old one is shown once first)."""
        for update in [u for u in self.updates if u["update_id"] < offset and id(u) in self.shown]:
            self.confirm(update)

    def confirm(self, update: Json) -> None:
        self.updates.remove(update)
        self.shown.discard(id(update))
        self.acknowledged.append(update["update_id"])

    # --- messages

    def chat(self, chat_id: int) -> Json:
        if chat_id < 0:
            return {"id": chat_id, "type": "group", "title": "群"}
        return {"id": chat_id, "type": "private", "first_name": self.people[chat_id]["first_name"]}

    def keep_message(self, chat_id: int, sender: Json, content: Json) -> Json:
        message: Json = {
            "message_id": next(self._message_ids),
            "date": int(time.time()),
            "chat": self.chat(chat_id),
            "from": sender,
            **content,
        }
        self.messages[chat_id, message["message_id"]] = message
        self.stir()
        return message

    def check_reachable(self, chat_id: int) -> None:
        if chat_id >= 0 and chat_id not in self.people:
            raise BadCall(400, "Bad Request: chat not found")
        if chat_id in self.blocked:
            raise BadCall(403, "Forbidden: bot was blocked by the user")

    def keep_file(self, data: bytes, name: str) -> str:
        file_id = secrets.token_urlsafe(12)
        self.files[file_id] = (name, data)
        return file_id

    # --- faults and rates

    def next_fault(self, method: str, chat_id: int | None) -> Fault | None:
        for fault in self.faults:
            if fault.method in (method, "*") and fault.chat_id in (None, chat_id):
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
                return fault
        return None

    def check_rate(self, chat_id: int) -> None:
        """Strict: never two to a chat within a second, 31 within a second in all, 21 within a minute to a group."""
        if not self.strict:
            return
        now = time.monotonic()
        for key, span, most in ((chat_id, 0.95, 1), (0, 1.0, 30), (chat_id, 60.0, 20 if chat_id < 0 else 1000)):
            recent = sum(now - at < span for at in self.sent_at[key])
            if recent >= most:
                raise BadCall(429, f"Too Many Requests: retry after {max(1, int(span))}", retry_after=max(1, int(span)))
        for key in (chat_id, 0):
            self.sent_at[key].append(now)

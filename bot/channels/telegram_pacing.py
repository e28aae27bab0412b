"""How fast Telegram lets a bot speak: 1 message a second in a chat, 30 a second in all, 20 a minute in a group.

Source: https://core.telegram.org/bots/faq ("My bot is hitting limits"). The rates here stay a little below, so that no
window of that length ever holds more. Neither library keeps all three; a 429 pauses the one chat it came for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Bucket:
    """`rate` messages a second, at most `burst` at once. Times are monotonic seconds."""

    rate: float
    burst: int
    full_at: float = 0.0
    """When everything taken so far will have flowed off."""

    def wait(self, now: float) -> float:
        """Seconds until one more may go."""
        return max(0.0, self.full_at - (self.burst - 1) / self.rate - now)

    def take(self, now: float) -> None:
        self.full_at = max(self.full_at, now) + 1 / self.rate

    def pause(self, until: float) -> None:
        """Nothing more before `until`."""
        self.full_at = max(self.full_at, until + (self.burst - 1) / self.rate)


@dataclass(frozen=True, slots=True)
class Pace:
    """Messages a second (rate) and at once (burst); rate times the window plus the burst is what a window can hold."""

    chat: tuple[float, int] = (1.0, 1)
    group: tuple[float, int] = (0.25, 5)
    overall: tuple[float, int] = (25.0, 5)


@dataclass(slots=True)
class Pacing:
    """The buckets of one bot. `clock` gives monotonic seconds."""

    clock: Callable[[], float]
    pace: Pace = Pace()
    _chats: dict[int, list[Bucket]] = field(default_factory=dict)
    _overall: Bucket = field(init=False)

    def __post_init__(self) -> None:
        self._overall = Bucket(*self.pace.overall)

    def try_take(self, chat_id: int) -> float:
        """0 when one message may go now (its place is taken), else the seconds to wait before asking again."""
        now = self.clock()
        self._forget_idle(now)
        buckets = [*self._of(chat_id), self._overall]
        wait = max(bucket.wait(now) for bucket in buckets)
        if wait == 0.0:
            for bucket in buckets:
                bucket.take(now)
        return wait

    def pause(self, chat_id: int, seconds: float) -> None:
        """Telegram said so: nothing to this chat for so long; the others go on."""
        for bucket in self._of(chat_id):
            bucket.pause(self.clock() + seconds)

    def _of(self, chat_id: int) -> list[Bucket]:
        if chat_id not in self._chats:
            rates = [self.pace.chat, self.pace.group] if chat_id < 0 else [self.pace.chat]
            self._chats[chat_id] = [Bucket(*rate) for rate in rates]
        return self._chats[chat_id]

    def _forget_idle(self, now: float) -> None:
        if len(self._chats) >= 10_000:
            self._chats = {c: b for c, b in self._chats.items() if any(bucket.full_at > now for bucket in b)}

"""The numbers that an operator may set for the desk: waves, waits, hours. Plain values; `bot.settings` reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """Waits count office hours (catalog.calendar) unless said otherwise."""

    wave_size: int = 5
    """Helpers asked at the same time, at most."""
    wave_wait: timedelta = timedelta(minutes=20)
    """Until the next ring is asked."""
    claim_worked_within: timedelta = timedelta(hours=4)
    """A claim without any act is warned about after this ..."""
    claim_lapses_after: timedelta = timedelta(hours=8)
    """... and goes back to the desk after this."""
    papers_reminder_after: timedelta = timedelta(hours=16)
    """Two working days."""
    visit_answer_after: timedelta = timedelta(hours=4)
    visit_asked_after: timedelta = timedelta(hours=2)
    """Until the helper is asked how an agreed visit went."""
    silent_again_after: timedelta = timedelta(hours=16)
    """A resident who was reminded: until the helper hears that they still say nothing, and every time again."""
    result_asked_after: timedelta = timedelta(hours=24)
    """Handed in: until the helper is asked what came of it, and every time again."""
    decision_asked_after: timedelta = timedelta(hours=7)
    """A working day, until the supervisors hear once more of a case that is theirs to decide."""
    rate_after: timedelta = timedelta(hours=1)
    """How long after "done" the rating is asked (plain time; quiet hours hold it back)."""
    close_after_days: int = 5
    """Working days after which a finished case closes if nobody objects."""
    silence_after: timedelta = timedelta(hours=2)
    """Plain time until a person who stopped in the middle is asked once whether to go on."""
    digest_at: time = time(17, 30)
    promise_days: int = 5
    """Working days promised where a service has no promised limit."""
    invite_valid: timedelta = timedelta(hours=24)

"""What time it is: the machine's, or the demo town's, which can be moved forward."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class TownClock:
    """The machine's clock and an offset. The offset is kept by `storage.settings`; a real service has none."""

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self._offset = offset

    @property
    def offset(self) -> timedelta:
        return self._offset

    def now(self) -> datetime:
        """The town's time, aware UTC. Any thread may ask."""
        return datetime.now(UTC) + self._offset

    def move_to(self, at: datetime) -> None:
        """Make it `at` now; a time that has passed already changes nothing, for time never goes back."""
        self._offset += max(at - self.now(), timedelta(0))

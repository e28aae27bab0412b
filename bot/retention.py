"""Once a day, deletes what is too old (see storage.retention), in pieces that nobody has to wait for."""

from __future__ import annotations

import asyncio
from datetime import date

import structlog

from catalog.district import District
from storage import retention
from storage.writer import Writer

_log = structlog.get_logger(__name__)


class Retention:
    """The operator's promise of how long things are kept."""

    def __init__(self, writer: Writer, district: District) -> None:
        self._writer = writer
        self._district = district
        self._done_on: date | None = None

    async def run_daily(self, today: date) -> int:
        """Delete what is too old, the first time it is asked on a day; returns how many rows went."""
        if self._done_on == today:
            return 0
        self._done_on = today
        operator, gone = self._district.operator, 0
        while some := await self._some(operator.keeps_chat_days, operator.keeps_case_days):
            gone += some
        if gone:
            _log.info("deleted_after_time", rows=gone)
        return gone

    async def _some(self, chat_days: int, case_days: int) -> int:
        return await asyncio.wrap_future(self._writer.submit(lambda work: retention.prune(work, chat_days, case_days)))

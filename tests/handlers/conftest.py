from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from handlers.people import Role
from tests.handlers.stage import Stage
from tests.town import plain_seat, town_in


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with town_in(tmp_path) as town:
        seats = {
            "resident": await plain_seat(town, "resident"),
            "helper": await plain_seat(town, "helper", Role.HELPER, "H351"),
            "other": await plain_seat(town, "other", Role.HELPER, "H352"),
            "supervisor": await plain_seat(town, "supervisor", Role.SUPERVISOR),
        }
        yield Stage(town, seats)

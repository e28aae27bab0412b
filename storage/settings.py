"""Values that the program itself keeps between starts, e.g. how far the demo town's clock was moved."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from storage.tables import SettingRow, table
from storage.unit_of_work import UnitOfWork

CLOCK_OFFSET = "clock_offset_seconds"
WEB_ADDRESS = "web_address"
"""Where the web chat of the service that ran last is reached, without a slash at the end."""
TELEGRAM_NAME = "telegram_name"
"""What Telegram calls the bot, without @; empty without one."""

_settings = table(SettingRow)


def get(reader: UnitOfWork, name: str, default: Any = None) -> Any:
    """A JSON value, or `default`."""
    mine = (_settings.c.district == reader.district) & (_settings.c.name == name)
    row = reader.connection.execute(select(_settings.c.value).where(mine)).first()
    return default if row is None else row.value


def put(work: UnitOfWork, name: str, value: Any) -> None:
    """Keep a JSON value."""
    new = work.insert(_settings).values(district=work.district, name=name, value=value)
    keep = new.on_conflict_do_update(index_elements=["district", "name"], set_={"value": new.excluded.value})
    work.connection.execute(keep)

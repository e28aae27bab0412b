from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.channels.port import Outbound, TryLater
from bot.channels.threadbook import ThreadBook
from storage.database import migrate, open_engine
from storage.writer import Writer

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)


async def test_a_line_that_the_database_does_not_take_is_tried_later(tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path / 'town.db'}")
    engine = sa.create_engine(f"sqlite:///file:{tmp_path / 'town.db'}?mode=ro&uri=true")
    writer = Writer(engine, "420704", lambda: NOW)
    with pytest.raises(TryLater):
        await ThreadBook("web", writer, engine, "420704").deliver("a", Outbound("k", "您好"))
    writer.close()
    engine.dispose()


async def test_the_latest_lines_come_oldest_first(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'town.db'}"
    migrate(url)
    engine = open_engine(url)
    writer = Writer(engine, "420704", lambda: NOW)
    book = ThreadBook("web", writer, engine, "420704")
    for number in range(5):
        await book.deliver("a", Outbound(f"k{number}", f"第{number}句"))
    await book.deliver("b", Outbound("other", "别人的"))
    assert [line.body["text"] for line in await book.latest("a", 3)] == ["第2句", "第3句", "第4句"]
    writer.close()
    engine.dispose()

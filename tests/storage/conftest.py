"""Migrated databases for the store tests: a SQLite file each, and PostgreSQL when there is a server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import database
from tests.conftest import fresh_postgres, sqlite_url
from tests.storage.house import House


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty migrated SQLite file, copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    database.migrate(sqlite_url(folder))
    return folder / "exiaobang.db"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path, template: Path) -> Iterator[str]:
    """URL of an empty migrated database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        (tmp_path / "exiaobang.db").write_bytes(template.read_bytes())
        yield sqlite_url(tmp_path)
        return
    for fresh in fresh_postgres():
        database.migrate(fresh)
        yield fresh


@pytest.fixture
def house(url: str) -> Iterator[House]:
    opened = House(url)
    yield opened
    opened.close()

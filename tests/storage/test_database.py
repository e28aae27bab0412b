from __future__ import annotations

import socket
import sqlite3
from datetime import timedelta
from functools import partial
from pathlib import Path

import alembic.command
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError
from sqlmodel.sql import sqltypes

from handlers.cases import Draft
from handlers.messages import FellDue, FollowUpKind
from storage import cases, followups, settings
from storage.database import StoreUnavailable, alembic_config, explain, migrate, open_engine
from storage.tables import metadata
from storage.unit_of_work import UnitOfWork, reader
from tests.storage.house import DISTRICT, House


def test_sqlite_is_durable_and_patient(sqlite_file_url: str) -> None:
    migrate(sqlite_file_url)
    engine = open_engine(sqlite_file_url)
    with engine.connect() as connection:
        names = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys", "secure_delete", "journal_size_limit")
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}
    engine.dispose()
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "busy_timeout": 10000,
        "foreign_keys": 1,
        "secure_delete": 1,
        "journal_size_limit": 67108864,
    }


def test_the_migrations_make_exactly_the_tables_that_are_declared(house: House) -> None:
    with house.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_twice_changes_nothing(house: House) -> None:
    house.run(lambda work: settings.put(work, "kept", [1, "二"]))
    migrate(house.url)
    assert house.look(lambda work: settings.get(work, "kept")) == [1, "二"]


UNFINISHED = ("open", "offered", "reopened", "escalated", "claimed", "waiting", "submitted")


def test_cases_that_an_older_program_left_without_a_plan_fall_due(database_url: str) -> None:
    _migrate_to(database_url, "0002")
    house = House(database_url)
    asker = house.meet("A")
    for status in (*UNFINISHED, "resolved", "withdrawn"):
        house.run(partial(_stands, status=status, asker=asker))
    house.run(partial(_waits, kind="offer_unclaimed", about="case_id", number=1))
    house.run(partial(_waits, kind="promise_near", about="case_id", number=2))
    migrate(database_url)
    due = [row.event for row in house.run(lambda work: followups.take_due(work, 20))]
    house.close()
    assert sorted(event.case_id or 0 for event in due) == list(range(2, len(UNFINISHED) + 1))
    assert FellDue(FollowUpKind.CLAIM_UNWORKED, UNFINISHED.index("claimed") + 1) in due


def test_a_silence_that_an_older_program_planned_is_its_conversations(database_url: str) -> None:
    _migrate_to(database_url, "0002")
    house = House(database_url)
    house.meet("B")
    person = house.meet("A")
    house.run(partial(_waits, kind="silence", about="person_id", number=person))
    house.run(partial(_waits, kind="digest", about="person_id", number=person))
    migrate(database_url)
    house.wait(days=2)
    due = {row.event for row in house.run(lambda work: followups.take_due(work, 20))}
    house.close()
    assert due == {FellDue(FollowUpKind.SILENCE, conversation_id=2), FellDue(FollowUpKind.DIGEST, person_id=person)}


def _stands(work: UnitOfWork, status: str, asker: int) -> None:
    case_id = cases.create(work, status, Draft("q"), asker, asker)
    work.connection.execute(text("UPDATE cases SET status = :status WHERE id = :id"), {"status": status, "id": case_id})


def _waits(work: UnitOfWork, kind: str, about: str, number: int) -> None:
    """A planned row as an older program wrote it, due in a day."""
    columns: list[sa.ColumnClause[str]] = [sa.column(name) for name in ("district", "kind", about, "state", "error")]
    old = sa.table("followups", sa.column("due_at", sqltypes.UTCDateTime()), *columns)
    row = {"district": work.district, "kind": kind, about: number, "state": "waiting", "error": ""}
    work.connection.execute(old.insert().values(due_at=work.now + timedelta(days=1), **row))


def _migrate_to(url: str, revision: str) -> None:
    engine = open_engine(url)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        alembic.command.upgrade(alembic_config(connection), revision)
    engine.dispose()


def test_every_table_holds_its_district_in_every_unique_key(house: House) -> None:
    tables = inspect(house.engine)
    for name in metadata.tables:
        assert "district" in {column["name"] for column in tables.get_columns(name)}
        for unique in tables.get_unique_constraints(name):
            assert unique["column_names"][0] == "district"
        for index in tables.get_indexes(name):
            assert index["column_names"][0] == "district"


def test_a_database_of_a_newer_version_is_refused(house: House) -> None:
    house.run(lambda work: work.connection.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(StoreUnavailable, match="newer version"):
        migrate(house.url)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="nowhere does not exist"):
        open_engine(f"sqlite:///{tmp_path}/nowhere/a.db")


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("not a database at all" * 100)
    with pytest.raises(StoreUnavailable, match="the file is not an SQLite database"):
        open_engine(f"sqlite:///{tmp_path}/a.db")


def test_a_server_that_is_down_is_told() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(StoreUnavailable, match="does not answer"):
        open_engine(f"postgresql+psycopg://nobody@127.0.0.1:{port}/none")


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "oracle+none://x/y"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(StoreUnavailable):
        open_engine(url)


def test_a_read_only_database_is_explained(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "a.db").execute("CREATE TABLE a (b)").connection.close()
    locked = sqlite3.connect(f"file:{tmp_path}/a.db?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError) as caught:
        locked.execute("INSERT INTO a VALUES (1)")
    locked.close()
    assert "read-only: give this user the right" in explain(caught.value)


def test_a_reader_cannot_write(house: House) -> None:
    with pytest.raises(DBAPIError), reader(house.engine, DISTRICT) as work:
        settings.put(work, "a", 1)
    house.run(lambda work: settings.put(work, "a", 2))
    assert house.look(lambda work: settings.get(work, "a")) == 2


@pytest.mark.parametrize(
    "change",
    ["UPDATE case_history SET note = 'x'", "UPDATE case_history SET note = ''", "DELETE FROM case_history"],
)
def test_history_can_only_grow(house: House, change: str) -> None:
    asker = house.meet("A")
    case_id = house.run(lambda work: cases.create(work, "1", Draft("q"), asker, asker))
    with pytest.raises(DBAPIError, match="append-only"):
        house.run(lambda work: work.connection.execute(text(change)))
    assert [line.act for line in house.look(lambda work: cases.history(work, case_id))] == ["open"]

"""Opens a database, brings it up to date, and says plainly what is wrong with one that cannot be opened."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path
from typing import Any

import alembic.command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import DatabaseError as SqlDatabaseError
from sqlalchemy.pool import ConnectionPoolEntry

MIGRATIONS = Path(__file__).parent / "migrations"
_PRAGMAS = (
    "PRAGMA busy_timeout = 10000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA journal_size_limit = 67108864",
)
_TIMEOUTS = "-c statement_timeout=15000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=30000"
"""PostgreSQL waits for ever by default."""


class StoreUnavailable(Exception):
    """The database cannot be used now; `str()` says why and what to do. Nothing was stored."""


def is_failure(error: BaseException) -> bool:
    """Whether an error is the database failing (disk, lock, connection), not the statement being wrong."""
    return isinstance(error, OperationalError | InterfaceError) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:////path/file.db` or `postgresql+psycopg://...`. Raises StoreUnavailable when the folder
    is missing or read-only, the file is no database, or the server does not answer."""
    engine = _engine(url)
    try:
        with engine.connect():
            pass
    except SqlDatabaseError as error:
        engine.dispose()
        raise StoreUnavailable(explain(error)) from error
    return engine


def migrate(url: str) -> None:
    """Bring the database at `url`, new or of any older version, up to date, in one transaction. Raises
    StoreUnavailable; also when the database was written by a newer version of this program."""
    engine = open_engine(url)
    try:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            alembic.command.upgrade(alembic_config(connection), "head")
    except CommandError as error:
        raise StoreUnavailable(f"this database belongs to a newer version of the program: {error}") from error
    except SqlDatabaseError as error:
        raise StoreUnavailable(explain(error)) from error
    finally:
        engine.dispose()


def alembic_config(connection: Connection) -> Config:
    """Alembic's settings, without a file."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def explain(error: BaseException) -> str:
    """One sentence for the operator: what is wrong and what to do. Holds no statement and no values."""
    reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    for sign, advice in _ADVICE.items():
        if sign in reason:
            return f"{advice} ({reason})"
    return f"the database cannot be used: {reason}"


_ADVICE = {
    "readonly": "the database file or its folder is read-only: give this user the right to write there",
    "not a database": "the file is not an SQLite database: name another file or restore a backup",
    "malformed": "the database file is damaged: restore a backup",
    "unable to open": "the database file cannot be opened: check that its folder exists and may be written",
    "locked": "another program holds the database: end it and try again",
    "full": "the disk is full: free some space",
    "connection": "the database server does not answer: check that it runs and that the address is right",
    "password": "the database server refuses this user: check name and password",
}


def _engine(url: str) -> Engine:
    try:
        kind = make_url(url)
        if kind.get_backend_name() != "sqlite":
            return create_engine(url, pool_pre_ping=True, connect_args={"options": _TIMEOUTS}, **_COMMON)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise StoreUnavailable(f"not a database address that can be used here: {error}") from error
    _check_folder(kind.database)
    engine = create_engine(url, **_COMMON)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


_COMMON: dict[str, Any] = {"json_serializer": partial(json.dumps, ensure_ascii=False), "hide_parameters": True}


def _check_folder(database: str | None) -> None:
    if not database or database == ":memory:":
        raise StoreUnavailable("a database in memory forgets everything: name a file")
    folder = Path(database).absolute().parent
    if not folder.is_dir():
        raise StoreUnavailable(f"the folder {folder} does not exist: make it, or name another place for the database")
    if not os.access(folder, os.W_OK):
        raise StoreUnavailable(f"the folder {folder} is read-only: give this user the right to write there")


def _set_up_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver would begin too late; `_begin_sqlite` says when
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once: a read that turns into a write could not wait for it."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

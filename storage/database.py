"""Opens a database, brings it up to date, and says plainly what is wrong with one that cannot be opened."""

from __future__ import annotations

from sqlalchemy import Engine


class StoreUnavailable(Exception):
    """The database cannot be used now; `str()` says why and what to do. Nothing was stored."""


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:////path/file.db` or `postgresql+psycopg://...`. Raises StoreUnavailable when the folder
    is missing or read-only, the file is no database, or the server does not answer."""
    raise NotImplementedError


def migrate(url: str) -> None:
    """Bring the database at `url`, new or of any older version, up to date. Raises StoreUnavailable."""
    raise NotImplementedError

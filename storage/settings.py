"""Values that the program itself keeps between starts, e.g. how far the demo town's clock was moved."""

from __future__ import annotations

from typing import Any

from storage.unit_of_work import UnitOfWork

CLOCK_OFFSET = "clock_offset_seconds"


def get(reader: UnitOfWork, name: str, default: Any = None) -> Any:
    """A JSON value, or `default`."""
    raise NotImplementedError


def put(work: UnitOfWork, name: str, value: Any) -> None:
    """Keep a JSON value."""
    raise NotImplementedError

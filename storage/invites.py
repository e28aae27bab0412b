"""One-time codes that give a role."""

from __future__ import annotations

from datetime import timedelta

from handlers.people import Role
from storage.unit_of_work import UnitOfWork


def make(
    work: UnitOfWork,
    code: str,
    role: Role,
    valid_for: timedelta,
    *,
    places: tuple[str, ...] = (),
    roster_key: str = "",
    made_by: int | None = None,
) -> None:
    """Keep the hash of a fresh code (`storage.invites.fresh(random)`)."""
    raise NotImplementedError


def accept(work: UnitOfWork, code: str, person_id: int) -> Role | None:
    """Use a code: the person joins. None when it is unknown, used or too old."""
    raise NotImplementedError

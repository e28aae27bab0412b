"""One-time codes that give a role. Only the hash of a code is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from sqlalchemy import ColumnElement, select, update

from catalog.district import RosterHelper
from handlers.people import Role
from storage import people
from storage.buttons import token
from storage.tables import InviteRow, table
from storage.unit_of_work import UnitOfWork

_invites = table(InviteRow)


@dataclass(frozen=True, slots=True)
class Invite:
    """What a code is good for."""

    role: Role
    roster_key: str
    places: tuple[str, ...]


def fresh(random: Random) -> str:
    """A new code: 192 bits, letters that a link may hold."""
    return token(random) + token(random)


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
    """Keep a code made by `fresh`."""
    row = {
        "district": work.district,
        "code_hash": _hash(code),
        "role": str(role),
        "roster_key": roster_key,
        "places": list(places),
        "made_by": made_by,
        "expires_at": work.now + valid_for,
    }
    work.connection.execute(_invites.insert().values(row))


def look_at(reader: UnitOfWork, code: str) -> Invite | None:
    """What a code would give, without using it; None when it is unknown, used or too old."""
    columns = _invites.c.role, _invites.c.roster_key, _invites.c.places
    found = reader.connection.execute(select(*columns).where(_is_unused(reader, code))).first()
    return Invite(Role(found.role), found.roster_key, tuple(found.places)) if found else None


def accept(work: UnitOfWork, code: str, person_id: int, roster: Iterable[RosterHelper] = ()) -> Role | None:
    """Use a code: the person joins, with the name and the patch that the roster has for its key. None when the code is
    unknown, used or too old. Of many who use it at the same moment one wins."""
    use = update(_invites).where(_is_unused(work, code)).values(used_by=person_id, used_at=work.now)
    won = work.connection.execute(use.returning(_invites.c.role, _invites.c.roster_key, _invites.c.places)).first()
    if won is None:
        return None
    role = Role(won.role)
    entry = next((one for one in roster if won.roster_key and one.id == won.roster_key), None)
    places = tuple(won.places) or (entry.places if entry else ())
    people.join(work, person_id, role, places, won.roster_key, entry.name if entry else "")
    return role


def _is_unused(work: UnitOfWork, code: str) -> ColumnElement[bool]:
    return (
        (_invites.c.district == work.district)
        & (_invites.c.code_hash == _hash(code))
        & _invites.c.used_at.is_(None)
        & (_invites.c.expires_at > work.now)
    )


def _hash(code: str) -> str:
    return hashlib.sha256(code.strip().encode("utf-8", "replace")).hexdigest()

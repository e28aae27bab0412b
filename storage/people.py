"""Persons, their addresses and roles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, bindparam, delete, exists, select, update
from sqlalchemy.exc import IntegrityError

from handlers.people import Person, Role
from storage import forms
from storage.tables import AddressRow, ConversationRow, HelperRow, PersonRow, RoleRow, table
from storage.unit_of_work import UnitOfWork

_persons = table(PersonRow)
_roles = table(RoleRow)
_helpers = table(HelperRow)
_addresses = table(AddressRow)
_conversations = table(ConversationRow)


# --- reading ---------------------------------------------------------------------------------------------------------


def person(reader: UnitOfWork, person_id: int) -> Person | None:
    """A person with roles and places; None when unknown."""
    rows = reader.connection.execute(_PERSON, {"district": reader.district, "person_id": person_id})
    return next(iter(_fold(rows.mappings().all())), None)


def in_role(reader: UnitOfWork, role: Role) -> tuple[Person, ...]:
    """Everybody with a role, by id."""
    rows = reader.connection.execute(_IN_ROLE, {"district": reader.district, "role": str(role)})
    return tuple(_fold(rows.mappings().all()))


def at_address(reader: UnitOfWork, channel: str, address: str) -> Person | None:
    """Who writes from an address; None when nobody ever did."""
    found = reader.connection.execute(select(_addresses.c.person_id).where(_is(reader, channel, address))).scalar()
    return None if found is None else person(reader, found)


def phone(reader: UnitOfWork, person_id: int) -> str | None:
    return reader.connection.execute(select(_persons.c.phone).where(_persons.c.id == person_id)).scalar()


def best_address(reader: UnitOfWork, person_id: int) -> RowMapping | None:
    """channel, address and conversation_id of the living address that a person used last; None when there is none."""
    living = _ADDRESSES.where(
        _addresses.c.district == reader.district,
        _addresses.c.person_id == person_id,
        _addresses.c.is_gone.is_(False),
    )
    latest = living.order_by(_addresses.c.last_used_at.desc(), _addresses.c.id.desc()).limit(1)
    return reader.connection.execute(latest).mappings().first()


def address_of(reader: UnitOfWork, conversation_id: int) -> RowMapping:
    """channel, address, person_id and is_gone of a conversation."""
    its = _ADDRESSES.where(_addresses.c.district == reader.district, _conversations.c.id == conversation_id)
    return reader.connection.execute(its).mappings().one()


_ADDRESSES = select(
    _addresses.c.channel,
    _addresses.c.address,
    _addresses.c.person_id,
    _addresses.c.is_gone,
    _conversations.c.id.label("conversation_id"),
).join(
    _conversations,
    (_conversations.c.district == _addresses.c.district)
    & (_conversations.c.channel == _addresses.c.channel)
    & (_conversations.c.address == _addresses.c.address),
)


def joined_helpers(reader: UnitOfWork) -> list[RowMapping]:
    """roster_key, person_id and is_on_duty of all helpers who have joined, by person id."""
    mine = select(_helpers.c.roster_key, _helpers.c.person_id, _helpers.c.is_on_duty)
    mine = mine.where(_helpers.c.district == reader.district).order_by(_helpers.c.person_id)
    return list(reader.connection.execute(mine).mappings())


def _with_roles(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """A line per person and role; to be executed with the district."""
    living = exists().where(
        _addresses.c.district == bindparam("district"),
        _addresses.c.person_id == _persons.c.id,
        _addresses.c.is_gone.is_(False),
    )
    return (
        select(_persons.c.id, _persons.c.name, _roles.c.role, _roles.c.places, living.label("is_reachable"))
        .outerjoin(_roles, _roles.c.person_id == _persons.c.id)
        .where(_persons.c.district == bindparam("district"), which)
        .order_by(_persons.c.id, _roles.c.id)
    )


_held = _roles.alias("held")
_PERSON = _with_roles(_persons.c.id == bindparam("person_id"))
_IN_ROLE = _with_roles(exists().where(_held.c.person_id == _persons.c.id, _held.c.role == bindparam("role")))
"""Built once: on the way of every message, building a statement costs as much as running it."""


def _fold(rows: Iterable[RowMapping]) -> Iterable[Person]:
    """One person per id; with the places of the role that they decide in."""
    by_id: dict[int, list[RowMapping]] = {}
    for row in rows:
        by_id.setdefault(row["id"], []).append(row)
    for person_id, lines in by_id.items():
        held = [line for line in lines if line["role"] is not None]
        deciding = [line for line in held if line["role"] == Role.SUPERVISOR] or held
        yield Person(
            id=person_id,
            name=lines[0]["name"] if held else "",
            roles=frozenset({Role.RESIDENT, *(Role(line["role"]) for line in held)}),
            places=tuple(dict.fromkeys(place for line in deciding for place in line["places"])),
            is_reachable=bool(lines[0]["is_reachable"]),
        )


def _is(work: UnitOfWork, channel: str, address: str) -> ColumnElement[bool]:
    return (
        (_addresses.c.district == work.district) & (_addresses.c.channel == channel) & (_addresses.c.address == address)
    )


# --- writing ---------------------------------------------------------------------------------------------------------


def meet(work: UnitOfWork, channel: str, address: str, name: str = "") -> int:
    """The person behind an address, made on first contact (with an empty conversation). Returns the person's id."""
    known = select(_addresses.c.person_id).where(_is(work, channel, address))
    found = work.connection.execute(known).scalar()
    if found is not None:
        return int(found)
    try:
        with work.savepoint():
            return _welcome(work, channel, address, name)
    except IntegrityError:  # another process met them in the same moment
        return int(work.connection.execute(known).scalar_one())


def _welcome(work: UnitOfWork, channel: str, address: str, name: str) -> int:
    person_id = add(work, name)
    place = {"district": work.district, "channel": channel, "address": address, "person_id": person_id}
    work.connection.execute(_addresses.insert().values(place | {"last_used_at": work.now}))
    work.connection.execute(_conversations.insert().values(place | {"state": forms.dump_state(forms.START)}))
    return person_id


def add(work: UnitOfWork, name: str = "", phone: str | None = None) -> int:
    """A new person without an address. Returns the id."""
    row = {"district": work.district, "name": name[:80], "phone": phone, "created_at": work.now}
    return int(work.connection.execute(_persons.insert().values(row).returning(_persons.c.id)).scalar_one())


def touch(work: UnitOfWork, channel: str, address: str) -> None:
    """They wrote from there now: it lives, and it is where they are reached."""
    values = {"last_used_at": work.now, "is_gone": False}
    work.connection.execute(update(_addresses).where(_is(work, channel, address)).values(values))


def mark_gone(work: UnitOfWork, channel: str, address: str) -> int | None:
    """Nothing reaches them there any more. Returns the person's id."""
    gone = update(_addresses).where(_is(work, channel, address)).values(is_gone=True)
    found: int | None = work.connection.execute(gone.returning(_addresses.c.person_id)).scalar()
    return found


def set_phone(work: UnitOfWork, person_id: int, phone: str) -> None:
    work.connection.execute(update(_persons).where(_persons.c.id == person_id).values(phone=phone))


def set_name(work: UnitOfWork, person_id: int, name: str) -> None:
    work.connection.execute(update(_persons).where(_persons.c.id == person_id).values(name=name[:80]))


def set_duty(work: UnitOfWork, person_id: int, is_on: bool) -> None:
    mine = (_helpers.c.district == work.district) & (_helpers.c.person_id == person_id)
    work.connection.execute(update(_helpers).where(mine).values(is_on_duty=is_on))


def join(
    work: UnitOfWork,
    person_id: int,
    role: Role,
    places: tuple[str, ...] = (),
    roster_key: str = "",
    name: str = "",
) -> None:
    """Give a person a role (helper or supervisor) for places. `roster_key` is the roster helper they are; whoever had
    that key before is no helper any more. `name` is what the other side sees; empty leaves it as it is."""
    if role is Role.RESIDENT:
        return
    new = work.insert(_roles).values(district=work.district, person_id=person_id, role=str(role), places=list(places))
    keys = ["district", "person_id", "role"]
    work.connection.execute(new.on_conflict_do_update(index_elements=keys, set_={"places": new.excluded.places}))
    if name:
        set_name(work, person_id, name)
    if role is Role.HELPER:
        _seat(work, person_id, roster_key or f"person:{person_id}")


def _seat(work: UnitOfWork, person_id: int, roster_key: str) -> None:
    """Make a person the one helper of a roster key."""
    mine = _helpers.c.district == work.district
    had = select(_helpers.c.person_id).where(mine, _helpers.c.roster_key == roster_key)
    before = work.connection.execute(had).scalar()
    if before == person_id:
        return
    if before is not None:
        leave(work, before, Role.HELPER)
    work.connection.execute(delete(_helpers).where(mine, _helpers.c.person_id == person_id))
    row = {"district": work.district, "roster_key": roster_key, "person_id": person_id}
    work.connection.execute(_helpers.insert().values(row))


def leave(work: UnitOfWork, person_id: int, role: Role) -> None:
    """Take a role from a person, from their very next message on."""
    mine = (_roles.c.district == work.district) & (_roles.c.person_id == person_id) & (_roles.c.role == str(role))
    work.connection.execute(delete(_roles).where(mine))
    if role is Role.HELPER:
        seat = (_helpers.c.district == work.district) & (_helpers.c.person_id == person_id)
        work.connection.execute(delete(_helpers).where(seat))

"""Persons, their addresses and roles."""

from __future__ import annotations

from handlers.people import Person, Role
from storage.unit_of_work import UnitOfWork


def person(reader: UnitOfWork, person_id: int) -> Person | None:
    """A person with roles and places; None when unknown."""
    raise NotImplementedError


def join(work: UnitOfWork, person_id: int, role: Role, places: tuple[str, ...] = (), roster_key: str = "") -> None:
    """Give a person a role (helper or supervisor) for places. `roster_key` is the roster helper they are; whoever had
    that key before loses it."""
    raise NotImplementedError


def meet(work: UnitOfWork, channel: str, address: str, name: str = "") -> int:
    """The person behind an address, made on first contact (with an empty conversation). Returns the person's id."""
    raise NotImplementedError


def at_address(reader: UnitOfWork, channel: str, address: str) -> Person | None:
    """Who writes from an address; None when nobody ever did."""
    raise NotImplementedError

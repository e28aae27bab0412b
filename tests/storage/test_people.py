from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial
from random import Random

import pytest

from handlers.people import Person, Role
from storage import conversations, invites, people
from storage.conversations import Overtaken
from tests.storage.house import House


def person(house: House, person_id: int) -> Person:
    found = house.look(lambda reader: people.person(reader, person_id))
    assert found is not None
    return found


def test_an_address_is_always_the_same_person(house: House) -> None:
    first = house.meet("A")
    assert house.meet("A") == first
    assert house.meet("A", "telegram") != first
    assert house.meet("B") != first


def test_roles_come_and_go(house: House) -> None:
    someone = house.meet("A")
    house.run(lambda work: people.join(work, someone, Role.SUPERVISOR, ("420704002",), name="王主任"))
    assert person(house, someone) == Person(
        someone, "王主任", frozenset({Role.RESIDENT, Role.SUPERVISOR}), ("420704002",)
    )
    assert [one.id for one in house.look(lambda reader: people.in_role(reader, Role.SUPERVISOR))] == [someone]
    house.run(lambda work: people.leave(work, someone, Role.SUPERVISOR))
    assert person(house, someone).roles == {Role.RESIDENT}
    assert person(house, someone).name == ""


def test_a_roster_helper_is_one_person_at_a_time(house: House) -> None:
    first, second = house.meet("A"), house.meet("B")
    for one in (first, second, second):
        house.run(partial(people.join, person_id=one, role=Role.HELPER, roster_key="H001"))
    assert not person(house, first).is_helper
    assert [row["person_id"] for row in house.look(people.joined_helpers)] == [second]


def test_a_person_is_reached_where_they_wrote_last_unless_that_is_gone(house: House) -> None:
    someone = house.meet("A")
    house.run(
        lambda work: work.connection.exec_driver_sql(
            "INSERT INTO addresses (district, channel, address, person_id, is_gone, last_used_at) "
            f"SELECT district, 'telegram', 'T', {someone}, is_gone, last_used_at FROM addresses WHERE address = 'A'"
        )
    )
    house.run(
        lambda work: work.connection.exec_driver_sql(
            "INSERT INTO conversations (district, person_id, channel, address, state, turn, asked_turn, is_new, "
            "last_album, version) SELECT district, person_id, 'telegram', 'T', state, 0, 0, is_new, '', 0 "
            "FROM conversations WHERE address = 'A'"
        )
    )

    def best() -> str | None:
        row = house.look(lambda reader: people.best_address(reader, someone))
        return row["address"] if row else None

    house.wait(hours=1)
    house.run(lambda work: people.touch(work, "web", "A"))
    assert best() == "A"
    house.run(lambda work: people.mark_gone(work, "web", "A"))
    assert best() == "T"
    house.run(lambda work: people.mark_gone(work, "telegram", "T"))
    assert best() is None
    assert not person(house, someone).is_reachable


def test_a_conversation_that_was_changed_meanwhile_is_not_overwritten(house: House) -> None:
    opened = house.run(lambda work: conversations.open_at(work, "web", "A"))
    house.run(lambda work: conversations.save(work, opened.conversation, opened.version, ""))
    with pytest.raises(Overtaken):
        house.run(lambda work: conversations.save(work, opened.conversation, opened.version, ""))


def test_an_invite_gives_its_role_once_and_in_time(house: House) -> None:
    someone, other = house.meet("A"), house.meet("B")
    code = invites.fresh(Random(1))
    house.run(lambda work: invites.make(work, code, Role.HELPER, timedelta(hours=24), places=("420704002001",)))
    assert house.run(lambda work: invites.accept(work, "wrong", someone)) is None
    assert house.run(lambda work: invites.accept(work, code, someone)) is Role.HELPER
    assert house.run(lambda work: invites.accept(work, code, other)) is None
    assert person(house, someone).places == ("420704002001",)
    late = invites.fresh(Random(2))
    house.run(lambda work: invites.make(work, late, Role.HELPER, timedelta(hours=24)))
    house.wait(hours=24)
    assert house.run(lambda work: invites.accept(work, late, other)) is None


def test_looking_at_an_invite_does_not_use_it(house: House) -> None:
    someone = house.meet("A")
    code = invites.fresh(Random(1))
    places = ("420704002001",)
    house.run(lambda work: invites.make(work, code, Role.HELPER, timedelta(hours=24), places=places, roster_key="H1"))
    for _ in range(2):
        assert house.look(lambda reader: invites.look_at(reader, code)) == invites.Invite(Role.HELPER, "H1", places)
    assert house.look(lambda reader: invites.look_at(reader, "wrong")) is None
    assert house.run(lambda work: invites.accept(work, code, someone)) is Role.HELPER
    assert house.look(lambda reader: invites.look_at(reader, code)) is None


def test_a_code_is_not_in_the_database(house: House) -> None:
    code = invites.fresh(Random(1))
    house.run(lambda work: invites.make(work, code, Role.HELPER, timedelta(hours=24)))
    rows = house.look(lambda reader: reader.connection.exec_driver_sql("SELECT * FROM invites").all())
    assert code not in str(rows)


def test_of_many_who_use_one_code_one_wins(url: str) -> None:
    house = House(url)
    racers = [house.meet(f"A{number}") for number in range(8)]
    code = invites.fresh(Random(1))
    house.run(lambda work: invites.make(work, code, Role.HELPER, timedelta(hours=24)))
    doors = [House(url) for _ in racers]
    start = threading.Barrier(len(racers))
    won: list[int] = []

    def race(door: House, racer: int) -> None:
        start.wait(30)
        if door.run(lambda work: invites.accept(work, code, racer)):
            won.append(racer)

    threads = [threading.Thread(target=race, args=pair) for pair in zip(doors, racers, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for door in (house, *doors):
        door.close()
    assert len(won) == 1

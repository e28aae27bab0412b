from __future__ import annotations

import threading
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from storage import settings
from storage.database import StoreUnavailable
from storage.unit_of_work import UnitOfWork
from storage.writer import BATCH
from tests.conftest import sqlite_url
from tests.storage.house import House


class Gate:
    """A job that holds the writer until it is opened, so that what is submitted meanwhile is one batch."""

    def __init__(self, house: House) -> None:
        self._entered = threading.Event()
        self._open = threading.Event()
        self.future = house.writer.submit(self._hold)
        assert self._entered.wait(30)

    def _hold(self, _work: UnitOfWork) -> None:
        self._entered.set()
        assert self._open.wait(30)

    def open(self) -> None:
        self._open.set()


def keep(name: str, value: Any = 1) -> Any:
    return lambda work: settings.put(work, name, value)


def kept(house: House, name: str) -> Any:
    return house.look(lambda work: settings.get(work, name))


def test_a_result_comes_only_after_the_commit(house: House) -> None:
    seen: list[Any] = []
    future = house.writer.submit(keep("a"))
    future.add_done_callback(lambda _: seen.append(kept(house, "a")))
    future.result(30)
    house.writer.close()
    assert seen == [1]


def test_what_has_arrived_is_committed_together(house: House) -> None:
    commits: list[int] = []
    gate = Gate(house)
    house.writer.committed.append(lambda: commits.append(1))
    jobs = [house.writer.submit(keep(f"n{number}")) for number in range(BATCH + 10)]
    gate.open()
    for job in (gate.future, *jobs):
        job.result(30)
    house.writer.close()
    assert len(commits) == 3  # the gate alone, then 64, then 10


def test_one_poison_job_is_undone_alone(house: House) -> None:
    def poison(work: UnitOfWork) -> None:
        settings.put(work, "poison", 1)
        raise ZeroDivisionError

    gate = Gate(house)
    before, bad, after = (house.writer.submit(job) for job in (keep("before"), poison, keep("after")))
    gate.open()
    before.result(30)
    after.result(30)
    with pytest.raises(ZeroDivisionError):
        bad.result(30)
    assert [kept(house, name) for name in ("before", "poison", "after")] == [1, None, 1]


def test_a_full_disk_fails_only_what_does_not_fit(tmp_path: Path, template: Path) -> None:
    (tmp_path / "exiaobang.db").write_bytes(template.read_bytes())
    house = House(sqlite_url(tmp_path))

    def set_room(work: UnitOfWork, pages: int) -> None:
        used = work.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        work.connection.exec_driver_sql(f"PRAGMA max_page_count = {used + pages}")

    def big(work: UnitOfWork) -> None:
        set_room(work, 20)
        settings.put(work, "big", "x" * 1_000_000)

    gate = Gate(house)
    small, too_big = house.writer.submit(keep("small")), house.writer.submit(big)
    gate.open()
    small.result(30)
    with pytest.raises(StoreUnavailable, match="disk is full"):
        too_big.result(30)
    assert [kept(house, name) for name in ("small", "big")] == [1, None]
    house.run(lambda work: set_room(work, 1000))
    house.run(keep("later", "y" * 1_000_000))
    house.close()


def test_a_database_that_goes_away_and_comes_back(house: House) -> None:
    house.run(lambda work: work.connection.execute(text("ALTER TABLE settings RENAME TO hidden")))
    with pytest.raises(Exception, match="settings"):
        house.run(keep("a"))
    house.run(lambda work: work.connection.execute(text("ALTER TABLE hidden RENAME TO settings")))
    house.run(keep("a"))
    assert kept(house, "a") == 1


def test_closing_finishes_what_was_submitted(house: House) -> None:
    futures: list[Future[None]] = [house.writer.submit(keep(f"n{number}")) for number in range(200)]
    house.writer.close()
    house.writer.close()
    assert all(future.done() and future.exception() is None for future in futures)
    with pytest.raises(RuntimeError, match="closed"):
        house.writer.submit(keep("late"))


def test_a_cancelled_job_is_not_run(house: House) -> None:
    gate = Gate(house)
    unwanted = house.writer.submit(keep("unwanted"))
    assert unwanted.cancel()
    gate.open()
    house.run(keep("wanted"))
    with pytest.raises(CancelledError):
        unwanted.result(30)
    assert kept(house, "unwanted") is None


def test_a_hook_that_raises_harms_nobody(house: House) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    called: list[int] = []
    house.writer.committed.extend([broken, lambda: called.append(1)])
    house.run(keep("a"))
    house.run(keep("b"))
    house.writer.close()
    assert called == [1, 1]

"""What waits for a person: listed without personal data, handed in, sent again, left at that."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot import leftovers
from bot.channels.port import Inbound, InboundEvent, Received
from bot.opening import Store
from bot.turn import handle
from catalog.understanding import Understanding
from handlers.messages import FileKind, Said
from storage import inbox, outbox, retention
from storage.unit_of_work import UnitOfWork
from tests.bot.a_store import queue, sample, sample_town, store_at

ROOT = Path(__file__).parents[2]


class BrokenSearch:
    """A catalog that cannot answer."""

    def understand(self, text: str) -> Understanding:
        raise ZeroDivisionError(text)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with store_at(database_url) as opened:
        yield opened


def park(store: Store, event: InboundEvent, id: str = "m1") -> None:
    broken = replace(sample_town(), search=BrokenSearch())
    inbound = Inbound(id, "A", event, store.clock.now())
    assert store.writer.submit(lambda work: handle(work, "web", inbound, broken)).result(10).is_parked


def fail(store: Store, text: str) -> None:
    """A message that is given up at its first try."""
    queue(store, "B", text)

    def job(work: UnitOfWork) -> None:
        for leased in outbox.lease(work, "spoken", 10):
            outbox.mark_failed(work, leased, "put off too often")

    store.writer.submit(job).result(10)


def told(store: Store) -> str:
    return "\n".join(leftovers.lines(store, sample()))


def test_nothing_waits_at_first(store: Store) -> None:
    assert told(store) == "Nothing waits for a person."


def test_what_waits_is_listed_without_personal_data(store: Store) -> None:
    park(store, Said("社保卡丢了，电话 13800138000"))
    park(store, Received(FileKind.PHOTO, data=b"x", mime="image/jpeg", caption="办低保"), "m2")
    fail(store, "小帮接了您的事，电话 13900139000")
    listed = told(store)
    assert "ZeroDivisionError" in listed
    assert "said: 社保卡丢了" in listed
    assert "sent a photo 办低保" in listed
    assert "failed" in listed
    assert "小帮接了您的事" in listed
    assert "13800138000" not in listed
    assert "13900139000" not in listed


def test_a_parked_message_is_handled_at_the_second_try(store: Store) -> None:
    park(store, Said("社保卡丢了"))
    (parked,) = store.look_now(inbox.all_parked)
    broken = replace(sample_town(), search=BrokenSearch())
    assert "stays parked" in leftovers.hand_in_again(store, broken, parked.id)
    assert "is handled" in leftovers.hand_in_again(store, sample_town(), parked.id)
    assert told(store) == "Nothing waits for a person."
    assert "No message" in leftovers.hand_in_again(store, sample_town(), parked.id)


def test_a_message_that_an_older_version_parked_is_listed_and_not_handed_in(store: Store) -> None:
    park(store, Said("社保卡丢了"))
    (parked,) = store.look_now(inbox.all_parked)
    store.writer.submit(lambda work: inbox.park(work, parked.id, "ValueError", '{"update_id": 5}')).result(10)
    assert "older version" in told(store)
    assert "cannot be handed in again" in leftovers.hand_in_again(store, sample_town(), parked.id)
    assert store.look_now(inbox.parked) == 1


def test_a_message_that_did_not_arrive_is_sent_again(store: Store) -> None:
    fail(store, "小帮接了您的事")
    (stuck,) = store.look_now(outbox.stuck)
    assert "goes out" in leftovers.send_again(store, stuck.id)
    (leased,) = store.writer.submit(lambda work: outbox.lease(work, "spoken", 10)).result(10)
    assert (leased.id, leased.attempts) == (stuck.id, 1)
    assert "No message" in leftovers.send_again(store, stuck.id)


def test_what_was_seen_is_counted_no_more(store: Store) -> None:
    park(store, Said("社保卡丢了"))
    fail(store, "小帮接了您的事")
    assert leftovers.see_all(store) == "2 left at that."
    assert told(store) == "Nothing waits for a person."
    assert store.look_now(outbox.counts)["seen"] == 1


def test_what_nobody_looked_at_goes_when_a_chat_goes(store: Store) -> None:
    park(store, Said("社保卡丢了"))
    fail(store, "小帮接了您的事")
    store.clock.move_to(store.clock.now() + timedelta(days=31))
    assert store.writer.submit(partial(retention.prune, chat_days=30, case_days=365)).result(10) > 0
    assert told(store) == "Nothing waits for a person."


def test_the_command_lists_and_hands_in(tmp_path: Path) -> None:
    with store_at(f"sqlite:///{tmp_path / 'exiaobang.db'}") as store:
        park(store, Said("社保卡丢了"))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EXIAOBANG_")}

    def run(*words: str) -> str:
        command = [sys.executable, "-m", "bot", "parked", "--folder", str(tmp_path), *words]
        ran = subprocess.run(command, cwd=ROOT, env=kept, capture_output=True, text=True, encoding="utf-8", timeout=120)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    assert "said: 社保卡丢了" in run()
    assert run("--replay", "1") == "1 is handled; the reply goes out.\n"
    assert run() == "Nothing waits for a person.\n"
    assert run("--seen") == "0 left at that.\n"

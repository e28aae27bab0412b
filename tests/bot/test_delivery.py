"""What lies in the outbox goes out: in order per address, side by side over addresses, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.channels.port import Gone, Outbound, Receipt, Refused, TryLater, Uncertain
from bot.delivery import FILE_LOST, Delivery, backoff
from bot.opening import Store
from handlers.messages import FileKind
from storage import attachments, outbox
from tests.bot.a_store import Spoken, queue, sample_town, store_at


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with store_at(database_url) as opened:
        yield opened


@asynccontextmanager
async def delivering(
    store: Store, channel: Spoken, patience: outbox.Patience = outbox.PATIENT
) -> AsyncIterator[Delivery]:
    """A Delivery that runs and is woken by commits, as the service does it."""
    delivery = Delivery(channel, {channel.name: channel}, store.writer, store.read, sample_town(), patience)
    loop = asyncio.get_running_loop()
    store.writer.committed.append(lambda: _wake(loop, delivery))
    running = asyncio.create_task(delivery.run())
    try:
        yield delivery
    finally:
        await delivery.stop()
        await running
        store.writer.committed.clear()


def _wake(loop: asyncio.AbstractEventLoop, delivery: Delivery) -> None:
    loop.call_soon_threadsafe(delivery.wake)


async def until(claim: Callable[[], bool], seconds: float = 15.0) -> None:
    """Waits for something to become true; fails when it does not."""
    async with asyncio.timeout(seconds):
        while not claim():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def counts(store: Store) -> dict[str, int]:
    return store.look_now(outbox.counts)


async def test_sends_what_waited_and_what_comes(store: Store) -> None:
    channel = Spoken()
    await asyncio.to_thread(queue, store, "a", "before")
    async with delivering(store, channel):
        await until(lambda: len(channel.delivered) == 1)
        await asyncio.to_thread(queue, store, "b", "after")
        await until(lambda: len(channel.delivered) == 2, 3.0)
        await until(lambda: counts(store) == {"sent": 2})
    assert channel.delivered == [("a", "before"), ("b", "after")]


async def test_keeps_the_order_of_an_address_and_lets_others_pass(store: Store) -> None:
    channel = Spoken(1.0)
    for text in ("1", "2", "3"):
        await asyncio.to_thread(queue, store, "slow", text)
    for number in range(5):
        await asyncio.to_thread(queue, store, f"other{number}", "x")
    async with delivering(store, channel):
        await until(lambda: len(channel.delivered) == 8)
    assert [text for address, text in channel.delivered if address == "slow"] == ["1", "2", "3"]
    assert [address for address, _ in channel.delivered[:5]] == [f"other{number}" for number in range(5)]
    assert channel.at_once > 1


async def test_try_later_is_tried_later_and_in_order(store: Store) -> None:
    channel = Spoken(TryLater(0.2))
    await asyncio.to_thread(queue, store, "a", "1")
    await asyncio.to_thread(queue, store, "a", "2")
    async with delivering(store, channel):
        await until(lambda: len(channel.delivered) == 2)
    assert channel.delivered == [("a", "1"), ("a", "2")]
    assert channel.started == 3


class Stubborn(Spoken):
    """Puts one message off whenever it is tried."""

    async def deliver(self, address: str, out: Outbound) -> Receipt:
        if out.text == "poison":
            self.started += 1
            raise TryLater(0.0)
        return await super().deliver(address, out)


async def test_a_message_that_is_put_off_for_ever_lets_the_next_ones_pass(store: Store) -> None:
    channel = Stubborn()
    for address, text in (("a", "poison"), ("a", "1"), ("a", "2"), ("b", "x")):
        await asyncio.to_thread(queue, store, address, text)
    async with delivering(store, channel, outbox.Patience(tries=2)):
        await until(lambda: counts(store) == {"failed": 1, "sent": 3})
    assert [text for address, text in channel.delivered if address == "a"] == ["1", "2"]
    assert channel.started == 5


async def test_what_the_channel_refuses_is_said_to_nobody_again(store: Store) -> None:
    channel = Spoken(Refused("too long"))
    await asyncio.to_thread(queue, store, "a", "1")
    await asyncio.to_thread(queue, store, "a", "2")
    async with delivering(store, channel):
        await until(lambda: counts(store) == {"refused": 1, "sent": 1})
    assert channel.delivered == [("a", "2")]


@pytest.mark.parametrize("trouble", [Uncertain(), RuntimeError("a bug")])
async def test_what_may_have_arrived_is_sent_once_more_and_then_left_to_a_person(
    store: Store, trouble: Exception
) -> None:
    channel = Spoken(trouble, trouble)
    await asyncio.to_thread(queue, store, "a", "1")
    async with delivering(store, channel):
        await until(lambda: counts(store) == {"uncertain": 1})
    assert channel.started == 2


async def test_nothing_more_goes_to_who_is_gone(store: Store) -> None:
    channel = Spoken(Gone())
    for text in ("1", "2"):
        await asyncio.to_thread(queue, store, "a", text)
    async with delivering(store, channel):
        await until(lambda: counts(store) == {"dead": 2})
    assert channel.started == 1


async def test_stopping_lets_what_is_being_sent_end(store: Store) -> None:
    channel = Spoken(0.5)
    await asyncio.to_thread(queue, store, "a", "1")
    async with delivering(store, channel):
        await until(lambda: channel.started == 1)
    assert counts(store) == {"sent": 1}


async def test_a_cancelled_sender_loses_nothing(store: Store) -> None:
    """Killed while it sends: the row is handed out once more when its lease has run out."""
    channel = Spoken(60.0)
    await asyncio.to_thread(queue, store, "a", "1")
    delivery = Delivery(channel, {channel.name: channel}, store.writer, store.read, sample_town())
    running = asyncio.create_task(delivery.run())
    await until(lambda: channel.started == 1)
    running.cancel()
    for task in list(delivery._sending):
        task.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert counts(store) == {"sending": 1}
    store.clock.move_to(store.clock.now() + outbox.LEASE)
    async with delivering(store, channel):
        await until(lambda: counts(store) == {"sent": 1})
    assert channel.delivered == [("a", "1")]


async def test_a_file_is_fetched_where_it_came_in_and_sent_up_once(store: Store) -> None:
    origin, channel = Spoken(), Spoken()
    origin.name = "origin"
    origin.files = {"their-ref": b"\xff\xd8photo"}

    file_id = await store.do(
        lambda work: attachments.add(work, FileKind.PHOTO, "image/jpeg", "a.jpg", None, "origin", "their-ref")
    )
    lost_id = await store.do(lambda work: attachments.add(work, FileKind.PHOTO, "image/jpeg", "b.jpg", None, "", ""))
    delivery = Delivery(channel, {"origin": origin, "spoken": channel}, store.writer, store.read, sample_town())
    await asyncio.to_thread(queue, store, "a", "1", files=(file_id,))
    await asyncio.to_thread(queue, store, "a", "2", files=(file_id,))
    await asyncio.to_thread(queue, store, "a", "3", files=(lost_id,))
    running = asyncio.create_task(delivery.run())
    await until(lambda: counts(store) == {"sent": 3})
    await delivery.stop()
    await running
    first, second, third = channel.outbounds
    assert first.files[0].data == b"\xff\xd8photo"
    assert (second.files[0].data, second.files[0].refs["spoken"]) == (None, "file-0")
    assert (third.files, third.text) == ((), f"3\n{FILE_LOST}")
    assert origin.fetched == ["their-ref"]
    kept = store.look_now(lambda reader: attachments.load(reader, file_id))
    assert kept is not None
    assert kept.data == b"\xff\xd8photo"


async def test_a_notice_waits_for_its_hour(store: Store) -> None:
    channel = Spoken()
    later = store.clock.now() + timedelta(hours=3)
    await asyncio.to_thread(queue, store, "a", "notice", not_before=later)
    await asyncio.to_thread(queue, store, "a", "answer")
    async with delivering(store, channel) as delivery:
        await until(lambda: len(channel.delivered) == 1)
        store.clock.move_to(later)
        delivery.wake()
        await until(lambda: len(channel.delivered) == 2)
    assert channel.delivered == [("a", "answer"), ("a", "notice")]


def test_backoff_grows_and_is_bounded() -> None:
    assert all(0.4 <= backoff(1) <= 0.6 for _ in range(100))
    assert all(48 <= backoff(50) <= 72 for _ in range(100))

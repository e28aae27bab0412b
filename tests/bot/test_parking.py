"""Every form in which a parked message was ever kept is read, and nothing else is taken for one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest

from bot.channels.port import Inbound, InboundEvent, Pressed, Received
from bot.opening import Store
from bot.parking import NotKept, event_in, form_of, inbound_of
from handlers.messages import Arrived, Blocked, FileKind, Said, SentUnreadable, SharedPhone, SharedPlace
from tests.bot.a_store import store_at

NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
FORMS = (Path(__file__).parent / "parked_messages.jsonl").read_text("utf-8").splitlines()
EVENTS: tuple[InboundEvent, ...] = (
    Arrived("code"),
    Blocked(),
    Pressed("token"),
    Received(FileKind.VOICE, ref="their-name", mime="audio/ogg", caption="听", album="a"),
    Said("社保卡丢了"),
    SentUnreadable("sticker"),
    SharedPhone("13800138000", True),
    SharedPlace(30.39, 114.89),
)
PHOTO = Received(FileKind.PHOTO, data=b"\xff\xd8", mime="image/jpeg", name="照片.jpg")


@pytest.fixture
def store(sqlite_file_url: str) -> Iterator[Store]:
    with store_at(sqlite_file_url) as opened:
        yield opened


def inbound(event: InboundEvent) -> Inbound:
    return Inbound("7", "A", event, NOON, "A:3", '{"update_id": 7}', "王五")


def kept(store: Store, event: InboundEvent) -> str:
    return store.writer.submit(lambda work: form_of(work, "web", inbound(event))).result(10)


def read(store: Store, form: str) -> Inbound:
    return store.look_now(lambda reader: inbound_of(reader, form))


@pytest.mark.parametrize("event", [*EVENTS, PHOTO], ids=lambda event: type(event).__name__)
def test_a_message_comes_back_as_it_was(store: Store, event: InboundEvent) -> None:
    assert read(store, kept(store, event)) == inbound(event)


def test_there_is_a_saved_form_of_every_event_and_each_is_still_read(store: Store) -> None:
    found = [read(store, form) for form in FORMS]
    assert {type(one.event) for one in found} == set(get_args(InboundEvent))
    assert {type(one) for one in EVENTS} == set(get_args(InboundEvent))
    assert all(one.address == "A" for one in found)


def test_the_bytes_of_a_file_do_not_stand_in_the_form(store: Store) -> None:
    form = json.loads(kept(store, PHOTO))
    assert form["fields"]["data"] is None
    assert form["file"] == 1


@pytest.mark.parametrize("form", ["", "{}", "[1]", "{broken", '{"update_id": 5}', '{"parked": 2}', '{"parked": 1}'])
def test_what_is_no_whole_message_is_not_taken_for_one(store: Store, form: str) -> None:
    with pytest.raises(NotKept):
        read(store, form)
    assert event_in(form) is None


def test_a_file_that_was_deleted_is_told(store: Store) -> None:
    form = json.dumps(json.loads(kept(store, PHOTO)) | {"file": 99})
    with pytest.raises(NotKept, match="file is not there"):
        read(store, form)

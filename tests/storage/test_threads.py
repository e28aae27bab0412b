from __future__ import annotations

from functools import partial

from handlers.messages import FileKind
from storage import attachments, threads
from storage.threads import Line
from tests.storage.house import House


def after(house: House, line_id: int = 0, address: str = "A") -> list[Line]:
    return house.look(lambda reader: threads.after(reader, "web", address, line_id))


def test_readers_go_on_after_the_line_they_know(house: House) -> None:
    first = house.run(lambda work: threads.add(work, "web", "A", "me", "k1", {"text": "您好"}))
    second = house.run(lambda work: threads.add(work, "web", "A", "bot", "k2", {"text": "好"}))
    house.run(lambda work: threads.add(work, "web", "B", "me", "k1", {"text": "别人"}))
    assert [line.id for line in after(house)] == [first, second]
    assert after(house, first) == [Line(second, "bot", "k2", {"text": "好"}, house.now, "")]


def test_the_same_key_again_is_the_same_line(house: House) -> None:
    ids = [house.run(lambda work: threads.add(work, "web", "A", "bot", "k", {"text": "好"})) for _ in range(2)]
    assert ids[0] == ids[1]
    assert len(after(house)) == 1


def test_an_edit_is_a_line_more_that_names_the_one_it_replaces(house: House) -> None:
    first = house.run(lambda work: threads.add(work, "web", "A", "bot", "k", {"text": "old"}))
    for text in ("new", "newer"):
        house.run(partial(threads.edit, channel="web", address="A", key="k", body={"text": text}))
    assert [(line.edits, line.body["text"]) for line in after(house, first)] == [("k", "new"), ("k", "newer")]
    assert house.run(lambda work: threads.add(work, "web", "A", "bot", "k", {"text": "old"})) == first


def test_files_are_kept_with_what_each_channel_calls_them(house: House) -> None:
    voice = house.run(lambda work: attachments.add(work, FileKind.VOICE, "", "", None, "telegram", "f1"))
    house.run(lambda work: attachments.add_ref(work, voice, "web", "9"))
    house.run(lambda work: attachments.fill(work, voice, b"\x00voice"))
    kept = house.look(lambda reader: attachments.load(reader, voice))
    assert kept is not None
    assert (kept.kind, kept.data, kept.refs) == (FileKind.VOICE, b"\x00voice", {"telegram": "f1", "web": "9"})
    assert house.look(lambda reader: attachments.load(reader, voice + 1)) is None

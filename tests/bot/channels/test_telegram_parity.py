"""Nothing above the port can tell which library speaks: the same updates give equal events, the same messages the
same calls."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.aiogram_telegram import AiogramTelegram, AiogramWire
from bot.channels.port import Outbound, OutButton, OutFile
from bot.channels.ptb_telegram import PtbTelegram, PtbWire
from bot.channels.telegram_polling import Options, TelegramChannel
from bot.channels.telegram_rules import read
from handlers.messages import FileKind
from tests.bot.channels.conftest import UNPACED
from tests.telegram_double.client import TOKEN, Double

NOW = datetime(2026, 5, 1, tzinfo=UTC)
SENDER = {"id": 5, "is_bot": False, "first_name": "王", "last_name": "芳", "language_code": "zh-hans"}
CHAT = {"id": 5, "type": "private", "first_name": "王", "last_name": "芳"}
GROUP = {"id": -100, "type": "supergroup", "title": "邻里群"}
BOT_USER = {"id": 110, "is_bot": True, "first_name": "鄂小帮", "username": "exiaobang_bot"}
FILE = {"file_id": "F1", "file_unique_id": "u1", "file_size": 1000}
HUGE = FILE | {"file_size": 30_000_000}


def message(**content: Any) -> dict[str, Any]:
    return {"message_id": 7, "date": 1_777_600_000, "chat": CHAT, "from": SENDER, **content}


def standing(status: str) -> dict[str, Any]:
    return {"user": BOT_USER, "status": status} | ({"until_date": 0} if status == "kicked" else {})


def membership(status: str) -> dict[str, Any]:
    old, new = standing("member"), standing(status)
    return {"chat": CHAT, "from": SENDER, "date": 1_777_600_000, "old_chat_member": old, "new_chat_member": new}


PRESS = {"id": "99", "from": SENDER, "chat_instance": "1", "data": "tok"}
UPDATES: dict[str, dict[str, Any]] = {
    "text": {"message": message(text="高龄津贴😀")},
    "start": {"message": message(text="/start AB", entities=[{"type": "bot_command", "offset": 0, "length": 6}])},
    "edited": {"edited_message": message(text="改", edit_date=1_777_600_100)},
    "edited caption": {"edited_message": message(caption="改", photo=[FILE | {"width": 9, "height": 9}], edit_date=1)},
    "photo": {
        "message": message(
            photo=[FILE | {"width": 90, "height": 90, "file_id": "small"}, FILE | {"width": 900, "height": 900}],
            caption="证",
            media_group_id="a1",
        )
    },
    "voice": {"message": message(voice=FILE | {"duration": 2, "mime_type": "audio/ogg"})},
    "video": {"message": message(video=FILE | {"duration": 2, "width": 9, "height": 9, "file_name": "v.mp4"})},
    "round video": {"message": message(video_note=FILE | {"duration": 2, "length": 240})},
    "document": {"message": message(document=FILE | {"file_name": "表.pdf", "mime_type": "application/pdf"})},
    "song": {"message": message(audio=FILE | {"duration": 200, "file_name": "歌.mp3", "mime_type": "audio/mpeg"})},
    "gif": {
        "message": message(
            animation=FILE | {"duration": 2, "width": 9, "height": 9}, document=FILE | {"file_name": "g.mp4"}
        )
    },
    "huge": {"message": message(document=HUGE | {"file_name": "film.mkv"})},
    "contact": {"message": message(contact={"phone_number": "+86138", "first_name": "王", "user_id": 5})},
    "card": {"message": message(contact={"phone_number": "139", "first_name": "李"})},
    "place": {"message": message(location={"latitude": 30.39, "longitude": 114.89})},
    "venue": {
        "message": message(
            location={"latitude": 30.4, "longitude": 114.9},
            venue={"location": {"latitude": 30.4, "longitude": 114.9}, "title": "社区", "address": "某路"},
        )
    },
    "live place goes on": {
        "edited_message": message(location={"latitude": 30.4, "longitude": 114.9, "live_period": 60}, edit_date=1)
    },
    "sticker": {
        "message": message(
            sticker=FILE | {"type": "regular", "width": 9, "height": 9, "is_animated": False, "is_video": False}
        )
    },
    "dice": {"message": message(dice={"emoji": "🎲", "value": 3})},
    "poll": {
        "message": message(
            poll={
                "id": "1",
                "question": "?",
                "options": [],
                "total_voter_count": 0,
                "is_closed": False,
                "is_anonymous": True,
                "type": "regular",
                "allows_multiple_answers": False,
                "allows_revoting": False,
                "members_only": False,
            }
        )
    },
    "pinned": {"message": message(pinned_message=message(text="旧"))},
    "forwarded": {
        "message": message(text="转", forward_origin={"type": "hidden_user", "sender_user_name": "某", "date": 1})
    },
    "reply": {"message": message(text="答", reply_to_message=message(text="问"))},
    "group": {"message": message(text="群") | {"chat": GROUP}},
    "press": {"callback_query": PRESS | {"message": message(text="要吗？") | {"from": BOT_USER}}},
    "press on an old message": {"callback_query": PRESS | {"message": {"chat": CHAT, "message_id": 7, "date": 0}}},
    "press on a game": {"callback_query": {k: v for k, v in PRESS.items() if k != "data"} | {"game_short_name": "g"}},
    "blocked": {"my_chat_member": membership("kicked")},
    "unblocked": {"my_chat_member": membership("member")},
    "from the future": {"message": message(text="新", a_field_of_next_year={"x": 1})},
    "unasked kind": {"poll_answer_of_next_year": {"x": 1}},
}


@pytest.mark.parametrize("name", UPDATES)
async def test_same_update_same_event(name: str) -> None:
    raw = {"update_id": 1, **UPDATES[name]}
    heard = []
    for wire in (AiogramWire(TOKEN, "http://127.0.0.1:9"), PtbWire(TOKEN, "http://127.0.0.1:9")):
        seen = wire.read(raw)
        heard.append((seen, read(1, seen, "{}", NOW) if seen else None))
        await wire.close()
    assert heard[0] == heard[1]
    silent = {"live place goes on", "pinned", "group", "press on a game", "unblocked", "unasked kind"}
    assert (heard[0][1] is None) == (name in silent)


PHOTO = OutFile(FileKind.PHOTO, "image/jpeg", "p.jpg", {}, b"\xff\xd8 picture")
BUTTONS = ((OutButton("好😀", "t1"), OutButton("不", "t2")), (OutButton("以后", "t3"),))
MESSAGES = [
    Outbound("k01", "纯文本 <b>不是</b> *标记* _吗_"),
    Outbound("k02", "有按钮", BUTTONS),
    Outbound("k03", "电话？", asks="phone"),
    Outbound("k04", "谢谢"),
    Outbound("k05", "在哪？", BUTTONS, asks="place"),
    Outbound("k06", "长" * 5000, BUTTONS),
    Outbound("k07", "看图", files=(PHOTO,)),
    Outbound("k08", "", files=(OutFile(FileKind.VOICE, "audio/ogg", "v.ogg", {}, b"OggS"),)),
    Outbound("k09", "", files=(OutFile(FileKind.VIDEO, "video/mp4", "v.mp4", {}, b"mp4"),)),
    Outbound("k10", "", files=(OutFile(FileKind.DOCUMENT, "application/pdf", "表 1.pdf", {}, b"%PDF"),)),
    Outbound("k11", "改成这样", BUTTONS, edits="5:1"),
    Outbound("k12", "改成这样", edits="5:99999"),
]


async def calls_of(channel: TelegramChannel, double: Double) -> list[Any]:
    """What a library puts on the wire for all of MESSAGES, to a new person, and what the receipts say."""
    await double.says(5, "你好")
    receipts = [await channel.deliver("5", out) for out in MESSAGES]
    await channel.close()
    calls = [{key: call[key] for key in ("method", "values", "unknown")} for call in await double.calls()]
    return [calls, [(receipt.ref, len(receipt.file_refs)) for receipt in receipts]]


async def test_same_message_same_calls(double: Double) -> None:
    mine = await calls_of(AiogramTelegram(TOKEN, double.base, Options(pace=UNPACED)), double)
    await double.act("reset")
    theirs = await calls_of(PtbTelegram(TOKEN, double.base, Options(pace=UNPACED)), double)
    assert mine == theirs
    assert [call["unknown"] for call in mine[0]] == [[]] * len(mine[0])
    assert not any("parse_mode" in call["values"] for call in mine[0])


async def test_same_start(double: Double) -> None:
    """Commands and webhook are set alike."""
    seen = []
    for wire in (AiogramWire(TOKEN, double.base), PtbWire(TOKEN, double.base)):
        before = len(await double.calls())
        await wire.set_commands({"help": "怎么用"})
        await wire.set_webhook("http://127.0.0.1:9/hook", "s" * 20)
        await wire.delete_webhook()
        assert await wire.get_name() == BOT_USER["username"]
        await wire.close()
        seen.append([(call["method"], call["values"]) for call in (await double.calls())[before:]])
    assert seen[0] == seen[1]
    assert seen[0][1][1]["secret_token"] == "s" * 20

"""Both Telegram channels against the double: the same promises, whichever library speaks."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable

import pytest

from bot.channels.port import Gone, Outbound, OutButton, OutFile, Pressed, Received, Refused, TryLater, Uncertain
from bot.channels.telegram_pacing import Pace
from bot.channels.telegram_polling import TelegramChannel
from bot.channels.telegram_rules import ALLOWED_UPDATES, ASK_HINTS, ONLY_IN_PRIVATE
from bot.channels.telegram_wire import WrongToken
from handlers.messages import Arrived, Blocked, FileKind, Said, SentUnreadable, SharedPhone, SharedPlace
from tests.bot.channels.conftest import Listening, MakeChannel, Store
from tests.telegram_double.client import Double

Listen = Callable[[TelegramChannel], Listening]
ANN = 5
BUTTONS = ((OutButton("好", "t1"), OutButton("不", "t2")),)


# --- coming in


async def test_everything_a_person_can_do_arrives(
    channel: TelegramChannel, store: Store, double: Double, listen: Listen
) -> None:
    await double.says(ANN, "/start AB12", name="王芳")
    listen(channel)
    await store.has(1)
    await channel.deliver(str(ANN), Outbound("k1", "要吗？", BUTTONS, asks="phone"))
    said = await double.says(ANN, "高龄津贴")
    await double.presses(ANN, "不")
    await double.presses(ANN, ASK_HINTS["phone"][0])
    await double.act("share_contact", user=ANN, phone="139", is_own=False)
    await double.act("share_place", user=ANN, latitude=30.5, longitude=114.9)
    photo = await double.sends_file(ANN, "photo", caption="证", album="a1")
    await double.sends_file(ANN, "voice")
    await double.sends_file(ANN, "document", file_name="表.pdf")
    await double.act("send_sticker", user=ANN)
    await double.act("edit", user=ANN, message_id=said["message"]["message_id"], text="高龄补贴")
    await double.act("block", user=ANN)
    kept = await store.has(12)
    assert [inbound.event for inbound in kept] == [
        Arrived("AB12"),
        Said("高龄津贴"),
        Pressed("t2"),
        SharedPhone("+8613800000000", True),
        SharedPhone("139", False),
        SharedPlace(30.5, 114.9),
        Received(FileKind.PHOTO, photo["message"]["photo"][-1]["file_id"], mime="image/jpeg", caption="证", album="a1"),
        Received(FileKind.VOICE, kept[7].event.ref, mime="audio/ogg"),  # type: ignore[union-attr]
        Received(FileKind.DOCUMENT, kept[8].event.ref, mime="application/octet-stream", name="表.pdf"),  # type: ignore[union-attr]
        SentUnreadable("sticker"),
        Said("高龄补贴"),
        Blocked(),
    ]
    assert {inbound.display_name for inbound in kept} == {"王芳"}
    await double.until("waiting", lambda waiting: waiting == [])
    await double.until("journal", lambda calls: any(call["method"] == "answerCallbackQuery" for call in calls))


async def test_asks_for_its_kinds_of_updates_and_shows_its_menu(
    channel: TelegramChannel, double: Double, listen: Listen
) -> None:
    listen(channel)
    commands = await double.until("commands", bool)
    assert [command["command"] for command in commands] == ["start", "help", "cases", "today"]
    assert "chat_member" not in ALLOWED_UPDATES


async def test_tells_what_the_bot_is_called(make_channel: MakeChannel, listen: Listen) -> None:
    named: asyncio.Queue[str] = asyncio.Queue()
    listen(make_channel(named=named.put_nowait))
    assert await asyncio.wait_for(named.get(), 10) == "exiaobang_bot"


async def test_nothing_is_acknowledged_before_it_is_stored(
    channel: TelegramChannel, store: Store, double: Double, listen: Listen
) -> None:
    store.down = 3
    update = await double.says(ANN, "你好")
    listen(channel)
    await store.has(1)
    await double.until("acknowledged", lambda ids: ids == [update["update_id"]])
    assert len(store.kept) == 1


async def test_killed_between_store_and_acknowledgement_it_comes_again(
    make_channel: MakeChannel, store: Store, double: Double, listen: Listen
) -> None:
    reached = asyncio.Event()

    class Dying(Store):
        async def accept(self, inbound: object) -> None:
            reached.set()
            await asyncio.Event().wait()

    await double.says(ANN, "你好")
    dying = Listening(make_channel(), Dying())
    await asyncio.wait_for(reached.wait(), 10)
    await dying.stop()
    assert await double.state("acknowledged") == []
    listen(make_channel())
    assert [inbound.event for inbound in await store.has(1)] == [Said("你好")]


@pytest.mark.parametrize(
    "broken",
    [
        {"message": {"message_id": 1, "from": {"id": ANN}, "text": "没有聊天"}},
        {"message": {"message_id": "x", "date": "gestern", "chat": {"id": ANN, "type": "private"}, "text": 3}},
        {"callback_query": {"id": 3, "from": {"id": ANN}}},
    ],
    ids=["no chat", "wrong types", "half a press"],
)
async def test_broken_update_is_kept_and_holds_up_nobody(
    broken: dict[str, object], channel: TelegramChannel, store: Store, double: Double, listen: Listen
) -> None:
    await double.says(ANN, "前")
    await double.act("add_raw", user=ANN, update=broken)
    await double.says(ANN, "后")
    await double.says(6, "别人")
    listen(channel)
    kept = await store.has(4)
    hers = [inbound for inbound in kept if inbound.address == str(ANN)]
    assert [inbound.event for inbound in hers] == [Said("前"), SentUnreadable("other"), Said("后")]
    assert hers[1].raw.startswith("{")
    await double.until("waiting", lambda waiting: waiting == [])


async def test_quick_messages_of_one_chat_stay_in_order(
    channel: TelegramChannel, store: Store, double: Double, listen: Listen
) -> None:
    for number in range(20):
        await double.says(ANN, f"第{number}")
        await double.says(6, f"另{number}")
    listen(channel)
    kept = await store.has(40)
    assert [i.event for i in kept if i.address == str(ANN)] == [Said(f"第{number}") for number in range(20)]
    assert [i.event for i in kept if i.address == "6"] == [Said(f"另{number}") for number in range(20)]


async def test_repeated_update_is_recognisable(
    channel: TelegramChannel, store: Store, double: Double, listen: Listen
) -> None:
    listen(channel)
    update = await double.says(ANN, "你好")
    await store.has(1)
    await double.act("repeat", update_id=update["update_id"])
    await double.act("repeat", update_id=update["update_id"], anew=True)
    await double.says(ANN, "完")
    assert [inbound.event for inbound in await store.has(2)] == [Said("你好"), Said("完")]


@pytest.mark.parametrize("kind", ["500", "429", "cut_before", "cut_after"])
async def test_polling_survives(
    kind: str, channel: TelegramChannel, store: Store, double: Double, listen: Listen
) -> None:
    await double.goes_wrong(kind, method="getUpdates", times=2, seconds=1)
    await double.says(ANN, "你好")
    listen(channel)
    assert [inbound.event for inbound in await store.has(1)] == [Said("你好")]


async def test_polling_takes_over_from_a_webhook_and_from_another_poller(
    make_channel: MakeChannel, store: Store, double: Double, listen: Listen
) -> None:
    await double.call("setWebhook", url="http://127.0.0.1:9/")
    other = Store()
    rival = Listening(make_channel(), other)
    listen(make_channel())
    await double.says(ANN, "你好")
    await double.until("waiting", lambda waiting: waiting == [])
    await rival.stop()
    await double.says(ANN, "还在")
    await double.until("waiting", lambda waiting: waiting == [])
    assert {inbound.event for inbound in store.kept + other.kept} == {Said("你好"), Said("还在")}


async def test_a_group_hears_once_where_to_go(
    channel: TelegramChannel, store: Store, double: Double, listen: Listen
) -> None:
    listen(channel)
    for _ in range(3):
        await double.says(ANN, "有人吗", chat=-100)
    await double.says(ANN, "私聊")
    assert [inbound.event for inbound in await store.has(1)] == [Said("私聊")]
    await double.until("waiting", lambda waiting: waiting == [])
    assert await double.heard(-100) == [ONLY_IN_PRIVATE]


@pytest.mark.parametrize("token", ["110:not-the-one-that-is-known-here", "no token at all"])
async def test_wrong_token_says_so(token: str, make_channel: MakeChannel, store: Store) -> None:
    with pytest.raises(WrongToken, match="BotFather") as told:
        await Listening(make_channel(token=token), store).ends()
    assert token not in str(told.value)


# --- going out


async def test_receipt_names_message_and_files(channel: TelegramChannel, double: Double) -> None:
    await double.says(ANN, "你好")
    photo = OutFile(FileKind.PHOTO, "image/jpeg", "p.jpg", {}, b"\xff\xd8 picture")
    first = await channel.deliver(str(ANN), Outbound("k1", "看", BUTTONS, files=(photo,)))
    assert len(first.file_refs) == 1
    known = OutFile(FileKind.PHOTO, "image/jpeg", "p.jpg", {"telegram": first.file_refs[0]})
    second = await channel.deliver(str(ANN), Outbound("k2", "再看", files=(known,)))
    assert second.file_refs == first.file_refs
    uploads = [call["values"]["photo"] for call in await double.calls("sendPhoto")]
    assert uploads == [{"upload": "p.jpg", "size": 10}, first.file_refs[0]]
    texts = {f"{m['chat']['id']}:{m['message_id']}": m.get("text") for m in await double.state("messages")}
    assert (texts[first.ref], texts[second.ref]) == ("看", "再看")


async def test_forgotten_file_is_uploaded_anew(channel: TelegramChannel, double: Double) -> None:
    await double.says(ANN, "你好")
    stale = OutFile(FileKind.VOICE, "audio/ogg", "v.ogg", {"telegram": "of-another-bot"}, b"OggS")
    receipt = await channel.deliver(str(ANN), Outbound("k", "", files=(stale,)))
    assert receipt.file_refs[0] != "of-another-bot"
    assert receipt.ref


async def test_edit_replaces_text_and_buttons(channel: TelegramChannel, double: Double) -> None:
    await double.says(ANN, "你好")
    offer = await channel.deliver(str(ANN), Outbound("k1", "有新单", BUTTONS))
    taken = Outbound("k2", "已有人接单", edits=offer.ref)
    assert (await channel.deliver(str(ANN), taken)).ref == offer.ref
    assert (await channel.deliver(str(ANN), taken)).ref == offer.ref  # not modified: done
    assert await double.heard(ANN) == ["已有人接单"]
    with pytest.raises(LookupError):
        await double.presses(ANN, "好")


async def test_what_cannot_be_edited_is_sent_anew(channel: TelegramChannel, double: Double) -> None:
    await double.says(ANN, "你好")
    asked = await channel.deliver(str(ANN), Outbound("k1", "电话？", asks="phone"))
    for key, edits in (("k2", asked.ref), ("k3", f"{ANN}:99999")):
        receipt = await channel.deliver(str(ANN), Outbound(key, key, edits=edits))
        assert receipt.ref not in ("", edits)
    assert await double.heard(ANN) == ["电话？", "k2", "k3"]


async def test_asking_button_is_taken_away_once(channel: TelegramChannel, double: Double) -> None:
    await double.says(ANN, "你好")
    for key, asks in (("k1", "place"), ("k2", ""), ("k3", "")):
        await channel.deliver(str(ANN), Outbound(key, key, asks=asks))
    markups = [call["values"].get("reply_markup") for call in await double.calls("sendMessage")]
    assert markups[0]["keyboard"][0][0]["request_location"] is True
    assert markups[0]["one_time_keyboard"] is True
    assert markups[1:] == [{"remove_keyboard": True}, None]


async def test_long_text_comes_in_order_and_buttons_last(channel: TelegramChannel, double: Double) -> None:
    await double.says(ANN, "你好")
    text = "\n".join(f"第{number}行😀" for number in range(1500))
    await channel.deliver(str(ANN), Outbound("k", text, BUTTONS))
    assert "\n".join(await double.heard(ANN)) == text
    assert ["reply_markup" in call["values"] for call in await double.calls("sendMessage")][-2:] == [False, True]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "429", "seconds": 7}, TryLater),
        ({"kind": "500"}, TryLater),
        ({"kind": "cut_before"}, Uncertain),
        ({"kind": "cut_after"}, Uncertain),
        ({"kind": "answer", "code": 403, "description": "Forbidden: user is deactivated"}, Gone),
        ({"kind": "answer", "code": 400, "description": "Bad Request: chat not found"}, Gone),
        ({"kind": "answer", "code": 400, "description": "Bad Request: something else"}, Refused),
        ({"kind": "answer", "code": 413, "description": "Request Entity Too Large"}, Refused),
    ],
    ids=["429", "500", "cut before", "cut after", "403", "chat not found", "400", "413"],
)
async def test_who_has_to_act(
    fault: dict[str, object], error: type[Exception], channel: TelegramChannel, double: Double
) -> None:
    await double.says(ANN, "你好")
    await double.goes_wrong(**fault)  # type: ignore[arg-type]
    with pytest.raises(error) as raised:
        await channel.deliver(str(ANN), Outbound("k", "好"))
    assert raised.value.__context__ is None or double.token not in repr(raised.value.__context__)
    if fault["kind"] == "429":
        assert isinstance(raised.value, TryLater)
        assert raised.value.after == 7


async def test_blocked_and_unknown_are_gone(channel: TelegramChannel, double: Double) -> None:
    await double.says(ANN, "你好")
    await double.act("block", user=ANN)
    for address in (str(ANN), "999"):
        with pytest.raises(Gone):
            await channel.deliver(address, Outbound(f"k{address}", "好"))


async def test_nobody_there_means_try_later(make_channel: MakeChannel) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{unused.getsockname()[1]}"
        channel = make_channel(base)
        with pytest.raises(TryLater):
            await channel.deliver("5", Outbound("k", "好"))
        with pytest.raises(TryLater):
            await channel.fetch("F1")


async def test_wait_stated_by_telegram_holds_this_chat_only(channel: TelegramChannel, double: Double) -> None:
    await double.says(ANN, "你好")
    await double.says(6, "你好")
    await double.goes_wrong("429", seconds=60, chat_id=ANN)
    for key in ("k1", "k2"):
        with pytest.raises(TryLater) as raised:
            await channel.deliver(str(ANN), Outbound(key, "好"))
        assert 55 < raised.value.after <= 60
    await channel.deliver("6", Outbound("k3", "好"))
    assert [call["values"]["chat_id"] for call in await double.calls("sendMessage")] == [ANN, 6]


async def test_retry_goes_on_at_the_part_that_failed(channel: TelegramChannel, double: Double) -> None:
    await double.says(ANN, "你好")
    photo = OutFile(FileKind.PHOTO, "image/jpeg", "p.jpg", {}, b"\xff\xd8 picture")
    out = Outbound("k", "看", files=(photo,))
    await double.goes_wrong("500", method="sendMessage")
    with pytest.raises(TryLater):
        await channel.deliver(str(ANN), out)
    receipt = await channel.deliver(str(ANN), out)
    assert len(receipt.file_refs) == 1
    assert [call["method"] for call in await double.calls()] == ["sendPhoto", "sendMessage", "sendMessage"]


async def test_own_pace_stays_under_the_strict_limits(make_channel: MakeChannel, double: Double) -> None:
    """Eight chats, three messages each, all at once: the double in strict mode refuses none."""
    channel = make_channel(pace=Pace())
    for chat in range(8):
        await double.says(10 + chat, "你好")
    await double.act("settings", strict=True)

    async def chatter(chat: int) -> None:
        for number in range(3):
            await channel.deliver(str(chat), Outbound(f"{chat}-{number}", f"{number}"))

    await asyncio.gather(*(chatter(10 + chat) for chat in range(8)))
    calls = await double.calls("sendMessage")
    assert len(calls) == 24
    assert [call for call in calls if "error" in call] == []
    assert await double.heard(10) == ["0", "1", "2"]


# --- files, secrets


async def test_fetch_gives_the_bytes(channel: TelegramChannel, double: Double) -> None:
    update = await double.sends_file(ANN, "document", data=b"%PDF " * 1000)
    ref = update["message"]["document"]["file_id"]
    assert await channel.fetch(ref) == b"%PDF " * 1000
    with pytest.raises(Refused):
        await channel.fetch("unknown")
    await double.goes_wrong("cut_before", method="download", times=2)  # a library may read twice by itself
    with pytest.raises(TryLater):
        await channel.fetch(ref)


async def test_token_is_in_no_log_line_and_no_error(
    library: str,
    make_channel: MakeChannel,
    store: Store,
    double: Double,
    listen: Listen,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "telegram", "aiogram", "aiohttp"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    channel = make_channel()
    listen(channel)
    update = await double.sends_file(ANN, "photo")
    await store.has(1)
    secret = double.token.partition(":")[2]
    await channel.fetch(update["message"]["photo"][-1]["file_id"])
    for kind in ("500", "cut_before"):
        await double.goes_wrong(kind)
        with pytest.raises((TryLater, Uncertain)) as raised:
            await channel.deliver(str(ANN), Outbound(kind, "好"))
        assert secret not in repr(raised.value) + repr(raised.value.__context__) + repr(raised.value.__cause__)
    for name in ("httpx", "telegram.Bot") if library == "ptb" else ("aiogram", "aiohttp.client"):
        logging.getLogger(name).warning("POST %s/bot%s/getMe", double.base, double.token)
    assert "<bot token>" in caplog.text
    assert secret not in caplog.text

"""What Telegram's updates mean and what our messages become: plain values, no network."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.port import Outbound, OutButton, OutFile, Pressed, Received, Refused
from bot.channels.telegram_pacing import Pace, Pacing
from bot.channels.telegram_rules import (
    EditText,
    Keyboard,
    SeenFile,
    SeenMembership,
    SeenMessage,
    SeenPress,
    SendFile,
    SendText,
    find_chat,
    plan,
    read,
    read_command,
    split_text,
    unreadable,
    utf16_length,
)
from handlers.messages import Arrived, Blocked, FileKind, Said, SentUnreadable, SharedPhone, SharedPlace

NOW = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[3]


def seen(**more: object) -> SeenMessage:
    return SeenMessage(5, True, 7, NOW, sender_id=5, sender_name="王芳", **more)  # type: ignore[arg-type]


# --- coming in


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("/start", Arrived()),
        ("/start AB12", Arrived("AB12")),
        ("/start@exiaobang_bot AB12", Arrived("AB12")),
        ("/help", Said("帮助")),
        ("/cases", Said("进度")),
        ("/today@exiaobang_bot", Said("今日")),
        ("/高龄津贴 怎么办", Said("高龄津贴 怎么办")),
        ("高龄津贴", Said("高龄津贴")),
    ],
)
def test_commands(text: str, event: object) -> None:
    assert read_command(text) == event


@pytest.mark.parametrize(
    ("message", "event"),
    [
        (seen(phone="+86138", phone_owner=5), SharedPhone("+86138", True)),
        (seen(phone="+86138", phone_owner=6), SharedPhone("+86138", False)),
        (seen(place=(30.4, 114.9)), SharedPlace(30.4, 114.9)),
        (seen(other="sticker"), SentUnreadable("sticker")),
        (
            seen(file=SeenFile(FileKind.PHOTO, "f", 10), caption="证件", album="a"),
            Received(FileKind.PHOTO, "f", caption="证件", album="a"),
        ),
        (seen(file=SeenFile(FileKind.VIDEO, "f", 21 * 1024 * 1024)), SentUnreadable("too_big")),
        (seen(text="改了", edited_at=NOW), Said("改了")),
    ],
)
def test_messages(message: SeenMessage, event: object) -> None:
    inbound = read(9, message, "{}", NOW)
    assert inbound is not None
    assert (inbound.id, inbound.address, inbound.event, inbound.display_name) == ("9", "5", event, "王芳")


@pytest.mark.parametrize(
    "nothing",
    [
        seen(),
        seen(place=(1.0, 2.0), edited_at=NOW),
        SeenMessage(-5, False, 7, NOW, text="群里"),
        SeenPress("q", 5, True, "王芳", ""),
        SeenMembership(5, True, NOW, "member"),
    ],
    ids=["service note", "live location goes on", "group", "game button", "unblocked"],
)
def test_what_is_nothing_to_hand_on(nothing: SeenMessage | SeenPress | SeenMembership) -> None:
    assert read(9, nothing, "{}", NOW) is None


def test_press_and_block() -> None:
    press = read(9, SeenPress("q", 5, True, "王芳", "tok"), "{}", NOW)
    block = read(10, SeenMembership(5, True, NOW, "kicked"), "{}", NOW)
    assert press is not None
    assert block is not None
    assert (press.event, press.second_id) == (Pressed("tok"), "press:q")
    assert block.event == Blocked()


def test_same_message_under_another_update_id_is_known_by_its_second_id() -> None:
    messages = (seen(text="a"), seen(text="a"), seen(text="b", edited_at=NOW))
    first, again, edited = (read(number, message, "", NOW) for number, message in enumerate(messages))
    assert first is not None
    assert again is not None
    assert edited is not None
    assert first.second_id == again.second_id != edited.second_id


def test_broken_update_keeps_its_raw_form_and_its_sender() -> None:
    raw = {"update_id": 4, "message": {"from": {"id": 5}, "nonsense": True}}
    inbound = unreadable(raw, NOW)
    assert inbound is not None
    assert inbound.address == "5"
    assert '"nonsense":true' in inbound.raw
    assert unreadable({"update_id": 4, "message": 3}, NOW) is None
    assert find_chat({"callback_query": {"message": {"chat": {"id": 8}}}}) == 8


# --- going out

TEXTS = st.text(alphabet=st.sampled_from("ab\n 事😀👩‍👩‍👧"), max_size=300)


@given(TEXTS, st.integers(min_value=4, max_value=60))
def test_parts_fit_and_nothing_is_lost(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(utf16_length(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(part.strip() for part in parts) or not text.strip()


@given(st.text())
def test_length_is_that_of_utf16(text: str) -> None:
    assert utf16_length(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2


def test_cut_at_line_ends() -> None:
    assert split_text("一行\n二行\n三行", 6) == ["一行\n二行", "三行"]
    assert split_text("😀" * 5, 4) == ["😀😀", "😀😀", "😀"]
    assert [utf16_length(part) for part in split_text("😀" * 3000)] == [4096, 1904]


BUTTONS = ((OutButton("好", "t1"),), (OutButton("不", "t2"),))
INLINE = Keyboard(inline=((("好", "t1"),), (("不", "t2"),)))


def test_buttons_hang_under_the_last_part() -> None:
    steps = plan(Outbound("k", "a" * 5000, BUTTONS))
    assert steps == (SendText("a" * 4096), SendText("a" * 904, INLINE, is_main=True))


def test_asking_button_comes_second_when_there_are_others() -> None:
    first, second = plan(Outbound("k", "电话？", BUTTONS, asks="phone"))
    assert first == SendText("电话？", INLINE, is_main=True)
    assert isinstance(second, SendText)
    assert second.keyboard == Keyboard(asks="phone")
    assert plan(Outbound("k", "在哪？", asks="place")) == (SendText("在哪？", Keyboard(asks="place"), is_main=True),)


def test_asking_button_is_taken_away_by_the_next_message_with_room() -> None:
    assert plan(Outbound("k", "谢谢"), removes_keyboard=True) == (SendText("谢谢", Keyboard(removes=True), True),)
    assert plan(Outbound("k", "谢谢", BUTTONS), removes_keyboard=True) == (SendText("谢谢", INLINE, True),)


def test_edit_replaces_when_it_can() -> None:
    assert plan(Outbound("k", "已有人接单", edits="5:77")) == (EditText(77, "已有人接单"),)
    assert isinstance(plan(Outbound("k", "a" * 5000, edits="5:77"))[0], SendText)


def test_files_go_first_and_by_name_where_known() -> None:
    known = OutFile(FileKind.VOICE, "audio/ogg", "v.ogg", {"telegram": "F1"})
    fresh = OutFile(FileKind.PHOTO, "image/webp", "p.webp", {}, b"x")
    steps = plan(Outbound("k", "看看", files=(known, fresh)))
    assert steps[:2] == (SendFile(FileKind.VOICE, "v.ogg", "F1"), SendFile(FileKind.DOCUMENT, "p.webp", data=b"x"))
    assert steps[2] == SendText("看看", is_main=True)


@pytest.mark.parametrize(
    "out",
    [
        Outbound("k", "  "),
        Outbound("k", "a", ((OutButton("x", "令" * 22),),)),
        Outbound("k", "a", ((OutButton("x", ""),),)),
        Outbound("k", "a", files=(OutFile(FileKind.PHOTO, "image/jpeg", "", {}),)),
    ],
    ids=["empty", "token of 66 bytes", "no token", "file without anything"],
)
def test_what_telegram_would_never_take_is_refused(out: Outbound) -> None:
    with pytest.raises(Refused):
        plan(out)


# --- pacing


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def send_times(chats: list[int], pace: Pace, until: float) -> list[tuple[float, int]]:
    """When messages go out when every chat always has one waiting."""
    clock = Clock()
    pacing = Pacing(clock, pace)
    sent = []
    while clock.now < until:
        sent += [(clock.now, chat) for chat in chats if pacing.try_take(chat) == 0.0]
        clock.now += 0.005
    return sent


def most_within(times: list[float], span: float) -> int:
    return max(sum(start <= at < start + span for at in times) for start in times)


def test_never_more_than_telegram_allows() -> None:
    sent = send_times([1, 2, *range(10, 60)], Pace(), 105.0)
    assert most_within([at for at, chat in sent if chat == 1], 0.99) == 1
    assert 25 <= most_within([at for at, _ in sent], 1.0) <= 30
    group = send_times([-7], Pace(), 230.0)
    assert 18 <= most_within([at for at, _ in group], 60.0) <= 20


def test_a_pause_holds_one_chat_only() -> None:
    clock = Clock()
    pacing = Pacing(clock)
    pacing.pause(1, 30.0)
    assert pacing.try_take(1) == pytest.approx(30.0)
    assert pacing.try_take(2) == 0.0
    clock.now += 30.0
    assert pacing.try_take(1) == 0.0
    assert pacing.try_take(1) == pytest.approx(1.0)


@pytest.mark.parametrize("module", ["port", "telegram_rules", "telegram_polling", "telegram_wire", "telegram_webhook"])
def test_shared_parts_load_no_telegram_library(module: str) -> None:
    code = f"import sys, bot.channels.{module}; sys.exit(any(name in sys.modules for name in ('aiogram', 'telegram')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 0

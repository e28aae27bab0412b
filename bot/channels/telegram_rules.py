"""What Telegram's updates mean to us and what our messages become there. Plain values; knows neither library.

A library's typed update is first put into one of the `Seen...` values by its own file; from there on the two libraries
share everything. Limits are those of the Bot API (https://core.telegram.org/bots/api).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.channels.port import Inbound, InboundEvent, Outbound, OutFile, Pressed, Raw, Received, Refused
from handlers.messages import Arrived, Blocked, FileKind, Said, SentUnreadable, SharedPhone, SharedPlace

TEXT_LIMIT = 4096
"""Of one message, in UTF-16 units."""
TOKEN_LIMIT = 64
"""Of a button's callback data, in bytes."""
DOWNLOAD_LIMIT = 20 * 1024 * 1024
"""getFile gives nothing bigger, bytes."""
UPLOAD_LIMIT = 50 * 1024 * 1024
PHOTO_UPLOAD_LIMIT = 10 * 1024 * 1024

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
"""Always asked for by name: Telegram otherwise keeps whatever an earlier program had set."""

COMMANDS = {"start": "重新开始", "help": "怎么用", "cases": "我的事办到哪了", "today": "今日要拿主意的事"}
"""The menu that Telegram shows beside the text box: command -> what it does."""
SPOKEN = {"help": "帮助", "cases": "进度", "today": "今日"}
"""A command of the menu -> the words that the dialogues know for it."""

ONLY_IN_PRIVATE = "您好，我是鄂小帮。为了不让别人看到您的事，请点我的头像，在私聊里找我办。"
ASK_HINTS = {
    "phone": ("📱 发送我的手机号", "点下面的“发送我的手机号”，就不用打字了。"),
    "place": ("📍 发送我的位置", "点下面的“发送我的位置”，就不用打字了。"),
}
"""What is asked -> the label of the button that sends it, the line that carries it when the message has buttons."""


# --- coming in -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SeenFile:
    """The one attachment of a message. `size` in bytes, 0 when Telegram does not say."""

    kind: FileKind
    file_id: str
    size: int = 0
    mime: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """A message or an edited one. `edited_at` is None for a new one."""

    chat_id: int
    is_private: bool
    message_id: int
    at: datetime
    edited_at: datetime | None = None
    sender_id: int = 0
    sender_name: str = ""
    text: str = ""
    caption: str = ""
    album: str = ""
    file: SeenFile | None = None
    phone: str = ""
    phone_owner: int = 0
    place: tuple[float, float] | None = None
    """Latitude and longitude in degrees."""
    other: str = ""
    """sticker, or other for what cannot be kept (a poll, a game); empty for service notes such as a pinned message."""


@dataclass(frozen=True, slots=True)
class SeenPress:
    """A press on an inline button. `data` is empty for a game's button."""

    id: str
    chat_id: int
    is_private: bool
    sender_name: str
    data: str


@dataclass(frozen=True, slots=True)
class SeenMembership:
    """Our own standing in a chat changed."""

    chat_id: int
    is_private: bool
    at: datetime
    status: str
    sender_name: str = ""


Seen = SeenMessage | SeenPress | SeenMembership


def dump(raw: Raw) -> str:
    """The update as one line of JSON, as it is stored."""
    return json.dumps(raw, ensure_ascii=False, separators=(",", ":"))


def find_chat(raw: Raw) -> int | None:
    """Whose update it is, read without any library: a broken one, too, has its place in the order of its chat."""
    for kind in ALLOWED_UPDATES:
        body = raw.get(kind)
        if not isinstance(body, dict):
            continue
        for holder in (body, body.get("message")):
            chat = holder.get("chat") if isinstance(holder, dict) else None
            if isinstance(chat, dict) and isinstance(chat.get("id"), int):
                return int(chat["id"])
        sender = body.get("from")
        if isinstance(sender, dict) and isinstance(sender.get("id"), int):
            return int(sender["id"])
    return None


def read_command(text: str) -> Arrived | Said:
    """/start with an invite code, a command of the menu as the words it stands for, any other text as it is."""
    if not text.startswith("/"):
        return Said(text)
    head, _, rest = text[1:].partition(" ")
    word = head.partition("@")[0].lower()
    if word == "start":
        return Arrived(rest.strip() or None)
    return Said(SPOKEN.get(word) or f"{head.partition('@')[0]} {rest}".strip())


def read_message(seen: SeenMessage) -> InboundEvent | None:
    """What the message says to us; None when it says nothing (service notes, the steps of a live location)."""
    if seen.edited_at is not None:
        return Said(seen.text or seen.caption) if seen.text or seen.caption else None
    if seen.phone:
        return SharedPhone(seen.phone, is_own=seen.phone_owner == seen.sender_id)
    if seen.place is not None:
        return SharedPlace(*seen.place)
    if seen.file is not None:
        return read_file(seen, seen.file)
    if seen.text:
        return read_command(seen.text)
    return SentUnreadable(seen.other) if seen.other else None


def read_file(seen: SeenMessage, file: SeenFile) -> Received | SentUnreadable:
    if file.size > DOWNLOAD_LIMIT:
        return SentUnreadable("too_big")
    return Received(file.kind, file.file_id, mime=file.mime, name=file.name, caption=seen.caption, album=seen.album)


def read(update_id: int, seen: Seen, raw: str, now: datetime) -> Inbound | None:
    """The update as the rest of the house knows it; None when there is nothing to hand on.

    `now` dates what Telegram does not date (a press). A group's updates are nothing to hand on: we serve private chats.
    """
    if not seen.is_private:
        return None
    event: InboundEvent | None
    match seen:
        case SeenMessage():
            event, at, name = read_message(seen), seen.edited_at or seen.at, seen.sender_name
            second_id = f"{seen.chat_id}:{seen.message_id}:{int(seen.edited_at.timestamp()) if seen.edited_at else 0}"
        case SeenPress():
            event, at, name = Pressed(seen.data) if seen.data else None, now, seen.sender_name
            second_id = f"press:{seen.id}"
        case SeenMembership():
            event, at, name = Blocked() if seen.status in ("kicked", "left") else None, seen.at, seen.sender_name
            second_id = f"{seen.chat_id}:{seen.status}:{int(seen.at.timestamp())}"
    if event is None:
        return None
    return Inbound(str(update_id), str(seen.chat_id), event, at, second_id, raw, name)


def unreadable(raw: Raw, now: datetime) -> Inbound | None:
    """What stands for an update that cannot be read: its raw form is kept and its sender gets an answer. None when
    nobody can be found to whom it belongs, or when it comes from a group (their ids are negative)."""
    chat = find_chat(raw)
    if chat is None or chat < 0:
        return None
    return Inbound(str(raw["update_id"]), str(chat), SentUnreadable("other"), now, f"raw:{raw['update_id']}", dump(raw))


# --- going out -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Keyboard:
    """What hangs under a message: inline rows of (label, data), or one button that asks (phone, place), or the
    taking away of such a one."""

    inline: tuple[tuple[tuple[str, str], ...], ...] = ()
    asks: str = ""
    removes: bool = False


@dataclass(frozen=True, slots=True)
class SendText:
    text: str
    keyboard: Keyboard = Keyboard()
    is_main: bool = False
    """True for the message that the receipt names: the one with the buttons."""


@dataclass(frozen=True, slots=True)
class EditText:
    message_id: int
    text: str
    keyboard: Keyboard = Keyboard()


@dataclass(frozen=True, slots=True)
class SendFile:
    """Exactly one of `ref` (Telegram's file_id) and `data` is there."""

    kind: FileKind
    name: str
    ref: str = ""
    data: bytes | None = None


Step = SendText | EditText | SendFile
"""One call of the Bot API."""


def utf16_length(text: str) -> int:
    """How long Telegram takes a text to be."""
    return len(text) + sum(char > "\uffff" for char in text)


def split_text(text: str, limit: int = TEXT_LIMIT) -> list[str]:
    """The text in parts of at most `limit` UTF-16 units, cut at line ends where there are any; nothing is left out
    but white space at a cut (Telegram takes no message of white space alone)."""
    parts: list[str] = []
    while utf16_length(text) > limit:
        cut = fitting(text, limit)
        line_end = text.rfind("\n", 1, cut + 1)
        keep = line_end if line_end > 0 and text[:line_end].strip() else cut
        parts.append(text[:keep])
        text = text[keep + 1 :] if keep == line_end else text[keep:]
    return [part for part in (*parts, text) if part.strip()] or [text]


def fitting(text: str, limit: int) -> int:
    """How many characters of the text fit into `limit` UTF-16 units."""
    used = 0
    for index, char in enumerate(text[: limit + 1]):
        used += 2 if char > "\uffff" else 1
        if used > limit:
            return index
    return len(text)


def plan(out: Outbound, removes_keyboard: bool = False) -> tuple[Step, ...]:
    """The calls that bring one message: its files first, then its text, the buttons under the last part.

    Telegram allows one keyboard per message. When a message both has buttons and asks for the phone or the place, the
    asking button comes under a short second message. `removes_keyboard` takes an earlier asking button away as soon
    as a message has room for it.
    """
    inline = tuple(tuple((button.label, checked_token(button.token)) for button in row) for row in out.buttons if row)
    label_and_hint = ASK_HINTS.get(out.asks)
    own_asks = out.asks if label_and_hint and not inline else ""
    last = Keyboard(inline, own_asks, removes=removes_keyboard and not inline and not own_asks)
    steps: list[Step] = [plan_file(file) for file in out.files]
    parts = split_text(out.text) if out.text.strip() else []
    if out.edits and len(parts) == 1 and not steps and not own_asks:
        steps.append(EditText(int(out.edits.rpartition(":")[2]), parts[0], Keyboard(inline)))
    else:
        steps += [SendText(part) for part in parts[:-1]]
        steps += [SendText(part, last, is_main=True) for part in parts[-1:]]
    if label_and_hint and inline:
        steps.append(SendText(label_and_hint[1], Keyboard(asks=out.asks)))
    if not steps:
        raise Refused("a message without text and without files")
    return tuple(steps)


def checked_token(token: str) -> str:
    if not 1 <= len(token.encode()) <= TOKEN_LIMIT:
        raise Refused(f"a button's token must have 1 to {TOKEN_LIMIT} bytes, this one has {len(token.encode())}")
    return token


def plan_file(file: OutFile) -> SendFile:
    """By Telegram's own name for the file where it has one, else as an upload of a kind that Telegram takes."""
    ref = file.refs.get("telegram", "")
    if ref:
        return SendFile(file.kind, file.name, ref=ref)
    if file.data is None:
        raise Refused("a file without bytes that Telegram does not know")
    if len(file.data) > UPLOAD_LIMIT:
        raise Refused(f"a file of {len(file.data)} bytes; Telegram takes {UPLOAD_LIMIT}")
    return SendFile(upload_kind(file, len(file.data)), file.name or file.kind.value, data=file.data)


def upload_kind(file: OutFile, size: int) -> FileKind:
    """Photos up to 10 MB, Ogg as voice, MP4 as video; everything else travels as a document."""
    fits = {
        FileKind.PHOTO: file.mime in ("image/jpeg", "image/png") and size <= PHOTO_UPLOAD_LIMIT,
        FileKind.VOICE: file.mime == "audio/ogg",
        FileKind.VIDEO: file.mime == "video/mp4",
    }
    return file.kind if fits.get(file.kind, False) else FileKind.DOCUMENT


def markup(keyboard: Keyboard) -> dict[str, Any] | None:
    """The keyboard as the JSON of reply_markup."""
    if keyboard.inline:
        rows = [[{"text": label, "callback_data": data} for label, data in row] for row in keyboard.inline]
        return {"inline_keyboard": rows}
    if keyboard.asks:
        wish = {"phone": "request_contact", "place": "request_location"}[keyboard.asks]
        button = {"text": ASK_HINTS[keyboard.asks][0], wish: True}
        return {"keyboard": [[button]], "resize_keyboard": True, "one_time_keyboard": True}
    return {"remove_keyboard": True} if keyboard.removes else None

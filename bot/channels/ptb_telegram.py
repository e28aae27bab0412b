"""Telegram through python-telegram-bot: the only file that knows it. Used as typed client and parser of updates,
nothing more: no Application, no JobQueue, no persistence."""

from __future__ import annotations

import os
from collections.abc import Awaitable
from datetime import timedelta
from typing import TypeVar

import httpx
from telegram import (
    Bot,
    CallbackQuery,
    Chat,
    ChatMemberUpdated,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from telegram import error as errors
from telegram.request import HTTPXRequest

from bot.channels.port import Raw
from bot.channels.telegram_polling import Options, TelegramChannel
from bot.channels.telegram_rules import (
    ALLOWED_UPDATES,
    ASK_HINTS,
    DOWNLOAD_LIMIT,
    EditText,
    Keyboard,
    Seen,
    SeenFile,
    SeenMembership,
    SeenMessage,
    SeenPress,
    SendFile,
    SendText,
)
from bot.channels.telegram_wire import ApiFault, Fault, MaybeSent, NotSent, WrongToken, hide_token
from handlers.messages import FileKind

os.environ.setdefault("PTB_TIMEDELTA", "true")  # the library's own switch: spans are timedeltas, without a warning

LOGGERS = ("telegram.Bot", "telegram.request.BaseRequest", "telegram.request.HTTPXRequest", "httpx", "httpcore.http11")
CONNECT_SECONDS = 5.0
CALL_SECONDS = 30.0

T = TypeVar("T")

CODES: dict[type[errors.TelegramError], int] = {
    errors.BadRequest: 400,
    errors.ChatMigrated: 400,
    errors.InvalidToken: 401,
    errors.EndPointNotFound: 401,
    errors.Forbidden: 403,
    errors.Conflict: 409,
}


class PtbTelegram(TelegramChannel):
    """The channel "telegram", spoken by python-telegram-bot. `api_base` has no path, as in https://api.telegram.org."""

    def __init__(self, token: str, api_base: str = "https://api.telegram.org", options: Options | None = None) -> None:
        super().__init__(PtbWire(token, api_base), options or Options())


class PtbWire:
    def __init__(self, token: str, api_base: str) -> None:
        if token.count(":") != 1 or not token.partition(":")[0].isdigit():
            raise WrongToken
        hide_token(token, LOGGERS)
        base = api_base.rstrip("/")
        self._token = token
        self._requests = [client(), client(connections=4)]
        self._bot = Bot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._requests[0],
            get_updates_request=self._requests[1],
        )

    async def get_updates(self, offset: int | None, limit: int, wait: int) -> list[Raw]:
        wishes = {"offset": offset, "limit": limit, "timeout": wait, "allowed_updates": list(ALLOWED_UPDATES)}
        given = {name: value for name, value in wishes.items() if value is not None}
        updates: list[Raw] = await self._call(
            # not get_updates(): that one reads the whole batch into types, and one broken update stops all;
            # spelled so that the library does not point to it: it makes getUpdates of this
            self._bot.do_api_request("get_Updates", api_kwargs=given, read_timeout=wait + 10.0)
        )
        return updates

    def read(self, raw: Raw) -> Seen | None:
        update = Update.de_json(raw, self._bot)
        if message := update.message or update.edited_message:
            return see_message(message)
        if update.callback_query:
            return see_press(update.callback_query)
        return see_membership(update.my_chat_member) if update.my_chat_member else None

    async def send_text(self, chat_id: int, step: SendText) -> int:
        call = self._bot.send_message(chat_id, step.text, reply_markup=typed_markup(step.keyboard))
        return (await self._call(call)).message_id

    async def edit_text(self, chat_id: int, step: EditText) -> None:
        keyboard = typed_markup(step.keyboard)
        inline = keyboard if isinstance(keyboard, InlineKeyboardMarkup) else None
        await self._call(
            self._bot.edit_message_text(step.text, chat_id=chat_id, message_id=step.message_id, reply_markup=inline)
        )

    async def send_file(self, chat_id: int, step: SendFile) -> tuple[int, str]:
        file: str | InputFile = step.ref or InputFile(step.data or b"", filename=step.name)
        call: Awaitable[Message]
        match step.kind:
            case FileKind.PHOTO:
                call = self._bot.send_photo(chat_id, file)
            case FileKind.VOICE:
                call = self._bot.send_voice(chat_id, file)
            case FileKind.VIDEO:
                call = self._bot.send_video(chat_id, file)
            case FileKind.DOCUMENT:
                call = self._bot.send_document(chat_id, file)
        message = await self._call(call)
        sent = see_file(message)
        return message.message_id, sent.file_id if sent else ""

    async def answer_press(self, press_id: str) -> None:
        await self._call(self._bot.answer_callback_query(press_id))

    async def fetch(self, file_id: str) -> bytes:
        file = await self._call(self._bot.get_file(file_id))
        if not file.file_path or (file.file_size or 0) > DOWNLOAD_LIMIT:
            raise ApiFault(400, "the file is too big to be fetched")
        return bytes(await self._call(file.download_as_bytearray()))

    async def get_name(self) -> str:
        return (await self._call(self._bot.get_me())).username or ""

    async def set_commands(self, commands: dict[str, str]) -> None:
        await self._call(self._bot.set_my_commands(list(commands.items())))

    async def set_webhook(self, url: str, secret: str) -> None:
        await self._call(self._bot.set_webhook(url, secret_token=secret, allowed_updates=list(ALLOWED_UPDATES)))

    async def delete_webhook(self) -> None:
        await self._call(self._bot.delete_webhook())

    async def close(self) -> None:
        for request in self._requests:
            await request.shutdown()

    async def _call(self, call: Awaitable[T]) -> T:
        """One call; its fault is raised outside of the handling of the library's error, which may quote the token."""
        try:
            return await call
        except errors.TelegramError as error:
            fault = read_fault(error)
        raise fault


def client(connections: int = 64) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=connections,
        connect_timeout=CONNECT_SECONDS,
        read_timeout=CALL_SECONDS,
        write_timeout=CALL_SECONDS,
        media_write_timeout=CALL_SECONDS,
        pool_timeout=CALL_SECONDS,
    )


def read_fault(error: errors.TelegramError) -> Fault:
    """The library's error as a fault without any of its text but Telegram's own."""
    if isinstance(error, errors.RetryAfter):
        after = error.retry_after
        return ApiFault(429, "Too Many Requests", after.total_seconds() if isinstance(after, timedelta) else after)
    if type(error) in CODES:
        return ApiFault(CODES[type(error)], error.message)
    cause = error.__cause__
    if isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return NotSent("no connection to Telegram")
    if isinstance(error, errors.NetworkError) and cause is None:
        code = 413 if "Entity Too Large" in error.message else 500  # answers that have no class of their own
        return ApiFault(code, error.message)
    return MaybeSent(f"no answer from Telegram ({type(cause or error).__name__})")


def typed_markup(keyboard: Keyboard) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | None:
    if keyboard.inline:
        rows = [[InlineKeyboardButton(label, callback_data=data) for label, data in row] for row in keyboard.inline]
        return InlineKeyboardMarkup(rows)
    if keyboard.asks:
        button = KeyboardButton(
            ASK_HINTS[keyboard.asks][0],
            request_contact=keyboard.asks == "phone" or None,
            request_location=keyboard.asks == "place" or None,
        )
        return ReplyKeyboardMarkup([[button]], resize_keyboard=True, one_time_keyboard=True)
    return ReplyKeyboardRemove() if keyboard.removes else None


def is_private(chat: Chat) -> bool:
    return chat.type == Chat.PRIVATE


def see_message(message: Message) -> SeenMessage:
    sender, contact, place = message.from_user, message.contact, message.location
    return SeenMessage(
        chat_id=message.chat.id,
        is_private=is_private(message.chat),
        message_id=message.message_id,
        at=message.date,
        edited_at=message.edit_date,
        sender_id=sender.id if sender else 0,
        sender_name=sender.full_name if sender else "",
        text=message.text or "",
        caption=message.caption or "",
        album=message.media_group_id or "",
        file=see_file(message),
        phone=contact.phone_number if contact else "",
        phone_owner=(contact.user_id or 0) if contact else 0,
        place=(place.latitude, place.longitude) if place else None,
        other=see_other(message),
    )


def see_file(message: Message) -> SeenFile | None:
    """The one attachment; of a photo its biggest size. A GIF and a song are documents to us."""
    if message.photo:
        biggest = max(message.photo, key=lambda size: size.width * size.height)
        return SeenFile(FileKind.PHOTO, biggest.file_id, biggest.file_size or 0, "image/jpeg")
    if voice := message.voice:
        return SeenFile(FileKind.VOICE, voice.file_id, voice.file_size or 0, voice.mime_type or "audio/ogg")
    if video := message.video:
        return SeenFile(
            FileKind.VIDEO, video.file_id, video.file_size or 0, video.mime_type or "video/mp4", video.file_name or ""
        )
    if note := message.video_note:
        return SeenFile(FileKind.VIDEO, note.file_id, note.file_size or 0, "video/mp4")
    if paper := message.document or message.animation or message.audio:
        return SeenFile(
            FileKind.DOCUMENT, paper.file_id, paper.file_size or 0, paper.mime_type or "", paper.file_name or ""
        )
    return None


def see_other(message: Message) -> str:
    if message.sticker:
        return "sticker"
    strange = (message.poll, message.dice, message.game, message.story, message.paid_media, message.checklist)
    return "other" if any(strange) else ""


def see_press(query: CallbackQuery) -> SeenPress:
    chat = query.message.chat if query.message else None
    return SeenPress(
        id=query.id,
        chat_id=chat.id if chat else query.from_user.id,
        is_private=is_private(chat) if chat else False,
        sender_name=query.from_user.full_name,
        data=query.data or "",
    )


def see_membership(changed: ChatMemberUpdated) -> SeenMembership:
    return SeenMembership(
        chat_id=changed.chat.id,
        is_private=is_private(changed.chat),
        at=changed.date,
        status=str(changed.new_chat_member.status),
        sender_name=changed.from_user.full_name,
    )

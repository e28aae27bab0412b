"""Telegram through aiogram: the only file that knows it. Used as typed client and parser of updates, nothing more.

Importing aiogram takes seconds, so import this module only when it is chosen.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar

from aiogram import Bot
from aiogram import exceptions as errors
from aiogram import methods as api
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ChatType
from aiogram.methods.base import TelegramMethod
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    CallbackQuery,
    Chat,
    ChatMemberUpdated,
    InlineKeyboardMarkup,
    InputFile,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from aiogram.utils.token import TokenValidationError
from aiohttp import ClientConnectorError, ClientError, ClientResponseError, ClientTimeout, ConnectionTimeoutError

from bot.channels.port import Raw
from bot.channels.telegram_polling import Options, TelegramChannel
from bot.channels.telegram_rules import (
    ALLOWED_UPDATES,
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
    markup,
)
from bot.channels.telegram_wire import ApiFault, Fault, MaybeSent, NotSent, WrongToken, hide_token
from handlers.messages import FileKind

LOGGERS = ("aiogram", "aiogram.client", "aiogram.event", "aiohttp.client", "aiohttp.internal", "asyncio")
CONNECT_SECONDS = 5.0
CALL_SECONDS = 30.0

T = TypeVar("T")

CODES: dict[type[errors.TelegramAPIError], int] = {
    errors.TelegramBadRequest: 400,
    errors.TelegramMigrateToChat: 400,
    errors.TelegramUnauthorizedError: 401,
    errors.TelegramForbiddenError: 403,
    errors.TelegramNotFound: 404,
    errors.TelegramConflictError: 409,
    errors.TelegramEntityTooLarge: 413,
    errors.RestartingTelegram: 500,
    errors.TelegramServerError: 500,
}


class RawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates that leaves every update as it came, so that one broken update does not hold up the others."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int
    timeout: int
    allowed_updates: list[str]


class AiogramTelegram(TelegramChannel):
    """The channel "telegram", spoken by aiogram. `api_base` as in https://api.telegram.org, without a path."""

    def __init__(self, token: str, api_base: str = "https://api.telegram.org", options: Options | None = None) -> None:
        super().__init__(AiogramWire(token, api_base), options or Options())


class AiogramWire:
    def __init__(self, token: str, api_base: str) -> None:
        hide_token(token, LOGGERS)
        self._session = AiohttpSession(api=TelegramAPIServer.from_base(api_base))
        try:
            self._bot = Bot(token, session=self._session)
        except TokenValidationError:
            raise WrongToken from None

    async def get_updates(self, offset: int | None, limit: int, wait: int) -> list[Raw]:
        call = RawUpdates(offset=offset, limit=limit, timeout=wait, allowed_updates=list(ALLOWED_UPDATES))
        return await self._call(call, wait + 10.0)

    def read(self, raw: Raw) -> Seen | None:
        update = Update.model_validate(raw, context={"bot": self._bot})
        if update.message or update.edited_message:
            return see_message(update.message or update.edited_message)
        if update.callback_query:
            return see_press(update.callback_query)
        return see_membership(update.my_chat_member) if update.my_chat_member else None

    async def send_text(self, chat_id: int, step: SendText) -> int:
        call = api.SendMessage(chat_id=chat_id, text=step.text, reply_markup=typed_markup(step.keyboard))
        return (await self._call(call)).message_id

    async def edit_text(self, chat_id: int, step: EditText) -> None:
        keyboard = typed_markup(step.keyboard)
        inline = keyboard if isinstance(keyboard, InlineKeyboardMarkup) else None
        await self._call(
            api.EditMessageText(chat_id=chat_id, message_id=step.message_id, text=step.text, reply_markup=inline)
        )

    async def send_file(self, chat_id: int, step: SendFile) -> tuple[int, str]:
        file: str | InputFile = step.ref or BufferedInputFile(step.data or b"", step.name)
        call: TelegramMethod[Message]
        match step.kind:
            case FileKind.PHOTO:
                call = api.SendPhoto(chat_id=chat_id, photo=file)
            case FileKind.VOICE:
                call = api.SendVoice(chat_id=chat_id, voice=file)
            case FileKind.VIDEO:
                call = api.SendVideo(chat_id=chat_id, video=file)
            case FileKind.DOCUMENT:
                call = api.SendDocument(chat_id=chat_id, document=file)
        message = await self._call(call)
        sent = see_file(message)
        return message.message_id, sent.file_id if sent else ""

    async def answer_press(self, press_id: str) -> None:
        await self._call(api.AnswerCallbackQuery(callback_query_id=press_id))

    async def fetch(self, file_id: str) -> bytes:
        file = await self._call(api.GetFile(file_id=file_id))
        if not file.file_path or (file.file_size or 0) > DOWNLOAD_LIMIT:
            raise ApiFault(400, "the file is too big to be fetched")
        return await self._download(self._session.api.file_url(self._bot.token, file.file_path))

    async def get_name(self) -> str:
        return (await self._call(api.GetMe())).username or ""

    async def set_commands(self, commands: dict[str, str]) -> None:
        listed = [BotCommand(command=name, description=what) for name, what in commands.items()]
        await self._call(api.SetMyCommands(commands=listed))

    async def set_webhook(self, url: str, secret: str) -> None:
        await self._call(api.SetWebhook(url=url, secret_token=secret, allowed_updates=list(ALLOWED_UPDATES)))

    async def delete_webhook(self) -> None:
        await self._call(api.DeleteWebhook())

    async def close(self) -> None:
        await self._session.close()

    async def _call(self, call: TelegramMethod[T], seconds: float = CALL_SECONDS) -> T:
        """One call; its fault is raised outside of the handling of the library's error, which may quote the token."""
        timeout: Any = ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS, connect=CONNECT_SECONDS)
        try:
            return await self._bot(call, request_timeout=timeout)
        except (errors.AiogramError, ClientError, TimeoutError) as error:
            fault = read_fault(error)
        raise fault

    async def _download(self, url: str) -> bytes:
        data = bytearray()
        try:
            async for chunk in self._session.stream_content(url):
                data += chunk
                if len(data) > DOWNLOAD_LIMIT:
                    break
        except (ClientError, TimeoutError) as error:
            fault = read_fault(error)
        else:
            if len(data) <= DOWNLOAD_LIMIT:
                return bytes(data)
            fault = ApiFault(400, "the file is too big to be fetched")
        raise fault


def read_fault(error: BaseException) -> Fault:
    """aiogram's error, or one of the HTTP client under it, as a fault without any of its text but Telegram's own."""
    cause = error.__cause__ if isinstance(error, errors.TelegramNetworkError) and error.__cause__ else error
    match cause:
        case errors.TelegramRetryAfter():
            return ApiFault(429, cause.message, float(cause.retry_after))
        case errors.TelegramAPIError() if type(cause) in CODES:
            return ApiFault(CODES[type(cause)], cause.message)
        case ClientResponseError():
            return ApiFault(cause.status, "the file could not be fetched")
        case ClientConnectorError() | ConnectionTimeoutError():
            return NotSent("no connection to Telegram")
        case _:
            return MaybeSent(f"no answer from Telegram ({type(cause).__name__})")


def typed_markup(keyboard: Keyboard) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | None:
    shape = markup(keyboard)
    if shape is None:
        return None
    if keyboard.inline:
        return InlineKeyboardMarkup.model_validate(shape)
    return ReplyKeyboardMarkup.model_validate(shape) if keyboard.asks else ReplyKeyboardRemove(remove_keyboard=True)


def is_private(chat: Chat) -> bool:
    return chat.type == ChatType.PRIVATE


def see_message(message: Message | None) -> SeenMessage:
    if message is None:
        raise ValueError("no message")
    sender, contact, place = message.from_user, message.contact, message.location
    return SeenMessage(
        chat_id=message.chat.id,
        is_private=is_private(message.chat),
        message_id=message.message_id,
        at=message.date,
        edited_at=datetime.fromtimestamp(message.edit_date, UTC) if message.edit_date else None,
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

"""What each method does to the world."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from tests.telegram_double.methods import BadCall, Upload, Values, check_markup, check_text, utf16_length
from tests.telegram_double.world import BOT, Json, Webhook, World

Answer = Any


async def get_me(world: World, values: Values) -> Answer:
    return {**BOT, "can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}


async def get_updates(world: World, values: Values) -> Answer:
    if world.webhook:
        raise BadCall(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first")
    world.poll += 1
    mine = world.poll
    world.stir()
    if "allowed_updates" in values:
        world.allowed = values["allowed_updates"]
    if "offset" in values:
        world.confirm_below(values["offset"])
    ends_at = time.monotonic() + values.get("timeout", 0)
    while True:
        if world.poll != mine:
            raise BadCall(409, "Conflict: terminated by other getUpdates request")
        ready = [update for update in world.updates if world.wanted(update)][: values.get("limit", 100)]
        left = ends_at - time.monotonic()
        if ready or left <= 0:
            world.shown |= {id(update) for update in ready}
            return ready
        try:
            await asyncio.wait_for(world.changed.wait(), left)
        except TimeoutError:
            continue


async def set_webhook(world: World, values: Values) -> Answer:
    if not values["url"]:
        return await delete_webhook(world, values)
    world.allowed = values.get("allowed_updates", world.allowed)
    world.webhook = Webhook(values["url"], values.get("secret_token", ""), world.allowed)
    if values.get("drop_pending_updates"):
        world.updates.clear()
    world.poll += 1
    world.stir()
    return True


async def delete_webhook(world: World, values: Values) -> Answer:
    world.webhook = None
    if values.get("drop_pending_updates"):
        world.updates.clear()
    world.stir()
    return True


async def get_webhook_info(world: World, values: Values) -> Answer:
    url = world.webhook.url if world.webhook else ""
    return {"url": url, "has_custom_certificate": False, "pending_update_count": len(world.updates)}


async def send_message(world: World, values: Values) -> Answer:
    check_text(values["text"])
    check_markup(values.get("reply_markup"))
    world.check_reachable(values["chat_id"])
    return keep_sent(world, values, {"text": values["text"]})


def keep_sent(world: World, values: Values, content: Json) -> Json:
    """The message as kept, and as answered: Telegram shows a bot only inline keyboards again."""
    markup = values.get("reply_markup")
    kept = world.keep_message(values["chat_id"], BOT, content | ({"reply_markup": markup} if markup else {}))
    return shown(kept)


def shown(message: Json) -> Json:
    markup = message.get("reply_markup")
    keeps = markup is None or "inline_keyboard" in markup
    return message if keeps else {key: value for key, value in message.items() if key != "reply_markup"}


async def edit_message_text(world: World, values: Values) -> Answer:
    if "text" not in values:
        raise BadCall(400, "Bad Request: message text is empty")
    check_text(values["text"])
    check_markup(values.get("reply_markup"))
    message = world.messages.get((values.get("chat_id", 0), values.get("message_id", 0)))
    if message is None:
        raise BadCall(400, "Bad Request: message to edit not found")
    world.check_reachable(values["chat_id"])
    old = message.get("reply_markup")
    if message["from"] != BOT or (old and "inline_keyboard" not in old):
        raise BadCall(400, "Bad Request: message can't be edited")
    if "text" not in message:
        raise BadCall(400, "Bad Request: there is no text in the message to edit")
    new = values.get("reply_markup")
    if message["text"] == values["text"] and old == new:
        raise BadCall(400, "Bad Request: message is not modified: nothing is different")
    message.pop("reply_markup", None)
    message |= {"text": values["text"], "edit_date": int(time.time())} | ({"reply_markup": new} if new else {})
    world.stir()
    return message


async def answer_callback_query(world: World, values: Values) -> Answer:
    if utf16_length(values.get("text", "")) > 200:
        raise BadCall(400, "Bad Request: MESSAGE_TOO_LONG")
    if values["callback_query_id"] not in world.queries:
        raise BadCall(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    world.queries.discard(values["callback_query_id"])
    return True


def sending(field: str, limit: int) -> Callable[[World, Values], Awaitable[Answer]]:
    """sendPhoto, sendVoice, ...: `field` is the parameter that holds the file, `limit` the most bytes of an upload."""

    async def send(world: World, values: Values) -> Answer:
        check_markup(values.get("reply_markup"))
        if utf16_length(values.get("caption", "")) > 1024:
            raise BadCall(400, "Bad Request: message caption is too long")
        world.check_reachable(values["chat_id"])
        file_id, name, size = take_file(world, values[field], limit)
        described = describe(field, file_id, name, size)
        caption = {"caption": values["caption"]} if values.get("caption") else {}
        return keep_sent(world, values, {field: described, **caption})

    return send


def take_file(world: World, given: str | Upload, limit: int) -> tuple[str, str, int]:
    """Telegram's name for the file, its own name, its size in bytes."""
    if isinstance(given, Upload):
        if not given.data:
            raise BadCall(400, "Bad Request: file must be non-empty")
        if len(given.data) > limit:
            raise BadCall(413, "Request Entity Too Large")
        return world.keep_file(given.data, given.name), given.name, len(given.data)
    if given not in world.files:
        raise BadCall(400, "Bad Request: wrong file identifier/HTTP URL specified")
    name, data = world.files[given]
    return given, name, len(data)


def describe(field: str, file_id: str, name: str, size: int) -> Any:
    """The file as a message shows it."""
    base = {"file_id": file_id, "file_unique_id": file_id[:8], "file_size": size}
    match field:
        case "photo":
            small = base | {"file_id": file_id, "file_unique_id": "small", "width": 90, "height": 67, "file_size": 1}
            return [small, base | {"width": 1280, "height": 960}]
        case "voice":
            return base | {"duration": 3, "mime_type": "audio/ogg"}
        case "video":
            return base | {"duration": 3, "width": 640, "height": 480, "mime_type": "video/mp4", "file_name": name}
        case _:
            return base | {"file_name": name, "mime_type": "application/octet-stream"}


async def get_file(world: World, values: Values) -> Answer:
    if values["file_id"] not in world.files:
        raise BadCall(400, "Bad Request: invalid file_id")
    data = world.files[values["file_id"]][1]
    if len(data) > 20 * 1024 * 1024:
        raise BadCall(400, "Bad Request: file is too big")
    path = f"files/{values['file_id']}"
    return {"file_id": values["file_id"], "file_unique_id": "u", "file_size": len(data), "file_path": path}


async def set_my_commands(world: World, values: Values) -> Answer:
    if len(values["commands"]) > 100:
        raise BadCall(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
    world.commands = values["commands"]
    return True


async def delete_message(world: World, values: Values) -> Answer:
    if world.messages.pop((values["chat_id"], values["message_id"]), None) is None:
        raise BadCall(400, "Bad Request: message to delete not found")
    world.stir()
    return True


MEGABYTE = 1024 * 1024
DEEDS: dict[str, Callable[[World, Values], Awaitable[Answer]]] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "sendMessage": send_message,
    "editMessageText": edit_message_text,
    "answerCallbackQuery": answer_callback_query,
    "sendPhoto": sending("photo", 10 * MEGABYTE),
    "sendVoice": sending("voice", 50 * MEGABYTE),
    "sendDocument": sending("document", 50 * MEGABYTE),
    "sendVideo": sending("video", 50 * MEGABYTE),
    "getFile": get_file,
    "setMyCommands": set_my_commands,
    "deleteMessage": delete_message,
}

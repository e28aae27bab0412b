"""The methods that the double knows: their parameters, how each travels, and which are required."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Values = dict[str, Any]

MARKUP = {"reply_markup": "json"}
SENDING = {
    "disable_notification": "bool",
    "protect_content": "bool",
    "allow_paid_broadcast": "bool",
    "message_thread_id": "int",
    "direct_messages_topic_id": "int",
    "business_connection_id": "str",
    "message_effect_id": "str",
    "suggested_post_parameters": "json",
    "reply_parameters": "json",
    **MARKUP,
}
TEXT = {"parse_mode": "str", "entities": "json", "link_preview_options": "json"}
CAPTION = {"caption": "str", "parse_mode": "str", "caption_entities": "json"}
FILM = {"has_spoiler": "bool", "show_caption_above_media": "bool"}


@dataclass(frozen=True, slots=True)
class Method:
    required: dict[str, str]
    optional: dict[str, str]


METHODS = {
    "getMe": Method({}, {}),
    "getUpdates": Method({}, {"offset": "int", "limit": "int", "timeout": "int", "allowed_updates": "json"}),
    "setWebhook": Method(
        {"url": "str"},
        {
            "certificate": "file",
            "ip_address": "str",
            "max_connections": "int",
            "allowed_updates": "json",
            "drop_pending_updates": "bool",
            "secret_token": "str",
        },
    ),
    "deleteWebhook": Method({}, {"drop_pending_updates": "bool"}),
    "getWebhookInfo": Method({}, {}),
    "sendMessage": Method({"chat_id": "int", "text": "str"}, {**TEXT, **SENDING}),
    "editMessageText": Method(
        {},
        {
            "text": "str",
            "chat_id": "int",
            "message_id": "int",
            "inline_message_id": "str",
            "business_connection_id": "str",
            **TEXT,
            **MARKUP,
        },
    ),
    "answerCallbackQuery": Method(
        {"callback_query_id": "str"}, {"text": "str", "show_alert": "bool", "url": "str", "cache_time": "int"}
    ),
    "sendPhoto": Method({"chat_id": "int", "photo": "file"}, {**CAPTION, **FILM, **SENDING}),
    "sendVoice": Method({"chat_id": "int", "voice": "file"}, {"duration": "int", **CAPTION, **SENDING}),
    "sendDocument": Method(
        {"chat_id": "int", "document": "file"},
        {"thumbnail": "file", "disable_content_type_detection": "bool", **CAPTION, **SENDING},
    ),
    "sendVideo": Method(
        {"chat_id": "int", "video": "file"},
        {
            "duration": "int",
            "width": "int",
            "height": "int",
            "thumbnail": "file",
            "cover": "file",
            "start_timestamp": "int",
            "supports_streaming": "bool",
            **CAPTION,
            **FILM,
            **SENDING,
        },
    ),
    "getFile": Method({"file_id": "str"}, {}),
    "setMyCommands": Method({"commands": "json"}, {"scope": "json", "language_code": "str"}),
    "deleteMessage": Method({"chat_id": "int", "message_id": "int"}, {}),
}
"""Official name -> parameters. editMessageText's text is required unless a newer kind of content is given; the double
asks for it."""


class BadCall(Exception):
    """Telegram's answer to a call that it does not take."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call."""

    name: str
    data: bytes


def read_values(method: str, given: dict[str, str | Upload]) -> tuple[Values, list[str]]:
    """The parameters as typed values, and the names of those that the method does not have."""
    spec = METHODS[method]
    kinds = spec.required | spec.optional
    values: Values = {}
    unknown = []
    for name, value in given.items():
        if name in kinds:
            values[name] = read_value(name, kinds[name], value, given)
        elif not isinstance(value, Upload):
            unknown.append(name)
    for name in spec.required:
        if name not in values:
            raise BadCall(400, f"Bad Request: parameter {name} is required")
    return values, unknown


def read_value(name: str, kind: str, value: str | Upload, given: dict[str, str | Upload]) -> Any:
    if isinstance(value, Upload):
        return value
    if kind == "file":
        return given.get(value.removeprefix("attach://"), value) if value.startswith("attach://") else value
    try:
        return READERS[kind](value)
    except ValueError:
        raise BadCall(400, f"Bad Request: can't parse {name}") from None


def read_bool(value: str) -> bool:
    if value.lower() not in ("true", "false", "1", "0"):
        raise ValueError(value)
    return value.lower() in ("true", "1")


READERS: dict[str, Callable[[str], Any]] = {"int": int, "bool": read_bool, "json": json.loads, "str": str}


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def check_text(text: str) -> None:
    if not text.strip():
        raise BadCall(400, "Bad Request: message text is empty")
    if utf16_length(text) > 4096:
        raise BadCall(400, "Bad Request: message is too long")


def check_markup(markup: Any) -> None:
    """Keyboards as Telegram takes them: one action per inline button, callback data of 1 to 64 bytes."""
    if markup is None:
        return
    if not isinstance(markup, dict):
        raise BadCall(400, "Bad Request: object expected as reply markup")
    for row in markup.get("inline_keyboard", []):
        for button in row:
            check_inline_button(button)
    for row in markup.get("keyboard", []):
        for button in row:
            if not isinstance(button, dict) or not button.get("text"):
                raise BadCall(400, "Bad Request: can't parse keyboard button")
    if not markup.keys() & {"inline_keyboard", "keyboard", "remove_keyboard", "force_reply"}:
        raise BadCall(400, "Bad Request: can't parse reply markup")


def check_inline_button(button: Any) -> None:
    actions = {"callback_data", "url", "web_app", "login_url", "switch_inline_query", "callback_game", "pay"}
    if not isinstance(button, dict) or not button.get("text"):
        raise BadCall(400, "Bad Request: can't parse inline keyboard button: text is required")
    if len(button.keys() & actions) != 1:
        raise BadCall(400, "Bad Request: text buttons are unallowed in the inline keyboard")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
        raise BadCall(400, "Bad Request: BUTTON_DATA_INVALID")

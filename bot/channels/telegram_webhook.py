"""Where Telegram brings updates when a webhook is set: 200 only after they are committed."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.port import Accept, Raw, StoreDown
from bot.channels.telegram_polling import TelegramChannel

SECRET_HEADER = b"x-telegram-bot-api-secret-token"
SHORTEST_SECRET = 16
BODY_LIMIT = 1024 * 1024
"""Bytes; an update is far smaller."""


def check_secret(secret: str) -> str:
    """The secret itself. Raises ValueError unless it has 16 to 256 characters of those that Telegram takes."""
    if not re.fullmatch(rf"[A-Za-z0-9_-]{{{SHORTEST_SECRET},256}}", secret):
        raise ValueError(
            f"the webhook secret must have {SHORTEST_SECRET} to 256 characters, only letters A-Z, digits, _ and -"
        )
    return secret


def webhook_route(channel: TelegramChannel, accept: Accept, secret: str, path: str = "/telegram") -> Route:
    """The route that takes updates: 401 without the right secret, 400 and 413 for what is no update, 503 when it could
    not be stored (Telegram brings it again), 200 when it is committed."""
    expected = check_secret(secret).encode()

    async def take_update(request: Request) -> Response:
        if not shows_secret(request, expected):
            return PlainTextResponse("wrong secret", 401)
        body = await read_body(request)
        if body is None:
            return PlainTextResponse("too big", 413)
        raw = read_update(body)
        if raw is None:
            return PlainTextResponse("not an update", 400)
        try:
            await channel.take(raw, accept)
        except StoreDown:
            return PlainTextResponse("not stored, bring it again", 503)
        return PlainTextResponse("ok")

    return Route(path, take_update, methods=["POST"])


def shows_secret(request: Request, expected: bytes) -> bool:
    """Exactly one header with exactly the secret; compared as bytes, for text that is not ASCII would raise."""
    shown = [value for name, value in request.headers.raw if name.lower() == SECRET_HEADER]
    return len(shown) == 1 and secrets.compare_digest(shown[0], expected)


async def read_body(request: Request) -> bytes | None:
    """The body; None when it is longer than it may be."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            return None
    return bytes(body)


def read_update(body: bytes) -> Raw | None:
    try:
        raw: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return raw if isinstance(raw, dict) and isinstance(raw.get("update_id"), int) else None

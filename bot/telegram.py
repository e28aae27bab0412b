"""Picks the Telegram library that the settings name, and imports that one only: each costs memory, aiogram seconds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from starlette.routing import BaseRoute

from bot.channels.port import Accept
from bot.channels.telegram_polling import Options, TelegramChannel, Webhook
from bot.channels.telegram_webhook import webhook_route
from bot.settings import Settings


def telegram_channel(
    settings: Settings, now: Callable[[], datetime], named: Callable[[str], None]
) -> TelegramChannel | None:
    """The channel for the settings' token; None without one. `named` is told what Telegram calls the bot."""
    if settings.token is None:
        return None
    options = Options(webhook=_webhook(settings), now=now, named=named)
    if settings.telegram_library == "aiogram":
        from bot.channels.aiogram_telegram import AiogramTelegram

        return AiogramTelegram(settings.token, settings.telegram_api_base, options)
    from bot.channels.ptb_telegram import PtbTelegram

    return PtbTelegram(settings.token, settings.telegram_api_base, options)


def telegram_routes(
    settings: Settings, channel: TelegramChannel | None, accept_for: Callable[[str], Accept]
) -> list[BaseRoute]:
    """Where Telegram brings updates; none without a webhook."""
    webhook = _webhook(settings)
    if channel is None or webhook is None:
        return []
    path = urlsplit(webhook.url).path
    return [webhook_route(channel, accept_for(channel.name), webhook.secret, path)]


def _webhook(settings: Settings) -> Webhook | None:
    secret = settings.telegram_webhook_secret
    if settings.telegram_mode == "polling" or secret is None:
        return None
    return Webhook(settings.telegram_webhook_url, secret.get_secret_value())

"""What the value of a setting alone does not show: needs of one on another, shapes of addresses and secrets."""

from __future__ import annotations

import math
import re
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.faults import WHAT_TO_WRITE, Fault, variable

if TYPE_CHECKING:
    from bot.settings import Settings

TOKEN = re.compile(r"\d{3,}:[\w-]{3,}", re.ASCII)
SECRET = re.compile(r"[\w-]{16,256}", re.ASCII)
KEY = re.compile(r"[!-~]{1,4096}")
"""What a header takes: printable ASCII."""
MODEL_FILES = ("model.onnx", "tokenizer.json")
LONGEST_WAIT = 10.0


def faults_between(settings: Settings, told: set[str]) -> list[Fault]:
    """What each value alone does not show; `told` are the names already complained about."""
    checks = {
        "telegram_token": _token_fault(settings),
        "telegram_webhook_url": _webhook_url_fault(settings),
        "telegram_webhook_secret": _webhook_secret_fault(settings),
        "telegram_api_base": None if _is_address(settings.telegram_api_base) else "is not an address",
        "public_url": None if not settings.public_url or _is_address(settings.public_url) else "is not an address",
        "port": None if 0 <= settings.port <= 65535 else f"{settings.port} is not a port",
        "host": None if settings.host.strip() else "is empty",
        "catalog": _catalog_fault(settings),
        "database_url": _database_fault(settings),
        "reranker_url": _reranker_url_fault(settings),
        "reranker_key": _reranker_key_fault(settings),
        "reranker_model": _reranker_model_fault(settings),
        "reranker_folder": _reranker_folder_fault(settings),
        "reranker_seconds": None if 0 < settings.reranker_seconds <= LONGEST_WAIT else "is no time to wait",
        "costs": _costs_fault(settings),
        "delivery_tries": None if settings.delivery_tries >= 1 else "must be at least 1",
        "delivery_within": None if settings.delivery_within > timedelta() else "is no time to try",
        "desk": "wave_size must be at least 1" if settings.desk.wave_size < 1 else None,
    }
    faults = [Fault(variable(name), wrong, WHAT_TO_WRITE[name]) for name, wrong in checks.items() if wrong]
    return [fault for fault in faults if fault.name not in told]


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _costs_fault(settings: Settings) -> str | None:
    below = [name for name, cost in asdict(settings.costs).items() if not 0 < cost < math.inf]
    return f"{below[0]} is not above 0" if below else None


def _token_fault(settings: Settings) -> str | None:
    if settings.token is not None and not TOKEN.fullmatch(settings.token):
        return "is not shaped like a bot token"
    return None


def _webhook_url_fault(settings: Settings) -> str | None:
    url = settings.telegram_webhook_url
    if settings.telegram_mode == "polling":
        return None
    if not url:
        return "is needed for telegram_mode = webhook"
    if _is_address(url) and urlsplit(url).path in ("", "/"):
        return "has no path: / is the web chat's"
    here = _is_address(url) and urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")
    return None if here or (_is_address(url) and url.startswith("https://")) else "is not an https address"


def _webhook_secret_fault(settings: Settings) -> str | None:
    secret = settings.telegram_webhook_secret
    if secret is None:
        return "is needed for telegram_mode = webhook" if settings.telegram_mode == "webhook" else None
    return None if SECRET.fullmatch(secret.get_secret_value()) else "has the wrong length or characters"


def _catalog_fault(settings: Settings) -> str | None:
    return None if settings.catalog is None or settings.catalog.is_dir() else f"{settings.catalog} is not a folder"


def _database_fault(settings: Settings) -> str | None:
    if settings.database_url is None:
        return None
    known = ("sqlite:///", "postgresql+psycopg://")
    return None if settings.database.startswith(known) else "is not a database that is known here"


def _reranker_url_fault(settings: Settings) -> str | None:
    url = settings.reranker_url
    if not url:
        return "is needed for reranker = openai" if settings.reranker == "openai" else None
    if not _is_address(url):
        return "is not an http or https address"
    parts = urlsplit(url)
    has_more = bool(parts.query or parts.fragment or parts.username or parts.password)
    return "holds more than an address and a path" if has_more else None


def _reranker_key_fault(settings: Settings) -> str | None:
    key = settings.key_of_reranker
    return None if key is None or KEY.fullmatch(key) else "has characters that no key has"


def _reranker_model_fault(settings: Settings) -> str | None:
    is_missing = settings.reranker == "openai" and not settings.reranker_model.strip()
    return "is needed for reranker = openai" if is_missing else None


def _reranker_folder_fault(settings: Settings) -> str | None:
    if settings.reranker != "onnx":
        return None
    folder = settings.reranker_folder
    if folder is None:
        return "is needed for reranker = onnx"
    missing = [name for name in MODEL_FILES if not (folder / name).is_file()]
    return f"{folder} has no {' and no '.join(missing)}" if missing else None

"""The webhook: who may bring updates, what is answered, and that 200 means stored. Real server, real double."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from bot.channels.telegram_polling import TelegramChannel, Webhook
from bot.channels.telegram_webhook import BODY_LIMIT, SECRET_HEADER, check_secret, webhook_route
from handlers.messages import Said, SentUnreadable
from tests.bot.channels.conftest import Listening, MakeChannel, Store
from tests.telegram_double.client import Double

SECRET = "right-secret-0123456789"
UPDATE = {
    "update_id": 1,
    "message": {
        "message_id": 1,
        "date": 1_777_600_000,
        "chat": {"id": 5, "type": "private", "first_name": "王"},
        "from": {"id": 5, "is_bot": False, "first_name": "王"},
        "text": "你好",
    },
}


class Site:
    """A web server with the webhook in it. `url` is where updates go."""

    def __init__(self, channel: TelegramChannel, store: Store, url: str) -> None:
        self.channel = channel
        self.store = store
        self.url = url

    async def brings(self, body: bytes, *headers: bytes) -> int:
        """Post a body with these secret headers; the status."""
        async with httpx.AsyncClient() as client:
            shown = [(SECRET_HEADER, header) for header in headers]
            answer = await client.post(self.url, content=body, headers=[(b"content-type", b"application/json"), *shown])
            return answer.status_code


@pytest.fixture
async def site(make_channel: MakeChannel, store: Store) -> AsyncIterator[Site]:
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/telegram"
    channel = make_channel(webhook=Webhook(url, SECRET))
    app = Starlette(routes=[webhook_route(channel, store.accept, SECRET)])
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", ws="none"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    yield Site(channel, store, url)
    server.should_exit = True
    await task
    listener.close()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ((SECRET.encode(),), 200),
        ((), 401),
        ((b"",), 401),
        ((b"wrong-secret-0123456789",), 401),
        ((SECRET.encode() + b"x",), 401),
        (("秘密".encode(),), 401),
        ((b"\xff\xfe",), 401),
        ((SECRET.encode(), SECRET.encode()), 401),
        ((SECRET.encode(), b"other"), 401),
        ((b"x" * 10_000,), 401),
    ],
    ids=["right", "none", "empty", "wrong", "longer", "not ascii", "not utf-8", "twice", "two", "huge"],
)
async def test_only_the_right_secret_opens(headers: tuple[bytes, ...], status: int, site: Site) -> None:
    assert await site.brings(json.dumps(UPDATE).encode(), *headers) == status
    assert len(site.store.kept) == (status == 200)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"\xff", 400),
        (b"[" * 100_000, 400),
        (b'{"update_id": "x"}', 400),
        (b'{"update_id": 3}', 200),
        (b" " * (BODY_LIMIT + 1), 413),
    ],
    ids=["empty", "cut", "list", "bytes", "deep", "no number", "nothing asked for", "too big"],
)
async def test_what_is_no_update(body: bytes, status: int, site: Site) -> None:
    assert await site.brings(body, SECRET.encode()) == status
    assert site.store.kept == []


async def test_broken_update_is_kept(site: Site) -> None:
    broken = {"update_id": 2, "message": {"from": {"id": 5}}}
    assert await site.brings(json.dumps(broken).encode(), SECRET.encode()) == 200
    assert [inbound.event for inbound in site.store.kept] == [SentUnreadable("other")]


async def test_not_stored_is_brought_again(
    site: Site, double: Double, listen: Callable[[TelegramChannel], Listening]
) -> None:
    site.store.down = 2
    listen(site.channel)
    await double.says(5, "你好")
    assert [inbound.event for inbound in await site.store.has(1)] == [Said("你好")]
    attempts = await double.until("webhook_attempts", lambda attempts: len(attempts) >= 3)
    assert [attempt["status"] for attempt in attempts] == [503, 503, 200]


async def test_order_in_a_chat_holds(
    site: Site, double: Double, listen: Callable[[TelegramChannel], Listening]
) -> None:
    listen(site.channel)
    for number in range(20):
        await double.says(5, f"第{number}")
    assert [inbound.event for inbound in await site.store.has(20)] == [Said(f"第{number}") for number in range(20)]
    await double.until("waiting", lambda waiting: waiting == [])
    assert {attempt["status"] for attempt in await double.state("webhook_attempts")} == {200}


@pytest.mark.parametrize("secret", ["", "short", "x" * 15, "x" * 257, "with a space 0123", "秘密" * 8])
def test_no_start_without_a_good_secret(secret: str) -> None:
    with pytest.raises(ValueError, match="16 to 256"):
        check_secret(secret)

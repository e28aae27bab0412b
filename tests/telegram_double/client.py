"""The tests' hand on the double: starts it as a process of its own, plays the people, reads what the bot did."""

from __future__ import annotations

import asyncio
import base64
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

ROOT = Path(__file__).parent.parent.parent
TOKEN = "110:loopback-token-for-tests-only"
Json = dict[str, Any]


class Double:
    """`base` is the address to give to the bot as that of Telegram."""

    def __init__(self, base: str, session: ClientSession) -> None:
        self.base = base
        self.token = TOKEN
        self._session = session

    async def call(self, method: str, **values: Any) -> tuple[int, Json]:
        """A method of the Bot API, as a bot would: status and body."""
        async with self._session.post(f"{self.base}/bot{self.token}/{method}", json=values) as answer:
            return answer.status, await answer.json()

    async def act(self, deed: str, **request: Any) -> Json:
        """One of people.DEEDS; gives the update that it made. LookupError when there is no such button."""
        async with self._session.post(f"{self.base}/sim/{deed}", json=request) as answer:
            body: Json = await answer.json()
            if answer.status != 200:
                raise LookupError(str(body))
            return body

    async def says(self, user: int, text: str, **more: Any) -> Json:
        return await self.act("say", user=user, text=text, **more)

    async def presses(self, user: int, label: str, **more: Any) -> Json:
        return await self.act("press", user=user, label=label, **more)

    async def sends_file(self, user: int, kind: str, data: bytes = b"\xff\xd8 a picture", **more: Any) -> Json:
        encoded = base64.b64encode(data).decode()
        return await self.act("send_file", user=user, kind=kind, data=encoded, **more)

    async def goes_wrong(self, kind: str, **more: Any) -> None:
        """Order a fault (world.Fault) for a coming call."""
        await self.act("fault", kind=kind, **more)

    async def state(self, only: str) -> Any:
        """One part: journal, messages, acknowledged, waiting, webhook, webhook_attempts or commands."""
        async with self._session.get(f"{self.base}/sim/state", params={"only": only}) as answer:
            return (await answer.json())[only]

    async def calls(self, *methods: str) -> list[Json]:
        """The journal, or the calls of these methods."""
        return [entry for entry in await self.state("journal") if not methods or entry["method"] in methods]

    async def heard(self, user: int) -> list[str]:
        """The texts that the bot has in this chat, oldest first, as they stand now."""
        messages = await self.state("messages")
        mine = [m for m in messages if m["chat"]["id"] == user and m["from"]["is_bot"]]
        return [message.get("text", "") for message in mine]

    async def until(self, part: str, holds: Callable[[Any], bool], seconds: float = 10.0) -> Any:
        """Wait until a part of the state is as it should be; TimeoutError with the last one when it never is."""
        last: Any = None
        try:
            async with asyncio.timeout(seconds):
                while not holds(last := await self.state(part)):  # noqa: ASYNC110 (it lives in another process)
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise TimeoutError(f"{part} after {seconds:g} s: {last!r}"[:2000]) from None
        return last


@contextmanager
def double_process() -> Iterator[str]:
    """A double as a process of its own on a free port, ended afterwards; gives its address."""
    words = [sys.executable, "-m", "tests.telegram_double", "--token", TOKEN]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@asynccontextmanager
async def double_at(base: str) -> AsyncIterator[Double]:
    """The running double, with a new world: nobody there, nothing said."""
    async with ClientSession() as session:
        double = Double(base, session)
        await double.act("reset")
        yield double

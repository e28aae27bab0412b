"""The real program is killed again and again while people write: what was acknowledged is stored, handled and answered.

Each run: the double in one process, `python -m bot serve` in another, SIGKILL at random moments; people write all the
time, some of them open a case step by step. EXIAOBANG_TEST_KILLS says how often each combination is killed.
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.telegram_double.client import TOKEN, Double, double_at, double_process

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("EXIAOBANG_TEST_KILLS", "5"))
SECRET = "a-secret-for-this-test-only"
CASE_OPENERS = 3
WAYS_ON = ("我自己", "跳过", "没有了", "对，就这样")
"""What a person presses who opens a case with as little as possible."""
PATIENCE = 240.0
"""Seconds that people wait for the last answers: a message that was being sent when the process died is leased
for a while."""
DUE = "channel = 'telegram' and not_before <= created_at"
"""Answers; reminders and what waits for the morning have a later time."""


@dataclass
class Program:
    """The bot as a process, started anew after each kill on the same data."""

    environment: dict[str, str]
    log: Path
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "serve", cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )

    async def kill(self) -> None:
        if self.process and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


@dataclass
class People:
    """Everybody who writes. `done` holds who has opened a case."""

    double: Double
    is_over: bool = False
    chatters: list[int] = field(default_factory=list)
    openers: list[int] = field(default_factory=list)

    async def chat(self) -> None:
        """A new person every third of a second or so, with one question."""
        while not self.is_over:
            self.chatters.append(1000 + len(self.chatters))
            await self.double.says(self.chatters[-1], "社保卡丢了怎么办")
            await asyncio.sleep(random.uniform(0.2, 0.5))

    async def open_case(self, user: int) -> None:
        """From the first word to the case, patiently: the next button is pressed when it has come."""
        self.openers.append(user)
        await self.double.says(user, "我要找人工")
        pressed = 0
        while not await self.has_case(user):
            shown = await self.newest_buttons(user)
            if shown is None or shown["message_id"] <= pressed:
                await asyncio.sleep(0.2)
                continue
            pressed = shown["message_id"]
            labels = [button["text"] for row in shown["reply_markup"]["inline_keyboard"] for button in row]
            label = next((label for label in labels if label in WAYS_ON), None)
            if label:
                await self.double.presses(user, label, message_id=pressed)

    async def newest_buttons(self, user: int) -> dict[str, Any] | None:
        messages = [m for m in await self.double.state("messages") if m["chat"]["id"] == user]
        with_buttons = [m for m in messages if "inline_keyboard" in m.get("reply_markup", {})]
        return max(with_buttons, key=lambda m: int(m["message_id"]), default=None)

    async def has_case(self, user: int) -> bool:
        return any("单号：" in text for text in await self.double.heard(user))


def environment(base: str, folder: Path, library: str, mode: str) -> dict[str, str]:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EXIAOBANG_")}
    given = {
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_API_BASE": base,
        "TELEGRAM_LIBRARY": library,
        "TELEGRAM_MODE": mode,
        "FOLDER": str(folder),
        "PORT": str(port),
    }
    if mode == "webhook":
        given |= {"TELEGRAM_WEBHOOK_URL": f"http://127.0.0.1:{port}/hook", "TELEGRAM_WEBHOOK_SECRET": SECRET}
    return kept | {f"EXIAOBANG_{name}": value for name, value in given.items()}


@asynccontextmanager
async def started(program: Program) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await program.kill()


def rows(database: Path, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(statement).fetchall()


async def kill_again_and_again(program: Program, double: Double) -> None:
    """Each time at a random moment after the new process has taken something in (or, now and then, while it starts)."""
    for number in range(KILLS):
        before = len(await double.state("acknowledged"))
        await program.start()
        if number % 5 == 4:
            await asyncio.sleep(random.uniform(0.5, 3.0))
        else:
            await double.until("acknowledged", lambda ids: len(ids) > before, 120)  # noqa: B023
            await asyncio.sleep(random.uniform(0.0, 2.0))
        await program.kill()


def copies(messages: list[dict[str, Any]]) -> int:
    """Messages that stand in a chat more than once. Each set of buttons is offered once, and this story says no text
    twice to a person, so these are replies sent again after a kill."""
    said = Counter((m["chat"]["id"], m["text"], str(m.get("reply_markup"))) for m in messages if m["from"]["is_bot"])
    return sum(count - 1 for count in said.values())


@pytest.mark.parametrize("mode", ["polling", "webhook"])
@pytest.mark.parametrize("library", ["aiogram", "ptb"])
async def test_nothing_acknowledged_is_lost(library: str, mode: str, tmp_path: Path) -> None:
    with double_process() as base:
        async with double_at(base) as double:
            people = People(double)
            program = Program(environment(base, tmp_path, library, mode), tmp_path / "log.txt")
            async with started(program):
                await write_while_it_is_killed(people, program)
                await until_all_is_said(people, double)
                await check(people, double, tmp_path / "exiaobang.db", f"{library}, {mode}")


async def write_while_it_is_killed(people: People, program: Program) -> None:
    """Returns when the last of KILLS is over, the program runs again and every opener has a case."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(people.chat())
        for user in range(10, 10 + CASE_OPENERS):
            tasks.create_task(asyncio.wait_for(people.open_case(user), PATIENCE + 60 * KILLS))
        await kill_again_and_again(program, people.double)
        await program.start()
        people.is_over = True


async def until_all_is_said(people: People, double: Double) -> None:
    """Nothing is on its way any more, and everybody has heard something."""
    await double.until("waiting", lambda waiting: waiting == [], PATIENCE)
    everybody = {*people.chatters, *people.openers}

    def all_answered(messages: list[dict[str, Any]]) -> bool:
        return everybody <= {m["chat"]["id"] for m in messages if m["from"]["is_bot"]}

    await double.until("messages", all_answered, PATIENCE)


async def until_sent(database: Path) -> None:
    """The outbox holds nothing that is still to go out now."""
    waiting = f"select key from outbox where state in ('pending', 'sending') and {DUE}"
    async with asyncio.timeout(PATIENCE):
        while rows(database, waiting):  # noqa: ASYNC110 (the rows are another process's)
            await asyncio.sleep(0.2)


async def check(people: People, double: Double, database: Path, what: str) -> None:
    await until_sent(database)
    acknowledged = await double.state("acknowledged")
    inbox = Counter(int(row[0]) for row in rows(database, "select external_id from inbox where channel = 'telegram'"))
    assert [update for update in acknowledged if inbox[update] != 1] == []
    assert len(inbox) == len(set(acknowledged))
    assert rows(database, "select id, error from inbox where state <> 'done'") == []
    assert rows(database, f"select key, state from outbox where state <> 'sent' and {DUE}") == []
    cases = rows(database, "select asker_id, count(*) from cases group by asker_id")
    assert [count for _, count in cases] == [1] * CASE_OPENERS
    assert rows(database, "pragma integrity_check") == [("ok",)]
    messages = await double.state("messages")
    twice = copies(messages)
    said = sum(m["from"]["is_bot"] for m in messages)
    print(f"\n{what}: {KILLS} kills, {len(inbox)} updates, 0 lost, {len(cases)} cases, {twice} of {said} replies twice")
    assert twice <= 16 * KILLS  # what a process can be sending at once

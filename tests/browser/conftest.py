"""Chromium as a phone, against a real web chat on loopback."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Request, async_playwright

from tests.bot.channels.web_house import House, house

PHONE = {"width": 390, "height": 844}


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    path = os.environ.get("EXIAOBANG_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium (set EXIAOBANG_TEST_CHROMIUM)")
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield running
        await running.close()


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as running:
        yield running


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path, is_demo=True) as running:
        yield running


@pytest.fixture
async def phone(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A phone's browser. It must neither log an error nor ask any other host for anything."""
    context = await browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True, locale="zh-CN")  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    strangers: list[str] = []
    errors: list[str] = []

    def look(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "blob:", "data:")):
            strangers.append(request.url)

    def listen(page: Page) -> None:
        page.on("pageerror", lambda error: errors.append(str(error)))

    context.on("request", look)
    context.on("page", listen)
    yield context
    await context.close()
    assert strangers == []
    assert errors == []

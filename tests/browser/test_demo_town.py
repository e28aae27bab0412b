"""The demo town as `exiaobang demo` starts it: the real process, the real core, a real browser."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

pytestmark = pytest.mark.browser


@dataclass
class Demo:
    url: str
    process: asyncio.subprocess.Process


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    command = [sys.executable, "-m", "bot", "demo", "--port", "0", "--folder", str(tmp_path)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    async with asyncio.timeout(60):
        said = (await process.stdout.readline()).decode()
    yield Demo("http" + said.strip().split("http")[1].split()[0], process)
    if process.returncode is None:
        process.kill()
        await process.wait()


async def test_a_resident_asks_and_every_role_has_its_room(demo: Demo, browser: Browser) -> None:
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    context.set_default_timeout(20_000)
    page = await context.new_page()
    await page.goto(demo.url)
    await page.get_by_role("link", name="三个身份一起看").click()
    resident = page.frame_locator("iframe[data-role=resident]")
    await expect(resident.locator(".theirs").first).to_contain_text("您好，我是鄂小帮", timeout=20_000)
    helper = page.frame_locator("iframe[data-role=helper]")
    await expect(helper.get_by_role("button", name="我的单")).to_be_visible(timeout=20_000)
    await expect(page.frame_locator("iframe[data-role=supervisor]").get_by_role("button", name="今日")).to_be_visible()
    await resident.locator("#text").fill("我妈70岁了，想办老年优待证")
    await resident.locator(".composer .main").click()
    await expect(resident.locator(".theirs").last).to_contain_text("老年人优待证", timeout=20_000)
    await expect(resident.locator(".theirs").last).to_contain_text("示范数据")
    await resident.get_by_role("button", name="让小帮帮我办").click()
    await expect(resident.locator(".theirs").last).to_contain_text("给谁办")
    clock = await page.locator("#clock").text_content()
    await page.get_by_role("button", name="+1天").click()
    await expect(page.locator("#clock")).not_to_have_text(clock or "", timeout=20_000)
    demo.process.terminate()
    async with asyncio.timeout(15):  # three open streams must not hold it up
        assert await demo.process.wait() == 0
    await expect(resident.locator("#offline")).to_be_visible()
    await context.close()

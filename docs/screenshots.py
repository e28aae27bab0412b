"""Plays a case in the demo town in a real browser and takes the README's pictures: `python -m docs.screenshots`."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Frame, Page, async_playwright

FOLDER = Path(__file__).parent / "screenshots"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
STEPS = (
    "[让小帮帮我办]",
    "[爸妈/老人]",
    "泽林村",
    "13800138000",
    "[工作日白天]",
    "[请上门]",
    "[没有了]",
    "[对，就这样]",
)
"""An intake: what is pressed stands in brackets."""
QUESTION = "屋里老人的养老金要认证，手机搞不来么办？"


async def say(page: Page, frame: Frame, text: str) -> None:
    await frame.locator("#text:visible, #phone:visible").fill(text)
    await frame.locator("#composer button.main").click()
    await page.wait_for_timeout(900)


async def press(page: Page, frame: Frame, label: str) -> None:
    await frame.locator("button", has_text=label).last.click()
    await page.wait_for_timeout(900)


async def three(browser: Browser, address: str) -> None:
    """Resident, helper and supervisor side by side, from the question to the digest."""
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    await page.goto(f"{address}/town")
    await page.wait_for_timeout(3000)
    resident, helper, supervisor = (
        next(frame for frame in page.frames if f"/room/{room}" in frame.url)
        for room in ("resident", "helper", "supervisor")
    )
    await say(page, resident, QUESTION)
    for step in STEPS:
        if step.startswith("["):
            await press(page, resident, step[1:-1])
        else:
            await say(page, resident, step)
    await press(page, helper, "我来接")
    await press(page, helper, "约时间")
    await press(page, helper, "9:30")
    await press(page, helper, "就这一个")
    await press(page, supervisor, "今日")
    await page.wait_for_timeout(1500)
    await page.screenshot(path=FOLDER / "three.png")
    await page.close()


async def phone(browser: Browser, address: str) -> None:
    """The resident's page on a phone."""
    context = await browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=2, has_touch=True)
    page = await context.new_page()
    await page.goto(f"{address}/room/resident/")
    await page.wait_for_timeout(1500)
    await say(page, page.main_frame, QUESTION)
    await page.screenshot(path=FOLDER / "phone.png")
    await context.close()


async def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        town = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "demo", "--port", "0", "--folder", folder, stdout=asyncio.subprocess.PIPE
        )
        assert town.stdout
        found = re.search(r"http://\S+", (await town.stdout.readline()).decode())
        assert found, "the demo town printed no address"
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
                await three(browser, found[0])
                await phone(browser, found[0])
                await browser.close()
        finally:
            town.terminate()
            await town.wait()


if __name__ == "__main__":
    asyncio.run(main())

"""The chat as a person meets it: on a phone of 390 x 844, with and without script, with and without network."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page, expect

from bot.channels.port import Outbound
from handlers.messages import Arrived, Said
from tests.bot.channels.web_house import House

pytestmark = pytest.mark.browser

SMALL_TYPE = """() => [...document.querySelectorAll("body *")]
  .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.closest(".hidden"))
  .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
  .filter(e => parseFloat(getComputedStyle(e).fontSize) < 18).map(e => e.outerHTML.slice(0, 90))"""
SMALL_TARGETS = """() => [...document.querySelectorAll("button, a, input, textarea, select, label.pick")]
  .filter(e => e.checkVisibility() && !["hidden", "file"].includes(e.type))
  .filter(e => !e.matches(".tel, .skip") && !e.closest(".hidden"))
  .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
  .filter(([, r]) => r.width < 47.5 || r.height < 47.5).map(([html, r]) => `${r.width}x${r.height} ${html}`)"""
BOXES = "textarea:visible, input:visible:not([type=file])"
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</textarea><script>alert(1)</script>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "javascript:alert(1)",
    "{{constructor.constructor('alert(1)')()}}",
    "</li></ol><form action=//evil.example><button>按我</button></form>",
]


async def opened(phone: BrowserContext, url: str) -> Page:
    page = await phone.new_page()
    await page.goto(url)
    await expect(page.locator(".theirs").first).to_be_visible()
    return page


async def say(page: Page, text: str) -> None:
    await page.locator(BOXES).fill(text)
    await page.click(".composer .main")


async def test_what_i_send_is_answered_without_loading_the_page_again(town: House, phone: BrowserContext) -> None:
    page = await opened(phone, town.url)
    await page.evaluate("window.isSamePage = true")
    await say(page, "你好")
    await expect(page.locator(".theirs").last).to_contain_text("听到了：你好")
    await expect(page.locator(".mine")).to_have_count(1)
    await expect(page.locator(".pending")).to_have_count(0)
    assert await page.evaluate("window.isSamePage") is True


async def test_a_pressed_button_is_my_line_and_older_buttons_step_back(town: House, phone: BrowserContext) -> None:
    page = await opened(phone, town.url)
    await say(page, "优待证")
    button = page.get_by_role("button", name="让小帮帮我办")
    colour = await button.evaluate("e => getComputedStyle(e).color")
    await button.dblclick()
    await expect(page.locator(".mine .text").last).to_have_text("让小帮帮我办")
    await expect(page.locator(".theirs").last).to_contain_text("您按了 t-让小帮帮我办")
    await expect(page.locator(".mine")).to_have_count(2)
    assert await button.evaluate("e => getComputedStyle(e).color") != colour
    await button.click()
    await expect(page.locator(".mine")).to_have_count(3)


async def test_a_photo_is_seen_before_and_after_it_is_sent(town: House, phone: BrowserContext, tmp_path: Path) -> None:
    page = await opened(phone, town.url)
    Image.new("RGB", (3000, 2000), "olive").save(tmp_path / "a.jpg")
    await page.set_input_files("input[accept='image/*']", tmp_path / "a.jpg")
    await expect(page.locator("#tray img")).to_have_count(1)
    await page.click(".composer .main")
    await expect(page.locator(".theirs").last).to_contain_text("收到，已经转给小帮")
    await expect(page.locator("#tray")).to_be_hidden()
    sent = page.locator(".mine img").last
    await expect(sent).to_have_attribute("src", "/file/2/0")
    assert await sent.evaluate("async e => { await e.decode(); return e.naturalWidth }") == 1600


async def test_a_lost_connection_is_said_and_nothing_is_lost_or_doubled(town: House, phone: BrowserContext) -> None:
    page = await opened(phone, town.url)
    await phone.set_offline(True)
    await expect(page.locator("#offline")).to_be_visible()
    await say(page, "第一句")
    await say(page, "第二句")
    await expect(page.locator(".pending")).to_have_count(2)
    address = town.script.got[0].address
    assert len(town.script.got) == 1
    await town.chat.deliver(address, Outbound("meanwhile", "您不在的时候"))
    await phone.set_offline(False)
    await expect(page.locator("#offline")).to_be_hidden(timeout=15_000)
    await expect(page.locator(".theirs").last).to_contain_text("听到了：第二句", timeout=15_000)
    for text in ("第一句", "第二句", "您不在的时候"):
        await expect(page.locator(".line .text").get_by_text(text, exact=True)).to_have_count(1)
    assert [inbound.event for inbound in town.script.got[1:]] == [Said("第一句"), Said("第二句")]


async def test_it_works_without_script(town: House, browser: Browser) -> None:
    context = await browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = await opened(context, town.url)
    await say(page, "优待证")
    await expect(page.locator(".theirs").last).to_contain_text("老年人优待证")
    await page.get_by_role("button", name="找人工").click()
    await expect(page.locator(".theirs").last).to_contain_text("您按了 t-找人工")
    await expect(page.get_by_role("link", name="刷新")).to_be_visible()
    await page.get_by_role("button", name="大字").click()
    assert await page.locator("#text").evaluate("e => getComputedStyle(e).fontSize") == "28px"
    await say(page, "电话")
    await expect(page.locator(BOXES)).to_have_attribute("type", "tel")
    await page.get_by_label("手机号码").fill("13800000000")
    await page.click(".composer .main")
    await expect(page.locator(".theirs").last).to_contain_text("听到了：13800000000")
    await context.close()


async def test_everything_is_big_enough_to_read_and_to_hit(town: House, phone: BrowserContext) -> None:
    page = await opened(phone, town.url)
    for word in ("电话", "优待证"):
        await say(page, word)
        await expect(page.locator(".theirs .buttons").last).to_be_visible()
        await expect(page.locator(".pending")).to_have_count(0)
        assert await page.evaluate(SMALL_TYPE) == []
        assert await page.evaluate(SMALL_TARGETS) == []
    assert await page.locator("#text").evaluate("e => getComputedStyle(e).fontSize") == "20px"
    await page.get_by_role("button", name="大字").click()
    await expect(page.locator("html.large")).to_have_count(1)
    assert await page.locator("#text").evaluate("e => getComputedStyle(e).fontSize") == "28px"
    assert await page.evaluate(SMALL_TARGETS) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_axe_finds_nothing(town: House, phone: BrowserContext) -> None:
    page = await opened(phone, town.url)
    for word in ("地方", "电话", "优待证"):
        await say(page, word)
        await expect(page.locator(".theirs .buttons").last).to_be_visible()
    await expect(page.locator(".pending")).to_have_count(0)
    await page.wait_for_timeout(300)  # the last line's fading in changes its contrast for a moment
    results = await Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


async def test_hostile_words_stay_words(town: House, phone: BrowserContext) -> None:
    page = await opened(phone, town.url)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    for number, words in enumerate(HOSTILE, 1):
        await say(page, words)
        await expect(page.locator(".theirs")).to_have_count(number + 1)
    await page.reload()
    await expect(page.locator(".mine .text")).to_have_text(HOSTILE)
    assert dialogs == []
    assert await page.locator("#log iframe, #log script, #log [onerror], #log [onload]").count() == 0


async def test_a_long_answer_is_read_from_its_first_line(town: House, phone: BrowserContext) -> None:
    page = await opened(phone, town.url)
    await say(page, "一二三四五六七八九十\n" * 60)
    answer = page.locator(".theirs").last
    await expect(answer).to_contain_text("听到了")
    await expect(answer.get_by_text("听到了")).to_be_in_viewport()
    top = await answer.evaluate("e => e.getBoundingClientRect().top")
    assert 0 <= top < 300
    await page.get_by_role("button", name="往下看").click()
    await expect(page.get_by_role("button", name="往下看")).to_be_hidden()


async def test_too_much_text_is_said_before_it_is_sent(town: House, phone: BrowserContext) -> None:
    page = await opened(phone, town.url)
    await page.fill("#text", "长" * 4900)
    await expect(page.locator("#hint")).to_have_text("还能写 100 字。")
    await page.evaluate("document.execCommand('insertText', false, '长'.repeat(300))")
    await expect(page.locator("#hint")).to_contain_text("已经写满 5000 字")
    assert len(await page.input_value("#text")) == 5000


async def test_a_place_can_be_shared_and_a_phone_typed(town: House, phone: BrowserContext) -> None:
    await phone.grant_permissions(["geolocation"])
    await phone.set_geolocation({"latitude": 30.39, "longitude": 114.89})
    page = await opened(phone, town.url)
    await say(page, "地方")
    await page.get_by_role("button", name="用我的位置").click()
    await expect(page.locator(".theirs").last).to_contain_text("您在 30.39, 114.89")
    await say(page, "电话")
    await page.get_by_label("手机号码").fill("13800000000")
    await page.click(".composer .main")
    await expect(page.locator(".theirs").last).to_contain_text("听到了：13800000000")


async def test_a_phone_number_is_asked_for_in_the_one_box_there_is(town: House, phone: BrowserContext) -> None:
    page = await opened(phone, town.url)
    box = page.locator(BOXES)
    await say(page, "电话")
    await expect(page.get_by_label("手机号码")).to_be_visible()
    await expect(box).to_have_count(1)
    await expect(box).to_have_attribute("type", "tel")
    await page.reload()
    await expect(box).to_have_attribute("type", "tel")
    await box.fill("138")
    await page.get_by_role("button", name="先不留").click()
    await expect(page.locator("#text")).to_be_visible()
    await expect(box).to_have_count(1)
    await expect(box).to_have_value("")


async def test_what_is_being_written_is_not_taken_away_by_a_question(town: House, phone: BrowserContext) -> None:
    page = await opened(phone, town.url)
    await say(page, "电话")
    await expect(page.get_by_label("手机号码")).to_be_visible()
    await page.get_by_role("button", name="先不留").click()
    await expect(page.locator(".theirs").last).to_contain_text("您按了")
    await page.fill("#text", "我还想问")
    address = town.script.got[0].address
    await town.chat.deliver(address, Outbound("asked", "请留一个手机号码", asks="phone"))
    await expect(page.locator(".theirs").last).to_contain_text("请留一个手机号码")
    await expect(page.locator(BOXES)).to_have_count(1)
    await expect(page.locator("#text")).to_have_value("我还想问")
    await page.fill("#text", "")
    await expect(page.get_by_label("手机号码")).to_be_visible()


async def test_the_demo_shows_three_rooms_and_moves_their_clock(demo: House, browser: Browser) -> None:
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    await page.goto(demo.url)
    await expect(page.get_by_text("示范数据").first).to_be_visible()
    assert (await Axe().run(page)).violations_count == 0
    await page.get_by_role("link", name="三个身份一起看").click()
    for name, words in (("resident", "您好"), ("helper", "code-helper-H001"), ("supervisor", "code-supervisor-")):
        room = page.frame_locator(f"iframe[data-role={name}]")
        await expect(room.locator(".theirs").first).to_contain_text(words)
        await expect(room.get_by_text("示范数据")).to_be_visible()
    before = await page.locator("#clock").text_content()
    await page.get_by_role("button", name="+1小时").click()
    await expect(page.locator("#clock")).not_to_have_text(before or "")
    assert len(demo.moved) == 1
    results = await Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    await context.close()


async def test_time_that_was_moved_in_one_window_has_passed_in_all(demo: House, browser: Browser) -> None:
    """The clock of another browser's town and the day labels of an open page hear of it."""
    here, there = [await browser.new_context(viewport={"width": 390, "height": 844}) for _ in range(2)]
    town, other, room = await here.new_page(), await there.new_page(), await there.new_page()
    await town.goto(f"{demo.url}/town")
    await other.goto(f"{demo.url}/town")
    await room.goto(f"{demo.url}/room/resident/")
    when = room.locator(".when").first
    await expect(when).to_contain_text("今天")
    before = await other.locator("#clock").text_content()
    await town.get_by_role("button", name="+1天").click()
    await expect(when).to_contain_text("昨天")
    await expect(other.locator("#clock")).not_to_have_text(before or "")
    await expect(other.locator("#clock")).to_have_text(await town.locator("#clock").text_content() or "")
    await town.get_by_role("button", name="+1天").click()
    await expect(when).to_have_text(re.compile(r"^\d+月\d+日 星期. \d\d:\d\d$"))
    await here.close()
    await there.close()


async def test_a_room_in_the_town_stays_small_at_its_head(demo: House, phone: BrowserContext) -> None:
    """Also when a service worker brings the page: its request does not say that it is for a frame."""
    page = await phone.new_page()
    await page.goto(f"{demo.url}/town")
    room = page.frame_locator("iframe[data-role=resident]")
    await expect(room.locator(".theirs").first).to_be_visible()
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await page.reload()
    await expect(room.locator(".theirs").first).to_be_visible()
    await expect(room.locator(".top .mark")).to_be_hidden()
    assert await room.locator(".top").evaluate("e => e.getBoundingClientRect().height") <= 60


async def test_large_type_in_one_room_is_large_type_in_all(demo: House, phone: BrowserContext) -> None:
    page = await phone.new_page()
    await page.goto(f"{demo.url}/town")
    rooms = [page.frame_locator(f"iframe[data-role={role}]") for role in ("resident", "helper", "supervisor")]
    for room in rooms:
        await expect(room.locator(".theirs").first).to_be_attached()
    await rooms[0].get_by_role("button", name="大字").click()
    for room in rooms:
        await expect(room.locator("html.large")).to_have_count(1)
        await expect(room.locator("[name=large]")).to_have_text("小字")
    await expect(page.locator("html.large")).to_have_count(1)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await rooms[0].get_by_role("button", name="小字").click()
    for room in rooms:
        await expect(room.locator("html.large")).to_have_count(0)


async def test_the_demo_on_a_phone_has_tabs_that_tell_of_news(demo: House, phone: BrowserContext) -> None:
    page = await phone.new_page()
    await page.goto(f"{demo.url}/town")
    assert await page.evaluate(SMALL_TYPE) == []
    assert await page.evaluate(SMALL_TARGETS) == []
    helper = page.locator(".tab[data-role=helper]")
    await expect(page.locator("iframe[data-role=helper]")).to_be_hidden()
    await expect(page.frame_locator("iframe[data-role=helper]").locator(".theirs")).to_have_count(1)
    address = next(one.address for one in demo.script.got if one.event == Arrived("code-helper-H001"))
    await demo.chat.deliver(address, Outbound("offer:1", "有新单子"))
    await expect(helper).to_have_class("tab news")
    await helper.click()
    await expect(page.locator("iframe[data-role=helper]")).to_be_visible()
    await expect(helper).to_have_class("tab")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")

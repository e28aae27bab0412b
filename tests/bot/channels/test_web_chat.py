"""The pages of a chat over real HTTP: identity, forms, the stream, files."""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from bot.channels.port import Outbound, OutButton, Pressed, Received
from handlers.messages import Arrived, FileKind, Said, SharedPlace
from tests.bot.channels.web_house import House, house

_FORM = re.compile(r'name="form" value="([0-9a-f]+)"')
_PRESS = re.compile(r'name="id" value="([0-9a-f]+)">\s*<div class="row">')


class Visitor:
    """One browser: keeps its cookies and sends what a browser of the same site sends."""

    def __init__(self, url: str, base: str = "/") -> None:
        self.base = base
        self.http = httpx.AsyncClient(base_url=url, headers={"origin": url}, follow_redirects=True, timeout=20)
        self.form = ""
        self.count = 0

    async def opens(self) -> str:
        page = await self.http.get(self.base)
        found = _FORM.search(page.text)
        self.form = found[1] if found else ""
        return page.text

    async def posts(
        self,
        fields: dict[str, str] | None = None,
        files: list[tuple[str, bytes]] | None = None,
        headers: dict[str, str] | None = None,
        **more: str,
    ) -> httpx.Response:
        self.count += 1
        data = {"form": self.form, "id": f"form-id-{self.count:04}", **(fields or {}), **more}
        parts = [("file", (name, content)) for name, content in files or ()]
        return await self.http.post(f"{self.base}say", data=data, files=parts or None, headers=headers)

    async def hears(self, text: str) -> str:
        """The page, once it has that text on it."""
        async with asyncio.timeout(10):
            while text not in (page := await self.opens()):  # noqa: ASYNC110  (this is what a person does)
                await asyncio.sleep(0.02)
        return page


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as running:
        yield running


@pytest.fixture
async def visitor(town: House) -> AsyncIterator[Visitor]:
    one = Visitor(town.url)
    await one.opens()
    yield one
    await one.http.aclose()


def picture(form: str = "JPEG", size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, form, **options)
    return out.getvalue()


async def test_the_first_visit_is_greeted_once_and_says_that_the_data_is_sample(town: House, visitor: Visitor) -> None:
    page = await visitor.hears("您好，我是鄂小帮")
    assert "示范数据" in page
    await visitor.opens()
    assert [inbound.event for inbound in town.script.got] == [Arrived(None)]


async def test_without_cookies_it_says_what_to_do_and_nothing_is_stored(town: House) -> None:
    async with httpx.AsyncClient(base_url=town.url) as http:
        page = await http.get("/?hello=1")
    assert "Cookie" in page.text
    assert town.script.got == []


async def test_every_answer_carries_the_rules(town: House, visitor: Visitor) -> None:
    for path in ("/", "/static/page.css", "/offline", "/sw.js", "/manifest.webmanifest", "/file/1/0"):
        head = (await visitor.http.get(path)).headers
        assert head["content-security-policy"].startswith("default-src 'self'")
        assert "frame-ancestors 'self'" in head["content-security-policy"]
        assert "unsafe" not in head["content-security-policy"]
        assert head["x-content-type-options"] == "nosniff"
        assert head["referrer-policy"] == "same-origin"


async def test_the_cookie_is_out_of_reach(town: House) -> None:
    async with httpx.AsyncClient(base_url=town.url) as http:
        cookie = (await http.get("/")).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    secret = cookie.split("=", 1)[1].split(";")[0]
    assert len(secret) >= 43  # 256 bits in base64url


async def test_a_form_post_without_script_comes_back_to_the_page_with_the_reply(town: House, visitor: Visitor) -> None:
    answer = await visitor.posts(text="你好\r\n再见")
    assert [step.status_code for step in answer.history] == [303]
    assert "听到了：你好\n再见" in await visitor.hears("听到了")
    assert town.script.got[-1].event == Said("你好\n再见")


async def test_the_same_form_twice_is_one_message(town: House, visitor: Visitor) -> None:
    for _ in range(3):
        await visitor.posts(text="一次", id="same-form-id")
    page = await visitor.hears("听到了：一次")
    assert page.count('<p class="text">一次</p>') == 1
    assert [inbound.event for inbound in town.script.got].count(Said("一次")) == 1


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"text": ""}, 400, "还没有写字"),
        ({"text": "   "}, 400, "还没有写字"),
        ({"text": "长" * 5001}, 413, "一次最多写 5000 字"),
        ({"latitude": "91", "longitude": "1"}, 400, "没有取到位置"),
        ({"latitude": "nan", "longitude": "1"}, 400, "没有取到位置"),
        ({"text": "好", "id": "x"}, 400, "过期"),
    ],
)
async def test_what_cannot_be_taken_gets_a_sentence(
    town: House, visitor: Visitor, fields: dict[str, str], status: int, sentence: str
) -> None:
    answer = await visitor.posts(fields)
    assert answer.status_code == status
    assert sentence in answer.text
    assert len(town.script.got) == 1


async def test_five_thousand_characters_are_taken(town: House, visitor: Visitor) -> None:
    await visitor.posts(text="长" * 5000)
    assert town.script.got[-1].event == Said("长" * 5000)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_forms_of_other_sites_are_refused(town: House, visitor: Visitor, headers: dict[str, str]) -> None:
    answer = await visitor.posts(text="不是我", headers=headers)
    assert answer.status_code == 403
    assert "不是我" not in await visitor.opens()
    assert len(town.script.got) == 1


async def test_a_post_without_any_origin_is_refused(town: House, visitor: Visitor) -> None:
    del visitor.http.headers["origin"]
    assert (await visitor.posts(text="不是我")).status_code == 403
    assert len(town.script.got) == 1


async def test_another_sessions_form_token_is_refused(town: House, visitor: Visitor) -> None:
    other = Visitor(town.url)
    await other.opens()
    assert other.form
    assert other.form != visitor.form
    assert (await visitor.posts(text="不是我", form=other.form)).status_code == 403
    assert (await visitor.posts(text="不是我", form="é")).status_code == 403
    await other.http.aclose()


async def test_a_press_shows_its_label_as_my_line(town: House, visitor: Visitor) -> None:
    await visitor.posts(text="优待证")
    page = await visitor.hears("让小帮帮我办")
    await visitor.posts(id=_PRESS.findall(page)[0], press="t-找人工")
    assert '<p class="text">找人工</p>' in await visitor.hears("您按了 t-找人工")
    assert town.script.got[-1].event == Pressed("t-找人工")


async def test_a_forged_press_reaches_the_core_as_it_is(town: House, visitor: Visitor) -> None:
    await visitor.posts(press="<b>我是督导</b>")
    assert town.script.got[-1].event == Pressed("<b>我是督导</b>")
    assert "<b>我是督导</b>" not in await visitor.hears("您按了")


async def test_a_position_is_taken(town: House, visitor: Visitor) -> None:
    await visitor.posts(latitude="30.39", longitude="114.89")
    assert SharedPlace(30.39, 114.89) in [inbound.event for inbound in town.script.got]


async def test_the_link_of_an_invite_asks_before_it_is_used(town: House) -> None:
    stranger = Visitor(town.url)
    asked = await stranger.http.get("/join/FOR-HELPER")
    assert asked.status_code == 200
    assert "万青山" in asked.text
    assert "帮办员" in asked.text
    await stranger.http.get("/join/FOR-HELPER")
    assert town.script.got == [], "opening the link must not use it up, nor tell the core"
    stranger.form = _FORM.findall(asked.text)[0]
    answer = await stranger.posts(code="FOR-HELPER")
    assert [inbound.event for inbound in town.script.got] == [Arrived("FOR-HELPER")]
    assert "邀请码 FOR-HELPER 用上了" in answer.text
    await stranger.http.aclose()


async def test_nobody_is_made_to_join_by_another_site(town: House, visitor: Visitor) -> None:
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert (await visitor.posts(code="FOR-HELPER", headers=headers)).status_code == 403
    assert (await visitor.posts(code="FOR-HELPER", form="0" * 40)).status_code == 403
    assert (await visitor.http.post("/join/FOR-HELPER")).status_code == 405
    assert len(town.script.got) == 1


@pytest.mark.parametrize("code", ["USED-UP", "x" * 5000, "%2e%2e", "<b>"])
async def test_an_invite_that_is_good_for_nothing_says_so_at_once(town: House, visitor: Visitor, code: str) -> None:
    answer = await visitor.http.get(f"/join/{code}")
    assert answer.status_code == 404
    assert "再要一个" in answer.text
    assert "<b>" not in answer.text


async def test_what_people_write_shows_as_text(town: House, visitor: Visitor) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>'\"&\u202e{{ 7*7 }}"
    await visitor.posts(text=hostile)
    page = await visitor.hears("听到了")
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "\u202e" not in page
    assert "{{ 7*7 }}" in page


# --- the stream ----------------------------------------------------------------------------------------------------


async def read_lines(visitor: Visitor, after: int, count: int, header: str = "") -> list[tuple[int, str]]:
    """(id, html) of the first `count` lines of the stream."""
    headers = {"last-event-id": header} if header else {}
    got: list[tuple[int, str]] = []
    async with (
        asyncio.timeout(10),
        visitor.http.stream("GET", f"{visitor.base}events?after={after}", headers=headers) as stream,
    ):
        assert stream.headers["content-type"].startswith("text/event-stream")
        line_id = 0
        async for row in stream.aiter_lines():
            if row.startswith("id: "):
                line_id = int(row[4:])
            elif row.startswith("data: {"):
                got.append((line_id, json.loads(row[6:])["html"]))
            if len(got) == count:
                break
    return got


async def test_a_stream_resumes_after_the_last_line_it_had(town: House, visitor: Visitor) -> None:
    await visitor.hears("您好")
    for word in ("一", "二"):
        await visitor.posts(text=word)
        await visitor.hears(f"听到了：{word}")
    everything = await read_lines(visitor, 0, 5)
    assert [line_id for line_id, _ in everything] == [1, 2, 3, 4, 5]
    assert [line_id for line_id, _ in await read_lines(visitor, 0, 3, header="2")] == [3, 4, 5]


async def test_a_new_line_comes_down_an_open_stream_at_once(town: House, visitor: Visitor) -> None:
    await visitor.hears("您好")
    waiting = asyncio.create_task(read_lines(visitor, 1, 2))
    await visitor.posts(text="来了")
    assert ["来了" in html for _, html in await waiting] == [True, True]


async def test_a_stream_says_what_time_it_is_in_the_district(town: House, visitor: Visitor) -> None:
    async with asyncio.timeout(10), visitor.http.stream("GET", "/events?after=0") as stream:
        rows = stream.aiter_lines()
        while await anext(rows) != "event: beat":
            pass
        said = await anext(rows)
    assert re.fullmatch(r"data: 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00", said)


async def test_an_edit_replaces_the_line_on_the_page_and_comes_down_the_stream(town: House, visitor: Visitor) -> None:
    await visitor.hears("您好")
    address = town.script.got[0].address
    first = await town.chat.deliver(address, Outbound("offer:1", "新单子", ((OutButton("接单", "t1"),),)))
    await town.chat.deliver(address, Outbound("other", "另一句"))
    await town.chat.deliver(address, Outbound("offer:1:edit", "已有人接单", edits=first.ref))
    page = await visitor.opens()
    assert "新单子" not in page
    assert page.index("已有人接单") < page.index("另一句")
    assert [html.count("已有人接单") for _, html in await read_lines(visitor, 3, 1)] == [1]


async def test_delivering_the_same_message_twice_makes_one_line(town: House, visitor: Visitor) -> None:
    address = town.script.got[0].address
    receipts = [await town.chat.deliver(address, Outbound("k", "只有一次")) for _ in range(2)]
    assert receipts[0] == receipts[1]
    assert (await visitor.opens()).count("只有一次") == 1


async def test_nobody_else_can_read_my_lines(town: House, visitor: Visitor) -> None:
    await visitor.posts(text="秘密")
    await visitor.hears("听到了：秘密")
    other = Visitor(town.url)
    assert "秘密" not in await other.hears("您好")
    assert "秘密" not in str(await read_lines(other, 0, 1))
    async with httpx.AsyncClient(base_url=town.url) as stranger:
        assert (await stranger.get("/events?after=0")).status_code == 403
    await other.http.aclose()


async def test_closing_ends_open_streams(town: House, visitor: Visitor) -> None:
    await visitor.hears("您好")
    async with asyncio.timeout(5), visitor.http.stream("GET", "/events?after=0") as stream:
        rows = stream.aiter_lines()
        assert await anext(rows) == "retry: 2000"
        await town.chat.close()
        assert [row async for row in rows][-1] == ""


# --- files ---------------------------------------------------------------------------------------------------------


async def test_a_photo_is_drawn_anew_shown_to_me_and_to_nobody_else(town: House, visitor: Visitor) -> None:
    exif = Image.Exif()
    exif[0x010E] = "CANARY-PLACE"
    exif[0x0112] = 6  # lies on its side
    await visitor.posts(files=[("<b>.jpg", picture(exif=exif, comment=b"CANARY-COMMENT"))], text="身份证")
    page = await visitor.hears("收到，已经转给小帮")
    path = re.findall(r'src="(/file/\d+/0)"', page)[0]
    mine = await visitor.http.get(path)
    assert mine.headers["content-type"] == "image/jpeg"
    assert mine.headers["content-disposition"] == "inline"
    assert b"CANARY" not in mine.content
    assert Image.open(io.BytesIO(mine.content)).size == (40, 60), "it stands upright now"
    event = town.script.got[-1].event
    assert isinstance(event, Received)
    assert (event.kind, event.caption, event.album, event.data) == (FileKind.PHOTO, "身份证", "", mine.content)
    other = Visitor(town.url)
    await other.opens()
    assert (await other.http.get(path)).status_code == 404
    assert (await visitor.http.get("/file/1/0")).status_code == 404
    await other.http.aclose()


async def test_two_photos_are_an_album_and_one_message_each(town: House, visitor: Visitor) -> None:
    pictures = [("a.png", picture("PNG")), ("b.webp", picture("WEBP"))]
    for _ in range(2):
        await visitor.posts(files=pictures, text="两张", id="album-form-id")
    events = [inbound.event for inbound in town.script.got[1:]]
    assert [(event.caption, event.album) for event in events if isinstance(event, Received)] == [
        ("两张", "album-form-id"),
        ("", "album-form-id"),
    ]


async def test_a_recording_is_kept_and_only_downloaded(town: House, visitor: Visitor) -> None:
    await visitor.posts(files=[("说话.ogg", b"OggS" + bytes(100))])
    page = await visitor.hears("收到，已经转给小帮")
    got = await visitor.http.get(re.findall(r'href="(/file/\d+/0)"', page)[0])
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith("attachment")
    assert got.content == b"OggS" + bytes(100)
    event = town.script.got[-1].event
    assert isinstance(event, Received)
    assert event.kind is FileKind.VOICE


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "打不开"),
        ("x.jpg", b"<!doctype html><script>alert(1)</script>", "打不开"),
        ("x.jpg", b"GIF89a" + bytes(50), "打不开"),
        ("x.jpg", b"", "是空的"),
        ("x.jpg", b"\xff\xd8\xff" + bytes(10 * 1024 * 1024), "超过 10 MB"),
        ("x.png", picture("PNG", (6000, 5000)), "尺寸太大"),
    ],
)
async def test_other_files_get_a_sentence(town: House, visitor: Visitor, name: str, data: bytes, sentence: str) -> None:
    answer = await visitor.posts(files=[(name, data)])
    assert answer.status_code in (413, 415)
    assert sentence in answer.text
    assert len(town.script.got) == 1


async def test_seven_files_at_once_get_a_sentence(town: House, visitor: Visitor) -> None:
    answer = await visitor.posts(files=[("a.jpg", picture())] * 7)
    assert "一次最多发 6 个" in answer.text
    assert len(town.script.got) == 1


# --- when the store is down ----------------------------------------------------------------------------------------


async def test_while_the_store_is_down_nothing_is_acknowledged(town: House, visitor: Visitor) -> None:
    town.script.is_down = True
    down = await visitor.posts(text="还在吗", id="patient-form-id", headers={"accept": "application/json"})
    assert down.status_code == 503
    assert "过一会儿" in down.json()["sentence"]
    town.script.is_down = False
    again = await visitor.posts(text="还在吗", id="patient-form-id", headers={"accept": "application/json"})
    assert again.status_code == 204
    assert (await visitor.hears("听到了：还在吗")).count('<p class="text">还在吗</p>') == 1


async def test_large_type_is_remembered_without_script(town: House, visitor: Visitor) -> None:
    assert 'class="large"' not in await visitor.opens()
    await visitor.http.post("/size", data={"large": "1"})
    assert 'class="large"' in await visitor.opens()
    await visitor.http.post("/size", data={"large": ""})
    assert 'class="large"' not in await visitor.opens()

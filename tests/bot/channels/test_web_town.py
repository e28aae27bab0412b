"""The demo town over HTTP: its first page, its rooms, its clock."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from handlers.messages import Arrived
from tests.bot.channels.web_house import House, house


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path, is_demo=True) as running:
        yield running


@pytest.fixture
async def browser(town: House) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=town.url, headers={"origin": town.url}, follow_redirects=True) as client:
        yield client


async def test_every_page_says_that_the_data_is_sample(browser: httpx.AsyncClient) -> None:
    for path in ("/", "/town", "/room/resident/", "/room/helper-H002/", "/room/supervisor/"):
        page = await browser.get(path)
        assert page.status_code == 200
        assert '<span class="sample">示范数据</span>' in page.text, path


async def test_rooms_of_one_browser_are_different_people(town: House, browser: httpx.AsyncClient) -> None:
    for path in ("/room/resident/", "/room/helper-H001/", "/room/helper-H002/", "/room/supervisor/"):
        await browser.get(path)
        await browser.get(path)
    assert town.invited == [("helper", "H001"), ("helper", "H002"), ("supervisor", "")]
    events = [inbound.event for inbound in town.script.got]
    codes = [None, "code-helper-H001", "code-helper-H002", "code-supervisor-"]
    assert events == [Arrived(code) for code in codes]
    assert len({inbound.address for inbound in town.script.got}) == 4


async def test_a_rooms_cookie_stays_in_its_room(town: House, browser: httpx.AsyncClient) -> None:
    await browser.get("/room/resident/")
    cookies = [(cookie.name, cookie.path) for cookie in browser.cookies.jar]
    assert cookies == [("exiaobang", "/room/resident/")]


@pytest.mark.parametrize("path", ["/room/helper-H001/", "/room/supervisor/"])
async def test_a_second_browser_in_a_helpers_room_is_the_same_helper(
    town: House, browser: httpx.AsyncClient, path: str
) -> None:
    """It must not take the seat from the first one."""
    first = await browser.get(path)
    async with httpx.AsyncClient(base_url=town.url, headers={"origin": town.url}, follow_redirects=True) as other:
        second = await other.get(path)
        found = re.search(r'name="form" value="([0-9a-f]+)"', second.text)
        assert found
        said = {"form": found[1], "id": "other-browser", "text": "这是另一台手机"}
        assert (await other.post(f"{path}say", data=said)).status_code == 200
    assert "这是另一台手机" in (await browser.get(path)).text
    assert len(town.invited) == 1
    assert len({inbound.address for inbound in town.script.got}) == 1
    assert first.status_code == 200


async def test_a_second_browser_in_the_residents_room_is_another_resident(
    town: House, browser: httpx.AsyncClient
) -> None:
    await browser.get("/room/resident/")
    async with httpx.AsyncClient(base_url=town.url, headers={"origin": town.url}, follow_redirects=True) as other:
        await other.get("/room/resident/")
    assert len({inbound.address for inbound in town.script.got}) == 2


@pytest.mark.parametrize("room", ["helper", "helper-H999", "admin", "helper-", "supervisor-H001", "..%2f"])
async def test_there_are_no_other_rooms(town: House, browser: httpx.AsyncClient, room: str) -> None:
    assert (await browser.get(f"/room/{room}/")).status_code == 404
    assert town.invited == []


@pytest.mark.parametrize(
    ("code", "room"), [("FOR-HELPER", "/room/helper-H003/"), ("FOR-SUPERVISOR", "/room/supervisor/")]
)
async def test_the_link_of_an_invite_leads_to_the_room_it_is_for(
    town: House, browser: httpx.AsyncClient, code: str, room: str
) -> None:
    asked = await browser.get(f"/join/{code}")
    assert asked.url.path == f"{room}join/{code}"
    assert town.script.got == []
    found = re.search(r'name="form" value="([0-9a-f]+)"', asked.text)
    assert found
    said = {"form": found[1], "id": "the-invited", "code": code}
    assert (await browser.post(f"{room}say", data=said)).url.path == room
    assert [inbound.event for inbound in town.script.got] == [Arrived(code)]
    assert town.invited == [], "who was invited needs no other invite"


async def test_an_invite_that_is_good_for_nothing_leads_home(town: House, browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/join/USED-UP")
    assert answer.status_code == 404
    assert 'href="/"' in answer.text


async def test_the_clock_moves_by_a_form_and_by_a_script(town: House, browser: httpx.AsyncClient) -> None:
    page = await browser.post("/town/forward", data={"by": "17:30", "back": "/town?show=helper"})
    assert page.url.query == b"show=helper"
    answer = await browser.post("/town/forward", data={"by": "20m"}, headers={"accept": "application/json"})
    assert "T" in answer.text
    assert town.moved == ["17:30", timedelta(minutes=20)]


@pytest.mark.parametrize(
    ("by", "back", "origin", "status"),
    [
        ("1h", "/town", "https://evil.example", 403),
        ("1y", "/town", "", 400),
        ("", "/town", "", 400),
    ],
)
async def test_the_clock_is_moved_by_nothing_else(
    town: House, browser: httpx.AsyncClient, by: str, back: str, origin: str, status: int
) -> None:
    headers = {"origin": origin or town.url}
    answer = await browser.post("/town/forward", data={"by": by, "back": back}, headers=headers)
    assert answer.status_code == status
    assert town.moved == []


async def test_the_way_back_leads_only_to_the_town(town: House, browser: httpx.AsyncClient) -> None:
    for back in ("https://evil.example", "//evil.example", "/townx.evil", ""):
        data = {"by": "1h", "back": back}
        answer = await browser.post("/town/forward", data=data, follow_redirects=False)
        assert answer.headers["location"] == "/town"


async def test_a_real_service_has_no_town(tmp_path: Path) -> None:
    async with house(tmp_path) as real, httpx.AsyncClient(base_url=real.url, headers={"origin": real.url}) as client:
        for path in ("/town", "/room/resident/", "/room/supervisor/"):
            assert (await client.get(path)).status_code == 404
        assert (await client.post("/town/forward", data={"by": "1h"})).status_code == 404
        assert real.invited == []

"""What the pages need of the rest of the program, and all their addresses in one list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.channels.webchat import WebChat
from bot.web.rendering import STATIC, Guarded, page
from catalog.district import District

if TYPE_CHECKING:
    from bot.web.rooms import Room


@dataclass(frozen=True)
class WebApp:
    """Made by the composition root. Times are aware UTC."""

    chat: WebChat
    district: District
    now: Callable[[], datetime]
    """The service's time; in the demo the town's."""
    is_demo: bool = False
    is_secure: bool = False
    """True behind https: cookies are then marked so."""
    step_in: Callable[[str, str], Awaitable[str]] | None = None
    """Demo: (role, roster key or "") -> a one-time invite code for helper or supervisor."""
    fast_forward: Callable[[timedelta | str], Awaitable[None]] | None = None
    """Demo: move the town's clock by a span, or to the next "HH:MM" of the district's day."""


def routes(app: WebApp) -> list[BaseRoute]:
    """Every page. The demo has its first page at / and a chat per role below /room/; otherwise / is the chat."""
    from bot.web import chat, town

    own = town.routes(app) if app.is_demo else chat.routes(app)
    shared: list[BaseRoute] = [
        Route("/sw.js", _worker, middleware=[Middleware(Guarded)]),
        Route("/offline", _offline, middleware=[Middleware(Guarded)]),
        Mount("/static", StaticFiles(directory=STATIC), middleware=[Middleware(Guarded)]),
    ]
    return [*shared, *own]


def manifest(room: Room) -> Response:
    """What a phone needs to put the chat on its home screen."""
    icons = [
        {"src": f"/static/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any"}
        for size in (192, 512)
    ]
    return JSONResponse(
        {
            "name": "鄂小帮" + (f" · {room.heading}" if room.role != "resident" else ""),
            "short_name": "鄂小帮",
            "lang": "zh-CN",
            "start_url": room.base,
            "scope": room.base,
            "display": "standalone",
            "background_color": "#f5f3ec",
            "theme_color": "#0d6457",
            "icons": icons,
        },
        media_type="application/manifest+json",
    )


async def _worker(_: Request) -> Response:
    return FileResponse(STATIC / "sw.js", media_type="text/javascript", headers={"cache-control": "no-cache"})


async def _offline(_: Request) -> Response:
    return page(
        "sentence.html",
        title="没有网络",
        is_large=False,
        heading="现在没有网络",
        sentence="网络好了以后，您说过的话都还在。急事请直接打电话：报警 110，火警 119，急救 120。",
        link="/",
        link_text="再试一次",
    )

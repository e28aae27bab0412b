"""All addresses of the site in one list."""

from __future__ import annotations

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.web import chat, town
from bot.web.needs import WebApp
from bot.web.rendering import STATIC, Guarded, page

__all__ = ["WebApp", "routes"]


def routes(app: WebApp) -> list[BaseRoute]:
    """Every page. The demo has its first page at / and a chat per role below /room/; otherwise / is the chat."""
    own = town.routes(app) if app.is_demo else chat.routes(app)
    shared: list[BaseRoute] = [
        Route("/sw.js", _worker, middleware=[Middleware(Guarded)]),
        Route("/offline", _offline, middleware=[Middleware(Guarded)]),
        Mount("/static", StaticFiles(directory=STATIC), middleware=[Middleware(Guarded)]),
    ]
    return [*shared, *own]


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

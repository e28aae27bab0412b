"""The demo town: a first page that says what this is, the roles side by side, and a clock that can be moved."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.web.chat import ChatPages, chat_routes, useless_invite
from bot.web.lines import spoken_day
from bot.web.needs import WebApp
from bot.web.rendering import Guarded, page
from bot.web.rooms import Room, patch_of, suggested_helpers, town_room
from bot.web.sessions import LARGE_COOKIE, is_own_form
from handlers.people import Role

STEPS: dict[str, tuple[str, timedelta | str]] = {
    "20m": ("+20分钟", timedelta(minutes=20)),
    "1h": ("+1小时", timedelta(hours=1)),
    "17:30": ("到17:30", "17:30"),
    "1d": ("+1天", timedelta(days=1)),
}
"""Name in the form -> what the button says and how far the clock is moved."""


def routes(app: WebApp) -> list[BaseRoute]:
    """The first page, the town, its clock, and a chat in every room."""

    def room_of(request: Request) -> Room:
        room = town_room(request.path_params["room"], app.district)
        if room is None:
            raise HTTPException(404)
        return room

    async def first(request: Request) -> Response:
        return _first_page(request, app)

    async def town(request: Request) -> Response:
        return _town_page(request, app)

    async def forward(request: Request) -> Response:
        return await _forward(request, app)

    async def join(request: Request) -> Response:
        return await _join(request, app)

    guard = [Middleware(Guarded)]
    return [
        Route("/", first, middleware=guard),
        Route("/town", town, middleware=guard),
        Route("/join/{code}", join, middleware=guard),
        Route("/town/forward", forward, methods=["POST"], middleware=guard),
        *chat_routes(ChatPages(app, room_of), "/room/{room}/"),
    ]


def _first_page(request: Request, app: WebApp) -> Response:
    return page(
        "first.html",
        title=f"鄂小帮示范小镇 · {app.district.name}",
        is_large=_is_large(request),
        place=app.district.name,
        is_sample=app.district.is_sample,
        helpers=[(helper, patch_of(helper, app.district)) for helper in suggested_helpers(app.district)],
    )


def _town_page(request: Request, app: WebApp) -> Response:
    helpers = suggested_helpers(app.district)
    names = [f"helper-{key}" for key in request.query_params.getlist("helper")[:2]]
    names = names or [f"helper-{helper.id}" for helper in helpers[:1]]
    rooms = [room for name in ("resident", *names, "supervisor") if (room := town_room(name, app.district))]
    shown = request.query_params.get("show", "resident")
    return page(
        "town.html",
        title=f"鄂小帮示范小镇 · {app.district.name}",
        is_large=_is_large(request),
        is_sample=app.district.is_sample,
        rooms=rooms,
        shown=shown if shown in {room.role for room in rooms} else "resident",
        now=app.now(),
        clock=spoken_day(app.now()),
        steps={name: label for name, (label, _) in STEPS.items()},
        query="".join(f"helper={room.key}&" for room in rooms if room.key),
    )


async def _join(request: Request, app: WebApp) -> Response:
    """The link of an invite leads to the room of whom it is for."""
    code = request.path_params["code"][:200]
    invite = await app.look_at_invite(code) if app.look_at_invite else None
    is_supervisor = invite is not None and invite.role is Role.SUPERVISOR
    name = "supervisor" if is_supervisor else f"helper-{invite.roster_key}" if invite else ""
    room = town_room(name, app.district)
    if room is None:
        return useless_invite("/", is_large=_is_large(request))
    return RedirectResponse(f"{room.base}join/{quote(code, safe='')}", 303)


async def _forward(request: Request, app: WebApp) -> Response:
    """Move the town's clock, and tell every open page. A script gets the new time, a form the town's page."""
    if not is_own_form(request) or app.fast_forward is None:
        raise HTTPException(403)
    async with request.form(max_files=0, max_fields=4) as form:
        step, back = str(form.get("by", "")), str(form.get("back", ""))
    if step not in STEPS:
        raise HTTPException(400)
    await app.fast_forward(STEPS[step][1])
    app.chat.wake_all()
    if "application/json" in request.headers.get("accept", ""):
        return Response(app.now().isoformat(), media_type="text/plain")
    return RedirectResponse(back if back.startswith("/town?") else "/town", 303)


def _is_large(request: Request) -> bool:
    return request.cookies.get(LARGE_COOKIE) == "1"

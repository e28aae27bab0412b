"""The pages of one chat: the log, what is posted to it, what it is told of, its files."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from bot.channels.port import Inbound, StoreDown
from bot.web.lines import ZONE, fold, open_ask, time_between, view
from bot.web.needs import WebApp
from bot.web.posts import TEXT_LIMIT, Trouble, read_post
from bot.web.rendering import Guarded, page, render
from bot.web.rooms import WHOLE_SITE, Room
from bot.web.sessions import LARGE_COOKIE, YEAR, Session, is_own_form, new_session, remember, session_of, shared_session
from catalog.district import District
from handlers.messages import Arrived, FileKind
from handlers.people import Role
from storage.invites import Invite
from storage.threads import Line

SHOWN = 200
"""Lines on a page at most."""
BEAT = 10.0
"""Seconds: so often an open stream looks again by itself, and says that it lives and what time it is."""
REPLY_WAIT = 1.5
"""Seconds a page waits for the answer to what was just said, so that no-script readers see it at once."""
INLINE = frozenset({"image/jpeg", "image/png", "image/webp"})
ONCE_MORE = "hello"
"""Query word of the second try after a cookie was set: without a cookie by then, there will be none."""
JOINED = "joined"
"""Query word after an invite was used: the answer to that is on its way, and no other greeting is wanted."""
NEW = "#new"
"""Where the answer to what was said last begins: without script the browser goes there by itself."""

Handler = Callable[[Request], Awaitable[Response]]


def routes(app: WebApp) -> list[BaseRoute]:
    """The chat as the whole site."""
    return chat_routes(ChatPages(app, lambda request: WHOLE_SITE), "/")


def chat_routes(pages: ChatPages, base: str) -> list[BaseRoute]:
    """The chat's addresses below `base`, which may hold the path parameter of a room."""

    def route(path: str, handler: Handler, method: str = "GET") -> Route:
        return Route(base + path, handler, methods=[method], middleware=[Middleware(Guarded)])

    return [
        route("", pages.show),
        route("join/{code}", pages.join),
        route("say", pages.say, "POST"),
        route("size", pages.set_size, "POST"),
        route("events", pages.events),
        route("file/{line:int}/{number:int}", pages.file),
        route("manifest.webmanifest", pages.manifest),
    ]


@dataclass(frozen=True)
class ChatPages:
    """The handlers; `room_of` says which room a request is for (it raises 404 when there is none)."""

    app: WebApp
    room_of: Callable[[Request], Room]

    async def show(self, request: Request) -> Response:
        """The log as it stands. A first visitor is given a session, greeted, and sent here again."""
        room, session = self._entered(request)
        if session is None:
            return self._welcome(request, room)
        lines = await self._lines(session)
        if not lines:
            if JOINED not in request.query_params:
                await self._arrive(room, session)
            lines = await self._answered(session, 0)
        elif lines[-1].side == "me":
            lines = await self._answered(session, lines[-1].id)
        return self._page(request, room, session, lines)

    async def join(self, request: Request) -> Response:
        """The link of an invite: say what it is for and ask first, so that a preview of it does not use it up."""
        room, session = self._entered(request)
        if session is None:
            return self._welcome(request, room)
        code = request.path_params["code"][:200]
        invite = await self.app.look_at_invite(code) if self.app.look_at_invite else None
        if invite is None:
            return useless_invite(room.base, is_large=_is_large(request))
        return page(
            "join.html", title="加入鄂小帮", is_large=_is_large(request), base=room.base, code=code,
            form_token=session.form_token, new_id=_new_id, **_invited(invite, self.app.district),
        )  # fmt: skip

    async def say(self, request: Request) -> Response:
        """Text, files, a press, a position or an invite code. The form's id makes a second try the same message."""
        room, session = self._entered(request)
        try:
            if session is None or not is_own_form(request):
                raise Trouble("这一页已经过期了，请刷新后再发。", 403)
            post = await read_post(request, session)
            for inbound in post.inbounds(session.address, self.app.now()):
                await self.app.chat.receive(inbound)
        except Trouble as trouble:
            return self._refuse(request, room, trouble)
        except StoreDown:
            return self._refuse(request, room, Trouble("现在收不下您的消息，请过一会儿再发一次。", 503))
        if _wants_json(request):
            return Response(status_code=204)
        has_joined = isinstance(post.event, Arrived)
        return RedirectResponse(room.base + (f"?{JOINED}=1" if has_joined else "") + NEW, 303)

    async def set_size(self, request: Request) -> Response:
        """大字 or back; remembered for all rooms."""
        if not is_own_form(request):
            raise HTTPException(403)
        async with request.form(max_files=0, max_fields=2) as form:
            large = form.get("large") == "1"
        back = RedirectResponse(self.room_of(request).base, 303)
        back.set_cookie(LARGE_COOKIE, "1" if large else "", max_age=YEAR if large else 0, samesite="lax", httponly=True)
        return back

    async def events(self, request: Request) -> Response:
        """The lines after the last one that the page has, then each new one as it comes; and what time it is."""
        room, session = self._entered(request)
        if session is None:
            raise HTTPException(403)
        after = request.headers.get("last-event-id") or request.query_params.get("after", "")
        last = int(after) if after.isdecimal() and len(after) < 18 else 0
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        stream = self._stream(room, session, last)
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    async def file(self, request: Request) -> Response:
        """A file of a line of one's own thread; anybody else's is not there. Only pictures are shown in place."""
        _, session = self._entered(request)
        line = await self.app.chat.line(session.address, request.path_params["line"]) if session else None
        entries = line.body.get("files", []) if line else []
        number = request.path_params["number"]
        found = await self.app.chat.file(entries[number]["id"]) if number < len(entries) else None
        if found is None or found.data is None:
            raise HTTPException(404)
        is_picture = found.kind is FileKind.PHOTO and found.mime in INLINE
        where = "inline" if is_picture else f"attachment; filename*=UTF-8''{quote(found.name or 'file', safe='')}"
        media_type = found.mime if is_picture else "application/octet-stream"
        headers = {"content-disposition": where, "cache-control": "private, max-age=86400"}
        return Response(found.data, media_type=media_type, headers=headers)

    async def manifest(self, request: Request) -> Response:
        """What a phone needs to put the chat on its home screen."""
        room = self.room_of(request)
        icon = {"type": "image/png", "purpose": "any"}
        words = {
            "name": "鄂小帮" if room.role == "resident" else f"鄂小帮 · {room.heading}",
            "short_name": "鄂小帮",
            "lang": "zh-CN",
            "start_url": room.base,
            "scope": room.base,
            "display": "standalone",
            "background_color": "#f5f3ec",
            "theme_color": "#0d6457",
            "icons": [{"src": f"/static/icon-{size}.png", "sizes": f"{size}x{size}", **icon} for size in (192, 512)],
        }
        return JSONResponse(words, media_type="application/manifest+json")

    # --- parts -----------------------------------------------------------------------------------------------

    def _entered(self, request: Request) -> tuple[Room, Session | None]:
        """The room, and who this browser is in it: None before it has a cookie."""
        room = self.room_of(request)
        return room, shared_session(room.base) if room.is_shared else session_of(request)

    def _welcome(self, request: Request, room: Room) -> Response:
        if ONCE_MORE in request.query_params:
            return page(
                "sentence.html", title="鄂小帮", is_large=_is_large(request), heading="还差一步",
                sentence="请在浏览器设置里允许这个网站使用 Cookie，不然鄂小帮认不出您是谁。",
                link=room.base, link_text="再试一次",
            )  # fmt: skip
        again = request.url.include_query_params(**{ONCE_MORE: "1"})
        answer = RedirectResponse(f"{again.path}?{again.query}{NEW}", 303, {"cache-control": "no-store"})
        remember(answer, new_session(), room.base, is_secure=self.app.is_secure)
        return answer

    async def _arrive(self, room: Room, session: Session) -> None:
        """Tell the core once that somebody new opened the chat; a demo helper brings an invite along."""
        code = None
        if room.role != "resident" and self.app.step_in is not None:
            code = await self.app.step_in(room.role, room.key)
        hello = Inbound(f"hello:{session.address}", session.address, Arrived(code), self.app.now())
        try:
            await self.app.chat.receive(hello)
        except StoreDown:
            raise HTTPException(503, "现在打不开，请过一会儿再试。") from None

    async def _lines(self, session: Session) -> list[Line]:
        return await self.app.chat.latest_lines(session.address, SHOWN)

    async def _answered(self, session: Session, last: int) -> list[Line]:
        """The lines, once there is one after `last` or nothing came for a moment."""
        with self.app.chat.ear(session.address) as ear:
            if not await self.app.chat.lines_after(session.address, last, 1):
                await ear.listens(REPLY_WAIT)
        return await self._lines(session)

    def _page(self, request: Request, room: Room, session: Session, lines: list[Line]) -> Response:
        district, shown = self.app.district, fold(lines, self.app.now())
        mine = [number for number, line in enumerate(shown) if line.side == "me"]
        return page(
            "chat.html",
            title=f"{room.heading} · {district.name}",
            heading=room.heading,
            place=district.name,
            is_sample=district.is_sample,
            is_large=_is_large(request),
            is_framed=request.headers.get("sec-fetch-dest") == "iframe",
            phone=district.operator.phone if room.role == "resident" else "",
            text_limit=TEXT_LIMIT,
            asks_phone=open_ask(shown) == "phone",
            lines=shown,
            first_new=mine[-1] + 1 if mine else 0,
            last_id=lines[-1].id if lines else 0,
            is_waiting=not lines or lines[-1].side == "me",
            **_drawing(room, session),
        )

    def _refuse(self, request: Request, room: Room, trouble: Trouble) -> Response:
        if _wants_json(request):
            return JSONResponse({"sentence": str(trouble)}, trouble.status)
        return page(
            "sentence.html", trouble.status, title="没发出去", is_large=_is_large(request), heading="没发出去",
            sentence=str(trouble), link=room.base, link_text="回到对话",
        )  # fmt: skip

    async def _stream(self, room: Room, session: Session, last: int) -> AsyncIterator[str]:
        chat, before = self.app.chat, None
        yield "retry: 2000\n\n"
        with chat.ear(session.address) as ear:
            if last and (known := await chat.line(session.address, last)):
                before = known.at
            while not chat.is_closing:
                yield f"event: beat\ndata: {self._clock()}\n\n"
                for line in await chat.lines_after(session.address, last):
                    shown = view(line)
                    if not line.edits:
                        shown = replace(shown, when=time_between(before, line.at, self.app.now()))
                        before = line.at
                    html = render("line.html", line=shown, **_drawing(room, session))
                    last = line.id
                    data = json.dumps({"html": html, "edits": line.edits}, ensure_ascii=False)
                    yield f"id: {line.id}\nevent: line\ndata: {data}\n\n"
                await ear.listens(BEAT)

    def _clock(self) -> str:
        """What time it is, with the district's own date in front."""
        return self.app.now().astimezone(ZONE).isoformat(timespec="milliseconds")


def _drawing(room: Room, session: Session) -> dict[str, Any]:
    return {"base": room.base, "form_token": session.form_token, "new_id": _new_id}


def useless_invite(base: str, *, is_large: bool) -> Response:
    """What stands where a link is opened whose code is used up, too old or cut off."""
    return page(
        "sentence.html", 404, title="邀请用不了", is_large=is_large, heading="这个邀请用不了了",
        sentence="可能已经用过了、过了时间，或者链接没有复制全。请向邀请您的人再要一个。",
        link=base, link_text="先去看看",
    )  # fmt: skip


def _invited(invite: Invite, district: District) -> dict[str, Any]:
    """Who is invited as what, for which places, in words."""
    helper = next((one for one in district.helpers if one.id == invite.roster_key), None)
    places = "、".join(filter(None, (district.places.name(code) for code in invite.places)))
    what = "督导" if invite.role is Role.SUPERVISOR else "帮办员"
    return {"what": what, "name": helper.name if helper else "", "places": places or district.name}


def _new_id() -> str:
    return secrets.token_hex(12)


def _is_large(request: Request) -> bool:
    return request.cookies.get(LARGE_COOKIE) == "1"


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")

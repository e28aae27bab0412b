"""The HTTP side: /bot<token>/<method>, /file/bot<token>/<path>, /sim/<deed>; and the sender of webhooks."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from tests.telegram_double import api, people
from tests.telegram_double.methods import METHODS, BadCall, Upload, Values, read_values
from tests.telegram_double.world import Fault, Json, World

WORLD = web.AppKey("world", World)
RETRIES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.0)
"""Pauses before a webhook brings an update again, seconds; the last one repeats."""


def application(world: World) -> web.Application:
    app = web.Application(client_max_size=60 * 1024 * 1024)
    app[WORLD] = world
    app.router.add_route("*", "/bot{token}/{method}", call)
    app.router.add_get("/file/bot{token}/files/{file_id}", download)
    app.router.add_post("/sim/{deed}", simulate)
    app.router.add_get("/sim/state", state)
    app.cleanup_ctx.append(webhooks)
    return app


# --- the bot's side


async def call(request: web.Request) -> web.Response:
    world, method = request.app[WORLD], request.match_info["method"]
    if request.match_info["token"] != world.token:
        return failed(BadCall(401, "Unauthorized"))
    if method not in METHODS:
        return failed(BadCall(404, "Not Found: method not found"))
    entry: Json = {"method": method, "at": time.time()}
    if method != "getUpdates":
        world.journal.append(entry)
    try:
        values, entry["unknown"] = read_values(method, await read_form(request))
        entry["values"] = noted(values)
        return await perform(request, world, method, values, entry)
    except BadCall as bad:
        entry["error"] = bad.code
        return failed(bad)
    except ConnectionError:  # the bot died while it spoke
        return web.Response(status=499)


async def perform(request: web.Request, world: World, method: str, values: Values, entry: Json) -> web.Response:
    """Do it, with the fault that was ordered for it."""
    fault = world.next_fault(method, values.get("chat_id"))
    entry["fault"] = fault.kind if fault else None
    if fault:
        await do_wrong(request, fault)
    if method.startswith("send") or method == "editMessageText":
        world.check_rate(values["chat_id"])
    result = await api.DEEDS[method](world, values)
    if fault and fault.kind == "cut_after":
        cut(request)
    return web.json_response({"ok": True, "result": result})


async def do_wrong(request: web.Request, fault: Fault) -> None:
    match fault.kind:
        case "429":
            raise BadCall(429, f"Too Many Requests: retry after {fault.seconds:g}", retry_after=int(fault.seconds))
        case "500":
            raise BadCall(500, "Internal Server Error")
        case "answer":
            raise BadCall(fault.code, fault.description)
        case "delay":
            await asyncio.sleep(fault.seconds)
        case "cut_before":
            cut(request)
            raise BadCall(500, "cut")


def cut(request: web.Request) -> None:
    """The wire breaks: no answer."""
    if request.transport:
        request.transport.abort()


def failed(bad: BadCall) -> web.Response:
    body: Json = {"ok": False, "error_code": bad.code, "description": bad.description}
    if bad.parameters:
        body["parameters"] = bad.parameters
    return web.json_response(body, status=bad.code)


async def read_form(request: web.Request) -> dict[str, str | Upload]:
    """Query, form, multipart or JSON, as the Bot API takes them all."""
    given: dict[str, str | Upload] = dict(request.query)
    if request.content_type == "application/json":
        body = await request.json()
        return given | {key: value if isinstance(value, str) else json.dumps(value) for key, value in body.items()}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            given[name] = Upload(value.filename, value.file.read())
        else:
            given[name] = value if isinstance(value, str) else bytes(value).decode()
    return given


def noted(values: Values) -> Json:
    """The values as they stand in the journal: a file by its name and size."""
    return {
        key: {"upload": value.name, "size": len(value.data)} if isinstance(value, Upload) else value
        for key, value in values.items()
    }


async def download(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    known = world.files.get(request.match_info["file_id"])
    if request.match_info["token"] != world.token or known is None:
        return web.Response(status=404)
    fault = world.next_fault("download", None)
    if fault:
        cut(request)
    return web.Response(body=known[1], content_type="application/octet-stream")


# --- the people's side


async def simulate(request: web.Request) -> web.Response:
    world, deed = request.app[WORLD], request.match_info["deed"]
    body = await request.json()
    if deed == "fault":
        world.faults.append(Fault(**body))
        return web.json_response({})
    if deed == "reset":
        world.forget_all()
        return web.json_response({})
    if deed == "settings":
        world.strict = body["strict"]
        return web.json_response({})
    try:
        return web.json_response(people.DEEDS[deed](world, body))
    except people.NoSuchButton as missing:
        return web.json_response({"no button": str(missing)}, status=404)


async def state(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    shown = {
        "journal": world.journal,
        "messages": list(world.messages.values()),
        "acknowledged": world.acknowledged,
        "waiting": [update["update_id"] for update in world.updates],
        "webhook": asdict(world.webhook) if world.webhook else None,
        "webhook_attempts": world.webhook_attempts,
        "commands": world.commands,
    }
    return web.json_response({key: shown[key] for key in request.query.get("only", ",".join(shown)).split(",")})


# --- webhooks


async def webhooks(app: web.Application) -> AsyncIterator[None]:
    task = asyncio.create_task(bring_updates(app[WORLD]))
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def bring_updates(world: World) -> None:
    """Chats side by side, each chat one update after the other, waiting for the answer."""
    busy: dict[Any, asyncio.Task[None]] = {}
    async with ClientSession(timeout=ClientTimeout(total=60)) as session:
        while True:
            changed = world.changed
            if world.webhook:
                for update in world.updates:
                    key = chat_of(update)
                    if world.wanted(update) and (key not in busy or busy[key].done()):
                        busy[key] = asyncio.create_task(bring(world, session, update))
            await changed.wait()


def chat_of(update: Json) -> Any:
    for body in update.values():
        if isinstance(body, dict):
            return body.get("chat", body.get("message", {}).get("chat", {})).get("id")
    return None


async def bring(world: World, session: ClientSession, update: Json) -> None:
    """Until it is taken (or taken back): again after each failure."""
    attempt = 0
    while world.webhook and update in world.updates:
        status = await post(world, session, update)
        if status == 200 and update in world.updates:
            world.confirm(update)
        if status != 200:
            await asyncio.sleep(RETRIES[min(attempt, len(RETRIES) - 1)])
            attempt += 1
    asyncio.get_running_loop().call_soon(world.stir)


async def post(world: World, session: ClientSession, update: Json) -> int:
    assert world.webhook
    headers = {"X-Telegram-Bot-Api-Secret-Token": world.webhook.secret} if world.webhook.secret else {}
    try:
        async with session.post(world.webhook.url, json=update, headers=headers) as answer:
            status = answer.status
    except (ClientError, TimeoutError):
        status = 0
    world.webhook_attempts.append({"update_id": update["update_id"], "status": status})
    return status

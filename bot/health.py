"""/health: whether the database answers, whether ticks come, and what waits. Numbers only, nobody's words.

`for_a_person` is what `exiaobang parked` lists: parked messages, and those that did not arrive or perhaps not.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.opening import Store
from bot.ticking import SILENT_FOR, Ticking
from storage import followups, leftovers, outbox
from storage.unit_of_work import UnitOfWork


def health_route(store: Store, ticking: Ticking) -> Route:
    """200 while messages are taken ("ok", or "late" when no tick came for long), 503 when the database is away."""

    async def health(_: Request) -> JSONResponse:
        silent = ticking.silent_seconds
        try:
            counts = await store.look(_counts)
        except Exception as error:
            return JSONResponse({"status": "database away", "error": type(error).__name__}, 503)
        status = "ok" if silent <= SILENT_FOR else "late"
        return JSONResponse({"status": status, "seconds_since_tick": round(silent, 1), **counts})

    return Route("/health", health)


def _counts(reader: UnitOfWork) -> dict[str, object]:
    left = leftovers.counted(reader)
    return {
        "outbox": outbox.counts(reader),
        "parked": left.unhandled,
        "failed": followups.failed(reader),
        "for_a_person": left.unhandled + left.unsent + left.uncertain,
    }

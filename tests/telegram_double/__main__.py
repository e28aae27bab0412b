"""`python -m tests.telegram_double --port 0`: serve until stopped; prints the address, then nothing."""

from __future__ import annotations

import argparse
import asyncio

from aiohttp import web

from tests.telegram_double.server import application
from tests.telegram_double.world import World

TOKEN = "110:loopback-token-for-tests-only"


async def serve(port: int, token: str) -> None:
    runner = web.AppRunner(application(World(token)), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.telegram_double", description="A Bot API on loopback")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    given = parser.parse_args()
    try:
        asyncio.run(serve(given.port, given.token))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()

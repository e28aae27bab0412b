"""The pages: the web chat and, in the demo, the town around it. `routes` is what the composition root mounts."""

from __future__ import annotations

from bot.web.app import WebApp, routes

__all__ = ["WebApp", "routes"]

"""What the pages need of the rest of the program."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.channels.webchat import WebChat
from catalog.district import District
from storage.invites import Invite


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
    look_at_invite: Callable[[str], Awaitable[Invite | None]] | None = None
    """What an invite code is good for; None from it when it is good for nothing. Looking does not use it up."""

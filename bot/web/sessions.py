"""Who is writing: a secret in a cookie that nobody else has, and the proof that a form was ours.

The address under which the core knows a session is a hash of the secret, the token in its forms another one: neither
leads back to the secret, and nothing has to be stored.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "exiaobang"
LARGE_COOKIE = "large"
YEAR = 365 * 24 * 3600
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
"""256 random bits in base64url."""


@dataclass(frozen=True, slots=True)
class Session:
    """One browser's identity in one room, or that of all browsers in a shared one."""

    secret: str

    @property
    def address(self) -> str:
        return _hash("address", self.secret)

    @property
    def form_token(self) -> str:
        return _hash("form", self.secret)

    def sent(self, form_token: str) -> bool:
        """Whether a form carries this session's token."""
        return hmac.compare_digest(self.form_token.encode(), form_token.encode())


def new_session() -> Session:
    return Session(secrets.token_urlsafe(32))


def shared_session(path: str) -> Session:
    """The session of all browsers in a room that everybody may enter. It is no secret, and no cookie can be it."""
    return Session(f"shared:{path}")


def session_of(request: Request) -> Session | None:
    """The session of a request; None without a well-formed cookie."""
    secret = request.cookies.get(COOKIE, "")
    return Session(secret) if _SECRET.fullmatch(secret) else None


def remember(response: Response, session: Session, path: str, *, is_secure: bool) -> None:
    """Set the session cookie for the room at `path`, out of reach of scripts and of other sites' forms."""
    response.set_cookie(
        COOKIE, session.secret, max_age=YEAR, path=path, secure=is_secure, httponly=True, samesite="lax"
    )


def is_own_form(request: Request) -> bool:
    """Whether a POST comes from a page of ours: the browser says so itself, in one of two headers or in both.

    A request that carries neither, or the opaque origin "null", is refused.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    if origin is None:
        return site == "same-origin"
    return urlsplit(origin).netloc == request.headers.get("host", "")


def _hash(purpose: str, secret: str) -> str:
    return hashlib.sha256(f"{purpose}:{secret}".encode()).hexdigest()[:40]

"""What a Telegram library is used for: one typed call at a time. And what its errors are to us.

    Fault
    ├── ApiFault   Telegram answered with an error
    ├── NotSent    no connection: Telegram cannot have seen it
    └── MaybeSent  the wire broke after we spoke

A fault never holds the library's own error: those quote the address of the call, and the bot token is part of it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Protocol

from bot.channels.port import Gone, Raw, Refused, TryLater, Uncertain
from bot.channels.telegram_rules import EditText, Seen, SendFile, SendText

RETRY_AFTER = 5.0
"""Seconds to wait when Telegram did not say how long (no connection, 5xx)."""


GONE_WORDS = ("chat not found", "deactivated", "peer_id_invalid", "upgraded to a supergroup")
"""In the description of a 400: nobody is there."""


class Fault(Exception):
    """A call did not come back well."""


class ApiFault(Fault):
    """Telegram's answer: the HTTP code, its description, and for 429 the seconds to wait.

    The description is kept without "Bad Request: " and in small letters: python-telegram-bot changes both.
    """

    def __init__(self, code: int, description: str, retry_after: float = 0.0) -> None:
        self.code = code
        self.description = description.lower().removeprefix("bad request: ").removeprefix("forbidden: ")
        super().__init__(f"{code}: {self.description}")
        self.retry_after = retry_after


class NotSent(Fault):
    """The call never left."""


class MaybeSent(Fault):
    """No answer came: it may have been done."""


class WrongToken(Exception):
    """Telegram does not know the bot token. Whoever runs the service must set the right one."""

    def __init__(self) -> None:
        super().__init__("Telegram does not accept the bot token: copy it again from @BotFather into the settings")


class Wire(Protocol):
    """One library. Every method raises Fault and nothing else, except that a malformed token raises WrongToken."""

    async def get_updates(self, offset: int | None, limit: int, wait: int) -> list[Raw]:
        """Updates as they came, unread; waits up to `wait` seconds for the first."""
        ...

    def read(self, raw: Raw) -> Seen | None:
        """Through the library's own types; any exception means that it is broken. None: nothing we asked for."""
        ...

    async def send_text(self, chat_id: int, step: SendText) -> int:
        """The id of the new message."""
        ...

    async def edit_text(self, chat_id: int, step: EditText) -> None: ...

    async def send_file(self, chat_id: int, step: SendFile) -> tuple[int, str]:
        """The id of the new message, and Telegram's name for the file."""
        ...

    async def answer_press(self, press_id: str) -> None: ...

    async def fetch(self, file_id: str) -> bytes: ...

    async def get_name(self) -> str:
        """What Telegram calls the bot, without @."""
        ...

    async def set_commands(self, commands: dict[str, str]) -> None: ...

    async def set_webhook(self, url: str, secret: str) -> None: ...

    async def delete_webhook(self) -> None: ...

    async def close(self) -> None: ...


def port_error(fault: Fault) -> TryLater | Gone | Refused | Uncertain:
    """Who has to act: nobody (later), the helper (the person is gone), we (a bug), or a person looking (uncertain)."""
    match fault:
        case ApiFault(code=429):
            return TryLater(fault.retry_after or RETRY_AFTER)
        case ApiFault(code=403):
            return Gone(fault.description)
        case ApiFault(code=400) if any(word in fault.description for word in GONE_WORDS):
            return Gone(fault.description)
        case ApiFault(code=401):
            return TryLater(60.0)  # nothing is wrong with the message: it goes out once the token is right
        case ApiFault(code=code) if code >= 500:
            return TryLater(RETRY_AFTER)
        case ApiFault():
            return Refused(str(fault))
        case NotSent():
            return TryLater(RETRY_AFTER)
        case _:
            return Uncertain(str(fault))


def is_not_modified(fault: Fault) -> bool:
    """An edit that changes nothing: it is done."""
    return isinstance(fault, ApiFault) and "message is not modified" in fault.description


def is_not_editable(fault: Fault) -> bool:
    """The message is too old, gone or of another kind: what it should say is sent anew."""
    words = ("message can't be edited", "message to edit not found", "no text in the message", "message_id_invalid")
    return isinstance(fault, ApiFault) and fault.code == 400 and any(word in fault.description for word in words)


def is_unknown_file(fault: ApiFault) -> bool:
    """Telegram's name for a file is of another bot, or forgotten."""
    return fault.code == 400 and ("file identifier" in fault.description or "file_id" in fault.description)


class HidesToken(logging.Filter):
    """Takes the bot token out of log lines: both libraries' addresses carry it, and their loggers quote addresses."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self._secret = token.partition(":")[2] or token  # in some addresses the colon before it is escaped

    def filter(self, record: logging.LogRecord) -> bool:
        line = record.getMessage()
        if self._secret in line:
            record.msg, record.args = line.replace(self._secret, "<bot token>"), ()
        return True


def hide_token(token: str, loggers: Iterable[str]) -> None:
    """A filter holds for lines logged by exactly these loggers, so name each that speaks."""
    for name in loggers:
        logging.getLogger(name).addFilter(HidesToken(token))

"""What came in by a channel, made into what the core understands: presses looked up, numbers read, files kept."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from bot.channels.port import Inbound, InboundEvent, Pressed, Received
from handlers.choices import Go, OnCase
from handlers.messages import (
    Arrived,
    Blocked,
    Chose,
    ChoseUnknown,
    PersonEvent,
    Said,
    SentFile,
    SentUnreadable,
    SharedPhone,
    SharedPlace,
)
from handlers.states import Adding, Idle, Writing
from storage import attachments, buttons
from storage.conversations import Opened
from storage.unit_of_work import UnitOfWork

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Arrival:
    """An inbound message as the core sees it, and as the person's own thread shows it."""

    event: PersonEvent
    shown: dict[str, Any] | None
    """Body of the person's line: text and files; None when nothing is shown."""
    album: str
    """The album that the conversation is in from now on."""


# --- clean text ------------------------------------------------------------------------------------------------------


def cleaned(inbound: Inbound) -> Inbound:
    """The message without what no database takes: NUL and halves of surrogate pairs."""
    return _cleaned(replace(inbound, event=_cleaned(inbound.event)))


def _cleaned(value: T) -> T:
    texts = {one.name: getattr(value, one.name) for one in fields(value)}  # type: ignore[arg-type]
    soiled = {name: text for name, text in texts.items() if isinstance(text, str) and not _is_storable(text)}
    return replace(value, **{name: _storable(text) for name, text in soiled.items()})  # type: ignore[type-var]


def _is_storable(text: str) -> bool:
    return "\0" not in text and not re.search("[\ud800-\udfff]", text)


def _storable(text: str) -> str:
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\0", "")


# --- the event -------------------------------------------------------------------------------------------------------


def arrival(work: UnitOfWork, channel: str, event: InboundEvent, opened: Opened) -> Arrival:
    """`event` in the conversation that it belongs to."""
    match event:
        case Pressed(token):
            return _press(work, token, opened)
        case Received():
            return _file(work, channel, event, opened)
        case Said(text):
            return Arrival(_meant(work, text, opened), {"text": text}, opened.last_album)
        case _:
            return Arrival(event, _shown(event), opened.last_album)


def _press(work: UnitOfWork, token: str, opened: Opened) -> Arrival:
    button = buttons.pressed(work, opened.conversation.id, token)
    if button is None:
        return Arrival(ChoseUnknown(), None, opened.last_album)
    return Arrival(Chose(button.choice, button.turn), {"text": button.label}, opened.last_album)


def _file(work: UnitOfWork, channel: str, event: Received, opened: Opened) -> Arrival:
    file_id = attachments.add(work, event.kind, event.mime, event.name, event.data, channel, event.ref)
    is_more = bool(event.album) and event.album == opened.last_album
    file = {"id": file_id, "kind": str(event.kind), "mime": event.mime, "name": event.name}
    sent = SentFile(event.kind, file_id, event.caption, is_more)
    return Arrival(sent, {"text": event.caption, "files": [file]}, event.album or opened.last_album)


def _shown(event: Arrived | SentUnreadable | SharedPhone | SharedPlace | Blocked) -> dict[str, Any] | None:
    match event:
        case SharedPhone(phone=phone):
            return {"text": phone}
        case SharedPlace():
            return {"text": "［位置］"}
        case SentUnreadable():
            return {"text": "［没能保存的内容］"}
        case Arrived() | Blocked():
            return None


# --- typed instead of pressed ----------------------------------------------------------------------------------------

_LONGEST_LABEL = 40
_NUMERAL = r"\d{1,2}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九]"
_NUMBER = re.compile(rf"选?第?\s*({_NUMERAL})\s*[个项条号]?[.。、)]?")
_DIGITS = {digit: value for value, digit in enumerate("一二三四五六七八九", 1)}
_MOST = 20


def _meant(work: UnitOfWork, text: str, opened: Opened) -> PersonEvent:
    """A text, or the press it stands for: the number or the very label of a button of the newest message that shows
    any; or, when nothing is being asked, the label of an older button of a case. People without buttons (terminal, old
    phones) and people who like to type choose in this way. Where words are asked for, they are words: window 5号 is not
    the fifth button of the message before."""
    typed, state = text.strip(), opened.conversation.state
    if not 0 < len(typed) <= _LONGEST_LABEL or isinstance(state, Writing):
        return Said(text)
    shown = buttons.newest(work, opened.conversation.id)
    if isinstance(state, Adding):
        shown = tuple(button for button in shown if isinstance(button.choice, Go))
    place = number_in(typed)
    found = [button for button in shown if button.label.strip() == typed] or _begun(shown, typed)
    if not found and place is not None:
        found = list(shown[place - 1 : place])
    if not found and isinstance(state, Idle):
        older = buttons.labelled(work, opened.conversation.id, typed)
        found = [older] if older and isinstance(older.choice, OnCase | Go) else []
    return Chose(found[0].choice, found[0].turn) if found else Said(text)


def _begun(shown: tuple[buttons.Pressable, ...], typed: str) -> list[buttons.Pressable]:
    """The one button whose label begins with what was typed, up to its comma: 是的 for 是的，撤回."""
    found = [button for button in shown if button.label.partition("，")[0] == typed]
    return found if len(found) == 1 else []


def number_in(text: str) -> int | None:
    """1..20 when a text is nothing but a number: 2, ２, 二, 第二个, 选2; else None."""
    match = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    number = int(match[1]) if match[1].isdecimal() else _chinese(match[1])
    return number if 1 <= number <= _MOST else None


def _chinese(numeral: str) -> int:
    tens, is_ten, ones = numeral.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if is_ten else 0) + _DIGITS.get(ones, 0)

"""A message whose turn raised, in the form in which it is kept until a person has looked at it: all that it needs to be
handed in once more.

The forms are a public contract: `tests/bot/parked_messages.jsonl` keeps each that was ever written. The bytes of a file
lie with the other attachments; the form has their id.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.channels.port import Inbound, InboundEvent, Pressed, Received
from handlers.messages import Arrived, Blocked, Said, SentUnreadable, SharedPhone, SharedPlace
from storage import attachments
from storage.unit_of_work import UnitOfWork

VERSION = 1
_TAGS: dict[str, type[Any]] = {
    "arrived": Arrived,
    "blocked": Blocked,
    "place": SharedPlace,
    "phone": SharedPhone,
    "pressed": Pressed,
    "received": Received,
    "said": Said,
    "unreadable": SentUnreadable,
}
_TAG_OF = {cls: tag for tag, cls in _TAGS.items()}
_READERS = {tag: TypeAdapter(cls) for tag, cls in _TAGS.items()}


class NotKept(Exception):
    """The row does not hold a whole message: it was parked by an older version, or its file is gone."""


def form_of(work: UnitOfWork, channel: str, inbound: Inbound) -> str:
    """A message as text; the bytes of its file become an attachment."""
    event, file_id = inbound.event, None
    if isinstance(event, Received) and event.data is not None:
        file_id = attachments.add(work, event.kind, event.mime, event.name, event.data, channel, event.ref)
        event = replace(event, data=None)
    form = {
        "parked": VERSION,
        "event": _TAG_OF[type(event)],
        "fields": asdict(event),
        "file": file_id,
        "id": inbound.id,
        "second_id": inbound.second_id,
        "address": inbound.address,
        "at": inbound.at.isoformat(),
        "display_name": inbound.display_name,
        "raw": inbound.raw,
    }
    return json.dumps(form, ensure_ascii=False)


def inbound_of(reader: UnitOfWork, form: str) -> Inbound:
    """The message of a form, with the bytes of its file. Raises NotKept."""
    kept = _read(form)
    event: InboundEvent = kept.event
    if isinstance(event, Received) and (file_id := _values(form)["file"]) is not None:
        stored = attachments.load(reader, file_id)
        if stored is None or stored.data is None:
            raise NotKept("its file is not there any more")
        event = replace(event, data=stored.data)
    return replace(kept, event=event)


def event_in(form: str) -> InboundEvent | None:
    """What came in, without the bytes of a file; None when the form does not say."""
    try:
        return _read(form).event
    except NotKept:
        return None


def _read(form: str) -> Inbound:
    values = _values(form)
    try:
        event: InboundEvent = _READERS[values["event"]].validate_python(values["fields"])
        at = datetime.fromisoformat(values["at"])
        names = ("second_id", "raw", "display_name")
        return Inbound(values["id"], values["address"], event, at, *(str(values[name]) for name in names))
    except (KeyError, TypeError, ValueError, ValidationError):
        raise NotKept("it was kept in a form that this version does not know") from None


def _values(form: str) -> dict[str, Any]:
    try:
        values = json.loads(form)
    except ValueError:
        values = None
    if not isinstance(values, dict) or values.get("parked") != VERSION:
        raise NotKept("only its update was kept, by an older version")
    return values

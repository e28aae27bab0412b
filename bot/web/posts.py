"""What a form of the chat brought, read and checked, as messages for the core."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.channels.port import Inbound, InboundEvent, Pressed, Received
from bot.web.photos import MAX_BYTES, Unusable, Upload, take
from bot.web.sessions import Session
from handlers.messages import Arrived, Said, SharedPlace

TEXT_LIMIT = 5000
"""Characters in one message."""
MAX_FILES = 6
MAX_POST = (MAX_FILES + 1) * MAX_BYTES
_ID = re.compile(r"[0-9A-Za-z_-]{8,64}")


class Trouble(Exception):
    """A post that is not taken; `str()` is the sentence for the person, `status` the HTTP status."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True, slots=True)
class Post:
    """One checked post: an event, or files with a caption. `id` is the form's."""

    id: str
    event: InboundEvent | None = None
    files: Sequence[Upload] = ()
    caption: str = ""

    def inbounds(self, address: str, at: datetime) -> list[Inbound]:
        """The messages for the core: one, or one for each file (the same album, the text with the first)."""
        events = [self.event] if self.event is not None else [self._received(*one) for one in enumerate(self.files)]
        marks = ["", *(f".{number}" for number in range(1, len(events)))]
        return [
            Inbound(f"{address}:{self.id}{mark}", address, event, at) for mark, event in zip(marks, events, strict=True)
        ]

    def _received(self, number: int, file: Upload) -> Received:
        album = self.id if len(self.files) > 1 else ""
        caption = self.caption if number == 0 else ""
        return Received(file.kind, "", file.data, file.mime, file.name, caption, album)


async def read_post(request: Request, session: Session) -> Post:
    """Read and check a post of this session. Raises Trouble."""
    _check_length(request)
    try:
        async with request.form(max_files=MAX_FILES + 2, max_fields=12, max_part_size=1024 * 1024) as form:
            return await _post_of(form, session)
    except HTTPException:
        raise Trouble(f"一次最多发 {MAX_FILES} 个文件，请分几次发。") from None


async def _post_of(form: FormData, session: Session) -> Post:
    if not session.sent(_word(form, "form")):
        raise Trouble("这一页已经过期了，请刷新后再发。", 403)
    form_id = _word(form, "id")
    if not _ID.fullmatch(form_id):
        raise Trouble("这一页已经过期了，请刷新后再发。")
    files = await _files_of(form)
    text = _word(form, "text").replace("\r\n", "\n").strip()
    if len(text) > TEXT_LIMIT:
        raise Trouble(f"一次最多写 {TEXT_LIMIT} 字，您写了 {len(text)} 字。请分成两次发。", 413)
    return Post(form_id, files=files, caption=text) if files else Post(form_id, _event_of(form, text))


def _event_of(form: FormData, text: str) -> InboundEvent:
    if token := _word(form, "press"):
        return Pressed(token[:200])
    if _word(form, "latitude"):
        return _place_of(form)
    if code := _word(form, "code").strip():
        return Arrived(code[:200])
    if not text:
        raise Trouble("您还没有写字。写一句话或者选一张照片，再按“发送”。")
    return Said(text)


def _place_of(form: FormData) -> SharedPlace:
    try:
        latitude, longitude = float(_word(form, "latitude")), float(_word(form, "longitude"))
    except ValueError:
        latitude = longitude = 999.0
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Trouble("没有取到位置，请直接写村或者社区的名字。")
    return SharedPlace(latitude, longitude)


async def _files_of(form: FormData) -> list[Upload]:
    """The uploads, known by their bytes and cleaned. An empty file field counts as none."""
    parts = [part for part in form.getlist("file") if isinstance(part, UploadFile) and part.filename]
    if len(parts) > MAX_FILES:
        raise Trouble(f"一次最多发 {MAX_FILES} 个文件，请分几次发。")
    return [await _upload(part) for part in parts]


async def _upload(part: UploadFile) -> Upload:
    data = await part.read(MAX_BYTES + 1)
    try:
        return await asyncio.to_thread(take, data, _plain_name(part.filename or ""))
    except Unusable as unusable:
        raise Trouble(str(unusable), 413 if len(data) > MAX_BYTES else 415) from None


def _check_length(request: Request) -> None:
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise Trouble("这条消息不完整，请再发一次。", 411)
    if int(length) > MAX_POST:
        raise Trouble("这些文件加起来太大了。单个不超过 10 MB，请分几次发。", 413)


def _plain_name(name: str) -> str:
    """The last part of a file name, without control marks, at most 80 characters."""
    return re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", "", re.split(r"[/\\]", name)[-1])[-80:]


def _word(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""

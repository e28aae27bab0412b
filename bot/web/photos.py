"""What people upload: known by its first bytes, never by its name; pictures are drawn anew from their pixels.

Drawing anew drops everything that is not pixels (place and time of the photo, thumbnails, hidden data) and turns what
only pretends to be a picture away.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from handlers.messages import FileKind

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 25_000_000
MAX_SIDE = 2400
"""Longest side that is kept, in pixels: a form in A4 stays readable."""
FORMATS = ("JPEG", "PNG", "WEBP")


class Unusable(Exception):
    """This file cannot be taken; `str()` is the sentence for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it is kept."""

    kind: FileKind
    mime: str
    name: str
    data: bytes


def take(data: bytes, name: str) -> Upload:
    """Make an upload of raw bytes. Raises Unusable with a sentence that says what to do."""
    if not data:
        raise Unusable("这个文件是空的，请重新选一个。")
    if len(data) > MAX_BYTES:
        raise Unusable("这个文件超过 10 MB，太大了。请拍一张小一点的照片，或者分几次发。")
    if mime := sound_type(data):
        return Upload(FileKind.VOICE, mime, name or "录音", data)
    if data.startswith(b"%PDF-"):
        return Upload(FileKind.DOCUMENT, "application/pdf", name or "文件.pdf", data)
    return Upload(FileKind.PHOTO, "image/jpeg", "照片.jpg", redraw(data))


def redraw(data: bytes) -> bytes:
    """The picture as a fresh JPEG, upright, at most MAX_SIDE on its longest side. Raises Unusable."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Unusable("这张照片的尺寸太大了。请用手机截一张图，或者重新拍一张再发。")
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((MAX_SIDE, MAX_SIDE))
            return _as_jpeg(upright)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unusable("这张照片的尺寸太大了。请用手机截一张图，或者重新拍一张再发。") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise Unusable("这个文件打不开。请发照片（JPG、PNG）、录音或 PDF；也可以用手机截一张图再发。") from None


def _as_jpeg(image: Image.Image) -> bytes:
    """Pixels only, on white where the picture was transparent."""
    flat = Image.new("RGB", image.size, "white")
    layer = image.convert("RGBA")
    flat.paste(layer, mask=layer.getchannel("A"))
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()


def sound_type(data: bytes) -> str:
    """The media type of a sound file by its first bytes; empty when it is none that phones record."""
    head = data[:12]
    starts = {b"OggS": "audio/ogg", b"ID3": "audio/mpeg", b"#!AMR": "audio/amr", b"\x1aE\xdf\xa3": "audio/webm"}
    for start, mime in starts.items():
        if head.startswith(start):
            return mime
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[4:8] == b"ftyp" and head[8:12] in _M4A_BRANDS:
        return "audio/mp4"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return "audio/aac" if head[1] & 0x06 == 0 else "audio/mpeg"
    return ""


_M4A_BRANDS = (b"M4A ", b"M4B ", b"mp42", b"mp41", b"isom", b"3gp4", b"3gp5", b"3gp6", b"MSNV", b"dash")

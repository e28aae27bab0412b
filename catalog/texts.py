"""The bytes of an operator's file, and their text: UTF-8 or GB18030, or a sentence on what is wrong with them."""

from __future__ import annotations

from pathlib import Path

from catalog.faults import Fault
from catalog.rows import Unreadable

LARGEST_FILE = 20_000_000
"""Bytes. A district's largest real table (phrases) has less than one million."""


def read_bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes() if path.stat().st_size <= LARGEST_FILE else None
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unreadable(Fault(path.name, 0, 0, f"the file cannot be read ({reason})", "Check its rights")) from error
    if data is None:
        limit = f"the file is larger than {LARGEST_FILE // 1_000_000} MB"
        raise Unreadable(Fault(path.name, 0, 0, limit, "Take out what does not belong there"))
    if not data.strip():
        raise Unreadable(Fault(path.name, 0, 0, "the file is empty", "Fill it in, or remove it if it is not needed"))
    return data


def decode(file: str, data: bytes) -> str:
    """UTF-8 with or without a mark, or GB18030 (what Excel writes as "CSV" in China)."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Unreadable(Fault(file, 0, 0, "this is an Excel or zip file with another ending", "Rename it to .xlsx"))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data:
        raise Unreadable(Fault(file, 0, 0, "the file is UTF-16 or not text at all", 'Save it as "CSV UTF-8"'))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if _is_mostly_utf8(data):
            raise Unreadable(_bad_byte(file, data, error.start, "UTF-8")) from error
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise Unreadable(_bad_byte(file, data, error.start, "GB18030")) from error


def _is_mostly_utf8(data: bytes) -> bool:
    text = data.decode("utf-8", errors="replace")
    good = sum(1 for sign in text if "\u3000" <= sign <= "\u9fff")
    return good > text.count("\ufffd")


def _bad_byte(file: str, data: bytes, at: int, encoding: str) -> Fault:
    line = data.count(b"\n", 0, at) + 1
    problem = f"byte 0x{data[at]:02x} is broken {encoding} text"
    return Fault(file, line, 0, problem, 'Retype this line and save the file as "CSV UTF-8"')

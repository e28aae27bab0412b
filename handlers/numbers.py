"""Case numbers: thirteen random digits and a check digit, readable over the phone.

13 decimal digits are 43 bits, more than the 40 that make guessing pointless. The check digit is Damm's, which
catches every single wrong digit and every swap of two neighbours (H. M. Damm, 2004).
"""

from __future__ import annotations

import re
import unicodedata

RANDOM_DIGITS = 13

_QUASIGROUP = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


def _damm(digits: str) -> str:
    interim = "0"
    for digit in digits:
        interim = _QUASIGROUP[int(interim)][int(digit)]
    return interim


def with_check(digits: str) -> str:
    """`digits` with their check digit behind."""
    return digits + _damm(digits)


def parse(text: str) -> str | None:
    """The case number written in `text`, spaces, dashes and full-width digits allowed; None when there is none
    or its check digit is wrong."""
    folded = re.sub(r"[\s\-—·.]", "", unicodedata.normalize("NFKC", text))
    found = re.search(rf"(?<!\d)\d{{{RANDOM_DIGITS + 1}}}(?!\d)", folded)
    return found[0] if found and _damm(found[0]) == "0" else None


def looks_like(text: str) -> bool:
    """Whether somebody tried to write a case number, right or wrong."""
    folded = re.sub(r"[\s\-—·.]", "", unicodedata.normalize("NFKC", text))
    return re.search(r"\d{12,16}", folded) is not None


def spoken(number: str) -> str:
    """The number in groups of four, as one reads it aloud."""
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4))

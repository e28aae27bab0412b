"""The parts of a message that may be matters of their own."""

from __future__ import annotations

import re

from catalog.wording import squeeze

SHORTEST = 4
"""Characters that a part needs to speak of a matter."""
MOST = 12
"""Parts of a long letter that are looked at."""

_JOINTS = re.compile(r"还有一?个?|另外|顺便|再就是|再一个|再问|再有|对了|第二|其次|二来|同时|以及")
_WISH = re.compile(r"想|要|怎么|如何|吗|办|哪|多少|多久|能|可以|什么|申请|也|又|补|查|报")
_STOPS = re.compile(r"[,.;:!?、\n。；，：！？ ]+")


def by_joints(folded: str) -> list[str]:
    """Split at words that announce another matter, such as 还有 and 顺便. One part only: nothing announces one."""
    return _parts(_JOINTS, folded)


def by_stops(folded: str) -> list[str]:
    """Split at punctuation; only parts that ask or wish something themselves, not what led to it."""
    return [part for part in _parts(_STOPS, folded) if _WISH.search(part)]


def _parts(at: re.Pattern[str], folded: str) -> list[str]:
    return [part for part in at.split(folded) if len(squeeze(part)) >= SHORTEST][:MOST]

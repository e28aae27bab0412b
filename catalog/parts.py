"""Where a message may be cut into two matters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from catalog.wording import squeeze

SHORTEST = 3
"""Characters that a part needs to speak of a matter."""
SHORTEST_CLAUSE = 5
MOST = 12
"""Cuts and clauses of a long letter that are looked at."""

_JOINTS = r"还有|另外|顺便|再就是|再一个|对了|以及"
_ANNOUNCED = re.compile(rf"{_JOINTS}|两个|两样|两件|一起|一块|同时|分别|都")
_STOPS = r"[,.;:!?、\n。；，：！？ ]+"
_SEAMS = re.compile(rf"{_STOPS}(?:{_JOINTS})?|{_JOINTS}|然后|完了|[和跟与及还也再又]")


def is_announced(folded: str) -> bool:
    """Whether words such as 还有 and 两个 say that there is more than one matter."""
    return bool(_ANNOUNCED.search(folded))


def halves(folded: str) -> Iterator[tuple[str, str, bool]]:
    """The message cut in two at each stop and at each word that joins, such as 和, and whether the cut is at a word
    that begins another matter, such as 还有. Parts that are too short to speak of a matter are no cut."""
    cuts = 0
    for seam in _SEAMS.finditer(folded):
        before, behind = folded[: seam.start()], folded[seam.end() :]
        if len(squeeze(before)) >= SHORTEST and len(squeeze(behind)) >= SHORTEST and cuts < MOST:
            cuts += 1
            yield before, behind, bool(re.search(_JOINTS, seam.group()))


def clauses(folded: str) -> list[str]:
    """What stands between stops, where that is more than one thing: danger may be mentioned in passing."""
    found = [part for part in re.split(_STOPS, folded) if len(squeeze(part)) >= SHORTEST_CLAUSE]
    return found[:MOST] if len(found) > 1 else []

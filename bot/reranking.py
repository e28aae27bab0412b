"""An operator's own model as a second opinion on the order of candidates: a `Search` around another.

A turn runs in the writer's transaction, where nothing may wait for a network. So the opinion is asked before, at the
rim (`before_turn`), within a time limit, and kept for the turn that comes right after. What the catalog understood
stays as it is in everything but the order of its candidates: no id is added, no kind changed, no band raised. Without
an answer in time the turn goes its way as if there were no reranker.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Protocol

import structlog

from bot.arriving import cleaned, number_in
from bot.channels.port import Inbound
from bot.opening import Store
from catalog.district import District
from catalog.masking import without_personal_data
from catalog.understanding import Band, Kind, Search, Understanding
from handlers.dialogues.anywhere import spelled
from handlers.dialogues.asking import LONGEST
from handlers.messages import Said
from handlers.states import AskingWhere, Choosing, Idle, OnBehalf, Reading
from storage import conversations
from storage.database import StoreUnavailable

SHOWN = 8
"""Candidates that a ranker is asked about, at most."""
KEPT = 512
FRESH_SECONDS = 120.0
"""An order is for the turn that comes right after; a message brought again asks anew after this."""
SILENT_SECONDS = 60.0
"""Nothing is asked for so long after a failure: a broken server costs one message its time limit, not every one."""
AT_ONCE = 8
"""Questions under way at the same time; what comes on top goes without."""

_QUESTION_STATES = (Idle, OnBehalf, Choosing, Reading, AskingWhere)
"""Where a text is a question. Answers to a form, notes and words between people are never shown to a ranker."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry of the catalog as a ranker sees it."""

    id: str
    name: str
    """The official name."""


class Unusable(Exception):
    """The ranker answered with something that is no order. It holds nothing of what was said."""


class Ranker(Protocol):
    """A model that can tell which of some choices a message means."""

    async def order(self, message: str, choices: Sequence[Choice]) -> Sequence[str]:
        """Ids of `choices`, best first, perhaps not all; none: no opinion. `message` is masked. May raise anything."""
        ...

    async def close(self) -> None: ...


def read_order(answer: str, known: Collection[str]) -> tuple[str, ...]:
    """The known ids of a JSON list, each once, in its order. Raises Unusable for whatever else an answer may be, so
    that words smuggled into a message can at most change an order."""
    try:
        listed = json.loads(answer)
    except (ValueError, RecursionError):
        raise Unusable("not JSON") from None
    if not isinstance(listed, list):
        raise Unusable("not a list")
    order = tuple(dict.fromkeys(id for id in listed if isinstance(id, str) and id in known))
    if not order:
        raise Unusable("no known id")
    return order


class Reranked:
    """`inner`, with its candidates in the order that `ranker` gave for a text that was prepared. Safe to share."""

    def __init__(
        self,
        inner: Search,
        ranker: Ranker,
        names: Mapping[str, str],
        limit: float = 1.5,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`names`: official name of every id that may be shown to the ranker; `limit`: seconds that one message may
        be held up; `now`: seconds of a steady clock."""
        self._inner = inner
        self._ranker = ranker
        self._names = names
        self._limit = limit
        self._now = now
        self._orders = _Orders(now)
        self._silent_until = float("-inf")
        self._under_way = 0
        self.counts: Counter[str] = Counter()
        """asked, ordered, no_opinion, unusable, failed, timed_out: since the start."""

    def understand(self, text: str) -> Understanding:
        """What the inner search understands, reordered if an order was prepared for this very text. No I/O."""
        found = self._inner.understand(text)
        order = self._orders.get(_key(text))
        return reordered(found, order) if order else found

    async def prepare(self, text: str) -> None:
        """Ask for an order of the candidates of `text`, if there is a choice. Never raises, and returns within the
        limit."""
        key = _key(text)
        if self._now() < self._silent_until or self._under_way >= AT_ONCE or self._orders.get(key):
            return
        self._under_way += 1
        try:
            async with asyncio.timeout(self._limit):
                await self._ask(key)
        except Unusable as error:
            self._count("unusable", str(error))
        except TimeoutError as error:
            self._fall_silent("timed_out", error)
        except Exception as error:
            self._fall_silent("failed", error)
        finally:
            self._under_way -= 1

    async def _ask(self, key: str) -> None:
        found = await asyncio.to_thread(self._inner.understand, key)
        shown = found.candidates[:SHOWN]
        choices = [Choice(each.id, self._names[each.id]) for each in shown if each.id in self._names]
        if not may_reorder(found) or len(choices) < 2:
            return
        self.counts["asked"] += 1
        order = await self._ranker.order(without_personal_data(key), choices)
        self.counts["ordered" if order else "no_opinion"] += 1
        if order:
            self._orders.put(key, tuple(order))

    def _fall_silent(self, what: str, error: Exception) -> None:
        self._silent_until = self._now() + SILENT_SECONDS
        self._count(what, type(error).__name__)

    def _count(self, what: str, why: str) -> None:
        self.counts[what] += 1
        _log.warning(f"reranker_{what}", why=why, times=self.counts[what])

    async def close(self) -> None:
        await self._ranker.close()


class _Orders:
    """The newest orders by text; written by the event loop, read by the writer's thread."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._kept: OrderedDict[str, tuple[float, tuple[str, ...]]] = OrderedDict()
        self._lock = Lock()

    def put(self, key: str, order: tuple[str, ...]) -> None:
        with self._lock:
            self._kept[key] = (self._now() + FRESH_SECONDS, order)
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)

    def get(self, key: str) -> tuple[str, ...]:
        with self._lock:
            until, order = self._kept.get(key, (0.0, ()))
        return order if self._now() < until else ()


def may_reorder(found: Understanding) -> bool:
    """Whether an order matters: a matter of the catalog that is not clear. What is sure needs no second opinion, and
    words of danger wait for nobody."""
    is_matter = found.kind in (Kind.SERVICE, Kind.CERTIFICATE) and found.danger is None
    return is_matter and found.band in (Band.CHOOSE, Band.NONE) and len(found.candidates) > 1


def reordered(found: Understanding, order: Sequence[str]) -> Understanding:
    """`found` with the same candidates, those of `order` first, the others behind them as they stood."""
    if not may_reorder(found):
        return found
    places = {id: place for place, id in enumerate(order)}
    candidates = sorted(found.candidates, key=lambda candidate: places.get(candidate.id, len(places)))
    return replace(found, candidates=tuple(candidates))


def _key(text: str) -> str:
    return text.strip()[:LONGEST]


# --- at the rim ------------------------------------------------------------------------------------------------------


async def before_turn(search: Search, store: Store, channel: str, inbound: Inbound) -> None:
    """Prepare the turn of `inbound` when it is a question and a reranker is set. Never raises."""
    event = cleaned(inbound).event
    if not isinstance(search, Reranked) or not isinstance(event, Said) or not _is_worded(event):
        return
    try:
        state = await store.look(lambda reader: conversations.state_at(reader, channel, inbound.address))
    except StoreUnavailable:
        return  # the turn itself will say so
    if state is None or isinstance(state, _QUESTION_STATES):
        await search.prepare(event.text)


def _is_worded(said: Said) -> bool:
    """More than a number or a typed command."""
    text = said.text.strip()
    return len(text) > 2 and text[0] not in "/／" and number_in(text) is None and isinstance(spelled(said, 0), Said)


def names_of(district: District) -> dict[str, str]:
    """The official names of everything that residents can ask for."""
    names = {service.id: service.name for service in district.services.values()}
    return names | {certificate.id: certificate.name for certificate in district.certificates.values()}

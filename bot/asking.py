"""What one question comes to: what the catalog understood, and the reply, made by a real turn in a throw-away town."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.channels.port import Inbound, InboundEvent
from bot.opening import Store, district_of, open_store, town_of
from bot.settings import Settings
from bot.town import Town
from bot.turn import handle
from catalog.district import District
from catalog.understanding import Understanding
from handlers.messages import Arrived, Said
from storage import outbox
from storage.outbox import Leased
from storage.unit_of_work import UnitOfWork

CHANNEL = "terminal"


def lines_for(question: str, settings: Settings) -> Iterator[str]:
    """The lines that `exiaobang ask` prints."""
    district = district_of(settings)
    town = town_of(settings, district)
    yield from _understood(town.search.understand(question), district)
    yield ""
    yield from _reply(question, settings, town)


def _understood(found: Understanding, district: District) -> Iterator[str]:
    yield f"{found.kind} ({found.band})" + (f", danger: {found.danger.code}" if found.danger else "")
    for candidate in found.candidates:
        entry = district.services.get(candidate.id) or district.certificates.get(candidate.id)
        name = entry.name if entry else "?"
        yield f"  {candidate.score:.3f}  {candidate.id}  {name}  [{' '.join(candidate.words)}]"


def _reply(question: str, settings: Settings, town: Town) -> Iterator[str]:
    with TemporaryDirectory(prefix="exiaobang-") as folder:
        throw_away = settings.model_copy(update={"folder": Path(folder), "database_url": None, "is_demo": False})
        store = open_store(throw_away, town.district.code)
        try:
            _say(store, town, Arrived())
            for message in _say(store, town, Said(question)):
                yield message.text
                yield from ("  " + "  ".join(f"[{label}]" for label, _ in row) for row in message.buttons)
        finally:
            store.close()


def _say(store: Store, town: Town, event: InboundEvent) -> list[Leased]:
    """One event of one new resident; what was written back."""
    inbound = Inbound(type(event).__name__, "ask", event, store.clock.now())

    def job(work: UnitOfWork) -> list[Leased]:
        handle(work, CHANNEL, inbound, town)
        return list(_taken(work))

    return store.writer.submit(job).result()


def _taken(work: UnitOfWork) -> Iterator[Leased]:
    while leased := outbox.lease(work, CHANNEL, 10):
        for message in leased:
            outbox.mark_sent(work, message, "shown")
            yield message

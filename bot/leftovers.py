"""What the program could not do by itself, for the person who runs it: messages that were parked because their turn
raised, and messages that did not arrive. `exiaobang parked` lists them, hands one in or sends one again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.channels.port import InboundEvent, Pressed, Received
from bot.opening import Store
from bot.parking import NotKept, event_in
from bot.town import Town
from bot.turn import replay
from catalog.district import District
from catalog.masking import without_personal_data
from handlers.messages import Said
from storage import inbox, outbox
from storage.inbox import Parked
from storage.outbox import Stuck
from storage.unit_of_work import UnitOfWork

SHOWN = 60
"""Characters of a message in the list; personal data is blotted out."""


def lines(store: Store, district: District) -> Iterator[str]:
    """One line for each message, and what can be done about it."""
    parked, stuck = store.look_now(inbox.all_parked), store.look_now(outbox.stuck)
    if parked:
        yield "Came in and raised (--replay ID hands one in again):"
        yield from (_parked_line(one, district) for one in parked)
    if stuck:
        yield "Did not arrive, or nobody knows (--resend ID sends one again; whoever is urgent should be called):"
        yield from (_stuck_line(one, district) for one in stuck)
    yield "--seen leaves all of them at that." if parked or stuck else "Nothing waits for a person."


def hand_in_again(store: Store, town: Town, row_id: int) -> str:
    """What came of it, in a sentence. Raises StoreUnavailable."""
    try:
        outcome = store.writer.submit(lambda work: replay(work, row_id, town)).result()
    except NotKept as why:
        return f"{row_id} cannot be handed in again: {why}."
    if outcome is None:
        return f"No message {row_id} is parked."
    if outcome.is_parked:
        return f"{row_id} raised again and stays parked."
    return f"{row_id} is handled; the reply goes out."


def send_again(store: Store, row_id: int) -> str:
    """What came of it, in a sentence. Raises StoreUnavailable."""
    is_sent = store.writer.submit(lambda work: outbox.send_again(work, row_id)).result()
    return f"{row_id} goes out with the next look." if is_sent else f"No message {row_id} is stuck."


def see_all(store: Store) -> str:
    """Count nothing of it any more, in the digest and on /health. Raises StoreUnavailable."""

    def job(work: UnitOfWork) -> int:
        return inbox.see_all(work) + outbox.see_all(work)

    return f"{store.writer.submit(job).result()} left at that."


def _parked_line(parked: Parked, district: District) -> str:
    what = _spoken(event_in(parked.raw))
    return _line(parked.id, parked.received_at, parked.channel, parked.error, what, district)


def _stuck_line(stuck: Stuck, district: District) -> str:
    return _line(stuck.id, stuck.created_at, stuck.channel, stuck.state, _short(stuck.text), district)


def _line(row_id: int, at: datetime, channel: str, trouble: str, what: str, district: District) -> str:
    return f"  {row_id:>6}  {district.calendar.local(at):%Y-%m-%d %H:%M}  {channel:<8}  {trouble:<20}  {what}"


def _spoken(event: InboundEvent | None) -> str:
    match event:
        case None:
            return "(kept by an older version: only the update is there)"
        case Said(text):
            return f"said: {_short(text)}"
        case Pressed():
            return "pressed a button"
        case Received(kind, caption=caption):
            return f"sent a {kind} {_short(caption)}".rstrip()
        case _:
            return type(event).__name__


def _short(text: str) -> str:
    masked = without_personal_data(text)
    return masked if len(masked) <= SHOWN else masked[: SHOWN - 1] + "…"

"""How much waits for a person to look at it, for the digest and /health."""

from __future__ import annotations

from handlers.facts import Leftovers
from storage import inbox, outbox
from storage.unit_of_work import UnitOfWork


def counted(reader: UnitOfWork) -> Leftovers:
    """Parked messages, and those that did not arrive or perhaps not."""
    sent = outbox.counts(reader)
    unsent = sent.get("failed", 0) + sent.get("refused", 0)
    return Leftovers(inbox.parked(reader), unsent, sent.get("uncertain", 0))

"""One turn: an inbound message, or something that fell due, through the core and into the database.

Everything here happens in one job of the Writer, that is: in one transaction. A turn that raises is undone alone; the
message stays as a parked row, and the person hears that a human will look at it. `replay` hands it in again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from bot import parking
from bot.arriving import arrival, cleaned
from bot.channels.port import Inbound
from bot.performing import Sender, Stage, perform
from bot.town import Town as Town
from handlers import desk
from handlers.conversation import Conversation
from handlers.effects import Effect, Say
from handlers.followups import tried_again
from handlers.messages import Arrived, Blocked, EchoEvent, FellDue, PersonEvent, Said
from storage import conversations, followups, inbox, outbox, people, threads
from storage.conversations import Opened, Overtaken
from storage.database import is_failure
from storage.followups import DueRow
from storage.reading import NOBODY, StoredFacts
from storage.unit_of_work import UnitOfWork

ROUNDS = 8
"""Effects that came back as events, and theirs again: a turn that goes on longer is a bug."""
SHOWN_HERE = frozenset({"web", "terminal"})
"""Channels whose chat this program shows itself: what a person wrote there is kept as a line of their thread."""
SORRY = "这条消息我没处理好，已经转给工作人员，会有人看。您可以换个说法再发一次；着急的话请拨打{hotline}。"
AGAIN = "您有一条消息上次没处理好，现在接着办："
LOST = "刚才说到一半的内容我这边读不出来了，对不起。我们从头来，麻烦您再说一遍要办什么。"

_log = structlog.get_logger(__name__)


class Endless(Exception):
    """The core answered its own echoes too often."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it, without personal data."""

    is_duplicate: bool = False
    is_parked: bool = False
    """The turn raised: its row is kept for a person to look at."""


# --- a message came in -----------------------------------------------------------------------------------------------


def handle(work: UnitOfWork, channel_name: str, inbound: Inbound, town: Town) -> Outcome:
    """Store and handle one inbound message. Run it as a job of the Writer: `lambda work: handle(work, ...)`. Raises
    only when the database fails (or another process was faster); then nothing is stored and the message must not be
    acknowledged."""
    inbound = cleaned(inbound)
    row_id = inbox.store(work, channel_name, inbound.id, inbound.second_id, inbound.address)
    if row_id is None:
        return Outcome(is_duplicate=True)
    cause = f"in:{row_id}"
    error = _try_to_hear(work, channel_name, inbound, town, cause)
    if error is None:
        return Outcome()
    inbox.park(work, row_id, type(error).__name__, parking.form_of(work, channel_name, inbound))
    _apologise(work, channel_name, inbound, town, cause)
    return Outcome(is_parked=True)


def replay(work: UnitOfWork, row_id: int, town: Town) -> Outcome | None:
    """Hand a parked message in once more, where its conversation stands now. None when none of that id is parked.
    Raises parking.NotKept, and what `handle` raises."""
    parked = inbox.one_parked(work, row_id)
    if parked is None:
        return None
    inbound = parking.inbound_of(work, parked.raw)
    before = () if isinstance(inbound.event, Arrived | Blocked) else (Say(AGAIN),)
    error = _try_to_hear(work, parked.channel, inbound, town, f"in:{row_id}", before)
    if error is None:
        inbox.settle(work, row_id)
        return Outcome()
    inbox.park(work, row_id, type(error).__name__, parked.raw)
    return Outcome(is_parked=True)


def _try_to_hear(
    work: UnitOfWork, channel: str, inbound: Inbound, town: Town, cause: str, before: tuple[Say, ...] = ()
) -> Exception | None:
    """What the turn raised; it is undone then."""
    try:
        with work.savepoint():
            _hear(work, channel, inbound, town, cause, before)
    except Exception as error:
        if is_failure(error) or isinstance(error, Overtaken):
            raise
        _log_failure("turn_failed", cause, error)
        return error
    return None


def _hear(
    work: UnitOfWork, channel: str, inbound: Inbound, town: Town, cause: str, before: tuple[Say, ...] = ()
) -> None:
    opened = conversations.open_at(work, channel, inbound.address, inbound.display_name)
    arrived = arrival(work, channel, inbound.event, opened)
    if channel in SHOWN_HERE and arrived.shown is not None:
        threads.add(work, channel, inbound.address, "me", inbound.id, arrived.shown)
    speech = _Speech(work, town, cause, channel, inbound.address)
    if before:
        speech.perform(before, opened.conversation)
    if opened.is_unreadable:
        _log.error("state_unreadable", conversation=opened.conversation.id)
        speech.perform((Say(LOST),), opened.conversation)
    conversation = speech.through(opened.conversation, arrived.event)
    conversations.save(work, conversation, opened.version, arrived.album)
    if isinstance(inbound.event, Blocked):
        people.mark_gone(work, channel, inbound.address)
        outbox.bury(work, channel, inbound.address)


class _Speech:
    """The rounds of one person's turn: step, perform, and step again with what came back."""

    def __init__(self, work: UnitOfWork, town: Town, cause: str, channel: str, address: str) -> None:
        self._work = work
        self._town = town
        self._cause = cause
        self._channel = channel
        self._address = address
        self._said = 0

    def through(self, conversation: Conversation, event: PersonEvent) -> Conversation:
        """The conversation after `event` and all its echoes."""
        waiting: deque[PersonEvent | EchoEvent] = deque([event])
        for _ in range(ROUNDS):
            if not waiting:
                return conversation
            facts = self._facts(conversation)
            turn = desk.step(conversation, waiting.popleft(), facts, self._town.search)
            conversation = turn.conversation
            waiting.extend(self.perform(turn.effects, conversation, facts))
        if waiting:
            raise Endless(type(waiting[0]).__name__)
        return conversation

    def perform(
        self, effects: Iterable[Effect], conversation: Conversation, facts: StoredFacts | None = None
    ) -> tuple[EchoEvent, ...]:
        sender = Sender(self._channel, self._address, conversation.id, conversation.turn)
        me = (facts or self._facts(conversation)).me
        self._said += 1
        return perform(Stage(self._work, self._town, me, f"{self._cause}:{self._said}", sender), effects)

    def _facts(self, conversation: Conversation) -> StoredFacts:
        """Read anew for each round: the effects of the last one have changed the world."""
        town = self._town
        return StoredFacts(self._work, town.district, town.settings, conversation.person_id, self._channel)


def _apologise(work: UnitOfWork, channel: str, inbound: Inbound, town: Town, cause: str) -> None:
    """Tell the person, under their own words, that a human will look at them; if even that fails, the log knows."""
    try:
        with work.savepoint():
            opened: Opened = conversations.open_at(work, channel, inbound.address, inbound.display_name)
            if channel in SHOWN_HERE and isinstance(inbound.event, Said):
                threads.add(work, channel, inbound.address, "me", inbound.id, {"text": inbound.event.text})
            text = SORRY.format(hotline=f" {town.district.operator.hotline} ")
            _Speech(work, town, f"{cause}:sorry", channel, inbound.address).perform((Say(text),), opened.conversation)
    except Exception as error:
        if is_failure(error):
            raise
        _log_failure("apology_failed", cause, error)


# --- something fell due ----------------------------------------------------------------------------------------------


def tend(work: UnitOfWork, due: DueRow, town: Town) -> Outcome:
    """Handle one thing that fell due, in the job that took it with `followups.take_due`. What raises is undone alone
    and kept as failed; what comes back every day, and what keeps a case from being forgotten, comes back all the
    same."""
    cause = f"due:{due.id}"
    try:
        with work.savepoint():
            _tend(work, due, town, cause)
    except Exception as error:
        if is_failure(error):
            raise
        _log_failure("follow_up_failed", cause, error)
        followups.mark_failed(work, due.id, type(error).__name__)
        _plan_again(work, due.event, town, cause)
        return Outcome(is_parked=True)
    return Outcome()


def _plan_again(work: UnitOfWork, event: FellDue, town: Town, cause: str) -> None:
    """One that broke is not the last: it would have planned the next itself."""
    try:
        with work.savepoint():
            plan = tried_again(event, StoredFacts(work, town.district, town.settings))
            perform(Stage(work, town, NOBODY, f"{cause}:again"), (plan,) if plan else ())
    except Exception as error:
        if is_failure(error):
            raise
        _log_failure("not_planned_again", cause, error)


def _tend(work: UnitOfWork, due: DueRow, town: Town, cause: str) -> None:
    stage = Stage(work, town, NOBODY, cause)
    waiting: deque[FellDue | EchoEvent] = deque([due.event])
    for _ in range(ROUNDS):
        if not waiting:
            return
        facts = StoredFacts(work, town.district, town.settings)
        waiting.extend(perform(stage, desk.tend(waiting.popleft(), facts, town.search)))
    if waiting:
        raise Endless(type(waiting[0]).__name__)


def _log_failure(what: str, cause: str, error: Exception) -> None:
    """The class of an exception and where it arose, never its text: that may hold what a person wrote."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = f"{frame.tb_frame.f_globals.get('__name__')}:{frame.tb_lineno}" if frame is not None else ""
    _log.error(what, cause=cause, error=type(error).__name__, where=where)

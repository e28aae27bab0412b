"""Deletes what residents were promised: chats after some days, what a case says of a person after some more.

What stays of a case is its frame (service, place, times, grades), for the statistics, and of its history what was done,
by whom and when. The history is append-only: all that the database lets anybody take out of it are the notes of a case
that has been blanked.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, or_, select, update

from handlers.cases import FINISHED, blanked
from storage import forms
from storage.lessons import REMEMBERED
from storage.tables import (
    AttachmentRow,
    ButtonRow,
    CaseRow,
    HistoryRow,
    InboxRow,
    LessonRow,
    OutboxRow,
    PersonRow,
    RelayRow,
    ThreadRow,
    table,
)
from storage.unit_of_work import UnitOfWork

MOST = 500
"""Rows of one kind in one go, so that nobody has to wait for it."""

_attachments, _buttons, _cases = table(AttachmentRow), table(ButtonRow), table(CaseRow)
_history, _lessons = table(HistoryRow), table(LessonRow)
_inbox, _outbox, _persons, _relays = table(InboxRow), table(OutboxRow), table(PersonRow), table(RelayRow)
_threads = table(ThreadRow)

_UNSENT = ("pending", "sending")
"""What nobody has looked at by then goes too: a chat is a chat."""


def prune(work: UnitOfWork, chat_days: int, case_days: int) -> int:
    """Delete what is too old, at most MOST rows of each kind; returns how many rows went (0: nothing is left to do)."""
    chats_before, cases_before = (work.now - timedelta(days=days) for days in (chat_days, case_days))
    gone = [
        _delete(work, _threads, _threads.c.at < chats_before),
        _delete(work, _buttons, _buttons.c.expires_at < work.now),
        _delete(work, _inbox, _inbox.c.received_at < chats_before),
        _delete(work, _outbox, (_outbox.c.created_at < chats_before) & _outbox.c.state.not_in(_UNSENT)),
        _delete(work, _relays, (_relays.c.at < chats_before) & _relays.c.case_id.in_(_finished())),
        _delete(work, _lessons, _lessons.c.at < work.now - REMEMBERED),
        _delete(work, _attachments, _is_loose(work, chats_before)),
        _blank_cases(work, cases_before),
        _blank_notes(work),
        _forget_phones(work, cases_before),
    ]
    return sum(gone)


def _delete(work: UnitOfWork, rows: Table, old: ColumnElement[bool]) -> int:
    some = select(rows.c.id).where(rows.c.district == work.district, old).order_by(rows.c.id).limit(MOST)
    return work.connection.execute(delete(rows).where(rows.c.id.in_(some))).rowcount


def _finished() -> Any:
    return select(_cases.c.id).where(_cases.c.status.in_(sorted(status.value for status in FINISHED)))


def _is_loose(work: UnitOfWork, before: datetime) -> ColumnElement[bool]:
    """A file that no unfinished case and no message on its way needs."""
    unfinished = select(_cases.c.draft).where(
        _cases.c.district == work.district, _cases.c.status.not_in(sorted(status.value for status in FINISHED))
    )
    drafts = (forms.load_draft(form) for (form,) in work.connection.execute(unfinished))
    relayed = select(_relays.c.files).where(_relays.c.district == work.district)
    waiting = select(_outbox.c.files).where(_outbox.c.district == work.district, _outbox.c.state.in_(_UNSENT))
    needed = {file for draft in drafts for file in draft.files} | _listed(work, relayed) | _listed(work, waiting)
    return (_attachments.c.created_at < before) & _attachments.c.id.not_in(needed)


def _listed(work: UnitOfWork, lists: Any) -> set[int]:
    rows: Iterable[list[int]] = work.connection.execute(lists).scalars()
    return {file for files in rows for file in files}


def _blank_cases(work: UnitOfWork, before: datetime) -> int:
    """Finished long ago: the frame stays, what says who it was goes."""
    ended = or_(_cases.c.resolved_at < before, _cases.c.resolved_at.is_(None) & (_cases.c.opened_at < before))
    some = (
        select(_cases.c.id, _cases.c.draft)
        .where(_cases.c.district == work.district, ended, _cases.c.id.in_(_finished()))
        .where(_cases.c.blanked_at.is_(None))
        .limit(MOST)
    )
    rows = work.connection.execute(some).all()
    for case_id, form in rows:
        blank = forms.dump_draft(blanked(forms.load_draft(form)))
        words: dict[str, Any] = {
            "question": "",
            "draft": blank,
            "papers": [],
            "papers_asked": [],
            "handed_in": None,
            "outcome": None,
        }
        values = words | {"blanked_at": work.now}
        work.connection.execute(update(_cases).where(_cases.c.id == case_id).values(values))
    return len(rows)


def _blank_notes(work: UnitOfWork) -> int:
    """What was written into the history of blanked cases."""
    blanked = select(_cases.c.id).where(_cases.c.district == work.district, _cases.c.blanked_at.is_not(None))
    some = (
        select(_history.c.id)
        .where(_history.c.district == work.district, _history.c.note != "", _history.c.case_id.in_(blanked))
        .limit(MOST)
    )
    return work.connection.execute(update(_history).where(_history.c.id.in_(some)).values(note="")).rowcount


def _forget_phones(work: UnitOfWork, before: datetime) -> int:
    """People without any case since `before`: their number for the next case goes."""
    recent = select(_cases.c.asker_id).where(
        _cases.c.district == work.district, or_(_cases.c.opened_at >= before, _cases.c.id.not_in(_finished()))
    )
    some = (
        select(_persons.c.id)
        .where(_persons.c.district == work.district, _persons.c.phone.is_not(None), _persons.c.created_at < before)
        .where(_persons.c.id.not_in(recent))
        .limit(MOST)
    )
    return work.connection.execute(update(_persons).where(_persons.c.id.in_(some)).values(phone=None)).rowcount

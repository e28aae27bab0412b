"""What is learned from use: lessons, phrases that a supervisor attached, proposals of new matters.

A phrase is `checking` until the index has been asked yesterday's questions with it, then `live`, or `conflict` until
the supervisor has decided; `undone` is the end. Every change of what is live changes WORDS_VERSION in the same
transaction, so that each process knows that its index is old.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import RowMapping, Select, Table, func, insert, select, update

from catalog.masking import without_personal_data
from catalog.wording import fold, squeeze
from handlers.facts import Admission, LearnedPhrase, Lesson
from storage import settings
from storage.tables import AdmissionRow, LearnedPhraseRow, LessonRow, table
from storage.unit_of_work import UnitOfWork

WORDS_VERSION = "words_version"
REMEMBERED = timedelta(days=90)
"""How long an answer that was right counts as yesterday's."""
RIGHT = ("confirmed", "corrected")
UNSOLVED = ("refused", "corrected", "unmet", "none")

_lessons = table(LessonRow)
_phrases = table(LearnedPhraseRow)
_admissions = table(AdmissionRow)


# --- lessons ---------------------------------------------------------------------------------------------------------


def record(work: UnitOfWork, question: str, kind: str, entry_id: str | None = None, case_id: int | None = None) -> None:
    """Keep what became of a question, personal data blotted out; nothing when no word is left."""
    clean = without_personal_data(question)
    folded = squeeze(fold(clean))
    if not folded:
        return
    row = {
        "district": work.district,
        "at": work.now,
        "question": clean,
        "folded": folded,
        "kind": kind,
        "entry_id": entry_id,
        "case_id": case_id,
        "state": "open",
    }
    work.connection.execute(insert(_lessons).values(row))


def unsolved(reader: UnitOfWork, limit: int = 500) -> tuple[Lesson, ...]:
    """Open lessons that are about something not understood, newest first."""
    wanted = _of(_lessons, reader).where(_lessons.c.state == "open", _lessons.c.kind.in_(UNSOLVED))
    rows = reader.connection.execute(wanted.order_by(_lessons.c.at.desc(), _lessons.c.id.desc()).limit(limit))
    return tuple(_lesson(row) for row in rows.mappings())


def get(reader: UnitOfWork, lesson_id: int) -> Lesson | None:
    """A lesson that is still open."""
    wanted = _of(_lessons, reader).where(_lessons.c.id == lesson_id, _lessons.c.state == "open")
    row = reader.connection.execute(wanted).mappings().first()
    return _lesson(row) if row else None


def confirmed_as(reader: UnitOfWork, question: str) -> str | None:
    """The entry confirmed most often for just these words."""
    count = func.count().label("count")
    wanted = (
        select(_lessons.c.entry_id)
        .where(_lessons.c.district == reader.district, _lessons.c.folded == squeeze(fold(question)))
        .where(_lessons.c.kind.in_(RIGHT), _lessons.c.at >= reader.now - REMEMBERED)
        .group_by(_lessons.c.entry_id)
        .order_by(count.desc(), _lessons.c.entry_id)
        .limit(1)
    )
    found: str | None = reader.connection.execute(wanted).scalar()
    return found


def right_answers(reader: UnitOfWork, limit: int = 1000) -> tuple[tuple[str, str], ...]:
    """(question, entry) that were right in the last 90 days, each once, newest first."""
    newest = func.max(_lessons.c.id).label("newest")
    wanted = (
        select(func.min(_lessons.c.question).label("question"), _lessons.c.entry_id, newest)
        .where(_lessons.c.district == reader.district, _lessons.c.entry_id.is_not(None))
        .where(_lessons.c.kind.in_(RIGHT), _lessons.c.at >= reader.now - REMEMBERED)
        .group_by(_lessons.c.folded, _lessons.c.entry_id)
        .order_by(newest.desc())
        .limit(limit)
    )
    return tuple((row["question"], row["entry_id"]) for row in reader.connection.execute(wanted).mappings())


def dismiss(work: UnitOfWork, lesson_ids: Iterable[int]) -> None:
    """Take open lessons off the list."""
    _set_lessons(work, lesson_ids, "dismissed", None)


def _set_lessons(work: UnitOfWork, lesson_ids: Iterable[int], state: str, phrase_id: int | None) -> None:
    which = (_lessons.c.district == work.district) & _lessons.c.id.in_(list(lesson_ids)) & (_lessons.c.state == "open")
    work.connection.execute(update(_lessons).where(which).values(state=state, phrase_id=phrase_id))


# --- phrases ---------------------------------------------------------------------------------------------------------


def propose(work: UnitOfWork, text: str, entry_id: str, added_by: int, lesson_ids: Iterable[int]) -> int:
    """Put a phrase down to be checked; its lessons leave the list. Returns its id."""
    row = {
        "district": work.district,
        "text": without_personal_data(text),
        "entry_id": entry_id,
        "added_by": added_by,
        "at": work.now,
        "state": "checking",
    }
    phrase_id = int(work.connection.execute(insert(_phrases).values(row).returning(_phrases.c.id)).scalar_one())
    _set_lessons(work, lesson_ids, "attached", phrase_id)
    return phrase_id


def make_live(work: UnitOfWork, phrase_id: int, before: str) -> bool:
    """A phrase goes live. False when it is not `before` (checking, conflict) any more."""
    return _move(work, phrase_id, before, "live")


def hold_back(work: UnitOfWork, phrase_id: int) -> bool:
    """A checked phrase waits for the supervisor's word. False when it is not being checked any more."""
    return _move(work, phrase_id, "checking", "conflict")


def undo(work: UnitOfWork, phrase_id: int) -> bool:
    """Take a phrase back, whatever has become of it; its lessons come back to the list. False when it is gone."""
    if not any(_move(work, phrase_id, before, "undone") for before in ("live", "conflict", "checking")):
        return False
    mine = (_lessons.c.district == work.district) & (_lessons.c.phrase_id == phrase_id)
    work.connection.execute(update(_lessons).where(mine).values(state="open", phrase_id=None))
    return True


def _move(work: UnitOfWork, phrase_id: int, before: str, after: str) -> bool:
    same = (_phrases.c.district == work.district) & (_phrases.c.id == phrase_id) & (_phrases.c.state == before)
    values: dict[str, Any] = {"state": after} | ({"undone_at": work.now} if after == "undone" else {})
    if work.connection.execute(update(_phrases).where(same).values(values)).rowcount != 1:
        return False
    if "live" in (before, after):
        settings.put(work, WORDS_VERSION, f"{phrase_id} {after}")
    return True


def words_version(reader: UnitOfWork) -> str:
    """Another one after each change of what is live; empty before the first. A phrase goes live once and is undone
    once, so no version comes twice, and of two changes at the same time the last one to commit is seen by all."""
    return str(settings.get(reader, WORDS_VERSION, ""))


def live_words(reader: UnitOfWork) -> tuple[tuple[str, str], ...]:
    """(entry, phrase) of all that is live, oldest first."""
    wanted = _of(_phrases, reader).where(_phrases.c.state == "live").order_by(_phrases.c.id)
    return tuple((row["entry_id"], row["text"]) for row in reader.connection.execute(wanted).mappings())


def version_and_words(reader: UnitOfWork) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Both of one moment or, on PostgreSQL, words of a later one: the version, read first, tells then that they are
    to be read again."""
    return words_version(reader), live_words(reader)


def phrase(reader: UnitOfWork, phrase_id: int) -> LearnedPhrase | None:
    row = reader.connection.execute(_of(_phrases, reader).where(_phrases.c.id == phrase_id)).mappings().first()
    return _phrase(row) if row else None


def in_state(reader: UnitOfWork, state: str, limit: int = 8) -> tuple[LearnedPhrase, ...]:
    """Newest first."""
    wanted = _of(_phrases, reader).where(_phrases.c.state == state).order_by(_phrases.c.id.desc()).limit(limit)
    return tuple(_phrase(row) for row in reader.connection.execute(wanted).mappings())


# --- new matters -----------------------------------------------------------------------------------------------------


def admit(work: UnitOfWork, proposal: Admission, proposed_by: int) -> None:
    """Keep a proposal of a new matter, also one that was refused."""
    row = {
        "district": work.district,
        "text": without_personal_data(proposal.text),
        "asked_by": proposal.asked_by,
        "basis": proposal.basis,
        "approved_by": proposal.approved_by,
        "state": proposal.state,
        "proposed_by": proposed_by,
        "at": proposal.at,
    }
    work.connection.execute(insert(_admissions).values(row))


def admissions(reader: UnitOfWork, limit: int = 10) -> tuple[Admission, ...]:
    """Newest first."""
    wanted = _of(_admissions, reader).order_by(_admissions.c.id.desc()).limit(limit)
    names = ("text", "asked_by", "basis", "approved_by", "state", "at")
    rows = reader.connection.execute(wanted).mappings()
    return tuple(Admission(**{name: row[name] for name in names}) for row in rows)


def _of(rows: Table, reader: UnitOfWork) -> Select[Any]:
    return select(rows).where(rows.c.district == reader.district)


def _lesson(row: RowMapping) -> Lesson:
    return Lesson(row["id"], row["question"], row["kind"], row["entry_id"])


def _phrase(row: RowMapping) -> LearnedPhrase:
    return LearnedPhrase(row["id"], row["text"], row["entry_id"], row["state"], row["added_by"])

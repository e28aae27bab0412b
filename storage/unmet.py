"""Questions that nobody could answer, kept without the digits that could name somebody."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from sqlalchemy import func, select

from handlers.facts import UnmetLine
from storage.tables import UnmetRow, table
from storage.unit_of_work import UnitOfWork

_unmet = table(UnmetRow)
_LONGEST = 200


def record(work: UnitOfWork, question: str, reason: str, case_id: int | None) -> None:
    """Keep a question; runs of five digits and more (phones, identity numbers) are blotted out."""
    clean = re.sub(r"\d(?:[\s-]?\d){4,}[Xx]?", "＊", question.strip())[:_LONGEST]
    row = {
        "district": work.district,
        "at": work.now,
        "question": clean,
        "folded": _fold(clean),
        "reason": reason,
        "case_id": case_id,
    }
    work.connection.execute(_unmet.insert().values(row))


def most_frequent(reader: UnitOfWork, since: datetime, until: datetime, limit: int = 20) -> tuple[UnmetLine, ...]:
    """Questions of [since, until), most frequent first, then the oldest."""
    count = func.count().label("count")
    wanted = (
        select(func.min(_unmet.c.question).label("question"), count)
        .where(_unmet.c.district == reader.district, _unmet.c.at >= since, _unmet.c.at < until)
        .group_by(_unmet.c.folded)
        .order_by(count.desc(), func.min(_unmet.c.id))
        .limit(limit)
    )
    return tuple(UnmetLine(row["question"], row["count"]) for row in reader.connection.execute(wanted).mappings())


def _fold(question: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", question).casefold())

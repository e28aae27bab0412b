"""Short descriptions that several dialogues share: a case in a few words, a place, a time, a masked phone."""

from __future__ import annotations

import re
from datetime import datetime

from handlers.cases import Case, CaseStatus, Draft
from handlers.facts import Facts
from handlers.phrases import phrase

WEEKDAYS = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"]
_LONG_DIGITS = re.compile(r"\d{7,}[\dXx]?")


def moment(at: datetime, facts: Facts) -> str:
    """11月25日（周三）9:30, in the district's own time."""
    local = facts.district.calendar.local(at)
    return phrase(
        "time.format",
        month=local.month,
        day=local.day,
        weekday=WEEKDAYS[local.weekday()],
        clock=f"{local.hour}:{local.minute:02}",
    )


def day(at: datetime, facts: Facts) -> str:
    """11月25日（周三）."""
    local = facts.district.calendar.local(at)
    return phrase("time.date", month=local.month, day=local.day, weekday=WEEKDAYS[local.weekday()])


def clock(at: datetime, facts: Facts) -> str:
    """9:30."""
    local = facts.district.calendar.local(at)
    return f"{local.hour}:{local.minute:02}"


def matter(draft: Draft, facts: Facts) -> str:
    """The service's name, or that a person is asked for."""
    service = facts.district.services.get(draft.service_id or "")
    if service:
        return service.name
    certificate = facts.district.certificates.get(draft.service_id or "")
    if certificate:
        return certificate.name
    return phrase("intake.person_matter", question=masked(draft.question, 20) or phrase("intake.not_said"))


def name_of(case: Case, facts: Facts) -> str:
    return matter(case.draft, facts)


def where(draft: Draft, facts: Facts) -> str:
    """The readable place, or that none was said."""
    return facts.district.places.name(draft.place_code) or phrase("intake.not_said")


def visiting(draft: Draft) -> str:
    match draft.home_visit:
        case True:
            return phrase("intake.visit_yes")
        case False:
            return phrase("intake.visit_no")
        case None:
            return phrase("button.visit_phone")


def unreadable(what: str) -> str:
    """What to say to something that cannot be kept: a sticker, a file too big, anything else."""
    return phrase(f"asking.{what if what in ('sticker', 'too_big') else 'unreadable'}", mb=20)


def status(case: Case) -> str:
    if case.status is CaseStatus.WAITING and case.waiting_for == "department":
        return phrase("status.waiting_department")
    return phrase(f"status.{case.status.value}")


def helper_name(case: Case, facts: Facts) -> str:
    """The name of who works on it; the desk when nobody does."""
    person = facts.person(case.helper_id) if case.helper_id else None
    return person.name if person and person.name else phrase("case.desk_name")


def masked(text: str, limit: int = 60) -> str:
    """`text` shortened, long numbers (phones, identity numbers) blotted out: for eyes that need no contact data."""
    shown = _LONG_DIGITS.sub("＊＊＊", text.replace("\n", " "))
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def without_long_numbers(text: str) -> str:
    """`text` without numbers that nobody should write here: identity cards (15 or 18 digits), bank cards (16-19)."""
    return re.sub(r"(?<!\d)\d{15,19}[Xx]?(?!\d)|(?<!\d)\d{17}[Xx](?!\d)", "＊＊＊", text)


def by_phone(case: Case) -> str:
    """What a helper is told when no channel reaches the resident."""
    if case.draft.phone:
        return phrase("work.message_phone", phone=case.draft.phone)
    return phrase("work.message_no_phone")


def masked_phone(phone: str) -> str:
    """138****1234."""
    return phone if len(phone) < 7 else f"{phone[:3]}****{phone[-4:]}"

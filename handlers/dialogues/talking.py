"""Words and files between a resident and their helper, without either one's account or number."""

from __future__ import annotations

from handlers.cases import WORKED, Case, CaseStatus
from handlers.choices import Go, OnCase
from handlers.describing import by_phone, helper_name, name_of
from handlers.dialogues import telling
from handlers.effects import Button, Effect, Relay, Say
from handlers.facts import Facts
from handlers.followups import work_goes_on
from handlers.messages import SentFile
from handlers.phrases import button, phrase

LONGEST_QUESTION_BACK = 300
"""Characters of a text kept behind the button 这是新的事."""


def pass_on(
    case: Case, text: str, files: tuple[SentFile, ...], facts: Facts, is_quiet: bool = False, is_guess: bool = False
) -> tuple[Effect, ...]:
    """Bring `text` and `files` to the other side. `is_quiet`: without telling the sender again (an album's second
    photo). `is_guess`: the sender did not say which case it is for, so they may say that it is a new matter."""
    from_helper = facts.me.id == case.helper_id and facts.me.id != case.asker_id
    ids = tuple(file.file_id for file in files)
    relay = Relay(case.id, text, from_helper, ids)
    brought = _to_resident(case, text, files, facts) if from_helper else _to_helper(case, text, files, facts)
    heard = () if is_quiet else _heard(case, text, from_helper, is_guess, bool(brought), facts)
    is_work = from_helper and case.status is CaseStatus.CLAIMED
    return (relay, *heard, *brought, *(work_goes_on(case, facts) if is_work else ()))


def _to_resident(case: Case, text: str, files: tuple[SentFile, ...], facts: Facts) -> tuple[Say, ...]:
    name = helper_name(case, facts)
    if not telling.can_reach_asker(case, facts):
        return ()
    if files:
        said = phrase("case.relay_file_from_helper", helper=name, text=_kinds(files) + (f"：{text}" if text else ""))
    else:
        said = phrase("case.relay_from_helper", helper=name, text=text)
    rows = ((button("reply", OnCase(case.id, "add")),),)
    say = Say(said + "\n" + phrase("case.relay_hint"), rows, files=tuple(file.file_id for file in files))
    return telling.resident(case, say, facts)


def _to_helper(case: Case, text: str, files: tuple[SentFile, ...], facts: Facts) -> tuple[Say, ...]:
    if case.helper_id is None or case.status not in WORKED | {CaseStatus.RESOLVED}:
        return ()
    who, what = phrase("work.who_resident"), name_of(case, facts)
    if files:
        said = phrase("work.relay_photo", who=who, what=what, kind=_kinds(files)) + (f"\n{text}" if text else "")
    else:
        said = phrase("work.relay", who=who, what=what, text=text)
    rows = ((button("reply", OnCase(case.id, "message")), button("brief", OnCase(case.id, "brief"))),)
    return telling.helper(case, Say(said, rows, files=tuple(file.file_id for file in files)), facts)


def _kinds(files: tuple[SentFile, ...]) -> str:
    return "、".join(dict.fromkeys(phrase(f"work.file_{file.kind.value}") for file in files))


def _heard(case: Case, text: str, from_helper: bool, is_guess: bool, is_brought: bool, facts: Facts) -> tuple[Say, ...]:
    if from_helper and not is_brought:
        return (Say(by_phone(case)),)
    if from_helper:
        return (Say(phrase("work.message_sent"), ((button("brief", OnCase(case.id, "brief")),),)),)
    said = phrase("case.added", to=helper_name(case, facts)) if is_brought else phrase("case.added_kept")
    rows: tuple[tuple[Button, ...], ...] = ()
    if is_guess and text:
        rows = ((button("new_question", Go("ask", text[:LONGEST_QUESTION_BACK])),),)
    return (Say(said, rows),)

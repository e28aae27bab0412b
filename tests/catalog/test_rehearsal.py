from __future__ import annotations

from collections.abc import Mapping

import pytest

from catalog.rehearsal import Conflict, Rehearsal, conflicts, first_entry, rehearse
from catalog.understanding import Band, Candidate, Kind, Understanding

CARD, BOOK = "D001", "D002"


class Answers:
    """A search that knows some messages by heart."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known

    def understand(self, text: str) -> Understanding:
        entry = self._known.get(text)
        if entry is None:
            return Understanding(Kind.UNCLEAR, Band.NONE, (Candidate(CARD, 0.1),))
        return Understanding(Kind.SERVICE, Band.SURE, (Candidate(entry, 0.9),))


BEFORE = Answers({"卡掉了": CARD, "本子掉了": BOOK})


def _rehearse(after: Mapping[str, str], phrases: Mapping[str, tuple[str, ...]] | None = None) -> Rehearsal:
    answers = [("卡掉了", CARD), ("本子掉了", BOOK), ("从来没对过", BOOK)]
    return rehearse(BEFORE, Answers(after), "小红折", BOOK, answers, phrases or {})


def test_a_phrase_that_harms_nothing_is_good() -> None:
    found = _rehearse({"卡掉了": CARD, "本子掉了": BOOK, "小红折": BOOK})
    assert found == Rehearsal(True)
    assert found.is_good


@pytest.mark.parametrize(("after", "now"), [({"卡掉了": BOOK}, BOOK), ({}, None)])
def test_an_answer_that_was_right_and_is_lost_is_a_conflict(after: Mapping[str, str], now: str | None) -> None:
    found = _rehearse({"本子掉了": BOOK, "小红折": BOOK, **after})
    assert found.conflicts == (Conflict("卡掉了", CARD, now),)
    assert not found.is_good


def test_an_answer_that_was_wrong_before_is_no_conflict() -> None:
    assert conflicts(BEFORE, Answers({}), [("从来没对过", CARD)]) == ()


def test_each_question_is_told_once() -> None:
    assert len(conflicts(BEFORE, Answers({}), [("卡掉了", CARD), ("卡掉了", CARD)])) == 1


def test_a_phrase_that_still_leads_elsewhere_is_not_good() -> None:
    found = _rehearse({"卡掉了": CARD, "本子掉了": BOOK, "小红折": CARD})
    assert (found.is_understood, found.conflicts, found.is_good) == (False, (), False)


def test_words_that_are_another_entrys_own_are_a_conflict() -> None:
    after = {"卡掉了": CARD, "本子掉了": BOOK, "小红折": BOOK}
    assert _rehearse(after, {CARD: ("小红折！",)}).conflicts == (Conflict("小红折", CARD, BOOK),)
    assert _rehearse(after, {BOOK: ("小红折！",)}).conflicts == ()


def test_what_is_no_question_for_an_entry_has_none() -> None:
    assert first_entry(BEFORE, "你好") is None

from __future__ import annotations

import pytest

from catalog import parts
from tests.town import sample


def test_a_message_is_cut_at_stops_and_at_words_that_join() -> None:
    assert list(parts.halves("社保卡丢了怎么补，还有孩子要上户口")) == [("社保卡丢了怎么补", "孩子要上户口", True)]
    assert list(parts.halves("退伍报到和优待证")) == [("退伍报到", "优待证", False)]
    assert list(parts.halves("报到和优待证")) == []


def test_clauses_stand_between_stops() -> None:
    assert parts.clauses("离婚怎么预约，嗯，他刚打完我。") == ["离婚怎么预约", "他刚打完我"]
    assert parts.clauses("离婚怎么预约") == []


def test_words_say_that_there_are_two() -> None:
    assert parts.is_announced("身份证社保卡都要补")
    assert not parts.is_announced("社保卡丢了怎么补，要带什么")


@pytest.mark.parametrize(
    ("message", "first", "second"),
    [
        ("社保卡丢了怎么补办，还有我想给孩子办出生上户口", "D002", "D049"),
        ("身份证到期了要换，顺便问一下怎么办个体营业执照", "D047", "D066"),
        ("我想申请低保，另外残疾人证丢了怎么补", "T001", "D082"),
        ("退伍刚回来，报到和优待证一起问一下", "D097", "T029"),
        ("想养条狗要办证，还有门口挂个牌子要不要批", "D056", "D116"),
    ],
)
def test_two_matters_are_two(message: str, first: str, second: str) -> None:
    found = sample()[1].understand(message)
    assert {found.candidates[0].id, found.also[0].id} == {first, second}


@pytest.mark.parametrize(
    "message",
    [
        "社保卡丢了怎么补，要带什么",
        "我爸上个月走了，他的养老金还在发，怎么停",
        "孩子出生了，怎么上户口，多久能办好",
        "低保",
    ],
)
def test_one_matter_told_in_parts_stays_one(message: str) -> None:
    assert sample()[1].understand(message).also == ()

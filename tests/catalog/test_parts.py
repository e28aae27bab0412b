from __future__ import annotations

import pytest

from catalog import parts
from catalog.loading import load_sample
from catalog.search import CatalogSearch

SEARCH = CatalogSearch(load_sample())


def test_splits_at_words_that_announce_another_matter() -> None:
    assert parts.by_joints("社保卡丢了怎么补，还有孩子要上户口") == ["社保卡丢了怎么补，", "孩子要上户口"]


def test_only_parts_that_wish_something_are_matters() -> None:
    assert parts.by_stops("我父亲上个月去世,他的社保卡怎么办,嗯") == ["他的社保卡怎么办"]


@pytest.mark.parametrize(
    ("message", "first", "second"),
    [
        ("社保卡丢了怎么补办，还有我想给孩子办出生上户口", "D002", "D049"),
        ("身份证到期了要换，顺便问一下怎么办个体营业执照", "D047", "D066"),
        ("我想申请低保，另外残疾人证丢了怎么补", "T001", "D082"),
    ],
)
def test_two_matters_are_two(message: str, first: str, second: str) -> None:
    found = SEARCH.understand(message)
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
    assert SEARCH.understand(message).also == ()

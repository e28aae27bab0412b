from __future__ import annotations

import csv
from collections import Counter

import pytest
import yaml

from catalog.kinds import KindExample, KindIndex, examples
from catalog.understanding import Kind
from catalog.wording import DATA, fold, squeeze

KNOWN = ["社保卡丢了怎么补", "怎么办低保", "身份证到期了"] * 50
OTHERS = [
    KindExample("楼下太吵投诉没人管", "complaint", ""),
    KindExample("物业乱收费", "complaint", ""),
    KindExample("驾照到期了", "near_miss", "driving_licence"),
    KindExample("护照怎么办", "near_miss", "passport"),
    KindExample("着火了快来", "emergency", "fire"),
    KindExample("火灾补助怎么申请", "harmless", ""),
]


def test_every_kind_is_one_that_is_known() -> None:
    assert {example.kind for example in examples()} <= {kind.value for kind in Kind} | {"harmless"}


def test_there_are_enough_examples_of_what_matters_most() -> None:
    counts = Counter(example.kind for example in examples())
    assert counts["complaint"] >= 250
    assert counts["near_miss"] >= 300
    assert counts["emergency"] >= 250


def test_every_near_miss_speaks_of_a_matter_with_advice() -> None:
    matters = set(yaml.safe_load((DATA / "near_misses.yaml").read_text(encoding="utf-8")))
    named = {example.matter for example in examples() if example.kind == "near_miss" and example.matter}
    assert named == matters


def test_every_danger_has_examples() -> None:
    codes = {row["code"] for row in yaml.safe_load((DATA / "scope.yaml").read_text(encoding="utf-8"))["emergencies"]}
    assert {example.matter for example in examples() if example.kind == "emergency"} == codes


def test_no_row_stands_twice_and_none_is_a_phrase_of_the_catalog() -> None:
    with (DATA / "kinds.csv").open(encoding="utf-8", newline="") as file:
        texts = Counter(squeeze(fold(row["text"])) for row in csv.DictReader(file))
    assert [text for text, often in texts.items() if often > 1] == []
    with (DATA / "phrases.csv").open(encoding="utf-8", newline="") as file:
        phrases = {squeeze(fold(row["text"])) for row in csv.DictReader(file)}
    assert phrases & set(texts) == set()


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("社保卡不见了", Kind.SERVICE),
        ("楼上好吵没人管", Kind.COMPLAINT),
        ("驾照怎么换", Kind.NEAR_MISS),
        ("家里着火了", Kind.EMERGENCY),
        ("火灾补助", Kind.SERVICE),
    ],
)
def test_the_likeliest_kind_is_the_one_meant(message: str, kind: Kind) -> None:
    chances = KindIndex(KNOWN, OTHERS).chances(message)
    assert max(chances.kinds, key=lambda name: chances.kinds[name]) == kind.value
    assert sum(chances.kinds.values()) == pytest.approx(1, abs=1e-3)


def test_tells_what_it_is_about() -> None:
    assert KindIndex(KNOWN, OTHERS).chances("驾照").matters[Kind.NEAR_MISS] == "driving_licence"


def test_a_message_that_shares_nothing_has_no_kind() -> None:
    chances = KindIndex(KNOWN, OTHERS).chances("龘靐")
    assert chances.kinds == {}
    assert chances.of(Kind.EMERGENCY) == 0.0

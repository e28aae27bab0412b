from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cli import main
from catalog.district import District
from catalog.loading import load, load_sample, sample_folder
from catalog.lookalikes import LookAlike
from catalog.matching import comparable
from catalog.words import ENOUGH, Finding, Phrase, lint, read_phrases, summary
from tests.catalog.folders import small_district, write_district

GOOD = [
    ("V001", "养老金么样认证"),
    ("V001", "老人刷脸在哪里"),
    ("V002", "想交农村的社保"),
    ("V002", "头一回交钱去哪登记"),
    ("C01", "开个婚姻证明"),
    ("C01", "证明我还是单身"),
    ("C02", "要一张活着的纸"),
    ("C02", "银行让证明人还在世"),
]


def folder_with(path: Path, phrases: list[tuple[str, str]]) -> Path:
    rows = [{"编号": id, "说法": text, "写法": "everyday"} for id, text in phrases]
    return write_district(path, small_district() | {"phrases": rows})


def findings_of(path: Path, phrases: list[tuple[str, str]]) -> list[Finding]:
    folder = folder_with(path, phrases)
    return [finding for finding in lint(load(folder), read_phrases(folder)) if finding.kind != "few"]


def test_phrases_are_read_with_style_and_line(tmp_path: Path) -> None:
    phrases = read_phrases(folder_with(tmp_path, GOOD))
    assert phrases[1] == Phrase("V001", "老人刷脸在哪里", "everyday", "phrases.csv", 3)
    assert len(phrases) == len(GOOD)


def test_a_folder_without_phrases_only_lacks_them(tmp_path: Path) -> None:
    tables = small_district()
    del tables["phrases"]
    folder = write_district(tmp_path, tables)
    assert read_phrases(folder) == ()
    assert [finding.kind for finding in lint(load(folder), ())] == ["few"] * 4


@pytest.mark.parametrize(
    ("id", "text", "kind", "said"),
    [
        ("V001", "养老金怎么样认证？", "double", 'nearly "养老金么样认证" in line 2'),
        ("C01", "養老金么样认证", "shared", "which belongs to V001 and not to C01"),
        ("V001", "请问一下，您好，谢谢", "padding", "nothing but padding"),
    ],
)
def test_a_phrase_to_look_at_is_told_with_its_line(tmp_path: Path, id: str, text: str, kind: str, said: str) -> None:
    found = findings_of(tmp_path, [*GOOD, (id, text)])
    (told,) = [finding for finding in found if finding.kind == kind]
    assert (told.file, told.line) == ("phrases.csv", len(GOOD) + 2)
    assert said in told.problem
    assert str(told).startswith(f"phrases.csv, line {len(GOOD) + 2}: ")


def test_good_phrases_are_no_doubles(tmp_path: Path) -> None:
    assert not {finding.kind for finding in findings_of(tmp_path, GOOD)} & {"double", "shared", "padding", "wrong"}


def test_a_phrase_under_the_wrong_entry_is_told(tmp_path: Path) -> None:
    stray = ("C02", "婚姻证明在哪开")
    beside = [("C01", f"婚姻证明{rest}") for rest in ("在哪里开", "哪里开", "去哪开", "到哪里开", "在哪", "哪开")]
    found = findings_of(tmp_path, [*GOOD, *beside, stray])
    told = [finding for finding in found if finding.kind in {"wrong", "elsewhere"} and stray[1] in finding.problem]
    assert told
    assert all("C01" in finding.problem and "C02" in finding.problem for finding in told)


def confusable(path: Path) -> tuple[District, tuple[Phrase, ...]]:
    """Two entries that nothing tells apart."""
    words = ("甲", "乙", "丙", "丁", "戊", "己", "庚", "辛")
    same = [(id, f"领钱的那个事{word}{word}") for word in words for id in ("V001", "V002")]
    folder = folder_with(path, [*GOOD, *same])
    return load(folder), read_phrases(folder)


def test_entries_that_are_mixed_up_want_a_question(tmp_path: Path) -> None:
    district, phrases = confusable(tmp_path)
    assert [finding.problem[:4] for finding in lint(district, phrases) if finding.kind == "mixed"] == ["V001"]
    question = LookAlike(("V001", "V002"), "认证还是参保？", (("认证", "V001"), ("参保", "V002")))
    asked = replace(district, lookalikes=(question,))
    assert not [finding for finding in lint(asked, phrases) if finding.kind == "mixed"]


def test_the_summary_counts_by_kind() -> None:
    found = [Finding(kind, "phrases.csv", 1, "", "") for kind in ("wrong", "few", "few")]
    assert summary(found) == "2 few, 1 wrong"
    assert summary([]) == "Nothing to look at again."


def test_the_sample_has_enough_phrases_and_none_twice() -> None:
    district = load_sample()
    phrases = read_phrases(sample_folder())
    counts = Counter(phrase.id for phrase in phrases)
    assert set(counts) == {*district.services, *district.certificates}
    assert min(counts.values()) >= ENOUGH
    assert sum(count >= 60 for count in counts.values()) >= 60
    texts = Counter(comparable(phrase.text) for phrase in phrases)
    assert [text for text, count in texts.items() if count > 1] == []
    assert all(phrase.style for phrase in phrases)


def test_the_command_advises_and_is_strict_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = folder_with(tmp_path, [*GOOD, ("V001", "养老金怎么样认证？")])
    with pytest.raises(SystemExit) as ended:
        main(["words", "lint", str(folder)])
    assert not ended.value.code
    printed = capsys.readouterr()
    assert 'phrases.csv, line 10: "养老金怎么样认证？" is nearly' in printed.out
    assert "1 double" in printed.err
    with pytest.raises(SystemExit) as ended:
        main(["words", "lint", str(folder), "--strict"])
    assert ended.value.code == 2

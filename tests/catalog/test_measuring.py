from __future__ import annotations

import json
from pathlib import Path

import pytest

from catalog.measuring import Row, UnreadableRows, match_lines, measure, read_rows, render
from catalog.understanding import Band, Candidate, Kind, Understanding


class Answers:
    """A search with a fixed answer for each question."""

    def understand(self, text: str) -> Understanding:
        known = {
            "right": Understanding(Kind.SERVICE, Band.SURE, (Candidate("V001", 0.9),)),
            "third": Understanding(Kind.SERVICE, Band.CHOOSE, tuple(Candidate(id, 0.5) for id in ("A", "B", "V001"))),
            "wrong": Understanding(Kind.SERVICE, Band.SURE, (Candidate("T001", 0.9),)),
        }
        return known.get(text, Understanding(Kind.UNCLEAR, Band.NONE))


def write(folder: Path, text: str) -> Path:
    path = folder / "rows.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_counts_hits_and_confident_errors() -> None:
    texts = ("right", "third", "wrong", "unknown")
    rows = [Row(n, text, "service", ("V001", "V002")) for n, text in enumerate(texts, start=2)]
    rows += [Row(6, "right", "near_miss", ()), Row(7, "right", "service", ("V001",), is_enough=False)]
    found = measure(rows, Answers())
    assert (found.rows, found.matters) == (5, 4)
    assert (found.hit_1, found.hit_3) == (0.25, 0.5)
    assert (found.sure, found.sure_wrong, found.sure_outside) == (0.5, 0.25, 1.0)
    assert ("service", "unclear", 1) in found.confusion
    assert [miss.number for miss in found.misses] == [4, 5]


def test_renders_figures_and_misses() -> None:
    text = render(measure([Row(2, "wrong", "service", ("V001",))], Answers()))
    assert "hit@1 0.000" in text
    assert "2: V001, T001" in text


def test_nothing_to_measure_is_no_error() -> None:
    assert measure([], Answers()).hit_1 == 0.0


def test_reads_rows(tmp_path: Path) -> None:
    path = write(tmp_path, "text,kind,ids,title_is_enough\n怎么办,service,V001; V002,n\n你好,other,,\n")
    assert read_rows(path) == [
        Row(2, "怎么办", "service", ("V001", "V002"), is_enough=False),
        Row(3, "你好", "other", ()),
    ]


def test_says_which_columns_are_missing_and_which_are_there(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRows, match=r"missing columns: question \(or text\), ids.*has: kind, words"):
        read_rows(write(tmp_path, "kind,words\nservice,x\n"))


def test_says_that_a_file_is_missing_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRows, match="cannot be opened"):
        read_rows(tmp_path / "nothing.csv")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(UnreadableRows, match="UTF-8"):
        read_rows(tmp_path / "binary.csv")


def test_matches_line_by_line_and_goes_on_after_a_broken_line() -> None:
    lines = ['{"id": 7, "text": "right"}', "", "{broken", "[1]", '{"id": "b", "text": "none"}']
    answers = [json.loads(line) for line in match_lines(lines, Answers())]
    assert answers[0] == {
        "id": 7,
        "kind": "service",
        "band": "sure",
        "candidates": [{"id": "V001", "score": 0.9}],
    }
    assert [answer.get("line") for answer in answers] == [None, 3, 4, None]
    assert answers[3]["kind"] == "unclear"

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from catalog import keeping
from catalog.loading import load_sample
from catalog.search import CatalogSearch


class Built:
    def __init__(self, made: list[int]) -> None:
        made.append(1)
        self.value = 7


def test_what_was_built_is_read_the_next_time(tmp_path: Path) -> None:
    made: list[int] = []
    first = keeping.kept(tmp_path / "new", "a", Built, lambda: Built(made))
    assert keeping.kept(tmp_path / "new", "a", Built, lambda: Built(made)).value == first.value
    assert len(made) == 1


@pytest.mark.parametrize("broken", [b"", b"\x80", b"no pickle", b"\x80\x05K\x01."])
def test_a_broken_file_is_built_anew_and_replaced(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "learned-a.pickle").write_bytes(broken)
    assert keeping.kept(tmp_path, "a", Built, lambda: Built([])).value == 7
    assert (tmp_path / "learned-a.pickle").read_bytes() != broken


def test_a_folder_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert keeping.kept(tmp_path / "file", "a", Built, lambda: Built([])).value == 7


def test_old_files_are_removed(tmp_path: Path) -> None:
    for name in "abcdef":
        keeping.kept(tmp_path, name, Built, lambda: Built([]))
    assert len(list(tmp_path.iterdir())) == keeping.KEPT


def test_a_kept_search_answers_the_same_and_another_phrase_is_learned(tmp_path: Path) -> None:
    district = load_sample()
    asked = "我爸上个月走了，他的社保还在扣钱"
    first = CatalogSearch(district, tmp_path).understand(asked)
    assert CatalogSearch(district, tmp_path).understand(asked) == first
    assert len(list(tmp_path.iterdir())) == 1
    CatalogSearch(replace(district, phrases={"V001": ("我要养老",)}), tmp_path)
    assert len(list(tmp_path.iterdir())) == 2

from __future__ import annotations

import os
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from bot.keeping import KEPT, kept, search_for
from catalog.loading import load_sample


def build() -> list[int]:
    return [7]


def test_what_was_built_is_read_the_next_time(tmp_path: Path) -> None:
    first = kept(tmp_path / "new", "a", list, build)
    assert first == kept(tmp_path / "new", "a", list, lambda: [8]) == [7]


@pytest.mark.parametrize("broken", [b"", b"\x80", b"no pickle", b"\x80\x05K\x01."])
def test_a_broken_file_is_built_anew_and_replaced(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "learned-a.pickle").write_bytes(broken)
    assert kept(tmp_path, "a", list, build) == [7]
    assert (tmp_path / "learned-a.pickle").read_bytes() != broken


class Code:
    """What somebody would put into the folder to have it run."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.trace),)


def test_a_file_cannot_make_us_run_code(tmp_path: Path) -> None:
    (tmp_path / "learned-a.pickle").write_bytes(pickle.dumps([Code(tmp_path / "was-run")]))
    assert kept(tmp_path, "a", list, build) == [7]
    assert not (tmp_path / "was-run").exists()


def test_a_folder_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert kept(tmp_path / "file", "a", list, build) == [7]


def test_old_files_are_removed(tmp_path: Path) -> None:
    for name in "abcdef":
        kept(tmp_path, name, list, build)
    assert len(list(tmp_path.iterdir())) == KEPT


def test_what_is_used_stays(tmp_path: Path) -> None:
    for name in "abcdef":
        kept(tmp_path, name, list, build)
        kept(tmp_path, "a", list, build)
    assert (tmp_path / "learned-a.pickle").exists()


def test_a_kept_search_answers_the_same_and_another_phrase_is_learned(tmp_path: Path) -> None:
    small = replace(load_sample(), phrases={"V001": ("我要养老", "养老保险怎么参加"), "D002": ("社保卡丢了",)})
    asked = "我的社保卡丢了怎么补"
    first = search_for(small, tmp_path).understand(asked)
    kept_file = next(tmp_path.iterdir()).read_bytes()
    assert search_for(small, tmp_path).understand(asked) == first
    assert next(tmp_path.iterdir()).read_bytes() == kept_file
    search_for(replace(small, phrases={"V001": ("我要养老",)}), tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


def test_all_that_is_kept_may_be_made_again(tmp_path: Path) -> None:
    small = replace(load_sample(), phrases={"D002": ("社保卡丢了", "补社保卡")})
    search_for(small, tmp_path)
    name = next(tmp_path.iterdir()).stem.removeprefix("learned-")

    def built_again() -> object:
        raise AssertionError("the kept file was refused")

    from catalog.search import Learned

    assert kept(tmp_path, name, Learned, built_again) is not None  # type: ignore[arg-type]

"""The project itself: its locks, its names, and that the guard of the tests guards."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import zipfile
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = ["requirements.lock", "requirements-dev.lock"]


@pytest.mark.parametrize("name", LOCKS)
def test_lock_file_names_no_address(name: str) -> None:
    assert "://" not in (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_hash(name: str) -> None:
    blocks = re.split(r"\n(?=\S)", (ROOT / name).read_text("utf-8").strip())
    assert len(blocks) > 30
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_what_runs_is_pinned_alike_for_running_and_for_testing() -> None:
    pins = [set(re.findall(r"^(\S+==\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE)) for name in LOCKS]
    assert pins[0] <= pins[1]


@pytest.mark.parametrize("name", ["bot", "catalog", "handlers", "storage"])
def test_packages_are_ours(name: str) -> None:
    """The names are common; another distribution in the same environment must not take their place."""
    file = import_module(name).__file__
    assert file is not None
    assert Path(file).parent == ROOT / name


def test_readme_gives_both_commands() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert re.search(r"^ *make run +# set up and run$", readme, re.MULTILINE)
    assert re.search(r"^ *make test +# set up and test$", readme, re.MULTILINE)


@pytest.mark.parametrize("module", ["bot", "bot.cli", "handlers", "catalog", "storage"])
def test_nothing_loads_a_telegram_library_unasked(module: str) -> None:
    """aiogram alone takes seconds to import."""
    code = f"import sys, {module}; sys.exit(any(name in sys.modules for name in ('aiogram', 'telegram')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 0


def test_tests_cannot_leave_this_machine() -> None:
    with socket.socket() as one, pytest.raises(RuntimeError, match=r"127\.0\.0\.1 only"):
        one.connect(("192.0.2.1", 80))
    with pytest.raises(RuntimeError, match=r"127\.0\.0\.1 only"):
        socket.getaddrinfo("example.org", 80)


def test_imports_go_one_way_and_each_library_is_known_to_one_place() -> None:
    ran = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stdout


def test_the_wheel_holds_every_file_of_the_packages(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path], cwd=ROOT, check=True)
    listed = subprocess.run(
        ["git", "ls-files", "bot", "catalog", "handlers", "storage"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        missing = set(listed.stdout.split()) - set(wheel.namelist())
    assert sorted(missing) == []


@pytest.mark.parametrize(("is_ci", "code"), [("true", 1), ("", 0)])
def test_a_test_that_was_left_out_is_named_and_is_a_failure_in_ci(tmp_path: Path, is_ci: str, code: int) -> None:
    (tmp_path / "test_it.py").write_text("import pytest\n\ndef test_it():\n    pytest.skip('no sun')\n", "utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-c", os.devnull, "--rootdir", tmp_path, tmp_path],
        env=os.environ | {"CI": is_ci, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == code, ran.stdout
    assert "left out 1: no sun" in ran.stdout

"""The commands, as a person types them: real processes, their words and their exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import main

ROOT = Path(__file__).parents[2]


def run(*words: str, stdin: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EXIAOBANG_")}
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        input=stdin,
        env=kept | {"PYTHONPATH": str(ROOT)} | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Runs a command that must end with exit code 2 and a sentence; returns what it said."""
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    printed = "".join(capsys.readouterr())
    assert ended.value.code == 2
    assert printed.strip()
    assert "Traceback" not in printed
    return printed


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    file = tmp_path / "questions.csv"
    file.write_text("question,kind,ids\n你好,small_talk,\n救命，着火了,emergency,\n", "utf-8")
    return file


def test_ask_shows_candidates_and_the_reply() -> None:
    ran = run("ask", "孩子出生了，怎么上户口")
    assert ran.returncode == 0, ran.stderr
    understood, _, reply = ran.stdout.partition("\n\n")
    assert understood.startswith("service (")
    assert "户口" in understood
    assert "[" in understood.splitlines()[1]
    assert len(reply) > 20


def test_match_answers_line_by_line_and_survives_broken_lines() -> None:
    asked = [json.dumps({"id": "a", "text": "着火了快来人"}), "{broken", "", json.dumps({"id": 7, "text": "你好"})]
    ran = run("match", stdin="\n".join(asked) + "\n")
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ran.returncode == 0
    assert [answer.get("id") for answer in answers] == ["a", None, 7]
    assert answers[0]["kind"] == "emergency"
    assert answers[1]["line"] == 2
    assert answers[2]["kind"] == "small_talk"


def test_measure_prints_its_figures(questions: Path) -> None:
    ran = run("measure", str(questions))
    assert ran.returncode == 0, ran.stderr
    assert "hit@1" in ran.stdout
    assert "emergency -> emergency: 1" in ran.stdout


def test_check_says_that_the_sample_is_well() -> None:
    ran = run("check", "catalog/data")
    assert (ran.returncode, ran.stdout) == (0, "All is well.\n"), ran.stderr


def test_doctor_says_what_is_configured_and_no_secret(tmp_path: Path) -> None:
    ran = run("doctor", "--folder", str(tmp_path), EXIAOBANG_TELEGRAM_TOKEN="123456:secretsecretsecret")
    assert ran.returncode == 0, ran.stderr
    assert "sample data" in ran.stdout
    assert "aiogram, polling" in ran.stdout
    assert "exiaobang invite --role supervisor" in ran.stdout
    assert "secretsecret" not in ran.stdout + ran.stderr


def test_invite_makes_a_code(tmp_path: Path) -> None:
    ran = run("invite", "--role", "supervisor", "--folder", str(tmp_path))
    assert ran.returncode == 0, ran.stderr
    link, command, code = ran.stdout.split()
    assert command == "/start"
    assert len(code) >= 22
    assert link == f"http://127.0.0.1:8000/join/{code}"
    ran = run(
        *("invite", "--role", "helper", "--helper", "H001", "--folder", str(tmp_path)),
        EXIAOBANG_PUBLIC_URL="https://chat.example.org/",
    )
    assert ran.stdout.startswith("https://chat.example.org/join/")


def test_chat_answers_and_goes_on_where_it_stood(tmp_path: Path) -> None:
    first = run("chat", "--folder", str(tmp_path), stdin="社保卡丢了怎么补\n")
    assert first.returncode == 0, first.stderr
    assert "您好，我是鄂小帮" in first.stdout
    assert "[1] " in first.stdout.partition("> 社保卡丢了怎么补")[2]
    helper = run("chat", "--as", "helper:H001", "--folder", str(tmp_path), stdin="")
    assert "帮办员" in helper.stdout, helper.stderr
    again = run("chat", "--folder", str(tmp_path), stdin="")
    assert "您好，我是鄂小帮" not in again.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("chat", "--as", "helper:nobody"),
        ("check", "no/such/folder"),
        ("measure", "no/such/file.csv"),
        ("measure", "pyproject.toml"),
        ("ask", "你好", "--catalog", "no/such/folder"),
        ("serve", "--config", "no/such/file.toml"),
        ("serve", "--port", "-1"),
        ("serve", "--host", "192.0.2.1", "--port", "0"),
        ("serve", "--host", "no host", "--port", "0"),
        ("invite", "--role", "king"),
        ("invite", "--role", "resident"),
        ("invite", "--role", "helper"),
        ("invite", "--role", "helper", "--helper", "nobody"),
        ("dance",),
        ("ask",),
    ],
)
def test_bad_input_gets_a_sentence(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, *words)


def test_a_folder_that_cannot_be_written_to_gets_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    assert "EXIAOBANG_FOLDER" in told(capsys, "serve", "--folder", str(tmp_path / "file"), "--port", "0")


def test_a_database_that_is_none_gets_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "exiaobang.db").write_text("this is no database, " * 100, "utf-8")
    told(capsys, "serve", "--folder", str(tmp_path), "--port", "0")


def test_a_process_tells_it_too() -> None:
    ran = run("serve", "--port", "-1")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "EXIAOBANG_PORT: -1 is not a port; write a whole number from 0 to 65535, like 8000.\n"

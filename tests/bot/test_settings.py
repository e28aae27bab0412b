"""Settings are read in order, and whatever is wrong is told at once, without secrets."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.faults import BadSettings
from bot.settings import Settings, load, prepare_folder

ROOT = Path(__file__).parents[2]
TOKEN = "123456789:AAsecretsecretsecret"


def written(folder: Path, text: str) -> Path:
    file = folder / "exiaobang.toml"
    file.write_text(text, "utf-8")
    return file


def in_a_process_with(environment: dict[str, str], code: str) -> subprocess.CompletedProcess[str]:
    """Runs `code` with these EXIAOBANG_ variables and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EXIAOBANG_")}
    return subprocess.run(
        [sys.executable, "-c", "from bot.settings import *\nfrom bot.faults import *\n" + code],
        env=kept | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )


def test_needs_nothing() -> None:
    settings = load()
    assert settings.token is None
    assert settings.database.startswith("sqlite:///")
    assert settings.database.endswith("exiaobang.db")


def test_environment_goes_over_the_file_and_the_command_line_over_both(tmp_path: Path) -> None:
    file = written(tmp_path, 'host = "0.0.0.0"\nport = 1\n[desk]\nwave_size = 3\npromise_days = 9\n')
    ran = in_a_process_with(
        {"EXIAOBANG_CONFIG": str(file), "EXIAOBANG_PORT": "2", "EXIAOBANG_DESK__WAVE_SIZE": "4"},
        "s = load(); print(s.host, s.port, s.desk.wave_size, s.desk.promise_days, load(port=7).port)",
    )
    assert ran.stdout.split() == ["0.0.0.0", "2", "4", "9", "7"], ran.stderr


def test_every_fault_is_told_at_once_and_no_secret(tmp_path: Path) -> None:
    file = written(tmp_path, 'prot = 9\ntelegram_mode = "webhook"\n[desk]\nwave_size = 0\nwave_wiat = 3\n')
    ran = in_a_process_with(
        {
            "EXIAOBANG_CONFIG": str(file),
            "EXIAOBANG_PORT": "abc",
            "EXIAOBANG_TELEGRAM_LIBRARY": "telethon",
            "EXIAOBANG_TELEGRAM_TOKEN": "geheim",
            "EXIAOBANG_DATABASE_URL": "mysql://user:hunter2@host/db",
            "EXIAOBANG_HOTS": "x",
        },
        "try: load()\nexcept BadSettings as bad: print(bad)",
    )
    told = ran.stdout.splitlines()
    assert len(told) == 10, ran.stdout + ran.stderr
    assert f"{file}: prot is not a setting; did you mean port?" in told
    assert "EXIAOBANG_HOTS: is not a setting; did you mean EXIAOBANG_HOST?" in told
    assert "EXIAOBANG_PORT: is not a whole number; write a whole number from 0 to 65535, like 8000." in told
    assert any(line.startswith("EXIAOBANG_TELEGRAM_WEBHOOK_SECRET: is needed") for line in told)
    assert "geheim" not in ran.stdout + ran.stderr
    assert "hunter2" not in ran.stdout + ran.stderr


def test_desk_numbers_are_read_as_spans(tmp_path: Path) -> None:
    assert load(written(tmp_path, '[desk]\nwave_wait = "PT5M"\n')).desk.wave_wait == timedelta(minutes=5)


def test_the_cost_table_is_read_and_checked(tmp_path: Path) -> None:
    costs = load(written(tmp_path, "[costs]\nwrong = 8\n")).costs
    assert (costs.wrong, costs.question) == (8, 1)
    with pytest.raises(BadSettings, match=r"person is not above 0; write numbers above 0"):
        load(written(tmp_path, "[costs]\nperson = 0\n"))
    with pytest.raises(BadSettings, match="wrogn is not a setting; did you mean wrong"):
        load(written(tmp_path, "[costs]\nwrogn = 1\n"))


def test_patience_is_read_and_must_be_some(tmp_path: Path) -> None:
    patience = load(written(tmp_path, 'delivery_tries = 5\ndelivery_within = "PT6H"\n')).patience
    assert (patience.tries, patience.within) == (5, timedelta(hours=6))
    with pytest.raises(BadSettings) as bad:
        load(delivery_tries=0, delivery_within=timedelta(0))
    names = [fault.name for fault in bad.value.faults]
    assert names == ["EXIAOBANG_DELIVERY_TRIES", "EXIAOBANG_DELIVERY_WITHIN"]


@pytest.mark.parametrize("text", ["port = ", "\x00", "port == 3"])
def test_a_file_that_is_not_toml_gets_a_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadSettings, match="is not TOML"):
        load(written(tmp_path, text))


def test_a_file_that_is_not_there_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="cannot be read"):
        load(tmp_path / "nowhere.toml")


def test_token_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text(TOKEN + "\n", "utf-8")
    settings = load(telegram_token_file=secret)
    assert settings.token == TOKEN
    assert TOKEN not in repr(settings) + str(settings) + str(settings.model_dump())
    with pytest.raises(BadSettings, match="give one of the two"):
        load(telegram_token_file=secret, telegram_token=TOKEN)
    with pytest.raises(BadSettings, match="cannot be read"):
        load(telegram_token_file=tmp_path / "nothing")


def test_webhook_needs_an_https_address_and_a_secret() -> None:
    with pytest.raises(BadSettings) as bad:
        load(telegram_token=TOKEN, telegram_mode="webhook", telegram_webhook_url="http://example.org/x")
    assert [fault.name for fault in bad.value.faults] == [
        "EXIAOBANG_TELEGRAM_WEBHOOK_URL",
        "EXIAOBANG_TELEGRAM_WEBHOOK_SECRET",
    ]
    good = load(
        telegram_token=TOKEN,
        telegram_mode="webhook",
        telegram_webhook_url="https://example.org/x",
        telegram_webhook_secret="s" * 20,
    )
    assert good.telegram_mode == "webhook"


def test_the_demo_keeps_its_things_apart() -> None:
    assert load(is_demo=True).data_folder == load().data_folder / "demo"


def test_the_folder_is_made(tmp_path: Path) -> None:
    settings = Settings(folder=tmp_path / "a" / "b")
    assert prepare_folder(settings).is_dir()
    assert list(prepare_folder(settings).iterdir()) == []


def test_a_folder_that_cannot_be_written_to_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(BadSettings, match=r"EXIAOBANG_FOLDER: .* cannot be written to"):
        prepare_folder(Settings(folder=tmp_path / "file"))

"""A bot token stands in no log line, whoever writes it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOKEN = "123456789:AAabcdefghijklmnopqrstuvwxyz0123456"

CODE = """
import logging, sys
import structlog
from bot import logs
logs.configure("INFO", as_json=True)
url = f"https://api.telegram.org/bot{sys.argv[1]}/getMe"
structlog.get_logger("bot.app").info("asked", url=url, count=2)
logging.getLogger("httpx").error("HTTP Request: POST %s", url)
logging.getLogger("httpx").info("quiet")
try:
    raise RuntimeError(url)
except RuntimeError:
    logging.getLogger("some.library").exception("failed")
"""


def test_no_token_in_any_line() -> None:
    ran = subprocess.run([sys.executable, "-c", CODE, TOKEN], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    lines = [json.loads(line) for line in ran.stderr.splitlines()]
    assert [line["event"].split()[0] for line in lines] == ["asked", "HTTP", "failed"]
    assert TOKEN not in ran.stderr
    assert TOKEN[10:] not in ran.stderr
    assert lines[0]["count"] == 2
    assert "RuntimeError" in lines[2]["exception"]

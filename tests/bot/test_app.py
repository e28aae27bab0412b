"""The whole program as a process: it starts, answers, stops when told to, and keeps what it has when it is killed."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bot import serving
from bot.faults import BadSettings

ROOT = Path(__file__).parents[2]


@dataclass
class Program:
    """A running `python -m bot`."""

    process: subprocess.Popen[str]
    lines: list[str]
    url: str

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Exit code, and how many seconds it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(30), time.monotonic() - began


@contextmanager
def running(*words: str, wait_for: str = r"http://\S+", **environment: str) -> Iterator[Program]:
    """Starts the program and waits until it has said where it is (and what `wait_for` looks for)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EXIAOBANG_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", *words],
        cwd=ROOT,
        env=kept | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    assert process.stdout is not None
    lines: list[str] = []
    try:
        for line in process.stdout:
            lines.append(line.rstrip())
            if re.search(wait_for, line):
                break
        found = re.search(r"http://127\.0\.0\.1:\d+", "\n".join(lines))
        assert found, lines
        yield Program(process, lines, found[0])
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()


def test_the_demo_answers_and_stops_when_told_to(tmp_path: Path) -> None:
    with running("demo", "--folder", str(tmp_path), "--port", "0") as program:
        assert httpx.get(program.url).status_code == 200
        health = httpx.get(program.url + "/health").json()
        assert (health["status"], health["parked"], health["for_a_person"]) == ("ok", 0, 0)
        code, seconds = program.stop()
        assert code == 0
        assert seconds < 10


def test_an_open_stream_does_not_hold_the_end_up(tmp_path: Path) -> None:
    with (
        running("demo", "--folder", str(tmp_path), "--port", "0") as program,
        httpx.Client(base_url=program.url, follow_redirects=True, timeout=30) as browser,
    ):
        assert "鄂小帮" in browser.get("/room/resident/").text
        with browser.stream("GET", "/room/resident/events") as stream:
            assert stream.status_code == 200
            code, seconds = program.stop(signal.SIGINT)
        assert code == 0
        assert seconds < 10


def test_what_was_said_is_there_after_a_kill(tmp_path: Path) -> None:
    with httpx.Client(follow_redirects=True, timeout=30) as browser:
        with running("demo", "--folder", str(tmp_path), "--port", "0") as program:
            first = browser.get(program.url + "/room/resident/").text
            port = program.url.rpartition(":")[2]
            assert program.stop(signal.SIGKILL)[0] == -signal.SIGKILL
        with running("demo", "--folder", str(tmp_path), "--port", port) as program:
            again = browser.get(program.url + "/room/resident/").text
    greeting = re.search(r"您好[^<]{5,}", first)
    assert greeting
    assert again.count(greeting[0].strip()) == first.count(greeting[0].strip())


def test_the_demo_takes_the_next_port_and_a_service_says_so(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(BadSettings, match=f"port {port} on 127.0.0.1 is taken"):
            serving.bind("127.0.0.1", port)
        with serving.bind("127.0.0.1", port, serving.TRIES) as listener:
            assert port < listener.getsockname()[1] < port + serving.TRIES


def test_the_first_supervisor_is_invited(tmp_path: Path) -> None:
    with running("serve", "--folder", str(tmp_path), "--port", "0", wait_for="/start ") as program:
        code = re.search(r"/start (\S+)", program.lines[-1])
        assert code
        joined = [line for line in program.lines if f"{program.url}/join/{code[1]}" in line]
        assert len(joined) == 1
        with httpx.Client(follow_redirects=True, timeout=30) as browser:
            assert "加入" in browser.get(f"{program.url}/join/{code[1]}").text
        assert httpx.get(program.url, follow_redirects=True).status_code == 200
        assert httpx.get(program.url + "/town").status_code == 404


def test_a_token_that_telegram_does_not_know_gets_a_sentence(tmp_path: Path) -> None:
    """A loopback Bot API that knows no token at all."""
    with serving.bind("127.0.0.1", 0) as api:
        base = serving.address_of(api)
        server = subprocess.Popen(
            [sys.executable, "-c", NO_TOKEN_IS_KNOWN, str(api.fileno())], pass_fds=[api.fileno()], cwd=ROOT
        )
        try:
            kept = {name: value for name, value in os.environ.items() if not name.startswith("EXIAOBANG_")}
            ran = subprocess.run(
                [sys.executable, "-m", "bot", "serve", "--folder", str(tmp_path), "--port", "0"],
                env=kept
                | {"EXIAOBANG_TELEGRAM_TOKEN": "123456:" + "A" * 35, "EXIAOBANG_TELEGRAM_API_BASE": base}
                | {"EXIAOBANG_TELEGRAM_LIBRARY": "ptb"},
                cwd=ROOT,
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=60,
            )
        finally:
            server.kill()
            server.wait(10)
    assert ran.returncode == 2, ran.stderr
    assert "EXIAOBANG_TELEGRAM_TOKEN: Telegram does not know this token" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "A" * 35 not in ran.stderr + ran.stdout


NO_TOKEN_IS_KNOWN = """
import socket, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Unknown(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        body = b'{"ok": false, "error_code": 401, "description": "Unauthorized"}'
        self.send_response(401)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST
    def log_message(self, *_):
        pass

server = HTTPServer(("127.0.0.1", 0), Unknown, bind_and_activate=False)
server.socket.close()
server.socket = socket.socket(fileno=int(sys.argv[1]))
server.serve_forever()
"""

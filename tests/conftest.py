"""What holds for every test: nothing leaves this machine, and whatever was left out is named (in CI: is a failure)."""

from __future__ import annotations

import os
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

POSTGRES_VARIABLE = "EXIAOBANG_TEST_POSTGRES"
IS_CI = os.environ.get("CI") == "true"


class NotLoopback(RuntimeError):
    """A test tried to reach another machine."""


def is_loopback(host: object) -> bool:
    """Whether a host as given to connect or getaddrinfo can only be this machine."""
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    try:
        return ip_address(text.split("%")[0]).is_loopback or text in ("0.0.0.0", "::")
    except ValueError:
        return text.endswith(".localhost")


def _refuse_strangers(event: str, args: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(args[1], tuple) and not is_loopback(args[1][0]):
        raise NotLoopback(f"a test wanted to connect to {args[1][0]!r}; tests speak to 127.0.0.1 only")
    if event == "socket.getaddrinfo" and not is_loopback(args[0]):
        raise NotLoopback(f"a test wanted to look up {args[0]!r}; tests speak to 127.0.0.1 only")


# What the sample's index learns is kept between tests, and between processes that they start.
os.environ["XDG_CACHE_HOME"] = str(Path(__file__).parent.parent / ".pytest_cache" / "home")

sys.addaudithook(_refuse_strangers)


def _left_out(config: pytest.Config) -> Counter[str]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    reasons = (report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr) for report in skipped)
    return Counter(reason.removeprefix("Skipped: ") for reason in reasons)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write the transcripts anew instead of comparing them")


def pytest_sessionfinish(session: pytest.Session) -> None:
    if IS_CI and _left_out(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for reason, count in _left_out(config).most_common():
        terminalreporter.write_line(f"left out {count}: {reason}" + (" -- a failure under CI=true" if IS_CI else ""))


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'exiaobang.db'}"


@pytest.fixture
def sqlite_file_url(tmp_path: Path) -> str:
    """URL of a SQLite file that does not exist yet."""
    return sqlite_url(tmp_path)


def fresh_postgres() -> Iterator[str]:
    """URL of an empty PostgreSQL database of its own, dropped afterwards; skips without a server."""
    server = os.environ.get(POSTGRES_VARIABLE)
    if not server:
        pytest.skip(f"no PostgreSQL (set {POSTGRES_VARIABLE}=postgresql+psycopg://...)")
    name = f"exiaobang_{uuid.uuid4().hex}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    yield sa.make_url(server).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """URL of an empty PostgreSQL database; the test is left out without a server."""
    yield from fresh_postgres()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "postgres":
        yield from fresh_postgres()
    else:
        yield sqlite_url(tmp_path)

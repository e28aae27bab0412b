"""The HTTP side of the process: a port that is ours before anything else starts, a server that we stop ourselves."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from bot.faults import BadSettings, Fault, variable

TRIES = 20
"""Ports that a demo tries, from the one that was asked for upwards."""


class Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the process is stopped in our order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def server_for(app: ASGIApp) -> Server:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=64 * 1024,
    )
    return Server(config)


def bind(host: str, port: int, tries: int = 1) -> socket.socket:
    """A listening socket on `port`, or on one of the next when `tries` allows. Raises BadSettings."""
    for candidate in range(port, min(port + max(tries, 1), 65536)):
        try:
            return _listen(host, candidate)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise BadSettings(_cannot_listen(host, candidate, error)) from None
    wrong = f"port {port} on {host} is taken by another program"
    raise BadSettings(Fault(variable("port"), wrong, f"stop that program or write another number, like {port + 1}"))


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1024)
    except OSError:
        listener.close()
        raise
    return listener


def _cannot_listen(host: str, port: int, error: OSError) -> Fault:
    if error.errno == errno.EACCES:
        return Fault(variable("port"), f"this user may not use port {port}", "write a number above 1023, like 8000")
    return Fault(variable("host"), f"{host} is no address of this machine", "write 127.0.0.1 or 0.0.0.0")


def address_of(listener: socket.socket) -> str:
    """How a browser on this machine reaches it."""
    host, port = listener.getsockname()[:2]
    shown = "127.0.0.1" if host == "0.0.0.0" else f"[{'::1' if host == '::' else host}]" if ":" in host else host
    return f"http://{shown}:{port}"

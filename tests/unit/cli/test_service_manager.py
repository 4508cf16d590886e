from __future__ import annotations

import os
import socket
from collections.abc import Generator
from pathlib import Path

import pytest

from camstrm.cli.service_manager import ServiceManager


@pytest.fixture
def manager(tmp_path: Path) -> Generator[socket.socket, None, None]:
    """The socket on which systemd would listen."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(tmp_path / "notify"))
        sock.settimeout(10)
        yield sock


def environ(manager: socket.socket, **variables: str) -> dict[str, str]:
    return {"NOTIFY_SOCKET": str(manager.getsockname()), **variables}


def test_it_reports_the_start_with_a_line_for_systemctl_status(manager: socket.socket) -> None:
    ServiceManager(environ(manager)).ready("viewers on\n  port 8765")
    assert manager.recv(1000) == b"READY=1\nSTATUS=viewers on port 8765"


def test_a_reload_begins_with_the_time_and_ends_with_ready(manager: socket.socket) -> None:
    service = ServiceManager(environ(manager))
    service.reloading()
    first, second = manager.recv(1000).split(b"\n")
    assert first == b"RELOADING=1"
    assert second.startswith(b"MONOTONIC_USEC=")
    service.ready()
    assert manager.recv(1000) == b"READY=1"


@pytest.mark.parametrize("named", [False, True])
def test_a_sign_of_life_where_the_watchdog_waits_for_it(
    manager: socket.socket, named: bool
) -> None:
    pid = str(os.getpid()) if named else ""
    service = ServiceManager(environ(manager, WATCHDOG_USEC="10000000", WATCHDOG_PID=pid))
    assert service.watched
    service.alive()
    assert manager.recv(1000) == b"WATCHDOG=1"


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "soon"},
        {"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "1"},
    ],
)
def test_no_sign_of_life_where_nobody_waits_for_it(
    manager: socket.socket, variables: dict[str, str]
) -> None:
    service = ServiceManager(environ(manager, **variables))
    service.alive()
    manager.setblocking(False)
    with pytest.raises(BlockingIOError):
        manager.recv(1000)


def test_children_do_not_inherit_the_manager(manager: socket.socket) -> None:
    variables = environ(manager, WATCHDOG_USEC="1", WATCHDOG_PID="1", HOME="/")
    ServiceManager(variables)
    assert variables == {"HOME": "/"}


@pytest.mark.parametrize("name", ["", "/nowhere/notify", "relative"])
def test_without_a_manager_nothing_happens(name: str) -> None:
    ServiceManager({"NOTIFY_SOCKET": name}).ready("x")


def test_a_manager_that_does_not_read_holds_nothing_up(manager: socket.socket) -> None:
    service = ServiceManager(environ(manager))
    for _ in range(5000):
        service.ready()

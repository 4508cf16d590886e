from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from camstrm.bridge.http.port_holder import command_name, port_holder


@pytest.mark.parametrize(
    ("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
)
def test_names_this_process(family: socket.AddressFamily, host: str) -> None:
    with socket.socket(family) as sock:
        try:
            sock.bind((host, 0))
        except OSError:
            pytest.skip(f"no {host} here")
        assert port_holder(sock.getsockname()[1]) == "", "bound, but does not listen"
        sock.listen()
        assert port_holder(sock.getsockname()[1]).endswith(f"(pid {os.getpid()})")


def test_nobody() -> None:
    assert port_holder(0) == ""


@pytest.mark.parametrize(
    ("comm", "cmdline", "name"),
    [
        ("python3", "/usr/bin/python3\0-m\0camstrm\0bridge\0", "camstrm"),
        ("camstrm", "/opt/v/bin/python\0/opt/v/bin/camstrm\0up\0c.toml\0", "camstrm"),
        ("python3", "python3\0-m\0camstrm.acquisition.discovery.scan\0", "camstrm"),
        ("make", "make\0-C\0/home/anna/camstrm\0", "make"),
        ("nginx", "", "nginx"),
    ],
)
def test_a_process_is_named_after_its_command(
    tmp_path: Path, comm: str, cmdline: str, name: str
) -> None:
    (tmp_path / "comm").write_text(f"{comm}\n")
    (tmp_path / "cmdline").write_text(cmdline)
    assert command_name(tmp_path) == name
    assert command_name(tmp_path / "gone") == "a process"

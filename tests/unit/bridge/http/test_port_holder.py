from __future__ import annotations

import os
import socket

import pytest

from camstrm.bridge.http.port_holder import port_holder


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

from __future__ import annotations

import os

import pytest

from camstrm.bridge.http.origin import HostRules, own_names, split_authority

RULES = HostRules(
    ["camserver", "camserver.plant.example"],
    allowed_hosts=("view.example.org", "other.example:8443"),
    allowed_origins=("https://dash.example", "http://dash.example:3000"),
)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:8765",
        "192.168.1.20:8765",
        "[::1]:8765",
        "[fe80::1]",
        "localhost",
        "LOCALHOST:1",
        "localhost.:8765",
        "camserver:8765",
        "CamServer.plant.example",
        "view.example.org",
        "view.example.org:99",
        "other.example:8443",
    ],
)
def test_allowed_hosts(host: str) -> None:
    assert RULES.host_allowed(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8765",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "camserver.evil.example",
        "other.example",
        "other.example:80",
        "evil@127.0.0.1",
        "127.0.0.1:x",
        "127.0.0.1:99999",
        "127.0.0.1/..",
        "localhost evil.example",
        "[::1",
    ],
)
def test_refused_hosts(host: str) -> None:
    assert not RULES.host_allowed(host)


@pytest.mark.parametrize(
    ("origin", "scheme", "host"),
    [
        ("http://camserver:8765", "http", "camserver:8765"),
        ("http://CAMSERVER:8765", "http", "camserver:8765"),
        ("http://camserver", "http", "camserver:80"),
        ("https://camserver", "https", "camserver:443"),
        ("http://[::1]:8765", "http", "[::1]:8765"),
        ("https://dash.example", "http", "camserver:8765"),
        ("https://dash.example:443", "http", "camserver:8765"),
        ("http://dash.example:3000", "http", "camserver:8765"),
    ],
)
def test_allowed_origins(origin: str, scheme: str, host: str) -> None:
    assert RULES.origin_allowed(origin, scheme, host)


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "http://camserver",
        "https://camserver:8765",
        "http://camserver:8766",
        "http://camserver:8765.evil.example",
        "http://evil.example",
        "http://dash.example",
        "https://dash.example.evil.example",
        "https://evil.example/https://dash.example",
        "ftp://camserver:8765",
        "file://",
        "http://user@camserver:8765",
    ],
)
def test_refused_origins(origin: str) -> None:
    assert not RULES.origin_allowed(origin, "http", "camserver:8765")


def test_split_authority() -> None:
    assert split_authority("Host.Example.:80") == ("host.example", 80)
    assert split_authority("[::1]:80") == ("::1", 80)
    assert split_authority("h") == ("h", None)
    assert split_authority("a b") == ("", None)


def test_own_names() -> None:
    names = own_names("Bound.Example")
    short = os.uname().nodename.lower().split(".")[0]
    assert {"bound.example", short, f"{short}.local"} <= names
    assert "" not in names

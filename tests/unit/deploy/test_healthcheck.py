"""healthcheck.py against a server that answers, refuses or is not there."""

from __future__ import annotations

import importlib.util
import socket
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "deploy" / "healthcheck.py"


def config_text(folder: Path, port: int) -> str:
    return f"[socket]\npath = '{folder}/b.sock'\n[bridge]\nport = {port}\n"


class Bridge(HTTPServer):
    status = 200
    asked = ""


class Answer(BaseHTTPRequestHandler):
    server: Bridge

    def do_GET(self) -> None:
        self.server.asked = self.path
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(b'{"status": "ok"}')

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base's name
        pass


@pytest.fixture(scope="module")
def healthcheck() -> ModuleType:
    spec = importlib.util.spec_from_file_location("healthcheck", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def bridge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Bridge, None, None]:
    with Bridge(("127.0.0.1", 0), Answer) as server:
        config = tmp_path / "camstrm.toml"
        config.write_text(config_text(tmp_path, server.server_port))
        monkeypatch.setenv("CAMSTRM_CONFIG", str(config))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_living_bridge(
    healthcheck: ModuleType, bridge: Bridge, capsys: pytest.CaptureFixture[str]
) -> None:
    assert healthcheck.main() == 0
    assert bridge.asked == "/healthz"
    assert capsys.readouterr().out == '200 {"status": "ok"}\n'


class BridgeOnSocket(Bridge):
    address_family = socket.AF_UNIX

    def server_bind(self) -> None:
        self.socket.bind(self.server_address)

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        return self.socket.accept()[0], ("a UNIX socket", 0)


def test_the_socket_for_health_checks_goes_before_the_port(
    healthcheck: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = tmp_path / "camstrm.toml"
    config.write_text(config_text(tmp_path, 1))
    monkeypatch.setenv("CAMSTRM_CONFIG", str(config))
    path: Any = str(tmp_path / "b.sock.health")  # socketserver knows of names and ports only
    with BridgeOnSocket(path, Answer) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert healthcheck.main() == 0
        thread.join()
    assert server.asked == "/healthz"
    assert capsys.readouterr().out == '200 {"status": "ok"}\n'


def test_bridge_that_refuses(healthcheck: ModuleType, bridge: Bridge) -> None:
    bridge.status = 503
    assert healthcheck.main() == 1


def test_no_bridge(
    healthcheck: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        free_port = server.server_port
    config = tmp_path / "camstrm.toml"
    config.write_text(config_text(tmp_path, free_port))
    monkeypatch.setenv("CAMSTRM_CONFIG", str(config))
    assert healthcheck.main() == 1
    assert "no answer" in capsys.readouterr().out


def test_mistake_in_the_configuration(
    healthcheck: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "camstrm.toml"
    config.write_text("[bridge]\nprot = 1\n")
    monkeypatch.setenv("CAMSTRM_CONFIG", str(config))
    assert healthcheck.main() == 1


def test_defaults_without_a_configuration(
    healthcheck: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMSTRM_CONFIG", str(tmp_path / "missing.toml"))
    assert healthcheck.settings().bridge.port == 8765


@pytest.mark.parametrize(
    ("host", "reached"),
    [
        ("0.0.0.0", "127.0.0.1"),
        ("::", "::1"),
        ("192.0.2.7", "192.0.2.7"),
        ("camserver", "camserver"),
    ],
)
def test_address_to_ask(healthcheck: ModuleType, host: str, reached: str) -> None:
    assert healthcheck.reachable_host(host) == reached

"""healthcheck.py against a bridge's socket that answers, refuses, hangs or is not there."""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "deploy" / "healthcheck.py"


@pytest.fixture(scope="module")
def healthcheck() -> ModuleType:
    spec = importlib.util.spec_from_file_location("healthcheck", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Bridge:
    """Answers one request at the place for health checks, and is in the kernel's list."""

    def __init__(self, folder: Path, answer: bytes) -> None:
        path = folder / "camstrm.sock.health"
        self.asked = b""
        self._answer = answer
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(path))
        self._socket.listen()
        self._thread = threading.Thread(target=self._serve, name="bridge")
        self._thread.start()
        gone = folder / "gone.sock.health"
        self.table = folder / "unix"
        self.table.write_text(
            "Num       RefCount Protocol Flags    Type St Inode Path\n"
            # Of another program: names are any bytes.
            "0000000000000000: 00000002 00000000 00010000 0001 01 9 @\udcff.health\n"
            f"0000000000000000: 00000002 00000000 00010000 0001 01 1 {folder}/camstrm.sock\n"
            f"0000000000000000: 00000002 00000000 00010000 0001 01 2 {gone}\n"
            f"0000000000000000: 00000002 00000000 00010000 0001 01 3 {path}\n"
            "0000000000000000: 00000003 00000000 00000000 0001 03 4\n",
            errors="surrogateescape",
        )

    def _serve(self) -> None:
        connection, _ = self._socket.accept()
        with connection:
            self.asked = connection.recv(1000)
            connection.sendall(self._answer)

    def close(self) -> None:
        # Wakes one that nobody has asked.
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.connect(self._socket.getsockname())
            sock.shutdown(socket.SHUT_WR)
            self._thread.join()
        self._socket.close()


@pytest.fixture
def bridge(tmp_path: Path) -> Generator[Callable[[bytes], Bridge], None, None]:
    made: list[Bridge] = []

    def make(answer: bytes) -> Bridge:
        made.append(Bridge(tmp_path, answer))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_living_bridge(
    healthcheck: ModuleType,
    bridge: Callable[[bytes], Bridge],
    capsys: pytest.CaptureFixture[str],
) -> None:
    living = bridge(b'HTTP/1.0 200 OK\r\nServer: camstrm\r\n\r\n{"status": "ok"}')
    assert healthcheck.main(str(living.table)) == 0
    assert living.asked.startswith(b"GET /healthz HTTP/1.0\r\n")
    assert capsys.readouterr().out == '200 {"status": "ok"}\n'


@pytest.mark.parametrize("answer", [b"HTTP/1.0 503 No\r\n\r\n", b"", b"garbage\r\n\r\n"])
def test_bridge_that_refuses_or_talks_nonsense(
    healthcheck: ModuleType, bridge: Callable[[bytes], Bridge], answer: bytes
) -> None:
    assert healthcheck.main(str(bridge(answer).table)) == 1


def test_bridge_that_does_not_answer(
    healthcheck: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(healthcheck, "TIMEOUT_S", 0.05)
    path = tmp_path / "camstrm.sock.health"
    (tmp_path / "unix").write_text(f"x {path}\n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.bind(str(path))
        sock.listen()
        assert healthcheck.main(str(tmp_path / "unix")) == 1
    assert f"no answer at {path}" in capsys.readouterr().out


class Port(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base's name
        pass


@pytest.fixture
def no_place(tmp_path: Path) -> str:
    """A list of the kernel without a place for health checks."""
    (tmp_path / "unix").write_text(f"Num Path\nx {tmp_path}/other.sock\nx\n")
    return str(tmp_path / "unix")


def test_a_bridge_without_such_a_place_is_asked_at_its_port(
    healthcheck: ModuleType,
    no_place: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = tmp_path / "c.toml"
    monkeypatch.setenv("CAMSTRM_CONFIG", str(config))
    with HTTPServer(("127.0.0.1", 0), Port) as server:
        config.write_text(f"[bridge]\nport = {server.server_port}\n")
        thread = threading.Thread(target=server.handle_request, name="port")
        thread.start()
        assert healthcheck.main(no_place) == 0
        thread.join()
    assert healthcheck.main(no_place) == 1, "nobody is there any more"
    assert capsys.readouterr().out.startswith("200 ok\nno answer at the port: ")


def test_mistake_in_the_configuration(
    healthcheck: ModuleType,
    no_place: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = tmp_path / "c.toml"
    config.write_text("[bridge]\nprot = 1\n")
    monkeypatch.setenv("CAMSTRM_CONFIG", str(config))
    assert healthcheck.main(no_place) == 1
    assert "bridge.prot" in capsys.readouterr().out


def test_where_there_is_such_a_place_it_loads_nothing_of_camstrm_and_little_of_python() -> None:
    """It runs each ten seconds, for months."""
    code = (
        "import sys, runpy\n"
        f"runpy.run_path({str(SCRIPT)!r})['places']()\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    loaded = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    ).stdout.split()
    assert not {"camstrm", "msgspec", "aiohttp", "ssl", "http", "email", "asyncio"} & {*loaded}

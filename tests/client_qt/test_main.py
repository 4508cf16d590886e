from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from camstrm.wire import Hello
from client_qt import __main__ as entry
from tests.fakes.bridge.viewer_server import ViewerServer

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def keep_signal_handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["ftp://x"], "camstrm view: 'ftp://x' starts with 'ftp'"),
        (["ws://x", "--token", "a b"], "printable ASCII"),
        (["ws://x", "--token-file", "/does/not/exist"], "token file /does/not/exist: No such"),
    ],
)
def test_bad_arguments_give_a_message_and_2(
    arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert entry.main(arguments) == 2
    error = capsys.readouterr().err
    assert problem in error
    assert "Traceback" not in error


def test_no_address_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        entry.main([])
    assert caught.value.code == 2
    assert "url" in capsys.readouterr().err


def test_options_reach_the_viewer(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[object] = []

    def run_viewer(url: str, *, token: str | None, insecure: bool) -> int:
        called.append((url, token, insecure))
        return 0

    monkeypatch.setattr(entry, "run_viewer", run_viewer)
    monkeypatch.setenv("CAMSTRM_TOKEN", "from-environ")
    assert entry.main(["wss://x", "--insecure"]) == 0
    assert entry.main(["wss://x", "--token", "t"]) == 0
    assert called == [("wss://x", "from-environ", True), ("wss://x", "t", False)]


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for another process")
def test_ctrl_c_ends_a_running_viewer(wait_until: object) -> None:
    assert callable(wait_until)
    server = ViewerServer(hello=Hello("s1"))
    process = subprocess.Popen(
        [sys.executable, "-m", "client_qt", server.url], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    try:
        wait_until(lambda: server.viewers)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait(30)
        server.close()
    assert process.returncode == 0
    assert "Traceback" not in errors

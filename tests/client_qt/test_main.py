from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from camstrm.wire import Hello
from client_qt import __main__ as entry
from client_qt import command
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


Called = list[tuple[tuple[str, ...], dict[str, object]]]


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> Called:
    calls: Called = []

    def run_viewer(*urls: str, **options: object) -> int:
        calls.append((urls, options))
        return 0

    monkeypatch.setattr(command, "run_viewer", run_viewer)
    monkeypatch.delenv("CAMSTRM_TOKEN", raising=False)
    return calls


def test_options_reach_the_viewer(called: Called, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMSTRM_TOKEN", "from-environ")
    assert entry.main(["wss://x", "--insecure"]) == 0
    assert entry.main(["wss://x", "--token", "t", "--ca", "ca.pem"]) == 0
    none = {"insecure": False, "ca": None, "proxy": None, "kiosk": False}
    assert called == [
        (("wss://x",), none | {"token": "from-environ", "insecure": True}),
        (("wss://x",), none | {"token": "t", "ca": "ca.pem"}),
    ]


@pytest.mark.parametrize(
    ("arguments", "proxy"),
    [
        (["ws://x"], None),
        (["ws://x", "--proxy"], "system"),
        (["--proxy", "http://p:3128", "ws://x"], "http://p:3128"),
    ],
)
def test_a_proxy_is_used_only_if_asked_for(
    arguments: list[str], proxy: str | None, called: Called
) -> None:
    assert entry.main(arguments) == 0
    assert called[0][1]["proxy"] == proxy


def test_without_an_address_the_viewer_asks(
    called: Called, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMSTRM_TOKEN", "from-environ")
    assert entry.main([]) == 0
    assert entry.main(["ws://a", "ws://b"]) == 0
    assert [(urls, options["token"]) for urls, options in called] == [
        ((), None),
        (("ws://a", "ws://b"), None),
    ], "nobody knows for which server the token is"


def test_one_token_for_several_servers_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.main(["ws://a", "ws://b", "--token", "t"]) == 2
    assert "into each address instead" in capsys.readouterr().err


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


@pytest.mark.parametrize("module", ["client_qt.__main__", "camstrm.cli.main"])
@pytest.mark.parametrize("first", ["argparse", "camstrm.errors"])
def test_ctrl_c_while_the_code_is_loaded_is_no_traceback(module: str, first: str) -> None:
    program = f"""
import sys
known = set(sys.modules)
import {module} as entry
loaded = {{n for n in set(sys.modules) - known if not n.startswith("_")}}
assert loaded <= {{"camstrm", "camstrm.cli", "client_qt", "errno", "{module}"}}, loaded

class Pressed:
    def find_spec(self, name, path=None, target=None):
        if name == "{first}":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Pressed())
sys.argv = ["program", "--help"]
entry.run()
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.gentl.producers import child_environment


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["ftp://server"], "starts with 'ftp', wanted ws or wss"),
        (["ws://server:port"], "is no server address"),
        (["ws://"], "names no host"),
        (["ws://server", "--token-file", "/no/such/token"], "/no/such/token"),
    ],
)
def test_what_cannot_be_watched_is_one_line_and_exit_code_2(
    tmp_path: Path, words: list[str], text: str
) -> None:
    pytest.importorskip("PySide6")
    done = subprocess.run(
        [sys.executable, "-m", "camstrm", "view", *words],
        env={**child_environment(), "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 2, done.stderr
    assert text in done.stderr
    assert done.stderr.startswith("camstrm: ")
    assert done.stderr.count("\n") == 1

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from camstrm.client.process_list import without_tokens


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("view ws://h --token abc --kiosk", "view ws://h --token *** --kiosk"),
        ("view ws://h --token=abc", "view ws://h --token=***"),
        ("view --tok abc ws://h", "view --tok *** ws://h"),
        ("view http://h:1/?token=abc", "view http://h:1/?token=***"),
        (
            "view camstrm://h/?camera=a&token=abc&tls=1",
            "view camstrm://h/?camera=a&token=***&tls=1",
        ),
        ("view http://h/?token=abc#camera=a", "view http://h/?token=***#camera=a"),
        ("view a/?token=x b/?token=yy", "view a/?token=* b/?token=**"),
        ("view --token-file abc", "view --token-file abc"),
        ("token list", "token list"),
        ("features left --find token=abc", "features left --find token=abc"),
        ("view --token", "view --token"),
    ],
)
def test_tokens_of_a_command_line_are_covered(given: str, shown: str) -> None:
    def as_arguments(text: str) -> bytes:
        return b"camstrm\0" + text.replace(" ", "\0").encode() + b"\0"

    assert without_tokens(as_arguments(given)) == as_arguments(shown)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
@pytest.mark.parametrize("module", ["camstrm view", "client_qt"])
def test_a_process_hides_its_own(module: str) -> None:
    """Both ways to start the viewer; the address is wrong, so neither needs a display."""
    program = (
        "import runpy, sys\n"
        "from pathlib import Path\n"
        "name, *before = sys.argv[1].split()\n"
        "sys.argv[1:2] = before\n"
        "try:\n"
        "    runpy.run_module(name, run_name='__main__', alter_sys=False)\n"
        "except SystemExit as end:\n"
        "    print(end.code)\n"
        "print(Path('/proc/self/cmdline').read_bytes())\n"
    )
    arguments = [module, "--token", "a-secret", "http:// ?token=a-secret"]
    ran = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.stdout.startswith("2\n"), ran.stderr
    assert "a-secret" not in ran.stdout
    assert r"\x00--token\x00********\x00http:// ?token=********\x00" in ran.stdout
    assert Path(sys.executable).name in ran.stdout

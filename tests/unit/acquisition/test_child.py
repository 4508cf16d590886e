from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from camstrm.acquisition.child import run_child, show_text
from camstrm.errors import ChildError, ChildTimeoutError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sh")


def ask(script: str, timeout_s: float = 30.0) -> tuple[dict[str, object], str]:
    shown: list[bytes] = []
    child = run_child(
        ["/bin/sh", "-c", script],
        {**os.environ},
        request=b"question\n",
        timeout_s=timeout_s,
        show=shown.append,
    )
    return child.answer(), b"".join(shown).decode()


def test_the_last_line_is_the_answer_and_errors_are_shown() -> None:
    answer, shown = ask('read x; echo noise; echo "{\\"a\\": \\"$x\\"}"; echo careful >&2')
    assert answer == {"a": "question"}
    assert shown == "careful\n"


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("exit 3", "ended with code 3"),
        ("kill -SEGV $$", "was ended by SIGSEGV"),
        ("echo {} ; kill -KILL $$", "was ended by SIGKILL"),
        ("echo 7", "gave no answer but '7'"),
        ("true", "ended with code 0"),
        ("printf '\\377'", "gave no answer but '\N{REPLACEMENT CHARACTER}'"),
        (f'{sys.executable} -c "import nothing_like_it"', "module nothing_like_it is not inst"),
        (f"{sys.executable} -c 'import sys; sys.exit(5)'", "ended with code 5"),
    ],
)
def test_a_child_that_fails_is_one_sentence(
    script: str, problem: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ChildError) as caught:
        ask(script)
    assert problem in caught.value.problem
    assert capfd.readouterr().err == ""


def test_a_child_that_takes_too_long() -> None:
    with pytest.raises(ChildTimeoutError, match=r"did not answer within 0\.3 s"):
        ask("exec sleep 60", 0.3)


def test_a_child_that_cannot_be_started(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    for command, why in ((tmp_path / "no", "No such file"), (tmp_path / "x", "Permission denied")):
        with pytest.raises(ChildError, match=f"cannot be started: {command} \\({why}"):
            run_child([str(command)], timeout_s=5.0)


def test_what_a_child_writes_has_no_escape_sequences(capsys: pytest.CaptureFixture[str]) -> None:
    show_text(b"first\r\n\x1b[2Jsecond\nthird")
    assert capsys.readouterr().err == "first\n\\x1b[2Jsecond\nthird"

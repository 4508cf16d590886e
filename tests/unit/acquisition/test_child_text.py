from __future__ import annotations

import pytest

from camstrm.acquisition.child_text import ChildText

TRACEBACK = b"""Traceback (most recent call last):
  File "/x/tempfile.py", line 256, in _get_default_tempdir
    raise FileNotFoundError(_errno.ENOENT,
FileNotFoundError: [Errno 2] No usable temporary directory found in ['/tmp', '/var/tmp', '/']
"""


def seen(data: bytes, step: int = 7) -> tuple[str, ChildText]:
    """Feed in pieces, as a pipe delivers them."""
    text = ChildText()
    shown = b"".join(text.feed(data[i : i + step]) for i in range(0, len(data), step))
    return (shown + text.finish()).decode(), text


def test_the_binding_s_lines_are_dropped_and_the_rest_is_passed_on() -> None:
    noise = b"GenTL producer does not implement DSAnnounceCompositeBuffer\n"
    shown, text = seen(b"first\n" + noise * 5 + b"free(): invalid pointer")
    assert shown == "first\nfree(): invalid pointer\n"
    assert text.cause == ""
    assert text.describe_end(-6) == "was ended by SIGABRT (free(): invalid pointer)"
    assert text.describe_end(-11) == "was ended by SIGSEGV"


def test_of_a_traceback_the_cause_is_left() -> None:
    shown, text = seen(b"before\n" + TRACEBACK + b"after\n")
    assert shown == "before\nafter\n"
    assert text.describe_end(1) == (
        "failed: no temporary folder can be written (tried: /tmp, /var/tmp, /); set TMPDIR to a "
        "folder that this user may write"
    )


def test_of_chained_tracebacks_the_last_cause_is_left() -> None:
    between = b"\nDuring handling of the above exception, another exception occurred:\n\n"
    last = (
        b"Traceback (most recent call last):\n  x\nModuleNotFoundError: No module named 'cv2.x'\n"
    )
    shown, text = seen(TRACEBACK + between + last)
    assert shown == ""
    assert text.cause == "the Python module cv2.x is not installed"


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        (b"OSError: [Errno 28] No space left on device", "No space left on device"),
        (b"MemoryError", "there is not enough memory"),
        (b"genicam.gentl.BusyException: x", "unexpected BusyException: x"),
        (b"AttributeError: 'X' has no y", "unexpected AttributeError: 'X' has no y"),
        (b"UnicodeEncodeError: 'ascii' codec", "cannot convert here ('ascii' codec); set LC_ALL"),
        (b"ImportError: libGL.so.1: cannot open", "libGL.so.1: cannot open"),
    ],
)
def test_causes_are_told_without_python_s_words(line: bytes, cause: str) -> None:
    _, text = seen(b"Traceback (most recent call last):\n  x\n" + line + b"\n")
    assert cause in text.cause


def test_an_interpreter_without_camstrm() -> None:
    shown, text = seen(b"/usr/bin/python3: No module named camstrm\n")
    assert (shown, text.cause) == ("", "the Python module camstrm is not installed")


def test_a_line_without_end_is_not_kept_for_ever() -> None:
    text = ChildText()
    assert len(text.feed(b"x" * 100_000)) == 100_001

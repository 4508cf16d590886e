"""Ask a child process: start it, wait for one JSON object, and say how it failed.

What loads foreign code runs in a child, because it may crash or hang. Whatever goes wrong
there becomes one sentence; what the child wrote to standard error is passed on without
tracebacks and without the binding's own lines (see child_text.py).
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

from camstrm.acquisition.child_text import ChildText, signal_name
from camstrm.errors import ChildError, ChildTimeoutError
from camstrm.log_lines import printable

__all__ = ["ChildOutput", "end_child", "run_child", "show_text"]

_KILL_WAIT_S = 0.3
"""Seconds. A killed process is gone at once, unless it hangs in the kernel; then nobody waits."""

_SHOWN_BYTES = 40
"""Bytes of an answer that is none which a message shows."""

_TURN_S = 0.1
"""Seconds. How soon a child is ended whose answer nobody wants any more."""


def show_text(text: bytes) -> None:
    """Write what a child wrote to this process's standard error, control characters escaped."""
    if text:
        lines = text.decode(errors="replace").split("\n")
        sys.stderr.write("\n".join(printable(line.rstrip("\r")) for line in lines))
        sys.stderr.flush()


class ChildOutput(NamedTuple):
    """What a child wrote to standard output, its exit code, and what it wrote besides."""

    output: bytes
    returncode: int
    text: ChildText

    def answer(self) -> dict[str, Any]:
        """Return the JSON object in the last line of the output.

        Libraries may print lines of their own before it. Raises ChildError if there is none.
        """
        if self.returncode < 0:
            name = signal_name(-self.returncode)
            raise ChildError(self.text.describe_end(self.returncode), name)
        last = self.output.strip().rpartition(b"\n")[2]
        with contextlib.suppress(ValueError):
            answer = json.loads(last)
            if isinstance(answer, dict):
                return answer
        if self.returncode == 0 and last and not self.text.cause:
            raise ChildError(f"gave no answer but {_shortened(last)}")
        raise ChildError(self.text.describe_end(self.returncode))


def run_child(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    *,
    request: bytes = b"",
    timeout_s: float,
    show: Callable[[bytes], None] = show_text,
    stop: threading.Event | None = None,
) -> ChildOutput:
    """Run ``command`` with ``request`` on its standard input until its end.

    ``environment`` is the child's whole environment (None: this process's own). ``show``
    gets what a user should see of its standard error. Raises ChildError, or
    ChildTimeoutError after ``timeout_s``; the child and what it started are killed then,
    and also soon after ``stop`` is set.
    """
    try:
        process = subprocess.Popen(
            command,
            env=dict(os.environ if environment is None else environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise ChildError(f"cannot be started: {command[0]} ({error.strerror})") from None
    text = ChildText()
    try:
        output, errors = _communicate(process, request, timeout_s, stop)
    except subprocess.TimeoutExpired as late:
        show(text.feed(late.stderr or b"") + text.finish())
        raise ChildTimeoutError(timeout_s, late.stdout or b"") from None
    finally:
        if process.returncode is None:
            _kill(process)
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
    show(text.feed(errors) + text.finish())
    return ChildOutput(output, process.returncode, text)


def _communicate(
    process: subprocess.Popen[bytes],
    request: bytes,
    timeout_s: float,
    stop: threading.Event | None,
) -> tuple[bytes, bytes]:
    deadline = time.monotonic() + timeout_s
    question: bytes | None = request
    while True:
        left = deadline - time.monotonic()
        try:
            return process.communicate(question, left if stop is None else min(left, _TURN_S))
        except subprocess.TimeoutExpired:
            question = None  # It has been sent, or is still being sent.
            if stop is not None and stop.is_set():
                raise ChildError("was stopped") from None
            if time.monotonic() >= deadline:
                raise


def end_child(code: int) -> NoReturn:
    """End this process, a child that has loaded a producer, with an exit code.

    The producer's threads or exit handlers may hang or crash, and nothing of ours is left to do.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _shortened(data: bytes) -> str:
    more = "..." if len(data) > _SHOWN_BYTES else ""
    return repr(data[:_SHOWN_BYTES].decode(errors="replace")) + more


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_KILL_WAIT_S)

"""Whether a window can be opened here: Qt itself ends the process with abort() when it cannot."""

from __future__ import annotations

import os
import re
import select
import signal
import sys
import time

__all__ = ["no_window_because"]

_TIMEOUT_S = 10.0
"""A display on another machine may take some seconds."""

_MAX_OUTPUT = 64 * 1024

_TELLING = (
    (r"could not connect to display[ ]*(\S+)", "the display {0} cannot be reached"),
    (r'Could not find the Qt platform plugin "([^"]*)"', "Qt has no platform plugin {0!r}"),
    (r"Failed to create wl_display \(([^)]*)\)", "the Wayland display cannot be reached: {0}"),
    (r"could not connect to display", "DISPLAY is not set"),
    (r"(lib[\w.-]+\.so[.\d]*): cannot open shared object", "the library {0} is missing"),
)
"""What Qt writes, and the same as part of a sentence; the first that fits is the reason."""


def no_window_because(timeout_s: float = _TIMEOUT_S) -> str:
    """Return why no window can be opened, empty if one can.

    A forked copy of this process tries it: it costs 6 to 20 ms. Call it before any thread and any
    QGuiApplication is there.
    """
    if sys.platform != "linux":
        return ""
    from PySide6.QtGui import QGuiApplication

    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _try(QGuiApplication, writing)
    os.close(writing)
    output, status = _watch(child, reading, timeout_s)
    os.close(reading)
    if status == 0:
        return ""
    if status is None:
        return f"the display did not answer within {timeout_s:.0f} s ({_variables()})"
    return f"{_reason(output, status)} ({_variables()})"


def _try(application: type[object], writing: int) -> None:
    """Open the display in the child, which must never return into the program."""
    import resource

    code = 1
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        os.dup2(writing, 1)
        os.dup2(writing, 2)
        application(["camstrm"])  # type: ignore[call-arg]  # QGuiApplication takes arguments
        code = 0
    finally:
        os._exit(code)


def _watch(child: int, reading: int, timeout_s: float) -> tuple[bytes, int | None]:
    """Return what the child wrote, and its exit code; None for one that did not end in time."""
    output, deadline = b"", time.monotonic() + timeout_s
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([reading], [], [], left)[0]:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return output, None
        data = os.read(reading, 4096)
        if not data:
            break
        output = (output + data)[-_MAX_OUTPUT:]
    return output, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _reason(output: bytes, status: int) -> str:
    text = output.decode("utf-8", "replace")
    for pattern, sentence in _TELLING:
        if found := re.search(pattern, text):
            return sentence.format(*found.groups())
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[0] if lines else f"the attempt ended with code {status}"


def _variables() -> str:
    names = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY")
    return ", ".join(f"{name}={os.environ[name]}" for name in names if os.environ.get(name))

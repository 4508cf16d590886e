"""ChildText: what a child process writes to standard error, sorted for a user to read.

Three things arrive there: lines of the genicam binding that mean nothing to anybody,
Python's tracebacks, of which a user needs the cause alone, and the rest (log lines, the
last words of a library that crashes), which is passed on as it came.
"""

from __future__ import annotations

import re
import signal

from camstrm.log_lines import RECORD_MARK

__all__ = ["ChildText", "in_words", "signal_name"]

_NOISE = b"GenTL producer does not implement "
"""The binding writes it for each function of GenTL 1.6 that a producer lacks."""

_TRACEBACK = (b"Traceback (most recent call last):", b"Exception in thread ", b"Exception ignored ")
_BETWEEN = (b"During handling of the above exception", b"The above exception was the direct cause")
_EXCEPTION = re.compile(r"(?:\w+\.)*(\w+)(?:: (.*))?")
_NO_MODULE = re.compile(
    r"\S+: (?:Error while finding module specification .*)?(No module named .*)"
)
_LONGEST_LINE = 64 * 1024
"""Bytes without an end of line that are kept: a child may write without end."""


def signal_name(number: int) -> str:
    """Return SIGSEGV for 11."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


class ChildText:
    """Takes the bytes as they come; ``cause`` is the last error in words, "" if there was none.

    Used by one thread.
    """

    def __init__(self) -> None:
        self.cause = ""
        self._rest = b""  # A line that has not ended yet.
        self._last = ""  # The last line that was passed on and is no log record.
        self._inside = False  # In a traceback, before the line with the exception.
        self._after = False  # Behind that line; another traceback may follow.

    def feed(self, data: bytes) -> bytes:
        """Return the lines that a user should see."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _LONGEST_LINE:
            lines.append(self._rest)
            self._rest = b""
        return b"".join(line + b"\n" for line in lines if self._is_for_users(line))

    def finish(self) -> bytes:
        """Return what was left without an end of line."""
        rest, self._rest = self._rest, b""
        return rest + b"\n" if rest and self._is_for_users(rest) else b""

    def describe_end(self, returncode: int) -> str:
        """Return how the child ended, as the end of a sentence: "was ended by SIGSEGV"."""
        if returncode < 0:
            name = signal_name(-returncode)
            # abort() follows a line that says why, as "free(): invalid pointer".
            why = f" ({self._last})" if name == "SIGABRT" and self._last else ""
            return f"was ended by {name}{why}"
        if self.cause:
            return f"failed: {self.cause}"
        return f"ended with code {returncode}"

    def _is_for_users(self, line: bytes) -> bool:
        text = line.decode(errors="replace").rstrip()
        if line.startswith(_TRACEBACK):
            self._inside, self._after = True, False
            return False
        if self._inside:
            if text and not line[:1].isspace() and not line.startswith(_BETWEEN):
                self.cause = in_words(text)
                self._inside, self._after = False, True
            return False
        if self._after:
            if not text or line.startswith(_BETWEEN):
                return False
            self._after = False
        if line.startswith(_NOISE):
            return False
        missing = _NO_MODULE.fullmatch(text)
        if missing is not None:
            self.cause = in_words(f"ModuleNotFoundError: {missing[1]}")
            return False
        if text and not text.startswith(RECORD_MARK):
            self._last = text
        return True


def in_words(line: str) -> str:
    """Return the last line of a traceback ("Kind: text") without what only a programmer reads."""
    match = _EXCEPTION.fullmatch(line)
    if match is None:
        return line
    kind, text = match[1], (match[2] or "").strip()
    text = re.sub(r"^\[Errno -?\d+\] ", "", text)
    if "No usable temporary directory" in text:
        folders = text.partition(" found in ")[2].strip("[]").replace("'", "")
        tried = f" (tried: {folders})" if folders else ""
        return (
            f"no temporary folder can be written{tried}; set TMPDIR to a folder that this user "
            "may write"
        )
    if kind in ("ModuleNotFoundError", "ImportError"):
        module = re.match(r"No module named '?([\w.]+)", text)
        return f"the Python module {module[1]} is not installed" if module else text
    if kind.startswith("Unicode"):
        return f"a text that Python cannot convert here ({text}); set LC_ALL=C.UTF-8"
    if kind == "MemoryError":
        return "there is not enough memory"
    if kind in ("OSError", "PermissionError", "FileNotFoundError", "ConnectionError") and text:
        return text
    return f"unexpected {kind}: {text}" if text else f"unexpected {kind}"

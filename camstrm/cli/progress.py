"""Progress: one line on a terminal's standard error that says what is waited for."""

from __future__ import annotations

import shutil
import sys
import threading
from typing import TextIO

from camstrm.acquisition.child import show_text

__all__ = ["Progress"]


class Progress:
    """Shows a line and takes it away again; does nothing where standard error is not a terminal.

    May be used from several threads.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._lock = threading.Lock()
        self._shown = 0
        self.is_on = self._stream is not None and self._stream.isatty()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def show(self, text: str) -> None:
        """Replace the line by another one, cut to the terminal's width."""
        if not self.is_on:
            return
        with self._lock:
            self._erase()
            text = text[: shutil.get_terminal_size().columns - 1]
            self._write(text)
            self._shown = len(text)

    def clear(self) -> None:
        """Take the line away; to be called before anything else is printed."""
        with self._lock:
            self._erase()

    def print_text(self, data: bytes) -> None:
        """Print what a child wrote to its standard error."""
        if data:
            with self._lock:
                self._erase()
                show_text(data)

    def _erase(self) -> None:
        if self._shown:
            # Blanks instead of a control sequence: every terminal knows them.
            self._write("\r" + " " * self._shown + "\r")
            self._shown = 0

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()

"""ChildLog: what a camera process writes to standard error, passed on line by line."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import IO

from camstrm.acquisition.child_text import ChildText

__all__ = ["ChildLog"]

_READ_BYTES = 65536


class ChildLog:
    """Watches the pipe at a process's standard error in the grabber's loop.

    Log lines and the last words of a crashing library go to the grabber's own log,
    tracebacks and the binding's own lines do not (see ChildText).
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        pipe: IO[bytes],
        show: Callable[[bytes], None],
    ) -> None:
        self._loop = loop
        self._pipe = pipe
        self._show = show
        self._text = ChildText()
        os.set_blocking(pipe.fileno(), False)
        loop.add_reader(pipe, self._ready)

    def describe_end(self, returncode: int) -> str:
        """Return how the process ended, with the cause that it wrote."""
        self._read_all()
        return self._text.describe_end(returncode)

    def close(self) -> None:
        """Pass on what is left and close the pipe; does nothing the second time."""
        if not self._pipe.closed:
            self._read_all()
            self._end()

    def _ready(self) -> None:
        if not self._read():
            self._end()

    def _read_all(self) -> None:
        while not self._pipe.closed and self._read() > 0:
            continue

    def _read(self) -> int:
        """Pass on one piece; return its size, 0 at the end, -1 if there is none now."""
        try:
            data = os.read(self._pipe.fileno(), _READ_BYTES)
        except BlockingIOError:
            return -1
        self._show(self._text.feed(data))
        return len(data)

    def _end(self) -> None:
        self._show(self._text.finish())
        self._loop.remove_reader(self._pipe)
        self._pipe.close()

"""ChildCommands: run camstrm commands as children and start again those that end."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from camstrm.backoff import Backoff
from camstrm.cli.log import complain
from camstrm.cli.signals import PARENT_VARIABLE

__all__ = ["ChildCommands"]

_EXIT_USAGE = 2

_PAUSES_S = (0.0, 0.5, 1.0, 2.0, 5.0)
"""Seconds before a child is started again; the last one repeats."""

_RAN_WELL_S = 5.0
"""A child that ran for so long starts with the shortest pause again."""

_POLL_S = 0.05
"""Seconds between two looks whether a child has ended."""

_ORDER_S = 0.5
"""How long the end of one child may take before the next one is asked to end."""


@dataclass
class _Child:
    name: str
    arguments: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    due_s: float = 0.0
    pauses: Backoff = field(default_factory=lambda: Backoff(*_PAUSES_S))


class ChildCommands:
    """Runs children until stopped; children end with this process, even after kill -9."""

    def __init__(self) -> None:
        self._children: list[_Child] = []
        self._stop = threading.Event()

    def add(self, name: str, arguments: Sequence[str]) -> None:
        """Add ``camstrm ARGUMENTS`` under a name for messages; start it at once, if not stopped."""
        child = _Child(name, tuple(arguments))
        self._children.append(child)
        if not self._stop.is_set():
            self._start(child)

    def stop(self) -> None:
        """Make :meth:`run` end; for signal handlers and other threads."""
        self._stop.set()

    def run(self) -> int:
        """Watch the children until :meth:`stop`; return the exit code.

        A child that ends with a usage error is not started again: its message stands on
        standard error, and its code is this one's.
        """
        try:
            while not self._stop.wait(_POLL_S):
                now = time.monotonic()
                for child in self._children:
                    if child.process is None:
                        if now >= child.due_s:
                            self._start(child)
                    elif child.process.poll() is not None:
                        code = child.process.returncode
                        child.process = None
                        if self._is_final(child, code, now):
                            return code
                        self._schedule(child, code, now)
            return 0
        finally:
            self.end()

    def end(self, timeout_s: float = 1.9) -> None:
        """Ask all children to end, kill those that do not within ``timeout_s``."""
        running = [child.process for child in self._children if child.process is not None]
        deadline = time.monotonic() + timeout_s
        for process in running:
            process.send_signal(signal.SIGTERM)
            # One after the other: what ends first need not report the loss of the next.
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_ORDER_S)
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for child in self._children:
            child.process = None

    def _start(self, child: _Child) -> None:
        child.started_s = time.monotonic()
        child.process = subprocess.Popen(
            [sys.executable, "-m", "camstrm", *child.arguments],
            env={**os.environ, PARENT_VARIABLE: str(os.getpid())},
            stdin=subprocess.DEVNULL,
            # A terminal's Ctrl-C is for this process, which passes it on to the children.
            start_new_session=True,
        )

    def _is_final(self, child: _Child, code: int, now: float) -> bool:
        """Whether a start failed in a way that another start will not fix."""
        first = not child.pauses.count and now - child.started_s < _RAN_WELL_S
        return code == _EXIT_USAGE or (first and code == 1)

    def _schedule(self, child: _Child, code: int, now: float) -> None:
        if now - child.started_s > _RAN_WELL_S:
            child.pauses.reset()
        child.due_s = now + child.pauses.next()
        how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
        complain(f"{child.name} {how}; starting it again", logging.WARNING)

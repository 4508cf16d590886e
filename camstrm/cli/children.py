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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from camstrm.backoff import Backoff
from camstrm.cli.child_watch import WATCHDOG_S, ChildWatch
from camstrm.cli.log import complain
from camstrm.cli.signals import PARENT_VARIABLE, hangup_waits

__all__ = ["ChildCommands"]

_EXIT_USAGE = 2

_PAUSES_S = (0.0, 0.5, 1.0, 2.0, 5.0)
"""Seconds before a child is started again; the last one repeats."""

_RAN_WELL_S = 5.0
"""A child that ran for so long starts with the shortest pause again."""

_POLL_S = 0.05
"""Seconds between two looks whether a child has ended."""

_PAUSED_S = 1.0
"""Looks that are so far apart mean that this process was stopped; so may the children have been."""

_ABORT_S = 2.0
"""For a child that stands still to write where, before it is killed."""

_ORDER_S = 0.5
"""How long the end of one child may take before the next one is asked to end."""

_KILL_WAIT_S = 0.3
"""A killed process is gone at once, unless it hangs in the kernel; then nobody waits."""


@dataclass
class _Child:
    name: str
    arguments: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    heard_s: float | None = None
    """When it gave its last sign of life; None before its first one."""
    due_s: float = 0.0
    pauses: Backoff = field(default_factory=lambda: Backoff(*_PAUSES_S))


class ChildCommands:
    """Runs children until stopped; children end with this process, even after kill -9."""

    def __init__(self, may_reload: Callable[[], bool] = lambda: True) -> None:
        """``may_reload``: asked before a wish to reload is passed on to the children."""
        self._children: list[_Child] = []
        self._stop = threading.Event()
        self._may_reload = may_reload
        self._reload_wished = False
        self._watch: ChildWatch | None = None
        """From the first child on."""
        self._looked_s = time.monotonic()
        """When the signs of life were looked at last."""

    def add(self, name: str, arguments: Sequence[str]) -> None:
        """Add ``camstrm ARGUMENTS`` under a name for messages; start it at once, if not stopped."""
        child = _Child(name, tuple(arguments))
        self._children.append(child)
        if not self._stop.is_set():
            self._start(child)

    def stop(self) -> None:
        """Make :meth:`run` end; for signal handlers and other threads."""
        self._stop.set()

    def reload(self) -> None:
        """Let all children read their configuration again; for signal handlers."""
        self._reload_wished = True

    def run(self) -> int:
        """Watch the children until :meth:`stop`; return the exit code.

        A child that ends with a usage error is not started again: its message stands on
        standard error, and its code is this one's.
        """
        try:
            while not self._stop.wait(_POLL_S):
                if self._reload_wished:
                    self._reload_wished = False
                    self._pass_on_reload()
                now = time.monotonic()
                self._look(now)
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
                _kill(process)
        for child in self._children:
            child.process = None
        if self._watch is not None:
            self._watch.close()
            self._watch = None

    def _look(self, now: float) -> None:
        """End a child that stands still: it is then started again."""
        heard = self._watch.heard() if self._watch is not None else set()
        # Where somebody else sends, too, there may have been no room for what a child sent.
        strangers = heard - {c.process.pid for c in self._children if c.process is not None}
        paused = now - self._looked_s > _PAUSED_S or bool(strangers)
        self._looked_s = now
        for child in self._children:
            if child.process is None:
                continue
            if child.process.pid in heard or (paused and child.heard_s is not None):
                child.heard_s = now
            elif child.heard_s is not None and now - child.heard_s > WATCHDOG_S:
                silent = f"gave no sign of life for {WATCHDOG_S:.0f} s"
                complain(f"{child.name} {silent}: ended", logging.WARNING)
                _abort(child.process)
                # Where it hangs in the kernel, its end is waited for as that of any other.
                child.heard_s = None

    def _pass_on_reload(self) -> None:
        if not self._may_reload():
            return
        for child in self._children:
            # One that has just ended reads its configuration at its start.
            if child.process is not None:
                child.process.send_signal(signal.SIGHUP)

    def _start(self, child: _Child) -> None:
        child.started_s = time.monotonic()
        child.heard_s = None
        try:
            child.process = self._process(child.arguments)
        except OSError as error:
            # No memory, too many processes or files: the others run, and it may be over soon.
            child.due_s = child.started_s + child.pauses.next()
            complain(f"{child.name} cannot be started ({error.strerror}); trying again")

    def _process(self, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
        if self._watch is None:
            self._watch = ChildWatch()
        with hangup_waits():
            return subprocess.Popen(
                [sys.executable, "-m", "camstrm", *arguments],
                env={
                    **os.environ,
                    PARENT_VARIABLE: str(os.getpid()),
                    **self._watch.variables,
                },
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


def _abort(process: subprocess.Popen[bytes]) -> None:
    """End a process that stands still; one that can still do so writes where it stood."""
    process.send_signal(signal.SIGABRT)
    # A process that is stopped does not see any other signal before.
    process.send_signal(signal.SIGCONT)
    try:
        process.wait(_ABORT_S)
    except subprocess.TimeoutExpired:
        _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_KILL_WAIT_S)

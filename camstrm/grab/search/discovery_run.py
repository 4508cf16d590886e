"""DiscoveryRun: list one producer's cameras in a child, without waiting for it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
from collections.abc import Callable, Mapping

from camstrm.acquisition.child_text import ChildText
from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.acquisition.discovery.scan import discovery_command, parse_discovery
from camstrm.errors import ProducerError
from camstrm.grab.child_lines import ChildLines
from camstrm.grab.exit_watch import ExitWatch

__all__ = ["DiscoveryRun"]

_TIMEOUT_S = 60.0
"""Ten network interfaces were seen to take 20 to 30 s."""

_MAX_OUTPUT = 4 * 1024 * 1024
"""Bytes of an answer: thousands of cameras need less."""

_EXIT_S = 0.5
"""For the end of a child that has closed its output, and once more after it was killed."""

_REAP_S = 0.3
"""A killed process is gone at once, unless it hangs in the kernel; then nobody waits."""


class DiscoveryRun:
    """One scan; calls ``done`` once with the devices or the error.

    ``running`` is a clock that stands still while this process does. Nothing here waits: a
    child that hangs in the kernel would hold up the whole grabber.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        running: Callable[[], float],
        cti: str,
        done: Callable[[str, tuple[DeviceInfo, ...], ProducerError | None], None],
        *,
        environment: Mapping[str, str] | None = None,
        python: str = "",
        text_encoding: str = "gbk",
    ) -> None:
        self._loop = loop
        self._running = running
        self._cti = cti
        self._done = done
        self._output = bytearray()  # what the child wrote to standard output
        self._problem = ""  # why it was killed, if that is not what it gets to say itself
        self._over = False  # ``done`` was called, or must not be
        self._started_s = running()
        self._text = ChildText()
        # What it writes to standard error is read at its end: a scan takes seconds.
        self._errors = os.memfd_create("camstrm-discovery")
        try:
            self._process = subprocess.Popen(
                discovery_command(cti, python, text_encoding),
                env=dict(os.environ if environment is None else environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                start_new_session=True,
            )
        except OSError:
            os.close(self._errors)
            raise
        assert self._process.stdout is not None
        self._pipe = self._process.stdout
        os.set_blocking(self._pipe.fileno(), False)
        loop.add_reader(self._pipe, self._read)
        self._exit = ExitWatch(loop, self._process, self._exited)
        # The end of the scan's time; later, the end of the time for the child's exit.
        self._timer = loop.call_later(_TIMEOUT_S, self._look_at_time)

    def cancel(self) -> None:
        """End the child; ``done`` is not called any more."""
        if not self._over:
            self._process.kill()
            self._release()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_REAP_S)
            self._show_errors()

    def _read(self) -> bool:
        """Read one piece; return whether there may be more now."""
        try:
            chunk = os.read(self._pipe.fileno(), 65536)
        except BlockingIOError:
            return False
        self._output += chunk
        if not chunk:
            self._read_no_more(self._kill)
        elif len(self._output) > _MAX_OUTPUT:
            self._kill()
        return not self._pipe.closed

    def _look_at_time(self) -> None:
        left_s = self._started_s + _TIMEOUT_S - self._running()
        if left_s > 0:
            self._timer = self._loop.call_later(left_s, self._look_at_time)
            return
        self._problem = f"listing its cameras did not end within {_TIMEOUT_S:g} s"
        self._kill()

    def _kill(self) -> None:
        self._process.kill()
        self._read_no_more(self._give_up)

    def _read_no_more(self, late: Callable[[], None]) -> None:
        """Wait for the child's exit; ``late`` is called if it does not come."""
        self._close_pipe()
        self._timer.cancel()
        self._timer = self._loop.call_later(_EXIT_S, late)

    def _give_up(self) -> None:
        self._problem = self._problem or "the process that lists its cameras cannot be ended"
        self._exited(-1)

    def _exited(self, code: int) -> None:
        while not self._pipe.closed and self._read():
            continue
        self._release()
        self._show_errors()
        try:
            if self._problem:
                raise ProducerError(self._cti, self._problem)
            devices = parse_discovery(self._cti, bytes(self._output), code, self._text)
        except ProducerError as error:
            self._done(self._cti, (), error)
        else:
            self._done(self._cti, devices, None)

    def _release(self) -> None:
        self._over = True
        self._timer.cancel()
        self._exit.cancel()
        self._close_pipe()

    def _close_pipe(self) -> None:
        if not self._pipe.closed:
            self._loop.remove_reader(self._pipe)
            self._pipe.close()

    def _show_errors(self) -> None:
        # Not lseek: a child that cannot be ended still has this very file.
        errors = os.pread(self._errors, os.fstat(self._errors).st_size, 0)
        os.close(self._errors)
        ChildLines().show(self._text.feed(errors) + self._text.finish())

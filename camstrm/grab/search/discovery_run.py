"""DiscoveryRun: list one producer's cameras in a child, without waiting for it."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Mapping

from camstrm.acquisition.child import show_text
from camstrm.acquisition.child_text import ChildText
from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.acquisition.discovery.scan import discovery_command, parse_discovery
from camstrm.errors import ProducerError
from camstrm.grab.loop import READ, Loop, Timer

__all__ = ["DiscoveryRun"]

_TIMEOUT_S = 60.0
"""Ten network interfaces were seen to take 20 to 30 s."""

_MAX_OUTPUT = 4 * 1024 * 1024

_EXIT_CODE_S = 0.005
"""Between two questions for the exit code of a child that has closed its output."""

_EXIT_CODE_TRIES = 100
"""How often that is asked before the child is killed, and once more as often after it."""

_REAP_S = 0.3
"""A killed process is gone at once, unless it hangs in the kernel; then nobody waits."""


class DiscoveryRun:
    """One scan; calls ``done`` once with the devices or the error."""

    def __init__(
        self,
        loop: Loop,
        cti: str,
        done: Callable[[str, tuple[DeviceInfo, ...], ProducerError | None], None],
        *,
        environment: Mapping[str, str] | None = None,
        python: str = "",
        text_encoding: str = "gbk",
    ) -> None:
        self._loop = loop
        self._cti = cti
        self._done = done
        self._output = bytearray()
        self._problem = ""
        self._over = False
        self._timer: Timer | None = None
        self._started_s = loop.running_s
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
        loop.watch(self._pipe, READ, self._ready)
        self._look_at_time()

    def cancel(self) -> None:
        """End the child; ``done`` is not called any more."""
        if not self._over:
            self._over = True
            self._process.kill()
            self._release()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_REAP_S)
            self._show_errors()

    def _ready(self, _events: int) -> None:
        try:
            chunk = os.read(self._pipe.fileno(), 65536)
        except BlockingIOError:
            return
        self._output += chunk
        if not chunk:
            self._read_no_more(_EXIT_CODE_TRIES)
        elif len(self._output) > _MAX_OUTPUT:
            self._process.kill()
            self._read_no_more(0)

    def _look_at_time(self) -> None:
        left_s = self._started_s + _TIMEOUT_S - self._loop.running_s
        if left_s > 0:
            self._timer = self._loop.call_later(left_s, self._look_at_time)
            return
        self._problem = f"listing its cameras did not end within {_TIMEOUT_S:g} s"
        self._process.kill()
        self._read_no_more(0)

    def _read_no_more(self, tries: int) -> None:
        self._release()
        self._await_exit(tries)

    def _await_exit(self, tries: int) -> None:
        # Never a wait: a child that hangs in the kernel would hold up the whole grabber.
        code = self._process.poll()
        if code is None and tries > -_EXIT_CODE_TRIES:
            if tries == 0:
                self._process.kill()
            self._timer = self._loop.call_later(_EXIT_CODE_S, lambda: self._await_exit(tries - 1))
            return
        self._over = True
        self._show_errors()
        try:
            if code is None or self._problem:
                problem = self._problem or "the process that lists its cameras cannot be ended"
                raise ProducerError(self._cti, problem)
            devices = parse_discovery(self._cti, bytes(self._output), code, self._text)
        except ProducerError as error:
            self._done(self._cti, (), error)
        else:
            self._done(self._cti, devices, None)

    def _release(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if not self._pipe.closed:
            self._loop.unwatch(self._pipe)
            self._pipe.close()

    def _show_errors(self) -> None:
        # Not lseek: a child that cannot be ended still has this very file.
        errors = os.pread(self._errors, os.fstat(self._errors).st_size, 0)
        os.close(self._errors)
        show_text(self._text.feed(errors) + self._text.finish())

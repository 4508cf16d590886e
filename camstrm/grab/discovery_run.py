"""DiscoveryRun: list one producer's cameras in a child, without waiting for it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping

from camstrm.acquisition.child import show_text
from camstrm.acquisition.child_text import ChildText
from camstrm.acquisition.device_info import DeviceInfo
from camstrm.acquisition.discovery import discovery_command, parse_discovery
from camstrm.errors import ProducerError
from camstrm.grab.loop import READ, Loop

__all__ = ["DiscoveryRun"]

_TIMEOUT_S = 60.0
"""Ten network interfaces were seen to take 20 to 30 s."""

_MAX_OUTPUT = 4 * 1024 * 1024


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
        self._over = False
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
        self._deadline = loop.call_later(_TIMEOUT_S, self._too_late)

    def cancel(self) -> None:
        """End the child; ``done`` is not called any more."""
        if not self._over:
            self._process.kill()
            self._finish()

    def _ready(self, _events: int) -> None:
        try:
            chunk = os.read(self._pipe.fileno(), 65536)
        except BlockingIOError:
            return
        self._output += chunk
        if chunk and len(self._output) <= _MAX_OUTPUT:
            return
        if chunk:
            self._process.kill()
        code = self._finish()
        try:
            devices = parse_discovery(self._cti, bytes(self._output), code, self._text)
        except ProducerError as error:
            self._done(self._cti, (), error)
        else:
            self._done(self._cti, devices, None)

    def _too_late(self) -> None:
        self._process.kill()
        self._finish()
        problem = f"listing its cameras did not end within {_TIMEOUT_S:g} s"
        self._done(self._cti, (), ProducerError(self._cti, problem))

    def _finish(self) -> int:
        self._over = True
        self._deadline.cancel()
        self._loop.unwatch(self._pipe)
        self._pipe.close()
        try:
            code = self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait(1.0)
        os.lseek(self._errors, 0, os.SEEK_SET)
        with open(self._errors, "rb") as errors:  # noqa: PTH123  a descriptor
            show_text(self._text.feed(errors.read()) + self._text.finish())
        return code

"""WatcherProcess: starts ``bench.whole_way.watchers`` and asks it for reports."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from bench.whole_way.watchers import WatcherReport

__all__ = ["WatcherError", "WatcherProcess"]

_START_S = 120.0
_ANSWER_S = 60.0
_END_S = 10.0


class WatcherError(Exception):
    """The viewers did not get their pictures, or their process does not answer."""


class WatcherProcess:
    """So many viewers of a bridge; ``with`` waits until each has a picture of each camera."""

    def __init__(
        self, port: int, token_file: Path, viewers: int, cameras: int, decode_every: int = 0
    ) -> None:
        """Watch with ``viewers``, of which the first decodes each so many of its bundles."""
        self.viewers = viewers
        numbers = (viewers, cameras, decode_every)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.whole_way.watchers", str(port), str(token_file)]
            + [str(number) for number in numbers],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._rest = b""

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def __enter__(self) -> WatcherProcess:
        try:
            self._line(_START_S)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def report(self) -> WatcherReport:
        """Return what the viewers saw since the last call, or since the beginning."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise WatcherError(f"the viewers' process is gone: {error}") from None
        return msgspec.json.decode(self._line(_ANSWER_S), type=WatcherReport)

    def close(self) -> None:
        """End the viewers."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.close()
            process.wait(_END_S)
        except (OSError, subprocess.TimeoutExpired):
            process.kill()
            process.wait(_END_S)
        process.stdout.close()

    def _line(self, timeout_s: float) -> bytes:
        assert self._process.stdout is not None
        output = self._process.stdout.fileno()
        deadline = time.monotonic() + timeout_s
        while b"\n" not in self._rest:
            ready, _, _ = select.select([output], [], [], max(0.0, deadline - time.monotonic()))
            data = os.read(output, 1 << 20) if ready else b""
            if not data:
                raise WatcherError(
                    f"{self.viewers} viewers: " + ("ended" if ready else "no answer in time")
                )
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        return line

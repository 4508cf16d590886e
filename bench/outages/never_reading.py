"""20 of 50 viewers never read: what the others get, and when those are gone."""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from pathlib import Path

from bench.broadcast.clients import Client, Received, read_all
from bench.broadcast.fed_bridge import FedBridge
from bench.broadcast.picture_set import write_picture_set
from bench.report import Findings, Row

__all__ = ["run"]

READERS, SILENT = 30, 20
_SECONDS = 20.0
_GONE_S = (5.0, 6.0)
"""The server's ``send_timeout_s``, and a second for its looks and a busy machine."""

_LOOK_S = 0.1


def run(*, short: bool) -> Findings:
    """Return what the worst reader got of the stream, and after how long the others were gone."""
    readers, silent, seconds = (3, 2, 8.0) if short else (READERS, SILENT, _SECONDS)
    with tempfile.TemporaryDirectory(prefix="camstrm-bench-") as folder:
        write_picture_set(Path(folder))
        with FedBridge(Path(folder)) as bridge, contextlib.ExitStack() as stack:
            good = [stack.enter_context(_client(bridge.port)) for _ in range(readers)]
            watch = _ViewerCount(bridge, readers)
            bad = [stack.enter_context(_client(bridge.port)) for _ in range(silent)]
            watch.start(len(bad))
            try:
                received = read_all(good, seconds)
            finally:
                watch.stop()
    share = min(map(_share, received))
    what = f"{silent} of {readers + silent} viewers never read"
    first, last = watch.gone_s
    return Findings(
        [
            Row(
                f"{what}: what the worst of the others got",
                100 * share,
                "% of the stream",
                target=">= 99 %",
                met=share >= 0.99,
            ),
            Row(
                f"{what}: the first is gone after",
                first,
                "s",
                target=f">= {_GONE_S[0]:g} s",
                met=first >= _GONE_S[0] - 2 * _LOOK_S,
            ),
            Row.at_most(f"{what}: the last is gone after", last, "s", _GONE_S[1]),
        ]
    )


def _client(port: int) -> contextlib.closing[Client]:
    return contextlib.closing(Client("camstrm", port))


def _share(received: list[Received]) -> float:
    numbers = {picture.seq for picture in received}
    return len(numbers) / (max(numbers) - min(numbers) + 1) if numbers else 0.0


class _ViewerCount:
    """Asks the bridge how many viewers it has, in a thread, until only the good ones are left."""

    def __init__(self, bridge: FedBridge, good: int) -> None:
        self.gone_s = (float("nan"), float("nan"))
        """After how many seconds the first and the last of the others were gone."""
        self._bridge = bridge
        self._good = good
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, bad: int) -> None:
        """Begin when all are connected."""
        self._thread = threading.Thread(
            target=self._run, args=(bad, time.monotonic()), name="count"
        )
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(10.0)

    def _run(self, bad: int, begin_s: float) -> None:
        first = float("nan")
        seen = False
        while not self._stopping.wait(_LOOK_S):
            left = len(self._bridge.status()["viewers"]) - self._good
            after_s = time.monotonic() - begin_s
            seen |= left == bad
            if seen and left < bad:
                first = min(first, after_s) if first == first else after_s
            if seen and left <= 0:
                self.gone_s = (first, after_s)
                return

"""Look at a window while it works: lateness and turns of its thread, CPU, memory, paints.

A turn is what the UI thread does between two waits of its event loop. Its lateness is what a
person feels, but on a busy machine other programs make it too; the CPU time of a turn is the
viewer's own.
"""

from __future__ import annotations

import os
import statistics
import time
from array import array
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractEventDispatcher, QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QWidget

from bench.measure import percentile, resident_bytes

__all__ = ["Watch"]

_INTERVAL_S = 0.005
_MEMORY_EVERY_S = 0.1
_MEMORY_SAMPLES = 10
_PARTS = 12


class Watch(QObject):
    """Begins with its creation; :meth:`report` ends it."""

    def __init__(self, views: Sequence[QWidget]) -> None:
        super().__init__()
        self._views = list(views)
        self._paints = 0
        for view in self._views:
            view.installEventFilter(self)
        # Arrays, so that what is noted here is not taken for memory of the viewer.
        self._late_ms = array("d")
        self._resident = array("q")
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(round(_INTERVAL_S * 1000))
        self._turn_ms = array("d")
        """CPU time of the UI thread in each turn."""
        self._thread_s = time.thread_time()
        QAbstractEventDispatcher.instance().aboutToBlock.connect(self._wait)
        self._memory_s = 0.0
        self._begin_s = self._last_s = time.monotonic()
        self._cpu_s = time.process_time()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  # Qt's name
        self._paints += event.type() == QEvent.Type.Paint
        return False

    def report(self) -> dict[str, Any]:
        """Return lateness and turns in ms, CPU in % of a core, bytes at begin, at the end and
        in each twelfth between, paints."""
        cpu_s = time.process_time() - self._cpu_s
        spent_s = time.monotonic() - self._begin_s
        self._timer.stop()
        for view in self._views:
            view.removeEventFilter(self)
        QAbstractEventDispatcher.instance().aboutToBlock.disconnect(self._wait)
        return {
            "late_p50_ms": percentile(self._late_ms, 50),
            "late_p99_ms": percentile(self._late_ms, 99),
            "late_max_ms": max(self._late_ms),
            "turn_p99_ms": percentile(self._turn_ms, 99),
            "turn_max_ms": max(self._turn_ms),
            "cpu_percent": 100 * cpu_s / spent_s,
            "resident_begin": statistics.median(self._resident[:_MEMORY_SAMPLES]),
            "resident_end": statistics.median(self._resident[-_MEMORY_SAMPLES:]),
            "resident_parts": _parts(self._resident),
            "paints": self._paints,
        }

    def _wait(self) -> None:
        thread_s = time.thread_time()
        self._turn_ms.append(1000 * (thread_s - self._thread_s))
        self._thread_s = thread_s

    def _tick(self) -> None:
        now_s = time.monotonic()
        self._late_ms.append(max(0.0, 1000 * (now_s - self._last_s - _INTERVAL_S)))
        self._last_s = now_s
        if now_s >= self._memory_s:
            self._memory_s = now_s + _MEMORY_EVERY_S
            self._resident.append(resident_bytes(os.getpid()))


def _parts(samples: Sequence[int]) -> list[float]:
    """Return the median of each twelfth: memory that grows differs from a peak."""
    size = max(1, len(samples) // _PARTS)
    return [statistics.median(samples[at : at + size]) for at in range(0, len(samples), size)]

"""The peers of the drain: plain Harvesters, as its documentation shows."""

from __future__ import annotations

import threading
from typing import Any

from bench.drain.way import InProcess, Job
from camstrm.frame import FrameTimes, RawFrame, pixel_format_code

# First: it makes genicam importable where Python has no shared library.
import camstrm.acquisition.gentl.binding  # noqa: F401  isort: skip
from harvesters.core import Harvester

__all__ = ["Background", "FetchThreads"]

_FETCH_S = 0.2
_END_S = 5.0


class _Harvesters(InProcess):
    """Opens the cameras; how frames are fetched is what the two ways differ in."""

    background = False

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._harvester = Harvester()
        self._acquirers: list[Any] = []

    def start(self) -> None:
        """Open and start all cameras."""
        self._harvester.add_file(self.job.cti)
        self._harvester.update()
        for camera in self.job.cameras:
            acquirer = self._harvester.create({"serial_number": camera["serial"]})
            nodes = acquirer.remote_device.node_map
            if camera["silent"]:
                nodes.TriggerSource.value = "Line0"
                nodes.TriggerMode.value = "On"
            acquirer.num_buffers = camera["buffers"]
            self._acquirers.append(acquirer)
        for acquirer in self._acquirers:
            acquirer.start(run_as_thread=self.background)

    def gaps(self) -> int:
        """Return 0: what the simulator counts is enough for a peer."""
        return 0

    def frame(self, buffer: Any) -> RawFrame:
        """Wrap a fetched buffer."""
        (component,) = buffer.payload.components
        code = pixel_format_code(component.data_format)
        assert code is not None
        return RawFrame(
            component.data.reshape(-1),
            component.width,
            component.height,
            code,
            FrameTimes(0, buffer.timestamp_ns),
            on_release=buffer.queue,
        )

    def close(self) -> None:
        """Close the cameras."""
        self.close_pool()
        for acquirer in self._acquirers:
            acquirer.stop()
            acquirer.destroy()
        self._harvester.reset()


class _LatestSlot:
    """Hands the newest buffer from one thread to another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buffer: Any = None

    def put(self, buffer: Any) -> Any:
        """Keep ``buffer``; return the one that nobody has taken."""
        with self._lock:
            replaced, self._buffer = self._buffer, buffer
        return replaced

    def take(self) -> Any:
        """Return the buffer, None if there is none."""
        return self.put(None)


class FetchThreads(_Harvesters):
    """``fetch()`` in a thread for each camera; the newest buffer is kept, the older queued."""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._stop = threading.Event()
        self._slots: list[_LatestSlot] = [_LatestSlot() for _ in job.cameras]
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Open the cameras, start the threads."""
        super().start()
        for acquirer, slot in zip(self._acquirers, self._slots, strict=True):
            thread = threading.Thread(target=self._drain, args=(acquirer, slot))
            thread.start()
            self._threads.append(thread)

    def take(self, index: int) -> RawFrame | None:
        """Take the newest buffer."""
        buffer = self._slots[index].take()
        return None if buffer is None else self.frame(buffer)

    def stop(self) -> None:
        """End the threads, close the cameras."""
        self._stop.set()
        for thread in self._threads:
            thread.join(_END_S)
        for slot in self._slots:
            buffer = slot.take()
            if buffer is not None:
                buffer.queue()
        self.close()

    def _drain(self, acquirer: Any, slot: _LatestSlot) -> None:
        while not self._stop.is_set():
            buffer = acquirer.try_fetch(timeout=_FETCH_S)
            if buffer is not None:
                replaced = slot.put(buffer)
                if replaced is not None:
                    replaced.queue()


class Background(_Harvesters):
    """``start(run_as_thread=True)``: Harvesters' own threads, and ``fetch()`` at each tick."""

    background = True

    def take(self, index: int) -> RawFrame | None:
        """Fetch the buffer that Harvesters holds; wait for one."""
        buffer = self._acquirers[index].fetch()
        return None if buffer is None else self.frame(buffer)

    def stop(self) -> None:
        """Close the cameras; a thread that does not end is left behind."""
        closing = threading.Thread(target=self.close, daemon=True)
        closing.start()
        closing.join(_END_S)

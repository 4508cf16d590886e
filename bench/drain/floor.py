"""The floor of draining: C threads (floors/drain.c) on cameras that ctypes opened."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_uint64, c_void_p
from typing import Any

import numpy as np

from bench.drain.way import InProcess, Job
from bench.native import build_floor
from camstrm.acquisition.gentl.library import BufferInfo, GentlLibrary
from camstrm.frame import FrameTimes, RawFrame
from tests.simulator.raw_gentl import OpenCamera, RawGentl

__all__ = ["CThread", "CThreadWithPauses"]

_PAUSE_US = 5000


class _Calls(ctypes.Structure):
    _fields_ = (
        ("event_get_data", c_void_p),
        ("get_buffer_info", c_void_p),
        ("queue_buffer", c_void_p),
    )


class CThread(InProcess):
    """A C thread for each camera; pictures are encoded as camstrm does."""

    pause_us = 0

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._gentl = RawGentl(job.cti)
        self._library = GentlLibrary(job.cti)
        self._floor = _floor()
        self._cameras: list[OpenCamera] = []
        self._drains: list[int] = []

    def start(self) -> None:
        """Open the cameras, start a thread for each."""
        loaded = ctypes.CDLL(self.job.cti)
        names = ("EventGetData", "DSGetBufferInfo", "DSQueueBuffer")
        calls = _Calls(*(ctypes.cast(getattr(loaded, name), c_void_p) for name in names))
        self._gentl.do("GCInitLib")
        interfaces = self._gentl.open_interfaces()
        for spec in self.job.cameras:
            camera = OpenCamera(self._gentl, interfaces, spec["serial"])
            self._cameras.append(camera)
            camera.announce(spec["buffers"])
            drain = self._floor.drain_start(calls, camera.stream, camera.event, self.pause_us)
            self._drains.append(drain)
            camera.start()

    def take(self, index: int) -> RawFrame | None:
        """Take the newest buffer of a C thread."""
        buffer = self._floor.drain_take(self._drains[index])
        if not buffer:
            return None
        stream = self._cameras[index].stream

        def info(what: BufferInfo) -> int:
            return self._library.buffer_info(stream, buffer, what) or 0

        def give_back() -> None:
            self._library.queue_buffer(stream, buffer)

        memory = (ctypes.c_uint8 * info(BufferInfo.SIZE)).from_address(info(BufferInfo.BASE))
        return RawFrame(
            np.ctypeslib.as_array(memory),
            info(BufferInfo.WIDTH),
            info(BufferInfo.HEIGHT),
            info(BufferInfo.PIXELFORMAT),
            FrameTimes(0, info(BufferInfo.TIMESTAMP_NS)),
            on_release=give_back,
        )

    def gaps(self) -> int:
        """Return those that the threads counted."""
        return sum(self._floor.drain_gaps(drain) for drain in self._drains)

    def stop(self) -> None:
        """End threads and streams."""
        self.close_pool()
        for camera in self._cameras:
            camera.stop()
        for drain in self._drains:
            self._floor.drain_stop(drain)
        self._gentl.do("GCCloseLib")


class CThreadWithPauses(CThread):
    """The same with a pause of 5 ms before each wait; those of camstrm last up to 15 ms."""

    pause_us = _PAUSE_US


def _floor() -> Any:
    library = ctypes.CDLL(str(build_floor("drain", "-shared", "-fPIC")))
    for name, result, arguments in (
        ("drain_start", c_void_p, (POINTER(_Calls), c_void_p, c_void_p, c_uint64)),
        ("drain_take", c_void_p, (c_void_p,)),
        ("drain_gaps", c_uint64, (c_void_p,)),
        ("drain_stop", None, (c_void_p,)),
    ):
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library

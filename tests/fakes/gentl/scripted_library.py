"""A scripted GentlLibrary: buffers that are queued, filled, handed over and queued again.

It holds the rules of GenTL that camstrm must keep: a buffer is queued only by whoever was
handed it, and only once.
"""

from __future__ import annotations

import ctypes
from collections import deque

from camstrm.acquisition.gentl.library import BufferInfo, GcError, GentlLibrary, StreamCalls
from camstrm.acquisition.stream.drain import StreamHandles

HANDLES = StreamHandles(stream=7, event=8)
WIDTH, HEIGHT = 4, 2
MONO8 = 0x01080001
FIRST_BUFFER = 100


class FakeStreamCalls(StreamCalls):
    """Passes the calls for each buffer on to the library."""

    def __init__(self, library: FakeGentlLibrary, stream: int, event: int) -> None:
        self.library = library
        self.stream = stream
        self.event = event

    def next_buffer(self, timeout_ms: int) -> tuple[int, int]:
        return self.library.wait_new_buffer(self.event, timeout_ms)

    def frame_id(self, buffer: int) -> int | None:
        return self.library.buffer_info(self.stream, buffer, BufferInfo.FRAMEID)

    def is_incomplete(self, buffer: int) -> bool:
        return bool(self.library.buffer_info(self.stream, buffer, BufferInfo.IS_INCOMPLETE))

    def queue(self, buffer: int) -> int:
        return self.library.queue_buffer(self.stream, buffer)


class FakeGentlLibrary(GentlLibrary):
    """One stream with ``count`` announced buffers; frame ids run from 1."""

    def __init__(self, count: int = 4, size: int = WIDTH * HEIGHT) -> None:
        self.memory = {
            FIRST_BUFFER + i: (ctypes.c_uint8 * size)(*([i] * size)) for i in range(count)
        }
        self.input = deque(self.memory)
        self.output: deque[int] = deque()
        self.held: set[int] = set()
        self.info: dict[int, dict[BufferInfo, int | None]] = {}
        self.frame_id = 0
        self.lost = 0
        self.underrun: int | None = 0
        self.waits: list[int] = []
        self.refusal = GcError.TIMEOUT

    def deliver(self, **info: int | None) -> int:
        """Fill the next queued buffer; return its handle, 0 if there is none (frame lost)."""
        self.frame_id += 1
        if not self.input:
            self.lost += 1
            return 0
        handle = self.input.popleft()
        self.info[handle] = {
            BufferInfo.BASE: ctypes.addressof(self.memory[handle]),
            BufferInfo.SIZE: ctypes.sizeof(self.memory[handle]),
            BufferInfo.WIDTH: WIDTH,
            BufferInfo.HEIGHT: HEIGHT,
            BufferInfo.PIXELFORMAT: MONO8,
            BufferInfo.FRAMEID: self.frame_id,
            BufferInfo.IS_INCOMPLETE: 0,
            **{BufferInfo[name]: value for name, value in info.items()},
        }
        self.output.append(handle)
        return handle

    def stream_calls(self, stream: int, event: int) -> FakeStreamCalls:
        return FakeStreamCalls(self, stream, event)

    def wait_new_buffer(self, event: int, timeout_ms: int) -> tuple[int, int]:
        assert event == HANDLES.event
        self.waits.append(timeout_ms)
        if not self.output:
            return self.refusal, 0
        handle = self.output.popleft()
        self.held.add(handle)
        return GcError.SUCCESS, handle

    def num_in_queue(self, event: int) -> int:
        assert event == HANDLES.event
        return len(self.output)

    def buffer_info(self, stream: int, buffer: int, what: BufferInfo) -> int | None:
        assert stream == HANDLES.stream
        assert buffer in self.held, "asked about a buffer that was given back"
        return self.info[buffer].get(what)

    def queue_buffer(self, stream: int, buffer: int) -> int:
        assert stream == HANDLES.stream
        assert buffer in self.held, "queued a buffer twice, or one that was never handed over"
        self.held.remove(buffer)
        self.input.append(buffer)
        return GcError.SUCCESS

    def num_underrun(self, stream: int) -> int | None:
        assert stream == HANDLES.stream
        return self.underrun

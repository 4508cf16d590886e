"""The producer's own C functions, called with the GIL released.

genicam's binding never releases the GIL, so the wait for a buffer and what is done with
each buffer call the same loaded .cti through ctypes, on the handles that genicam exposes.
Numbers and types are those of the GenTL standard 1.6 (EMVA), section "GenTL headers".
"""

from __future__ import annotations

import ctypes
from ctypes import (
    POINTER,
    addressof,
    byref,
    c_bool,
    c_char_p,
    c_int32,
    c_size_t,
    c_uint8,
    c_uint64,
    c_void_p,
    create_string_buffer,
    sizeof,
)
from enum import IntEnum
from typing import Any

from camstrm.errors import ProducerError

__all__ = ["BufferInfo", "GcError", "GentlLibrary", "StreamCalls", "code_name"]


class GcError(IntEnum):
    """GC_ERROR codes of the standard."""

    SUCCESS = 0
    ERROR = -1001
    NOT_INITIALIZED = -1002
    NOT_IMPLEMENTED = -1003
    RESOURCE_IN_USE = -1004
    ACCESS_DENIED = -1005
    INVALID_HANDLE = -1006
    INVALID_ID = -1007
    NO_DATA = -1008
    INVALID_PARAMETER = -1009
    IO = -1010
    TIMEOUT = -1011
    ABORT = -1012
    INVALID_BUFFER = -1013
    NOT_AVAILABLE = -1014
    INVALID_ADDRESS = -1015
    BUFFER_TOO_SMALL = -1016
    INVALID_INDEX = -1017
    PARSING_CHUNK_DATA = -1018
    INVALID_VALUE = -1019
    RESOURCE_EXHAUSTED = -1020
    OUT_OF_MEMORY = -1021
    BUSY = -1022


def code_name(code: int) -> str:
    """Return a code as the standard calls it; "GC_ERR" for one that it does not have."""
    try:
        return f"GC_ERR_{GcError(code).name}"
    except ValueError:
        return "GC_ERR"


class BufferInfo(IntEnum):
    """BUFFER_INFO_CMD values that are asked."""

    BASE = 0
    SIZE = 1
    TIMESTAMP = 3
    IS_INCOMPLETE = 7
    SIZE_FILLED = 9
    WIDTH = 10
    HEIGHT = 11
    XPADDING = 14
    FRAMEID = 16
    IMAGEOFFSET = 18
    PIXELFORMAT = 20
    TIMESTAMP_NS = 28


_ERROR_TEXT_BYTES = 1024
"""Longest error text that is asked for."""

_STREAM_INFO_NUM_UNDERRUN = 2
_EVENT_NUM_IN_QUEUE = 1

_CTYPES: dict[BufferInfo, type[Any]] = {
    BufferInfo.BASE: c_void_p,
    BufferInfo.TIMESTAMP: c_uint64,
    BufferInfo.IS_INCOMPLETE: c_bool,
    BufferInfo.FRAMEID: c_uint64,
    BufferInfo.PIXELFORMAT: c_uint64,
    BufferInfo.TIMESTAMP_NS: c_uint64,
}
"""Types of what is asked; the others are c_size_t."""


class GentlLibrary:
    """The C functions of one loaded producer; ctypes releases the GIL in each call.

    Handles are plain integers. Calls return GC_ERROR codes or None, never raise: a
    timeout is a result.
    """

    def __init__(self, cti: str) -> None:
        """Bind the functions of ``cti``; raise ProducerError when they are not there."""
        try:
            library = ctypes.CDLL(cti)
            self._event_get_data = library.EventGetData
            self._event_get_info = library.EventGetInfo
            self._get_buffer_info = library.DSGetBufferInfo
            self._queue_buffer = library.DSQueueBuffer
            self._get_stream_info = library.DSGetInfo
            self._read_port = library.GCReadPort
            self._write_port = library.GCWritePort
            self._get_last_error = library.GCGetLastError
        except (OSError, AttributeError) as error:
            raise ProducerError(cti, f"cannot be called directly ({error})") from None
        self._library = library
        asked = (c_int32, POINTER(c_int32), c_void_p, POINTER(c_size_t))
        for function, arguments in (
            (self._event_get_data, (c_void_p, c_void_p, POINTER(c_size_t), c_uint64)),
            (self._event_get_info, (c_void_p, *asked)),
            (self._get_buffer_info, (c_void_p, c_void_p, *asked)),
            (self._queue_buffer, (c_void_p, c_void_p)),
            (self._get_stream_info, (c_void_p, *asked)),
            (self._read_port, (c_void_p, c_uint64, c_void_p, POINTER(c_size_t))),
            (self._write_port, (c_void_p, c_uint64, c_char_p, POINTER(c_size_t))),
            (self._get_last_error, (POINTER(c_int32), c_void_p, POINTER(c_size_t))),
        ):
            function.argtypes = arguments
            function.restype = c_int32

    def stream_calls(self, stream: int, event: int) -> StreamCalls:
        """Return the calls for each buffer of a DS_HANDLE and its new-buffer EVENT_HANDLE."""
        return StreamCalls(self._library, stream, event)

    def num_in_queue(self, event: int) -> int:
        """Return how many filled buffers wait (0 also where the producer does not say)."""
        return _asked(self._event_get_info, c_size_t(), event, _EVENT_NUM_IN_QUEUE) or 0

    def buffer_info(self, stream: int, buffer: int, what: BufferInfo) -> int | None:
        """Return one property of a buffer as int; None where the producer gives none."""
        return _asked(self._get_buffer_info, _CTYPES.get(what, c_size_t)(), stream, buffer, what)

    def queue_buffer(self, stream: int, buffer: int) -> int:
        """Give a buffer back to the producer; return the GC_ERROR code."""
        return int(self._queue_buffer(stream, buffer))

    def num_underrun(self, stream: int) -> int | None:
        """Return the frames that the producer lost because no buffer was queued."""
        return _asked(self._get_stream_info, c_uint64(), stream, _STREAM_INFO_NUM_UNDERRUN)

    def read_port(self, port: int, address: int, length: int) -> tuple[int, bytes]:
        """Read registers of a PORT_HANDLE; return the GC_ERROR code and what they hold."""
        data = create_string_buffer(length)
        size = c_size_t(length)
        code = int(self._read_port(port, address, data, byref(size)))
        return code, b"" if code else data.raw

    def write_port(self, port: int, address: int, data: bytes) -> int:
        """Write registers of a PORT_HANDLE; return the GC_ERROR code."""
        return int(self._write_port(port, address, data, byref(c_size_t(len(data)))))

    def last_error(self, code: int) -> bytes:
        """Return the producer's text about the error that this thread's last call returned.

        Empty where it has none, and where it speaks of another error than ``code``.
        """
        about, size = c_int32(), c_size_t(_ERROR_TEXT_BYTES)
        text = create_string_buffer(_ERROR_TEXT_BYTES)
        if self._get_last_error(byref(about), text, byref(size)) or about.value != code:
            return b""
        return text.value


def _asked(function: Any, value: Any, *arguments: int) -> int | None:
    """Let one of GenTL's functions of information fill in ``value``; None for any error."""
    size, kind = c_size_t(sizeof(value)), c_int32()
    if function(*arguments, byref(kind), byref(value), byref(size)) != GcError.SUCCESS:
        return None
    return int(value.value or 0)


class StreamCalls:
    """What is called for each buffer of one stream, with arguments that are made once.

    Hundreds of frames a second pass through four calls each; making new arguments took
    longer than the calls (1.3 us instead of 0.6 us a call, Python 3.11). So one thread at a
    time may use an object. Handles are plain integers, codes are GC_ERROR.
    """

    def __init__(self, library: ctypes.CDLL, stream: int, event: int) -> None:
        """Prepare calls to ``library`` for a DS_HANDLE and its new-buffer EVENT_HANDLE."""
        # Function objects of its own: without argument types, nothing is converted, so every
        # argument below is a ctypes object of the right width.
        self._event_get_data = _function(library, "EventGetData")
        self._get_buffer_info = _function(library, "DSGetBufferInfo")
        self._queue_buffer = _function(library, "DSQueueBuffer")
        self._stream = c_void_p(stream)
        self._event = c_void_p(event)
        self._buffer = c_void_p()
        self._timeout_ms = c_uint64()
        # EVENT_NEW_BUFFER_DATA: buffer handle and user pointer.
        self._data = (c_void_p * 2)()
        self._frame_id = c_uint64()
        self._incomplete = c_uint8()
        self._size = c_size_t()
        self._kind = c_int32()
        kind_at, size_at = _address(self._kind), _address(self._size)
        self._wait = self._event, _address(self._data), size_at, self._timeout_ms
        self._ask_id, self._ask_incomplete = (
            (self._stream, self._buffer, c_int32(what), kind_at, _address(value), size_at)
            for what, value in (
                (BufferInfo.FRAMEID, self._frame_id),
                (BufferInfo.IS_INCOMPLETE, self._incomplete),
            )
        )

    def next_buffer(self, timeout_ms: int) -> tuple[int, int]:
        """Wait for a filled buffer; return (GC_ERROR, buffer handle or 0)."""
        self._size.value = sizeof(self._data)
        self._timeout_ms.value = timeout_ms
        code: int = self._event_get_data(*self._wait)
        return code, 0 if code else self._data[0] or 0

    def frame_id(self, buffer: int) -> int | None:
        """Return BUFFER_INFO_FRAMEID; None where the producer gives none."""
        self._buffer.value = buffer
        self._size.value = 8
        return None if self._get_buffer_info(*self._ask_id) else self._frame_id.value

    def is_incomplete(self, buffer: int) -> bool:
        """Return BUFFER_INFO_IS_INCOMPLETE; False where the producer gives none."""
        self._buffer.value = buffer
        self._size.value = 1
        return not self._get_buffer_info(*self._ask_incomplete) and bool(self._incomplete.value)

    def queue(self, buffer: int) -> int:
        """Give a buffer back to the producer; return the GC_ERROR code."""
        self._buffer.value = buffer
        code: int = self._queue_buffer(self._stream, self._buffer)
        return code


def _function(library: ctypes.CDLL, name: str) -> Any:
    function = library[name]
    function.restype = c_int32
    return function


def _address(variable: Any) -> c_void_p:
    return c_void_p(addressof(variable))

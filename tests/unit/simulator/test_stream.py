"""Buffers, queues and the acquisition engine; accounting of frames."""

from __future__ import annotations

import ctypes
import threading
from ctypes import byref, c_size_t, c_uint64, c_void_p

import pytest

from camstrm.acquisition.gentl.library import GcError
from tests.simulator.raw_gentl import ALL_DISCARD, INFINITE, KILL, GentlError, OpenCamera
from tests.simulator.scenario import RunnableScenario

INPUT_TO_OUTPUT, OUTPUT_DISCARD, ALL_TO_INPUT, UNQUEUED_TO_INPUT = range(4)
BASE, SIZE, USER_PTR, IS_QUEUED, SIZE_FILLED = 0, 1, 2, 5, 9
FRAMEID, TIMESTAMP_NS = 16, 28
NUM_DELIVERED, NUM_UNDERRUN, NUM_ANNOUNCED, NUM_QUEUED, NUM_AWAIT = 1, 2, 3, 4, 5
IS_GRABBING = 8
MODES = {"OldestFirst": 0, "OldestFirstOverwrite": 1, "NewestOnly": 2, "NewestFirst": 3}


def counts(camera: OpenCamera) -> tuple[int, int, int]:
    """Announced, queued and waiting buffers."""
    info = camera.gentl.info
    return (
        info("DSGetInfo", camera.stream, NUM_ANNOUNCED),
        info("DSGetInfo", camera.stream, NUM_QUEUED),
        info("DSGetInfo", camera.stream, NUM_AWAIT),
    )


def test_buffer_tells_all_about_a_frame(camera: OpenCamera) -> None:
    camera.start()
    first, second = camera.fetch(), camera.fetch()
    told = [camera.buffer(first, command) for command in (*range(25), 26, 27, 29, 30, 31)]
    base, timestamp = told[BASE], told[3]
    assert told == [
        base, 307200, 0, timestamp, True, False, False, False, "U3V", 307200, 640, 480, 0, 0, 0, 0,
        1, True, 0, 1, 0x01080001, 4, 480, 0, 0, 1, 307200, False, False, False,
    ]  # fmt: skip
    assert base
    assert camera.buffer(second, FRAMEID) == 2
    elapsed_ns = camera.buffer(second, TIMESTAMP_NS) - timestamp
    assert 0 < elapsed_ns < 1e9
    size = c_size_t()
    arguments = (None, None, byref(size))
    for command, code in ((25, GcError.NOT_AVAILABLE), (99, GcError.NOT_IMPLEMENTED)):
        got = camera.gentl.code("DSGetBufferInfo", camera.stream, first, command, *arguments)
        assert got == code


def test_stacked_buffer_info(camera: OpenCamera) -> None:
    class Entry(ctypes.Structure):
        _pack_ = 1
        _layout_ = "ms"
        _fields_ = (
            ("command", ctypes.c_int32),
            ("type", ctypes.c_int32),
            ("buffer", c_void_p),
            ("size", c_size_t),
            ("result", ctypes.c_int32),
        )

    camera.start()
    handle = camera.fetch()
    values = (c_uint64 * 2)()
    place = ctypes.addressof(values)
    entries = (Entry * 2)(Entry(10, 0, place, 8, 1), Entry(99, 0, place + 8, 8, 1))
    last_error = camera.gentl.last_error()
    camera.gentl.do("DSGetBufferInfoStacked", camera.stream, handle, entries, 2)
    assert (values[0], entries[0].type, entries[0].size, entries[0].result) == (640, 12, 8, 0)
    assert entries[1].result == GcError.NOT_IMPLEMENTED
    assert camera.gentl.last_error() == last_error, "an entry failed, not the call"
    name, stream = "DSGetBufferInfoStacked", camera.stream
    assert camera.gentl.code(name, stream, 5, entries, 2) == GcError.INVALID_HANDLE
    assert camera.gentl.code(name, stream, handle, entries, 0) == GcError.INVALID_PARAMETER


def test_engine_needs_buffers_and_runs_once(camera: OpenCamera) -> None:
    gentl, stream = camera.gentl, camera.stream
    assert gentl.code("DSStartAcquisition", stream, 0, INFINITE) == GcError.INVALID_BUFFER
    assert gentl.code("DSStopAcquisition", stream, KILL) == GcError.RESOURCE_IN_USE
    handles = camera.announce(4)
    assert gentl.code("DSStartAcquisition", stream, 5, INFINITE) == GcError.NOT_IMPLEMENTED
    camera.start()
    assert gentl.info("DSGetInfo", stream, IS_GRABBING)
    assert gentl.code("DSStartAcquisition", stream, 0, INFINITE) == GcError.RESOURCE_IN_USE
    assert gentl.code("DSRevokeBuffer", stream, handles[3], None, None) == GcError.BUSY
    camera.stop()
    assert not gentl.info("DSGetInfo", stream, IS_GRABBING)
    memory, private = c_void_p(), c_void_p()
    gentl.do("DSRevokeBuffer", stream, handles[3], byref(memory), byref(private))
    assert memory.value
    assert gentl.code("DSQueueBuffer", stream, handles[3]) == GcError.INVALID_HANDLE
    assert counts(camera)[0] == 3
    camera.start()
    camera.fetch()


def test_buffers_are_announced_and_queued_once(camera: OpenCamera) -> None:
    gentl, stream = camera.gentl, camera.stream
    (queued,) = camera.announce(1)
    assert gentl.code("DSQueueBuffer", stream, queued) == GcError.RESOURCE_IN_USE
    memory = camera.buffer(queued, BASE)
    handle = c_void_p()
    arguments = (stream, memory, 100, None, byref(handle))
    assert gentl.code("DSAnnounceBuffer", *arguments) == GcError.RESOURCE_IN_USE
    arguments = (stream, None, 100, None, byref(handle))
    assert gentl.code("DSAnnounceBuffer", *arguments) == GcError.INVALID_PARAMETER
    own = gentl.handle("DSAllocAndAnnounceBuffer", stream, 1000, 77)
    assert camera.buffer(own, SIZE) == 1000
    assert camera.buffer(own, USER_PTR) == 77
    assert not camera.buffer(own, IS_QUEUED)
    assert [gentl.handle("DSGetBufferID", stream, i) for i in range(2)] == [queued, own]
    assert gentl.code("DSGetBufferID", stream, 2, byref(handle)) == GcError.INVALID_INDEX
    private, returned = c_void_p(), c_void_p(5)
    gentl.do("DSRevokeBuffer", stream, own, byref(returned), byref(private))
    assert (returned.value, private.value) == (None, 77), "its own memory is not handed out"


def test_flushing_moves_buffers_as_the_standard_says(camera: OpenCamera) -> None:
    gentl, stream = camera.gentl, camera.stream
    first, *_ = camera.announce(4)
    assert counts(camera) == (4, 4, 0)
    gentl.do("DSFlushQueue", stream, INPUT_TO_OUTPUT)
    assert counts(camera) == (4, 0, 4)
    assert camera.fetch(0) == first
    assert camera.buffer(first, SIZE_FILLED) == 0
    gentl.do("DSFlushQueue", stream, UNQUEUED_TO_INPUT)
    assert counts(camera) == (4, 1, 3)
    gentl.do("DSFlushQueue", stream, OUTPUT_DISCARD)
    assert counts(camera) == (4, 1, 0)
    gentl.do("DSFlushQueue", stream, ALL_TO_INPUT)
    assert counts(camera) == (4, 4, 0)
    gentl.do("DSFlushQueue", stream, ALL_DISCARD)
    assert counts(camera) == (4, 0, 0)
    assert gentl.code("DSFlushQueue", stream, 9) == GcError.NOT_IMPLEMENTED


def test_engine_stops_after_the_frames_wanted(camera: OpenCamera, run: RunnableScenario) -> None:
    camera.start(frames=3)
    ids = [camera.buffer(camera.fetch(), FRAMEID) for _ in range(3)]
    assert ids == [1, 2, 3]
    with run.control("A1") as control:
        assert control.wait_until(
            lambda _: not camera.gentl.info("DSGetInfo", camera.stream, IS_GRABBING)
        )
    with pytest.raises(GentlError) as failure:
        camera.fetch(20)
    assert failure.value.code == GcError.TIMEOUT
    camera.stop()


@pytest.mark.parametrize(("mode", "frames"), [(0, 1), (1, 5)], ids=["single", "multi"])
def test_acquisition_mode_ends_the_acquisition(
    camera: OpenCamera, run: RunnableScenario, mode: int, frames: int
) -> None:
    camera.set("AcquisitionMode", mode)
    camera.set("AcquisitionFrameCount", frames)
    camera.start()
    for _ in range(frames):
        camera.fetch()
    with run.control("A1") as control:
        assert control.wait_until(lambda c: not c["streaming"])
        assert control["produced"] == frames


def test_no_frame_is_lost_while_buffers_are_queued(
    camera: OpenCamera, run: RunnableScenario
) -> None:
    camera.start(buffers=128)
    for wanted in range(1, 301):
        handle = camera.fetch()
        assert camera.buffer(handle, FRAMEID) == wanted
        camera.queue(handle)
    camera.stop()
    with run.control("A1") as control:
        seen = control.counters()
    assert seen["underrun"] == seen["lost"] == seen["dropped"] == 0
    assert seen["produced"] == seen["delivered"] == seen["frame_id"]
    assert seen["queue_calls"] == 128 + 300


def test_frames_without_a_buffer_are_counted_and_leave_a_gap(
    camera: OpenCamera, run: RunnableScenario
) -> None:
    camera.start(buffers=4)
    with run.control("A1") as control:
        assert control.wait_until(lambda c: c["underrun"] >= 10)
        ids = []
        for _ in range(4):
            handle = camera.fetch()
            ids.append(camera.buffer(handle, FRAMEID))
            camera.queue(handle)
        assert ids == [1, 2, 3, 4]
        handle = camera.fetch()
        lost = camera.buffer(handle, FRAMEID) - 5
        camera.stop()
        assert lost >= 10
        seen = control.counters()
    assert seen["underrun"] == camera.gentl.info("DSGetInfo", camera.stream, NUM_UNDERRUN) >= lost
    assert seen["produced"] == seen["delivered"] + seen["underrun"]


def set_mode(camera: OpenCamera, mode: int) -> None:
    stream_xml = camera.gentl.xml(camera.stream)
    place = stream_xml.index('<IntReg Name="StreamBufferHandlingMode_Reg">')
    address = stream_xml[place:].split("<Address>")[1].split("<")[0]
    camera.gentl.write(camera.stream, int(address, 16), mode.to_bytes(8, "little"))


@pytest.mark.parametrize("mode", MODES)
def test_buffer_handling_modes(camera: OpenCamera, run: RunnableScenario, mode: str) -> None:
    set_mode(camera, MODES[mode])
    camera.start(buffers=4)
    with run.control("A1") as control:
        assert control.wait_until(lambda c: c["produced"] >= 20)
        # The camera stands still, so that what waits can be looked at.
        control.set(stall=1)
        assert control.wait_until(lambda c: not c["streaming"])
        newest, awaiting = control["frame_id"], control["awaiting"]
        ids = [camera.buffer(camera.fetch(), FRAMEID) for _ in range(awaiting)]
    expected = {
        "OldestFirst": [1, 2, 3, 4],
        "OldestFirstOverwrite": list(range(newest - 3, newest + 1)),
        "NewestOnly": [newest],
        "NewestFirst": [4, 3, 2, 1],
    }
    assert ids == expected[mode]


def test_wait_is_ended_by_kill_and_by_unregistering(camera: OpenCamera) -> None:
    gentl = camera.gentl
    codes: list[int] = []

    def wait() -> None:
        data, size = (c_uint64 * 2)(), c_size_t(16)
        codes.append(gentl.code("EventGetData", camera.event, data, byref(size), INFINITE))

    for end in ("EventKill", "GCUnregisterEvent"):
        waiter = threading.Thread(target=wait)
        waiter.start()
        if end == "EventKill":
            gentl.do(end, camera.event)
        else:
            gentl.do(end, camera.stream, 1)
        waiter.join(30)
        assert not waiter.is_alive()
    assert codes[0] == GcError.ABORT
    # A wait that begins after the end of the event finds no such handle.
    assert codes[1] in (GcError.ABORT, GcError.INVALID_HANDLE)


def test_event_data_is_checked_and_told(camera: OpenCamera) -> None:
    gentl = camera.gentl
    camera.announce(2)
    gentl.do("DSFlushQueue", camera.stream, INPUT_TO_OUTPUT)
    data, size = (c_uint64 * 2)(), c_size_t(8)
    assert gentl.code("EventGetData", camera.event, data, byref(size), 0) == (
        GcError.BUFFER_TOO_SMALL
    )
    assert gentl.info("EventGetInfo", camera.event, 1) == 2, "nothing was taken"
    gentl.do("EventGetData", camera.event, data, byref(c_size_t(16)), 0)
    assert gentl.info("EventGetDataInfo", camera.event, data, 16, 0) == data[0]
    gentl.do("EventFlush", camera.event)
    assert gentl.info("EventGetInfo", camera.event, 1) == 0
    assert gentl.info("EventGetInfo", camera.event, 2) == 2, "fired so far"


def test_chunks_follow_the_picture(camera: OpenCamera) -> None:
    camera.set("ChunkModeActive", 1)
    payload = camera.get("PayloadSize")
    assert payload == 640 * 480 + 8 + 2 * 16
    camera.start()
    handle = camera.fetch()
    chunks, count = (c_uint64 * 9)(), c_size_t(3)
    camera.gentl.do("DSGetBufferChunkData", camera.stream, handle, chunks, byref(count))
    assert count.value == 3
    assert list(chunks) == [1, 0, 307200, 2, 307208, 8, 3, 307224, 8]
    data = camera.bytes_of(handle)
    assert int.from_bytes(data[307208:307216], "little") == camera.buffer(handle, FRAMEID)
    assert int.from_bytes(data[307224:307232], "little") == camera.buffer(handle, TIMESTAMP_NS)
    short = c_size_t(1)
    code = camera.gentl.code("DSGetBufferChunkData", camera.stream, handle, chunks, byref(short))
    assert (code, short.value) == (GcError.BUFFER_TOO_SMALL, 3)


def test_buffer_that_is_too_small_is_incomplete(camera: OpenCamera) -> None:
    camera.announce(2, size=1000)
    camera.start()
    handle = camera.fetch()
    assert camera.buffer(handle, 7), "incomplete"
    assert camera.buffer(handle, 29), "data larger than buffer"
    assert camera.buffer(handle, 27) == 307200
    assert camera.buffer(handle, SIZE_FILLED) <= 1000

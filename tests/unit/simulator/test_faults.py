"""Each fault knob, switched while a camera streams."""

from __future__ import annotations

import ctypes
import dataclasses
import gc
import itertools

import pytest

from camstrm.acquisition.gentl.library import GcError
from tests.simulator.control import SLOTS, CameraControl
from tests.simulator.raw_gentl import GentlError, OpenCamera, RawGentl
from tests.simulator.scenario import NETWORK_CAMERA

WIDTH, HEIGHT, PIXELFORMAT, SIZE_FILLED = 10, 11, 20, 9
IS_INCOMPLETE, FRAMEID, TIMESTAMP, DATA_SIZE = 7, 16, 3, 27
MONO8 = 0x01080001

TWO_FORMATS = dataclasses.replace(NETWORK_CAMERA, formats=("Mono8", "BayerRG8"))
pytestmark = pytest.mark.parametrize("run", [[TWO_FORMATS]], indirect=True, ids=["gev"])


def settle(camera: OpenCamera, control: CameraControl) -> None:
    """Leave behind what was filled before a knob was set."""
    produced = control["produced"]
    assert control.wait_until(lambda c: c["produced"] > produced + 1 or c["stall"] > 0)
    while camera.gentl.info("EventGetInfo", camera.event, 1):
        camera.next_frame()


def told(camera: OpenCamera, what: int) -> object:
    """A BUFFER_INFO of the next frame, or the GC_ERROR that it gives."""
    handle = camera.fetch()
    try:
        return camera.buffer(handle, what)
    except GentlError as error:
        return error.code
    finally:
        camera.queue(handle)


def ids(camera: OpenCamera, count: int) -> list[int]:
    found = []
    for _ in range(count):
        handle = camera.fetch()
        found.append(camera.buffer(handle, FRAMEID))
        camera.queue(handle)
    return found


@pytest.mark.parametrize(
    ("knobs", "what", "value"),
    [
        ({"pixel_format": 0x81FF0001}, PIXELFORMAT, 0x81FF0001),
        ({"hb_format": 1}, PIXELFORMAT, MONO8 | 0x80000000),
        ({"zero_height": 1}, HEIGHT, 0),
        ({"zero_size": 1}, SIZE_FILLED, 0),
        ({"short_by": 100}, SIZE_FILLED, 307100),
        ({"no_timestamps": 1}, TIMESTAMP, GcError.NOT_AVAILABLE),
        ({"no_frame_ids": 1}, FRAMEID, GcError.NOT_AVAILABLE),
        ({"incomplete_percent": 100}, IS_INCOMPLETE, True),
        ({"mtu": 1400}, IS_INCOMPLETE, True),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_buffers_tell(
    streaming: OpenCamera, control: CameraControl, knobs: dict[str, int], what: int, value: object
) -> None:
    healthy = told(streaming, what)
    control.set(**knobs)
    settle(streaming, control)
    assert told(streaming, what) == value
    control.clear()
    settle(streaming, control)
    if what in (FRAMEID, TIMESTAMP):
        assert told(streaming, what) != GcError.NOT_AVAILABLE
    else:
        assert told(streaming, what) == healthy


def test_share_of_incomplete_buffers(streaming: OpenCamera, control: CameraControl) -> None:
    control.set(incomplete_percent=25)
    settle(streaming, control)
    incomplete = []
    for _ in range(40):
        handle = streaming.fetch()
        incomplete.append(streaming.buffer(handle, IS_INCOMPLETE))
        streaming.queue(handle)
    assert sum(incomplete) == 10
    assert control["incomplete"] >= 10


def test_lost_frames_leave_gaps(streaming: OpenCamera, control: CameraControl) -> None:
    control.set(lost_percent=50)
    settle(streaming, control)
    found = ids(streaming, 10)
    assert {b - a for a, b in itertools.pairwise(found)} == {2}
    assert control["lost"] >= 9, "one between each two that came"
    assert control["underrun"] == 0


def test_gaps_in_frame_ids_lose_nothing(streaming: OpenCamera, control: CameraControl) -> None:
    control.set(gap_every=3)
    settle(streaming, control)
    found = ids(streaming, 12)
    steps = [b - a for a, b in itertools.pairwise(found)]
    assert sorted(set(steps)) == [1, 2]
    assert steps.count(2) in (3, 4)
    assert control["lost"] == control["underrun"] == 0


def test_link_that_is_down_comes_back_by_itself(
    streaming: OpenCamera, control: CameraControl
) -> None:
    last = ids(streaming, 1)[0]
    control.set(link_down=1)
    settle(streaming, control)
    assert streaming.is_silent()
    lost = control["lost"]
    control.clear()
    assert ids(streaming, 1)[0] > last + lost / 2
    assert lost > 5


def test_stalled_sensor_uses_no_frame_ids(streaming: OpenCamera, control: CameraControl) -> None:
    control.set(stall=1)
    assert control.wait_until(lambda c: not c["streaming"])
    settle(streaming, control)
    assert streaming.is_silent()
    last = control["frame_id"]
    control.clear()
    assert ids(streaming, 1) == [last + 1]


def test_late_frames_keep_their_order_and_time(
    streaming: OpenCamera, control: CameraControl
) -> None:
    control.set(late_us=30_000, late_percent=50)
    settle(streaming, control)
    found = ids(streaming, 20)
    assert found == sorted(found)
    # 30 ms are seven frames: so many are taken and not handed over yet.
    assert control.wait_until(lambda c: c["produced"] - c["delivered"] >= 5)
    assert control["lost"] == control["underrun"] == 0


def test_payload_that_is_told_too_small(camera: OpenCamera, control: CameraControl) -> None:
    control.set(payload_short_by=1000)
    assert camera.get("PayloadSize") == 307200 - 1000
    assert camera.gentl.info("DSGetInfo", camera.stream, 7) == 307200 - 1000
    camera.start(2)
    handle = camera.fetch()
    assert camera.buffer(handle, IS_INCOMPLETE)
    assert camera.buffer(handle, DATA_SIZE) == 307200


def test_compression_mode_sends_hb_codes(camera: OpenCamera) -> None:
    camera.set("ImageCompressionMode", 1)
    camera.start(2)
    handle = camera.fetch()
    assert camera.buffer(handle, PIXELFORMAT) == MONO8 | 0x80000000
    assert camera.buffer(handle, SIZE_FILLED) == 307200 // 2


def test_heartbeat_that_stops_loses_the_camera(camera: OpenCamera, control: CameraControl) -> None:
    """As for a process that stood still for longer than the heartbeat time."""
    assert camera.get("Width") == 640
    control._words[list(SLOTS).index("owner_instance")] += 1
    with pytest.raises(GentlError) as failure:
        camera.get("Width")
    assert failure.value.code == GcError.ACCESS_DENIED


def test_register_accesses_can_take_their_time(camera: OpenCamera, control: CameraControl) -> None:
    camera.get("Width")
    before = control["reads"]
    control.set(register_ms=1, register_us=300)
    camera.get("Width")
    assert control["reads"] == before + 1


class MallInfo2(ctypes.Structure):
    """struct mallinfo2 of glibc 2.33 and later (mallinfo(3))."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
        )
    )


def test_memory_grows_with_each_frame(streaming: OpenCamera, control: CameraControl) -> None:
    mallinfo2 = ctypes.CDLL(None).mallinfo2
    mallinfo2.restype = MallInfo2

    def allocated() -> int:
        """Return the bytes that malloc has given out: reused memory counts, too."""
        info = mallinfo2()
        return int(info.uordblks + info.hblkhd)

    gc.collect()  # what earlier tests left is not to be freed meanwhile
    before = allocated()
    control.set(leak_bytes=1 << 20)
    produced = control["produced"]
    assert control.wait_until(lambda c: c["produced"] >= produced + 10)
    control.clear()
    assert allocated() - before >= 5 << 20


def test_hardware_trigger_by_pulses(camera: OpenCamera, control: CameraControl) -> None:
    camera.set("TriggerSource", 1)
    camera.set("TriggerMode", 1)
    camera.start()
    assert camera.is_silent()
    for wanted in (1, 2, 3):
        control.pulse()
        assert ids(camera, 1) == [wanted]
    assert control["triggers"] == 3


def test_error_texts_in_gbk(gentl: RawGentl, control: CameraControl) -> None:
    assert gentl.code("GCReadPort", None, 0, None, None) == GcError.INVALID_HANDLE
    gentl.last_error()[1].decode()
    control.set(gbk_errors=1)
    code, text = gentl.last_error()
    assert code == GcError.INVALID_HANDLE
    with pytest.raises(UnicodeDecodeError):
        text.decode()
    assert text.decode("gbk")

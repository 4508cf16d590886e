"""The examiner's thread under a real CallDesk, on cameras whose frames the test hands out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Mapping

import pytest

from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.camera_state import CameraCondition, CameraState
from camstrm.errors import NoImageError
from camstrm.feature import FeatureValue
from camstrm.frame import FrameTimes, RawFrame
from camstrm.grab.camera import examiner as examining
from camstrm.grab.camera.call_desk import WAIT_S, CallDesk
from camstrm.grab.camera.examiner import FRAME_WAIT_S, Examiner
from camstrm.wire import MAX_WAITING_CALLS, PROCESS_UP, Call, Region, Reply, decode_data, pack
from camstrm.wire.calls import unpack
from camstrm.wire.operations import Arguments, Measure, Measurement, Still, TakeStill
from tests.fakes.clock import Clock
from tests.fakes.pictures.pixel_packing import raw_frame

LONG_S = 30.0
MONO8 = 0x01080001


class Source:
    """A camera; ``frames`` is how many are in use now."""

    def __init__(self, value: int | None = 100) -> None:
        self.condition = CameraCondition(CameraState.STREAMING, 0)
        self.info = DeviceInfo("sim.cti", "SN1", "Maker", "Model")
        self.value = value
        self.error: Exception | None = None
        self.asked = 0
        self.in_use = 0
        self.on_asked: Callable[[], None] = lambda: None

    def newest(self) -> RawFrame | None:
        self.asked += 1
        self.on_asked()
        if self.error is not None:
            raise self.error
        if self.value is None:
            return None
        frame = raw_frame(bytes([self.value] * 64), 8, 8, MONO8)
        frame.frame_id, frame.times = 7, FrameTimes(1000, 5)
        frame.on_release = self._released
        self.in_use += 1
        return frame

    def _released(self) -> None:
        self.in_use -= 1

    def becomes(self, state: CameraState, reason: str = "") -> None:
        self.condition = CameraCondition(state, 0, reason)


class Rig:
    def __init__(self) -> None:
        self.clock = Clock()
        self.answered = threading.Semaphore(0)
        self.desk = CallDesk(self.answered.release, self.clock)
        self.examiner = Examiner(self.clock)
        self.left, self.right = Source(), Source(200)
        self.features: Mapping[str, FeatureValue] = {}
        self.desk.register(0, "left", self.examiner.add(0, "left", self.left, self._features))
        self.desk.register(1, "right", self.examiner.add(1, "right", self.right))

    def _features(self) -> Mapping[str, FeatureValue]:
        assert not self.left.in_use, "features are read without a buffer in hand"
        return self.features

    def call(self, call_id: int, do: str, arguments: Arguments, camera: int = 0) -> None:
        self.desk.take(Call(call_id, camera, do, pack(arguments)))

    def measure(self, call_id: int, arguments: Measure | None = None, camera: int = 0) -> None:
        self.call(call_id, "measure", arguments or Measure(bins=0), camera)

    def replies(self, count: int) -> dict[int, Reply]:
        """Wait for so many replies to calls without data."""
        for _ in range(count):
            assert self.answered.acquire(timeout=LONG_S)
        found = {}
        while (text := self.desk.replies.text()) is not None:
            reply = PROCESS_UP.decode(text)
            assert isinstance(reply, Reply)
            found[reply.id] = reply
        assert len(found) == count
        return found

    def still(self) -> tuple[Still, bytes]:
        """Wait for a reply with data."""
        assert self.answered.acquire(timeout=LONG_S)
        data = b""
        while (payload := self.desk.replies.piece()) is not None:
            data += bytes(decode_data(memoryview(b"".join(payload)))[1])
        text = self.desk.replies.text()
        assert text is not None
        reply = PROCESS_UP.decode(text)
        assert isinstance(reply, Reply)
        assert reply.ok, reply.problem
        return unpack(reply.result, Still, "still"), data


@pytest.fixture
def rig() -> Generator[Rig, None, None]:
    rig = Rig()
    yield rig
    rig.examiner.stop()
    assert rig.examiner.join(LONG_S)
    assert (rig.left.in_use, rig.right.in_use) == (0, 0), "every frame was released"


def measurement(reply: Reply) -> Measurement:
    assert reply.ok, reply.problem
    return unpack(reply.result, Measurement, "measure")


def test_the_newest_frame_is_measured(rig: Rig) -> None:
    rig.examiner.start()
    rig.measure(1)
    rig.measure(2, Measure(Region(2, 2, 4, 4), bins=4), camera=1)
    replies = rig.replies(2)
    found = measurement(replies[1])
    assert (found.channels[0].mean, found.frame_id, found.capture_time_us) == (100.0, 7, 1000)
    assert measurement(replies[2]).channels[0].histogram == (0, 0, 0, 16)


def test_equal_measurements_that_wait_are_made_once(rig: Rig) -> None:
    for call_id in range(4):
        rig.measure(call_id)
    rig.measure(8, Measure(bins=16))
    rig.measure(9, camera=1)
    rig.examiner.start()
    replies = rig.replies(6)
    assert all(reply.ok for reply in replies.values())
    assert (rig.left.asked, rig.right.asked) == (2, 1)


def test_a_still_is_the_replys_data(rig: Rig) -> None:
    rig.features = {"Gain": 3.5}
    rig.examiner.start()
    rig.call(1, "still", TakeStill("tiff"))
    result, data = rig.still()
    assert result.size == len(data)
    assert (result.media_type, result.frame_id, result.device_timestamp_ns) == ("image/tiff", 7, 5)
    assert data[:4] == b"II*\0"
    for word in (b'"left"', b'"SN1"', b'"Gain": 3.5'):
        assert word in data


def test_equal_stills_are_files_of_their_own(rig: Rig) -> None:
    for call_id in (1, 2):
        rig.call(call_id, "still", TakeStill("png"))
    rig.examiner.start()
    assert rig.still() == rig.still()
    assert rig.left.asked == 2


@pytest.mark.parametrize(
    ("state", "reason", "words"),
    [
        (CameraState.LOST, "no answer", "camera left has no frame, it is lost: no answer"),
        (CameraState.STALLED, "no frame for 3.0 s", "it is stalled: no frame for 3.0 s"),
        (CameraState.CLOSED, "", "camera left has no frame, it is closed"),
    ],
)
def test_without_hope_of_a_frame_the_state_is_the_answer(
    rig: Rig, state: CameraState, reason: str, words: str
) -> None:
    rig.left.becomes(state, reason)
    rig.examiner.start()
    rig.measure(1)
    reply = rig.replies(1)[1]
    assert reply.code == "gone"
    assert words in reply.problem


@pytest.mark.parametrize("state", [CameraState.OPENING, CameraState.RECONFIGURING])
def test_the_first_frame_is_waited_for(rig: Rig, state: CameraState) -> None:
    rig.left.becomes(state)
    rig.measure(1)
    rig.measure(2, camera=1)
    rig.examiner.start()
    assert rig.replies(1).keys() == {2}, "another camera does not wait"
    rig.measure(3)
    rig.left.becomes(CameraState.STREAMING)
    rig.examiner.look_again()
    replies = rig.replies(2)
    assert measurement(replies[1]) == measurement(replies[3])
    assert rig.left.asked == 1, "who came meanwhile shares the measurement"


def test_a_first_frame_that_does_not_come(rig: Rig) -> None:
    rig.left.becomes(CameraState.WAITING_FOR_TRIGGER)
    rig.left.value = None
    asked = threading.Event()
    rig.left.on_asked = asked.set
    rig.measure(1)
    rig.examiner.start()
    assert asked.wait(LONG_S)
    rig.clock.now += FRAME_WAIT_S
    rig.examiner.look_again()
    reply = rig.replies(1)[1]
    assert (reply.code, reply.problem) == (
        "gone",
        "camera left has no frame, it is waiting for trigger",
    )


def test_a_call_that_waited_too_long_is_not_begun(rig: Rig) -> None:
    rig.measure(1)
    rig.clock.now += WAIT_S
    rig.measure(2)
    rig.examiner.start()
    replies = rig.replies(2)
    assert (replies[1].code, replies[2].ok) == ("timeout", True)


def test_no_more_calls_wait_than_are_allowed(rig: Rig) -> None:
    for call_id in range(MAX_WAITING_CALLS + 1):
        rig.measure(call_id, Measure(bins=0, point=(call_id % 8, 0)))
    assert rig.replies(1)[MAX_WAITING_CALLS].code == "busy"
    rig.examiner.start()
    assert all(reply.ok for reply in rig.replies(MAX_WAITING_CALLS).values())


@pytest.mark.parametrize("do", ["measure", "still"])
def test_a_wrong_wish(rig: Rig, do: str) -> None:
    region = Region(8, 0, 4, 4)
    rig.call(1, do, Measure(region) if do == "measure" else TakeStill(region=region))
    rig.examiner.start()
    reply = rig.replies(1)[1]
    assert (reply.code, reply.problem) == (
        "wrong",
        "region: 4x4 at 8, 0 is outside the picture of 8x8",
    )


def test_a_frame_that_holds_no_image(rig: Rig) -> None:
    rig.left.error = NoImageError("no pixel format")
    rig.measure(1)
    rig.examiner.start()
    reply = rig.replies(1)[1]
    assert (reply.code, reply.problem) == (
        "failed",
        "camera left: no image in the buffer: no pixel format",
    )


def test_an_unexpected_failure_is_one_calls_alone(
    rig: Rig, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("oh")

    with monkeypatch.context() as patch:
        patch.setattr(examining, "write_still", broken)
        rig.examiner.start()
        rig.call(1, "still", TakeStill())
        reply = rig.replies(1)[1]
    assert reply.problem == "still failed (ZeroDivisionError: oh)"
    assert "Traceback" in caplog.text
    rig.measure(2)
    assert rig.replies(1)[2].ok

from __future__ import annotations

import os
import signal
import weakref
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from camstrm.acquisition.camera import Camera
from camstrm.acquisition.features.access import read_feature
from camstrm.acquisition.features.frame_rate import FrameRate
from camstrm.acquisition.gentl.binding import gentl
from camstrm.acquisition.gentl.producer import GentlProducer
from camstrm.acquisition.open_mark import open_cameras_here
from camstrm.acquisition.stream.drain import BufferDrain
from camstrm.acquisition.stream.statistics import StreamStatistics
from camstrm.errors import CameraBusyError, CameraError, CameraNotFoundError
from camstrm.frame import RawFrame
from tests.fakes.gentl.error_texts import DECODES_ERROR_TEXTS
from tests.fakes.gentl.node_map import INTEGER, FakeNode, FakeNodeMap
from tests.fakes.gentl.producers import fault_variables
from tests.fakes.gentl.scenes_in_child import play
from tests.fakes.simulator_settings import HEIGHT, WIDTH, configure_small


def stream_a_frame(producer: GentlProducer, camera: Camera) -> tuple[int, int]:
    """Start, take a frame, tell its size; the camera is still started."""
    configure_small(camera)
    drain = BufferDrain(producer.library, camera.start(8), StreamStatistics())
    frame: RawFrame | None = None
    for _ in range(100):
        drain.drain(0.3)
        frame = drain.take()
        if frame is not None:
            break
    assert frame is not None
    with frame:
        size = frame.width, frame.height
    assert drain.close()
    return size


def test_a_camera_is_opened_streamed_and_closed(
    producer: GentlProducer, camera: Camera, pool: ThreadPoolExecutor
) -> None:
    assert camera.info.model == "Viky"
    assert camera.name == "left"
    assert pool.submit(stream_a_frame, producer, camera).result() == (WIDTH, HEIGHT)


def test_an_open_camera_is_seen_by_camstrm_s_other_commands(
    producer: GentlProducer, camera: Camera
) -> None:
    def marks() -> list[tuple[str, bool]]:
        mine = (mark for mark in open_cameras_here() if mark.pid == os.getpid())
        return [(mark.selector, mark.is_of(producer.cti)) for mark in mine]

    assert marks() == [("1", True)]
    camera.close(answers=True)
    assert marks() == []


def test_the_same_camera_is_opened_again_and_again(
    producer: GentlProducer, pool: ThreadPoolExecutor
) -> None:
    for _ in range(3):
        camera = Camera(producer, "2")
        pool.submit(camera.open).result()
        assert pool.submit(stream_a_frame, producer, camera).result() == (WIDTH, HEIGHT)
        camera.close(answers=True)
        camera.close(answers=True)
    assert producer.harvester.image_acquirers == []


@pytest.mark.parametrize("answers", [True, False])
def test_nothing_is_left_of_a_closed_camera(
    producer: GentlProducer, pool: ThreadPoolExecutor, answers: bool
) -> None:
    camera = Camera(producer, "2")
    pool.submit(camera.open).result()
    acquirer = weakref.ref(camera._acquirer)
    node_map = weakref.ref(camera.node_map)
    camera.close(answers=answers)
    assert acquirer() is None
    assert node_map() is None


def test_a_stream_that_is_killed_leaves_the_camera_free(
    producer: GentlProducer, pool: ThreadPoolExecutor
) -> None:
    camera = Camera(producer, "2", local_teardown={"NotThere": 1})
    pool.submit(camera.open).result()
    pool.submit(stream_a_frame, producer, camera).result()
    camera.close(answers=False)
    again = Camera(producer, "2")
    pool.submit(again.open).result()
    assert pool.submit(stream_a_frame, producer, again).result() == (WIDTH, HEIGHT)
    again.close(answers=True)


def test_two_cameras_of_a_producer_are_two(
    producer: GentlProducer, camera: Camera, pool: ThreadPoolExecutor
) -> None:
    other = Camera(producer, "0")
    pool.submit(other.open).result()
    configure_small(camera)
    assert read_feature(camera.node_map, "Width").value == WIDTH
    assert read_feature(other.node_map, "Width").value != WIDTH
    other.close(answers=True)
    assert read_feature(camera.node_map, "Width").value == WIDTH


def test_a_serial_number_that_is_not_there_lists_those_that_are(
    producer: GentlProducer, pool: ThreadPoolExecutor
) -> None:
    with pytest.raises(CameraNotFoundError) as caught:
        pool.submit(Camera(producer, "17", name="left").open).result()
    assert caught.value.found == ("0", "1", "2")
    assert str(caught.value).startswith(
        f"camera left: no camera with serial number '17' under {producer.cti} "
        "(cameras there: '0', '1', '2'). Check cable"
    )


def test_a_camera_that_is_open_elsewhere_is_busy(
    producer: GentlProducer, camera: Camera, pool: ThreadPoolExecutor
) -> None:
    with pytest.raises(CameraBusyError, match=r"held by another program .* while opening it"):
        pool.submit(Camera(producer, "1").open).result()
    assert read_feature(camera.node_map, "Width").applied


@pytest.mark.parametrize("bypass", [True, False])
def test_both_ways_to_open(producer: GentlProducer, pool: ThreadPoolExecutor, bypass: bool) -> None:
    camera = Camera(producer, "0", preopen_bypass=bypass)
    pool.submit(camera.open).result()
    assert pool.submit(stream_a_frame, producer, camera).result() == (WIDTH, HEIGHT)
    camera.close(answers=True)


def test_opening_in_a_thread_leaves_ctrl_c_alone(camera: Camera) -> None:
    assert camera.node_map is not None
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_camera_that_says_another_serial_number_is_closed_again(
    producer: GentlProducer, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Camera, "_gentl_serial", lambda _: "9")
    with pytest.raises(CameraError, match="opened for serial number '1', but it is '9'"):
        pool.submit(Camera(producer, "1").open).result()
    monkeypatch.undo()
    camera = Camera(producer, "1")
    pool.submit(camera.open).result()
    camera.close(answers=True)


@pytest.mark.parametrize(
    ("wanted", "told", "fits"),
    [
        ("00DA4369", "DA4369", True),
        ("da4369", "DA4369", True),
        ("DA4369", "DA4360", False),
        ("1", "", True),
        ("1", None, True),
    ],
)
def test_leading_zeros_and_case_do_not_make_another_camera(
    producer: GentlProducer,
    monkeypatch: pytest.MonkeyPatch,
    wanted: str,
    told: str | None,
    fits: bool,
) -> None:
    class Acquirer:
        class remote_device:  # noqa: N801  the name is Harvesters'
            node_map = object()

    camera = Camera(producer, wanted)
    camera._acquirer = Acquirer()
    monkeypatch.setattr(camera, "_gentl_serial", lambda: told)
    if fits:
        camera._check_serial()
    else:
        with pytest.raises(CameraError):
            camera._check_serial()


def test_what_the_camera_tells_of_its_stream(
    producer: GentlProducer, camera: Camera, pool: ThreadPoolExecutor
) -> None:
    assert camera.pixel_format_code() == 0x02200016  # RGBa8
    configure_small(camera)
    assert camera.pixel_format_code() == 0x01080001  # Mono8
    assert camera.frame_rate() == FrameRate(100.0, sure=True)
    assert camera.image_size() == (WIDTH, HEIGHT)
    assert camera.payload_size() >= WIDTH * HEIGHT
    assert not camera.is_triggered()
    assert camera.stream_node_map is not None
    assert pool.submit(stream_a_frame, producer, camera).result() == (WIDTH, HEIGHT)


@pytest.mark.parametrize(
    ("nodes", "seconds"),
    [
        ({}, 0.0),
        ({"GevHeartbeatTimeout": 3000}, 3.0),
        ({"DeviceLinkHeartbeatTimeout": 2_500_000}, 2.5),
        ({"GevHeartbeatTimeout": 0, "DeviceLinkHeartbeatTimeout": 1_000_000}, 1.0),
    ],
)
def test_for_how_long_a_camera_stays_locked(
    producer: GentlProducer, nodes: dict[str, int], seconds: float
) -> None:
    camera = Camera(producer, "1")
    node_map = FakeNodeMap(**{name: FakeNode(INTEGER, value) for name, value in nodes.items()})
    camera._acquirer = SimpleNamespace(remote_device=SimpleNamespace(node_map=node_map))
    assert camera.heartbeat_s() == seconds


def test_a_rescan_that_fails_does_not_hide_why_the_camera_did_not_open(
    producer: GentlProducer, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise gentl.InvalidIdException("(Message from the source: gone) (ID: -1007)")

    monkeypatch.setattr(Camera, "_create", fail)
    monkeypatch.setattr(producer, "rescan", fail)
    with pytest.raises(CameraError, match=r"gone \(GC_ERR_INVALID_ID -1007\) while opening it"):
        pool.submit(Camera(producer, "1").open).result()


def test_a_camera_that_opens_only_after_another_search_is_opened_at_the_next_attempt(
    forwarding: str,
) -> None:
    first, second = play("camera_error", fault_variables("stale_id"), cti=forwarding, serial="1")
    assert first.startswith("CameraError: ")
    assert "GC_ERR_INVALID_ID -1007" in first
    assert second == "opened"


@pytest.mark.skipif(not DECODES_ERROR_TEXTS, reason="this Python loses the text, not the class")
def test_harvesters_alone_cannot_open_a_camera_whose_producer_answers_in_gbk(
    forwarding: str,
) -> None:
    """Harvesters issues 503 to 505: what Hikrobot's producer does on Python later than 3.11.2."""
    told = play("plain_create", fault_variables("gbk gbk_names"), cti=forwarding, serial="1")
    assert told in ("UnicodeDecodeError", "LogicalErrorException")
    assert play("plain_create", fault_variables(""), cti=forwarding, serial="1") == "opened"


def test_a_producer_that_answers_in_gbk_streams(forwarding: str) -> None:
    faults = fault_variables("gbk gbk_names")
    told = play("open_camera", faults, cti=forwarding, serial="1", frames=5)
    assert len(told["sizes"]) == 5
    assert told["user_name"] == "相机"
    assert told["timeouts"] > 0
    assert "Width=10000 not applied" in told["refused"]


def test_an_error_in_gbk_is_told_apart_and_read(forwarding: str) -> None:
    busy, after = play("camera_error", fault_variables("gbk busy=1"), cti=forwarding, serial="1")
    if DECODES_ERROR_TEXTS:
        assert "相机错误 (GC_ERR_ACCESS_DENIED -1005) while opening it" in busy
    assert busy.startswith("CameraBusyError: ")
    assert after == "opened"

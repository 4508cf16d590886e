"""Real camera processes on the simulator's cameras, with and without faults."""

from __future__ import annotations

import logging
import signal
from collections.abc import Generator
from pathlib import Path

import msgspec
import numpy as np
import pytest
import simplejpeg

from camstrm.config import Config, ProducerSettings
from camstrm.feature import FeatureSetting
from camstrm.grab.processes.ledger import Ledgers
from camstrm.grab.processes.process_link import ProcessLink
from camstrm.grab.processes.supervisor import Supervisor
from camstrm.grab.running_clock import RunningClock
from camstrm.profiles import load_profiles
from camstrm.wire import CameraState, FrameBundle, FrameRequest, Region, View
from tests.fakes.gentl.producers import (
    child_environment,
    fault_variables,
    forwarding_producer,
    simulator,
)
from tests.fakes.grabber.real_processes import Rig, camera, group
from tests.fakes.manual_loop import LONG_S, GuardedLoop
from tests.fakes.simulator_settings import HEIGHT, WIDTH

MONO8, HB_MONO8, UNKNOWN = 0x01080001, 0x81080001, 0x0108FFFE


@pytest.fixture
def rig(loop: GuardedLoop, running: RunningClock) -> Generator[Rig, None, None]:
    rig = Rig(loop, running)
    yield rig
    rig.close()


def test_two_cameras_of_a_process_are_streamed_reported_and_closed(rig: Rig) -> None:
    link = rig.start(group(simulator(), "0", "2"))
    rig.ask(lambda: rig.count(0) >= 3 and rig.count(1) >= 3)
    frame = rig.pictures[0][-1]
    assert (frame.state, frame.pixel_format) == (CameraState.STREAMING, MONO8)
    assert (frame.source_width, frame.source_height) == (WIDTH, HEIGHT)
    image = simplejpeg.decode_jpeg(bytes(frame.payload), colorspace="GRAY")
    assert image.shape == (HEIGHT, WIDTH, 1)
    assert np.ptp(image) > 0, "the simulator shows a scene, not a blank"
    assert frame.capture_time_us <= frame.encoded_time_us
    rig.ask(lambda: rig.status(0).encoded >= 3)
    assert rig.models == {"", "Viky"} or rig.models == {"Viky"}
    assert rig.status(0).pixel_format == "Mono8"
    # The newest at each request: nothing is encoded twice.
    ids = [frame.frame_id for frame in rig.pictures[0]]
    assert ids == sorted(set(ids))
    link.stop()
    rig.over(link)
    assert link._process is not None
    assert link._process.returncode == 0


def test_what_was_set_while_a_camera_ran_is_set_again_and_counted(rig: Rig) -> None:
    wanted = group(simulator(), "1")
    live = (FeatureSetting("Width", 104), FeatureSetting("Height", 0))
    rig.start(msgspec.structs.replace(wanted, live={"1": live}))
    rig.ask(lambda: rig.count(0))
    assert rig.pictures[0][0].source_width == 104
    assert rig.pictures[0][0].source_height == HEIGHT, "it is refused, and no fault"
    rig.ask(lambda: rig.status(0).differs)
    assert rig.status(0).differs == 2
    assert rig.lives == [], "it is what the grabber knows"


def test_a_refresh_gives_the_last_picture_again(rig: Rig) -> None:
    link = rig.start(group(simulator(), "1"))
    rig.ask(lambda: rig.count(0) >= 1)
    rig.loop.run(lambda: not link.busy)
    before = rig.count(0)
    answers = 0
    # 200 requests come much faster than 100 frames a second: most have no new frame.
    while answers < 200:
        rig.seq += 1
        assert link.request(FrameRequest(rig.seq, (0,), (0,)))
        rig.loop.run(lambda: not link.busy)
        answers += 1
    assert rig.count(0) == before + 200


def test_views_of_cameras_with_and_without_their_whole_picture(rig: Rig) -> None:
    link = rig.start(group(simulator(), "0", "2"))
    part, small = View(0, Region(0, 0, 16, 8)), View(1, max_width=WIDTH // 2)
    shown: set[tuple[int, int, int, int]] = set()

    def seen() -> bool:
        if link.opened and not link.busy:
            rig.seq += 1
            link.request(FrameRequest(rig.seq, (0,), (), views=(small, part, View(7))))
        frames = [frame for frames in rig.pictures.values() for frame in frames]
        shown.update((f.camera_index, f.view, f.width, f.height) for f in frames)
        return len(shown) == 3

    rig.loop.run(seen)
    assert shown == {
        (0, 0, WIDTH, HEIGHT),
        (0, part.id, 16, 8),
        (1, small.id, WIDTH // 2, HEIGHT // 2),
    }


@pytest.mark.parametrize(
    ("cti", "reason"),
    [
        ("/no/such.cti", "GenTL producer /no/such.cti: file not found"),
        (__file__, "not a shared library"),
    ],
)
def test_a_producer_that_cannot_be_used_is_the_last_word(rig: Rig, cti: str, reason: str) -> None:
    link = rig.start(group(cti, "0"))
    rig.loop.run(lambda: rig.gone)
    assert reason in rig.gone[0]
    rig.over(link)
    assert link._process is not None
    assert link._process.returncode == 3


def test_a_camera_that_is_not_there_is_lost_and_the_other_streams(rig: Rig) -> None:
    rig.start(group(simulator(), "77", "1"))
    rig.ask(lambda: rig.count(1) >= 2 and rig.status(0).state == CameraState.LOST)
    assert "no camera with serial number '77'" in rig.status(0).reason
    assert rig.states[0] <= {CameraState.OPENING, CameraState.LOST, CameraState.CLOSED}


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (
            HB_MONO8,
            "camera cam1: pixel format HB_Mono8 (0x81080001) cannot be shown: set Image",
        ),
        (UNKNOWN, "camera cam1: pixel format unknown 0x0108FFFE (0x0108FFFE) cannot be shown"),
    ],
)
def test_a_format_that_cannot_be_shown_names_camera_and_format(
    rig: Rig, forwarding: str, code: int, told: str
) -> None:
    rig.start(group(forwarding, "1", faults=f"pixel_format={code:#x}"))
    rig.ask(lambda: rig.status(0).state == CameraState.UNSUPPORTED)
    assert rig.status(0).reason.startswith(told)
    # Buffers are given back all the same: after more frames than buffers it still streams.
    rig.ask(lambda: rig.status(0).delivered > 30)
    assert rig.count(0) == 0
    assert rig.status(0).underrun == 0


def test_incomplete_frames_are_counted_and_never_shown(rig: Rig, forwarding: str) -> None:
    rig.start(group(forwarding, "1", faults="incomplete frame_id_gaps"))

    def counted() -> bool:
        # Ids 2, 6, 10, ...: of every two frames the second is incomplete, and every other id is
        # left out: of three ids between two complete frames one is the incomplete frame's.
        # Most reports say so; one that is made while the queue is emptied has half a turn.
        status = rig.status(0)
        return (
            status.delivered >= 10
            and abs(status.delivered - status.incomplete) <= 1
            and status.gaps == 2 * (status.delivered - 1)
        )

    rig.ask(counted)
    assert {frame.frame_id % 4 for frame in rig.pictures[0]} == {2}


def test_a_height_of_0_is_rejected(rig: Rig, forwarding: str) -> None:
    rig.start(group(forwarding, "1", faults="zero_height"))
    rig.ask(lambda: rig.status(0).rejected >= 3)
    assert rig.count(0) == 0
    rig.ask(lambda: rig.status(0).state == CameraState.STALLED)
    assert rig.status(0).reason.startswith("every frame is rejected: no image in the buffer: 120x0")


def test_a_camera_that_falls_silent_is_opened_again(rig: Rig, forwarding: str) -> None:
    rig.start(group(forwarding, "1", faults="silent=5"))
    rig.ask(lambda: rig.status(0).reconnects == 1 and rig.status(0).delivered > 10)
    assert CameraState.STALLED in rig.states[0]
    rig.ask(lambda: rig.status(0).state == CameraState.STREAMING)
    assert rig.gone == []


def test_without_a_temporary_folder_the_cause_is_told(rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import tempfile\ntempfile._candidate_tempdir_list = lambda: ['/none']\n"
    )
    wanted = group(simulator(), "1")
    path = f"{tmp_path}:{wanted.environment['PYTHONPATH']}"
    environment = {**wanted.environment, "PYTHONPATH": path}
    rig.start(msgspec.structs.replace(wanted, environment=environment))
    rig.loop.run(lambda: rig.gone)
    (reason,) = rig.gone
    assert reason.startswith("its process failed: no temporary folder can be written (tried: /no")


def test_a_producer_that_answers_in_gbk_streams_under_its_maker_s_profile(
    rig: Rig, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cti = forwarding_producer(tmp_path_factory, "MvProducerU3V.cti")
    rig.start(group(cti, "1", faults="gbk gbk_names"))
    rig.ask(lambda: rig.count(0) >= 3)
    assert rig.status(0).state == CameraState.STREAMING


@pytest.fixture
def root_log_level() -> Generator[None, None, None]:
    level = logging.getLogger().level
    yield
    logging.getLogger().setLevel(level)


@pytest.mark.usefixtures("root_log_level")
def test_everything_in_one_process(loop: GuardedLoop, running: RunningClock) -> None:
    """--single-process: the camera process is a thread of this one."""
    rig = Rig(loop, running)
    link = rig.start(group(simulator(), "0", "1", single=True))
    assert link.pid is None
    rig.ask(lambda: rig.count(0) >= 2 and rig.count(1) >= 2)
    assert logging.getLogger().level == logging.ERROR
    link.log_from("WARNING")
    rig.ask(lambda: logging.getLogger().level == logging.WARNING)
    link.stop()
    rig.over(link)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    rig.close()


def test_a_crash_of_one_camera_leaves_the_other_alone(
    loop: GuardedLoop, running: RunningClock, forwarding: str, tmp_path: Path
) -> None:
    """Two producers, two processes: one dies of SIGSEGV, is restarted, and streams again."""
    variables = fault_variables("crash=5", once=tmp_path / "crashed")
    path = child_environment()["PYTHONPATH"]
    config = Config(
        cameras=(camera("0", cti=forwarding), camera("1", cti=simulator())),
        producers=(
            ProducerSettings(cti=forwarding, env={**variables, "PYTHONPATH": path}),
            ProducerSettings(cti=simulator(), env={"PYTHONPATH": path}),
        ),
    )
    pictures = {0: 0, 1: 0}
    delivered: list[int] = []

    def count(_link: ProcessLink, bundle: FrameBundle) -> None:
        for frame in bundle.frames:
            pictures[frame.camera_index] += bool(len(frame.payload))

    ledgers = Ledgers(config.cameras)
    supervisor = Supervisor(loop, running, config, load_profiles(), ledgers, log_level="CRITICAL")
    try:
        supervisor.start(count, lambda: None)

        def ask() -> bool:
            for link in supervisor.links():
                link.request(FrameRequest(1, link.group.indices))
            crashed = ledgers[0].status()
            delivered.append(crashed.delivered)
            return crashed.restarts == 1 and crashed.state == CameraState.STREAMING

        loop.run(ask)
        at_restart = dict(pictures)
        loop.run(lambda: ask() and all(pictures[i] > at_restart[i] for i in pictures))
        healthy = ledgers[1].status()
        assert (healthy.restarts, healthy.reconnects, healthy.state) == (
            0,
            0,
            CameraState.STREAMING,
        )
        assert (tmp_path / "crashed").exists()
        assert delivered == sorted(delivered), "counters never shrink"
        assert delivered[-1] > 0
    finally:
        loop.run_until_complete(supervisor.stop(LONG_S))

"""Camera processes that crash, fall silent or cannot start: what starts them again, and when."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from camstrm.feature import FeatureSetting
from camstrm.grab.processes import supervisor as supervisor_module
from camstrm.wire import CameraState, FrameRequest
from tests.fakes.grabber.camera_process import HEARTBEAT_S
from tests.fakes.grabber.supervisor_rig import ONE, OTHER, QUICK, Rig


def restart_pauses(caplog: pytest.LogCaptureFixture) -> list[float]:
    texts = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    return [float(t.split("starting it again in ")[1].split()[0]) for t in texts]


def test_a_crash_restarts_that_process_and_leaves_the_others_alone(
    rig: Rig, tmp_path: Path
) -> None:
    rig.start(("A", ONE), ("B", OTHER), one="crash", once=tmp_path / "crashed")
    rig.streaming(0, 1)
    crashing, healthy = sorted(rig.links(), key=lambda link: link.group.indices)
    before = rig.ledgers[0].status().delivered
    crashing.request(FrameRequest(1, (0,)))
    rig.run(lambda: rig.state(0) == CameraState.BACKING_OFF)
    status = rig.ledgers[0].status()
    assert status.reason == (
        "its process was ended by SIGSEGV; the camera stays locked by it until its heartbeat "
        f"time is over, for at most {HEARTBEAT_S + 0.25} s"
    )
    assert (status.restarts, status.delivered) == (1, before)
    rig.streaming(0)
    assert rig.ledgers[0].status().delivered == 2 * before
    again = next(link for link in rig.links() if link.group.indices == (0,))
    assert again.group.heartbeats_s == {"A": HEARTBEAT_S}, "so long the camera stays locked"
    assert crashing.group.heartbeats_s == {}, "nobody knew it"
    assert again.group.locked_until_s["A"] > HEARTBEAT_S
    assert crashing.group.locked_until_s == {}
    assert crashing.group.gone_s == 0.0
    assert again.group.gone_s > 0.0, "the successor says for how long the camera was away"
    assert rig.ledgers[1].status().restarts == 0
    assert healthy in rig.links()
    assert healthy.request(FrameRequest(2, (1,)))
    rig.run(lambda: rig.bundles)


def test_what_was_set_while_a_camera_ran_goes_to_its_next_process(rig: Rig) -> None:
    rig.start(("A", ONE), ("B", OTHER), one="live")
    rig.streaming(0, 1)
    gain = FeatureSetting("Gain", 0.0)
    rig.run(lambda: rig.ledgers[0].live == (gain,))
    first = next(link for link in rig.links() if link.group.indices == (0,))
    assert first.group.live == {}
    first.kill("the test says so")
    rig.run(lambda: len(rig.ledgers[0].live) == 2)
    again = next(link for link in rig.links() if link.group.indices == (0,))
    assert again.group.live == {"A": (gain,)}
    assert rig.ledgers[1].live == ()


def test_pauses_grow_up_to_a_limit(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.start(("A", ONE), one="exit=7")
    rig.run(lambda: rig.ledgers[0].counters.restarts == 5)
    assert restart_pauses(caplog) == [0.05, 0.05, 0.1, 0.15, 0.15]
    assert rig.ledgers[0].status().reason == "its process ended with code 7"


def test_a_process_that_ran_well_starts_again_at_once(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    supervisor = rig.start(("A", ONE))
    rig.streaming(0)
    pauses = supervisor._places[0].pauses
    assert [pauses.next() for _ in range(3)] == [0.05, 0.05, 0.1]
    (link,) = rig.links()
    link.started_s -= 11.0
    link.kill("for the test")
    rig.run(lambda: rig.state(0) == CameraState.BACKING_OFF)
    assert restart_pauses(caplog) == [0.05]


def test_why_a_process_cannot_work_is_its_camera_s_reason(rig: Rig) -> None:
    rig.start(("A", ONE), one="fatal")
    rig.run(lambda: rig.state(0) == CameraState.BACKING_OFF)
    assert rig.ledgers[0].status().reason == "GenTL producer x.cti: file not found"


def test_an_interpreter_that_is_not_there(rig: Rig) -> None:
    rig.start(("A", ONE), python="/no/python")
    rig.run(lambda: rig.ledgers[0].counters.restarts >= 2)
    reason = rig.ledgers[0].status().reason
    assert reason == "/no/python cannot be started (No such file or directory)"
    assert rig.links() == []


def test_a_process_that_falls_silent_is_ended(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor_module, "_WATCH_S", 0.01)
    rig.start(("A", ONE), one="silent")
    rig.streaming(0)
    (link,) = rig.links()
    link.last_heard_s -= QUICK.silence_timeout_s + 1
    rig.run(lambda: rig.state(0) == CameraState.BACKING_OFF)
    reason = rig.ledgers[0].status().reason
    assert reason.startswith("its process said nothing for 11 s and was ended; the camera stays")
    rig.run(lambda: link.ended)


@pytest.mark.parametrize("behaviour", ["", "deaf"])
def test_no_process_is_ended_because_the_grabber_was_stopped(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, behaviour: str
) -> None:
    """By a signal, a debugger, a paused machine; also while cameras are being opened."""
    monkeypatch.setattr(supervisor_module, "_WATCH_S", 0.01)
    supervisor = rig.start(("A", ONE), ("B", OTHER), one=behaviour)
    rig.streaming(1)
    pids = [link.pid for link in rig.links()]
    watched: list[int] = []
    watch = supervisor._watch

    def count() -> None:
        watched.append(len(rig.links()))
        watch()

    rig.loop.call_later(0, lambda: rig.loop.stop_for(3600.0))
    monkeypatch.setattr(supervisor, "_watch", count)
    rig.run(lambda: len(watched) > 3)
    assert [link.pid for link in rig.links()] == pids
    assert [rig.ledgers[i].counters.restarts for i in (0, 1)] == [0, 0]


@pytest.mark.parametrize("restarted", [False, True])
def test_a_process_that_opens_its_cameras_has_longer(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, restarted: bool
) -> None:
    """A scan of ten network interfaces was seen to take 30 s; also after a restart."""
    supervisor = rig.start(("A", ONE), one="deaf")
    rig.run(rig.links)
    (link,) = rig.links()
    if restarted:
        rig.ledgers[0].down(CameraState.BACKING_OFF, "it crashed")
    killed: list[str] = []
    monkeypatch.setattr(link, "kill", killed.append)
    link.last_heard_s -= QUICK.silence_timeout_s + 1
    supervisor._watch()
    assert killed == []
    link.last_heard_s -= QUICK.open_timeout_s
    supervisor._watch()
    assert killed == ["its process said nothing for 41 s and was ended"]
    monkeypatch.undo()


def test_a_process_that_closed_its_connection_is_not_left_running(rig: Rig) -> None:
    """It might still hold the camera that its successor needs."""
    rig.start(("A", ONE), one="half_open")
    rig.run(rig.links)
    (link,) = rig.links()
    rig.run(lambda: rig.state(0) == CameraState.BACKING_OFF)
    rig.run(lambda: link.ended)


def test_a_camera_whose_process_died_twice_of_a_feature_starts_without_it(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.start(("A", ONE), ("B", OTHER), one="setting=ExposureTime")
    rig.streaming(0, 1)
    assert [rig.ledgers[index].counters.restarts for index in (0, 1)] == [2, 0]
    texts = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    assert sum("was ended by SIGFPE" in text for text in texts) == 2
    assert [text for text in texts if "without it" in text] == [
        "camera A: its process ended 2 times while setting ExposureTime: it starts without it"
    ]

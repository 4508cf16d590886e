from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from msgspec.structs import replace

from camstrm.config import (
    CameraSettings,
    Config,
    ProcessSettings,
    ProducerSettings,
    StreamSettings,
)
from camstrm.errors import ConfigError
from camstrm.feature import FeatureSetting
from camstrm.grab.processes import supervisor as supervisor_module
from camstrm.grab.processes.camera_changes import CameraChanges
from camstrm.grab.processes.ledger import Ledgers
from camstrm.grab.processes.process_link import ProcessLink
from camstrm.grab.processes.supervisor import Supervisor
from camstrm.grab.running_clock import RunningClock
from camstrm.profiles import load_profiles
from camstrm.wire import Call, CameraState, FrameBundle, FrameRequest, Live
from tests.fakes.for_camera import Caller, turn
from tests.fakes.gentl.producers import simulator
from tests.fakes.grabber.camera_process import HEARTBEAT_S, stand_in_environment
from tests.fakes.manual_loop import GuardedLoop

PROFILES = load_profiles()
ONE, OTHER = "/opt/one.cti", "/opt/other.cti"
SHARED = "/opt/Spinnaker_GenTL.cti"
"""A file name whose profile has one process for all cameras of the producer."""

QUICK = ProcessSettings(restart_delay_s=0.05, restart_delay_max_s=0.15)


def stand_in_variables(behaviour: str = "", once: Path | None = None) -> dict[str, str]:
    environment = stand_in_environment(behaviour, once=once)
    return {key: value for key, value in environment.items() if os.environ.get(key) != value}


class Rig:
    """A supervisor in a real loop, with stand-ins for the camera processes."""

    def __init__(self, loop: GuardedLoop, running: RunningClock, python: str) -> None:
        self.loop = loop
        self.running = running
        self.python = python
        self.bundles: list[FrameBundle] = []
        self.changes = 0
        self.supervisor: Supervisor | None = None
        self.ledgers = Ledgers()

    def start(
        self,
        *cameras: tuple[str, str],
        process: ProcessSettings = QUICK,
        once: Path | None = None,
        python: str | None = None,
        **behaviours: str,
    ) -> Supervisor:
        """Start (serial, cti) cameras; ``behaviours`` are those of ``one`` and ``other``."""
        ctis = dict.fromkeys(cti for _, cti in cameras)
        names = {ONE: "one", OTHER: "other"}
        config = Config(
            process=process,
            cameras=tuple(CameraSettings(serial=serial, cti=cti) for serial, cti in cameras),
            producers=tuple(
                ProducerSettings(
                    cti=cti,
                    python=self.python if python is None else python,
                    env=stand_in_variables(
                        behaviours.get(names.get(cti, ""), ""), once if cti == ONE else None
                    ),
                )
                for cti in ctis
            ),
        )
        return self.start_with(config)

    def start_with(self, config: Config) -> Supervisor:
        self.ledgers = Ledgers(config.cameras)
        self.supervisor = Supervisor(
            self.loop, self.running, config, PROFILES, self.ledgers, log_level="DEBUG"
        )
        self.supervisor.start(self._bundle, self._changed)
        return self.supervisor

    def stop(self, timeout_s: float) -> None:
        assert self.supervisor is not None
        self.loop.run_until_complete(self.supervisor.stop(timeout_s))

    def _bundle(self, _link: ProcessLink, bundle: FrameBundle) -> None:
        self.bundles.append(bundle)

    def _changed(self) -> None:
        self.changes += 1

    def state(self, index: int) -> int:
        return self.ledgers[index].condition.state

    def run(self, condition: Callable[[], object]) -> None:
        self.loop.run(condition)

    def streaming(self, *indices: int) -> None:
        self.run(lambda: all(self.state(i) == CameraState.STREAMING for i in indices))

    def links(self) -> list[ProcessLink]:
        assert self.supervisor is not None
        return self.supervisor.links()


@pytest.fixture
def rig(loop: GuardedLoop, running: RunningClock, stand_in: str) -> Generator[Rig, None, None]:
    rig = Rig(loop, running, stand_in)
    yield rig
    if rig.supervisor is not None:
        rig.stop(0.2)


def restart_pauses(caplog: pytest.LogCaptureFixture) -> list[float]:
    texts = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    return [float(t.split("starting it again in ")[1].split()[0]) for t in texts]


def test_a_process_for_each_camera_in_the_order_of_the_configuration(rig: Rig) -> None:
    rig.start(("B", ONE), ("A", ONE), ("C", OTHER))
    assert [info.serial for info in rig.ledgers.infos()] == ["B", "A", "C"]
    assert [rig.state(i) for i in range(3)] == [CameraState.OPENING] * 3
    rig.streaming(0, 1, 2)
    links = rig.links()
    assert sorted(link.group.indices for link in links) == [(0,), (1,), (2,)]
    assert len({link.pid for link in links}) == 3
    by_index = {link.group.indices[0]: link.group for link in links}
    assert (by_index[0].siblings, by_index[2].siblings) == (2, 1)
    assert by_index[1].log_level == "DEBUG"


def test_camera_processes_log_from_another_level_on(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    levels: list[str] = []
    monkeypatch.setattr(ProcessLink, "log_from", lambda _, level: levels.append(level))
    rig.start(("A", ONE))
    rig.streaming(0)
    (link,) = rig.links()
    assert rig.supervisor is not None
    rig.supervisor.log_from("WARNING")
    assert levels == ["WARNING"]
    link.kill("test")
    rig.run(lambda: rig.links() and rig.links() != [link])
    assert rig.links()[0].group.log_level == "WARNING", "the next one begins with it"


def test_a_call_goes_to_its_cameras_process_only(rig: Rig) -> None:
    rig.start(("A", ONE), ("B", ONE))
    rig.streaming(0, 1)
    assert rig.supervisor is not None
    caller = Caller()
    for camera in (1, 0, 2):
        rig.supervisor.call(turn(camera, 90.0 * camera, call_id=camera), caller)
    rig.run(lambda: len(caller.replies) == 3)
    assert caller.codes == {0: "", 1: "", 2: "unknown"}


def test_calls_are_answered_when_their_process_ends_and_while_there_is_none(rig: Rig) -> None:
    rig.start(("A", ONE), ("B", ONE))
    rig.streaming(0, 1)
    assert rig.supervisor is not None
    caller = Caller()
    for camera in (0, 1):
        rig.supervisor.call(Call(camera, camera, "hold"), caller)
    (link,) = [link for link in rig.links() if link.group.indices == (0,)]
    assert link.pid is not None
    os.kill(link.pid, signal.SIGKILL)
    rig.run(lambda: caller.replies)
    (reply,) = caller.replies
    assert (reply.id, reply.code) == (0, "gone")
    assert "SIGKILL" in reply.problem
    assert "it is started again in" in reply.problem
    rig.streaming(0)


def test_an_orderly_stop_answers_all_calls(rig: Rig) -> None:
    rig.start(("A", ONE), ("B", ONE))
    rig.streaming(0, 1)
    assert rig.supervisor is not None
    caller = Caller()
    for camera in (0, 1):
        rig.supervisor.call(Call(camera, camera, "hold"), caller)
    rig.supervisor.refuse_calls()
    rig.supervisor.call(Call(5, 0, "hold"), caller)
    assert caller.codes == {0: "gone", 1: "gone", 5: "gone"}


def test_a_camera_that_was_not_found_is_said_to_be_gone_and_why(
    loop: GuardedLoop, running: RunningClock
) -> None:
    config = Config(cameras=(CameraSettings(serial="A", cti=ONE),))
    ledgers = Ledgers(config.cameras)

    async def make() -> Supervisor:
        return Supervisor(loop, running, config, PROFILES, ledgers)

    supervisor, caller = loop.run_until_complete(make()), Caller()
    supervisor.call(Call(3, 0, "hold"), caller)
    ledgers[0].down(CameraState.LOST, "no camera with serial number 'A'")
    supervisor.call(Call(4, 0, "hold"), caller)
    assert caller.codes == {3: "gone", 4: "gone"}
    assert caller.replies[0].problem == "camera A is not there: it has not been found yet"
    assert caller.replies[1].problem.endswith("no camera with serial number 'A'")


def test_who_the_cameras_are_is_told_when_it_is_known(rig: Rig) -> None:
    rig.start(("A", ONE))
    assert rig.ledgers.infos()[0].model == ""
    before = rig.changes
    rig.streaming(0)
    assert rig.ledgers.infos()[0].model == "Model"
    assert rig.changes == before + 1


def test_answers_are_passed_on(rig: Rig) -> None:
    rig.start(("A", ONE))
    rig.streaming(0)
    (link,) = rig.links()
    assert link.request(FrameRequest(1, (0,)))
    rig.run(lambda: rig.bundles)
    assert rig.bundles[0].frames[0].camera_index == 0


def test_a_producer_that_bears_one_process_has_one(rig: Rig) -> None:
    rig.start(("A", SHARED), ("B", SHARED))
    rig.streaming(0, 1)
    (link,) = rig.links()
    assert link.group.indices == (0, 1)
    assert link.group.name == "A+B"


def test_a_camera_that_is_found_later_joins_the_process_of_its_producer(rig: Rig) -> None:
    supervisor = rig.start(("A", SHARED))
    rig.streaming(0)
    (before,) = rig.links()
    late = CameraSettings(serial="B", cti=SHARED)
    supervisor._found(late, supervisor._config.producers[0])
    rig.run(lambda: len(rig.ledgers) == 2 and rig.state(1) == CameraState.STREAMING)
    (after,) = rig.links()
    assert after.group.indices == (0, 1)
    assert before.ended
    rig.streaming(0)


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


def test_a_process_speaks_of_its_own_cameras_alone(rig: Rig) -> None:
    supervisor = rig.start(("A", ONE), ("B", OTHER))
    rig.streaming(0, 1)
    first = next(link for link in rig.links() if link.group.indices == (0,))
    supervisor._live(first, Live(1, (FeatureSetting("Gain", 3.0),)))
    supervisor._live(first, Live(7, (FeatureSetting("Gain", 3.0),)))
    assert [ledger.live for ledger in rig.ledgers] == [(), ()]


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


def test_reports_about_other_cameras_are_refused(rig: Rig) -> None:
    rig.start(("A", ONE), one="foreign")
    rig.run(lambda: rig.links() and rig.links()[0].opened)
    assert len(rig.ledgers) == 1
    assert rig.state(0) == CameraState.OPENING


def test_stopped_in_good_order(rig: Rig) -> None:
    rig.start(("A", ONE), ("B", OTHER))
    rig.streaming(0, 1)
    links = rig.links()
    rig.stop(30.0)
    assert all(link.ended for link in links)
    assert rig.changes


def test_a_process_that_does_not_stop_in_time_is_killed(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.start(("A", ONE), ("B", OTHER), one="silent")
    rig.streaming(0, 1)
    links = rig.links()
    rig.stop(0.2)
    assert all(link.ended for link in links)
    assert "camera A: it did not close in time: ended" in caplog.text


def test_stopped_while_a_process_waits_for_its_next_start(rig: Rig) -> None:
    rig.start(("A", ONE), one="exit=7", process=ProcessSettings(restart_delay_s=60))
    rig.run(lambda: rig.ledgers[0].counters.restarts == 2)
    rig.stop(1.0)
    assert rig.links() == []


def test_a_camera_that_no_producer_shows_is_lost_and_says_what_is_there(rig: Rig) -> None:
    config = Config(
        cameras=(CameraSettings(serial="77", name="left"),),
        producers=(ProducerSettings(cti=simulator()), ProducerSettings(cti="/no/such.cti")),
    )
    rig.start_with(config)
    rig.run(lambda: rig.state(0) == CameraState.LOST)
    reason = rig.ledgers[0].status().reason
    assert "no camera with serial number '77'" in reason
    assert "(cameras there: '0', '1', '2')" in reason


@pytest.mark.parametrize(
    ("producers", "cameras", "profile", "candidates", "own"),
    [
        ("", "", "generic", list(PROFILES), None),
        ("flir-gev", "", "flir-gev", [], None),
        ("", "hikrobot-gev", "generic", list(PROFILES), "hikrobot-gev"),
    ],
)
def test_the_profile_goes_to_the_process(
    rig: Rig, producers: str, cameras: str, profile: str, candidates: list[str], own: str | None
) -> None:
    config = Config(
        cameras=(CameraSettings(serial="A", profile=cameras),),
        producers=(ProducerSettings(cti=ONE, profile=producers, python=rig.python),),
    )
    rig.start_with(config)
    rig.run(rig.links)
    (link,) = rig.links()
    assert link.group.profile == PROFILES[profile]
    assert list(link.group.candidates) == candidates
    assert link.group.cameras[0].profile == (PROFILES[own] if own else None)


def test_a_profile_that_a_camera_names_and_nobody_has_is_refused_at_the_start(rig: Rig) -> None:
    config = Config(
        cameras=(CameraSettings(serial="77", name="left", profile="nikon"),),
        producers=(ProducerSettings(cti=ONE),),
    )
    with pytest.raises(ConfigError, match="camera left: profile: there is no GenTL profile 'nik"):
        Supervisor(rig.loop, rig.running, config, PROFILES, Ledgers(config.cameras))


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


def reload(rig: Rig, *cameras: CameraSettings, **stream: int) -> CameraChanges:
    """Take a configuration that was read again, in the loop."""

    async def take() -> CameraChanges:
        assert rig.supervisor is not None
        return rig.supervisor.reload(StreamSettings(**stream), cameras)

    return rig.loop.run_until_complete(take())


def test_a_reload_starts_the_process_of_a_changed_camera_again_and_no_other(rig: Rig) -> None:
    rig.start(("A", ONE), ("B", OTHER))
    rig.streaming(0, 1)
    first, other = rig.links()
    left, right = (link.group.cameras[0].settings for link in rig.links())
    changes = reload(rig, left, replace(right, quality=50))
    assert changes.applied == ("quality of camera B",)
    rig.run(lambda: len(rig.links()) == 2 and rig.links()[1] is not other)
    rig.streaming(0, 1)
    assert rig.links()[0] is first
    assert rig.links()[1].group.cameras[0].settings.quality == 50
    assert other.ended
    assert rig.ledgers[1].status().restarts == 0, "it was wished, not a failure"


def test_a_reload_without_a_change_or_of_what_viewers_do_starts_nothing_again(rig: Rig) -> None:
    rig.start(("A", ONE))
    rig.streaming(0)
    (link,) = rig.links()
    (camera,) = link.group.cameras
    reload(rig, camera.settings)
    changes = reload(rig, replace(camera.settings, rotation=90, mirror=True))
    assert changes.applied == ("rotation of camera A", "mirror of camera A")
    assert (rig.ledgers[0].info.rotation, rig.ledgers[0].info.mirror) == (90, True)
    rig.loop.run_until_complete(asyncio.sleep(0))
    assert rig.links() == [link]
    assert not link.ended


def test_the_size_of_the_stream_is_that_of_each_camera_without_its_own(rig: Rig) -> None:
    rig.start(("A", ONE), ("B", OTHER))
    rig.streaming(0, 1)
    before = rig.links()
    left, right = (link.group.cameras[0].settings for link in before)
    reload(rig, replace(left, quality=90), right, quality=70)
    rig.run(lambda: not {*before} & {*rig.links()} and len(rig.links()) == 2)
    rig.streaming(0, 1)
    assert {link.group.stream.quality for link in rig.links()} == {70}
    rest = rig.links()
    reload(rig, replace(left, quality=90), right, quality=60)
    rig.run(lambda: rig.links()[1:] != rest[1:] and len(rig.links()) == 2)
    assert rig.links()[0] is rest[0], "it has a quality of its own"


def test_what_was_set_live_gives_way_to_what_the_file_says_now(rig: Rig) -> None:
    rig.start(("A", ONE), ("B", OTHER), one="live")
    rig.streaming(0, 1)
    gain = rig.ledgers[0].live
    rig.run(lambda: len(rig.ledgers[0].live) > 0)
    gain = rig.ledgers[0].live
    left, right = (link.group.cameras[0].settings for link in rig.links())
    first = rig.links()[0]
    reload(rig, replace(left, features={gain[0].feature: 7.0}), right)
    assert rig.ledgers[0].live == ()
    rig.run(lambda: len(rig.links()) == 2 and rig.links()[0] is not first)
    assert rig.links()[0].group.live == {}


def test_two_reloads_at_once_start_one_process(rig: Rig) -> None:
    rig.start(("A", ONE))
    rig.streaming(0)
    (link,) = rig.links()
    (camera,) = link.group.cameras
    reload(rig, replace(camera.settings, quality=50))
    reload(rig, replace(camera.settings, quality=40))
    rig.run(lambda: rig.links() and rig.links()[0] is not link)
    rig.streaming(0)
    assert [found.group.cameras[0].settings.quality for found in rig.links()] == [40]

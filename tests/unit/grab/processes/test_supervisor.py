from __future__ import annotations

import os
import signal

import pytest

from camstrm.config import CameraSettings, Config, ProcessSettings, ProducerSettings
from camstrm.errors import ConfigError
from camstrm.feature import FeatureSetting
from camstrm.grab.processes.ledger import Ledgers
from camstrm.grab.processes.process_link import ProcessLink
from camstrm.grab.processes.supervisor import Supervisor
from camstrm.grab.running_clock import RunningClock
from camstrm.wire import Call, CameraState, FrameRequest, Live
from tests.fakes.for_camera import Caller, turn
from tests.fakes.gentl.producers import simulator
from tests.fakes.grabber.supervisor_rig import ONE, OTHER, PROFILES, Rig
from tests.fakes.manual_loop import GuardedLoop

SHARED = "/opt/Spinnaker_GenTL.cti"
"""A file name whose profile has one process for all cameras of the producer."""


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


def test_a_process_speaks_of_its_own_cameras_alone(rig: Rig) -> None:
    supervisor = rig.start(("A", ONE), ("B", OTHER))
    rig.streaming(0, 1)
    first = next(link for link in rig.links() if link.group.indices == (0,))
    supervisor._live(first, Live(1, (FeatureSetting("Gain", 3.0),)))
    supervisor._live(first, Live(7, (FeatureSetting("Gain", 3.0),)))
    assert [ledger.live for ledger in rig.ledgers] == [(), ()]


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

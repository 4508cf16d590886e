from __future__ import annotations

import asyncio
import errno
import os
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from msgspec import Raw

from camstrm.config import CameraSettings, ProcessSettings, StreamSettings
from camstrm.grab.camera.group import GroupCamera, ProcessGroup
from camstrm.grab.processes import process_link as process_link_module
from camstrm.grab.processes.process_link import MAX_UNREAD, LinkHandlers, ProcessLink
from camstrm.grab.running_clock import RunningClock
from camstrm.profiles import GentlProfile
from camstrm.wire import Call, FrameBundle, FrameRequest, Reply, Report
from tests.fakes.for_camera import Caller, turn
from tests.fakes.grabber.camera_process import LARGE, stand_in_environment
from tests.fakes.manual_loop import LONG_S, GuardedLoop


class Rig:
    """Links in a real loop, and what they told."""

    def __init__(self, loop: GuardedLoop, running: RunningClock, folder: Path, python: str) -> None:
        self.loop = loop
        self.running = running
        self.log = folder / "log"
        self.bundles: list[FrameBundle] = []
        self.reports: list[Report] = []
        self.gone: list[str] = []
        self.links: list[ProcessLink] = []
        self.when_gone: Callable[[], object] = lambda: None
        self._python = python
        self._handlers = LinkHandlers(
            lambda _, bundle: self.bundles.append(bundle),
            lambda _, report: self.reports.append(report),
            self._gone,
        )

    def _gone(self, _link: ProcessLink, reason: str) -> None:
        self.gone.append(reason)
        self.when_gone()

    def link(self, behaviour: str = "", python: str | None = None) -> ProcessLink:
        group = ProcessGroup(
            cti="x.cti",
            profile=GentlProfile(name="generic"),
            cameras=(
                GroupCamera(0, CameraSettings(serial="A")),
                GroupCamera(1, CameraSettings(serial="B")),
            ),
            stream=StreamSettings(),
            process=ProcessSettings(),
            python=self._python if python is None else python,
            environment=stand_in_environment(behaviour, log=self.log),
        )

        async def make() -> ProcessLink:
            return ProcessLink(self.loop, self.running, group, self._handlers)

        self.links.append(self.loop.run_until_complete(make()))
        return self.links[-1]

    def opened(self, behaviour: str = "") -> ProcessLink:
        link = self.link(behaviour)
        self.run(lambda: link.opened)
        return link

    def run(self, condition: Callable[[], object]) -> None:
        self.loop.run(condition)

    def over(self, link: ProcessLink) -> None:
        """Run until nothing is left of the process and its connection."""
        self.run(lambda: link.ended)

    def close(self) -> None:
        for link in self.links:
            link.kill("the test is over")
            self.over(link)


@pytest.fixture
def rig(
    loop: GuardedLoop, running: RunningClock, tmp_path: Path, stand_in: str
) -> Generator[Rig, None, None]:
    rig = Rig(loop, running, tmp_path, stand_in)
    yield rig
    rig.close()


def test_a_process_is_started_asked_and_stopped(rig: Rig) -> None:
    link = rig.link()
    assert link.pid is not None
    assert not link.request(FrameRequest(1, (0,))), "its cameras are not open yet"
    rig.run(lambda: link.opened)
    assert [status.index for status in rig.reports[0].cameras] == [0, 1]
    assert rig.reports[0].infos[1].serial == "S1"
    assert link.request(FrameRequest(7, (0, 1)))
    busy = [link.busy]
    assert not link.request(FrameRequest(8, (0, 1))), "it still has to answer"
    rig.run(lambda: rig.bundles and len(rig.reports) == 2)
    assert [*busy, link.busy] == [True, False]
    (bundle,) = rig.bundles
    assert bundle.seq == 7
    assert [frame.camera_index for frame in bundle.frames] == [0, 1]
    assert not link.ended
    link.stop()
    rig.over(link)
    assert rig.log.read_text() == "stopped\n"
    assert not link.request(FrameRequest(9, (0,)))
    link.stop()


def test_one_request_after_the_other(rig: Rig) -> None:
    link = rig.opened()
    for seq in range(1, 6):
        assert link.request(FrameRequest(seq, (0,)))
        rig.run(lambda: len(rig.bundles) == seq)  # noqa: B023  run in this turn
    assert [bundle.seq for bundle in rig.bundles] == [1, 2, 3, 4, 5]


def test_calls_go_to_the_process_with_ids_of_their_own_and_come_back(rig: Rig) -> None:
    link, one, other = rig.opened(), Caller(), Caller()
    link.call(turn(0, -90.0), one)
    link.call(turn(0, 45.0), other)
    link.call(Call(8, 0, "data"), other)
    rig.run(lambda: len(other.replies) == 2)
    assert one.replies == [Reply(7, ok=True, result=Raw(b'{"degrees":-90.0}'))]
    assert other.replies[0] == Reply(7, ok=True, result=Raw(b'{"degrees":45.0}'))
    assert (other.replies[1].id, other.data) == (8, {8: b"abcd"})


def test_a_call_at_the_start_of_a_process_is_answered(rig: Rig) -> None:
    link, caller = rig.link(), Caller()
    for call_id in range(20):
        link.call(turn(0, 1.0, call_id=call_id), caller)
        rig.loop.run_until_complete(asyncio.sleep(0))
    rig.run(lambda: len(caller.replies) == 20)
    assert caller.codes[0] == "gone"
    assert caller.codes[19] == ""
    assert len(link.calls) == 0


def test_a_call_to_a_process_that_has_just_ended_waits_for_the_reason(rig: Rig) -> None:
    link, caller = rig.opened(), Caller()
    link.call(Call(1, 0, "hold"), caller)
    link.kill("over")
    link.call(Call(2, 0, "hold"), caller)
    rig.over(link)
    assert caller.replies == []
    link.calls.refuse_all("gone", "its process ended")
    assert caller.codes == {1: "gone", 2: "gone"}


def test_a_large_picture_arrives_whole(rig: Rig) -> None:
    link = rig.opened("large")
    link.request(FrameRequest(1, (0,)))
    rig.run(lambda: rig.bundles)
    assert len(rig.bundles[0].frames[0].payload) == LARGE


def test_a_process_that_is_sending_a_picture_can_be_stopped(rig: Rig) -> None:
    """Nobody reads the picture any more, so that it would wait for ever to be rid of it."""
    link = rig.opened("large")
    link.request(FrameRequest(1, (0,)))
    link.stop()
    rig.over(link)
    assert rig.log.read_text().startswith(("connection: ", "stopped"))


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("exit=7", "its process ended with code 7"),
        ("fatal", "GenTL producer x.cti: file not found"),
    ],
)
def test_why_a_process_ended(rig: Rig, behaviour: str, reason: str) -> None:
    link = rig.link(behaviour)
    rig.run(lambda: rig.gone)
    assert rig.gone == [reason]
    rig.over(link)
    assert not link.busy


def test_a_crash_is_told_by_its_signal(rig: Rig) -> None:
    link = rig.opened("crash")
    link.request(FrameRequest(1, (0,)))
    rig.run(lambda: rig.gone)
    assert rig.gone == ["its process was ended by SIGSEGV"]
    assert not link.request(FrameRequest(2, (0,)))
    assert link.ended


@pytest.mark.parametrize("behaviour", ["garbage", "bad_bundle"])
def test_a_process_that_sends_something_else_is_ended(rig: Rig, behaviour: str) -> None:
    link = rig.link(behaviour)
    rig.run(lambda: rig.gone)
    (reason,) = rig.gone
    assert reason.startswith("its process sent something else than pictures (")
    rig.over(link)


def test_a_process_that_closes_its_connection_and_lives_on_is_killed(rig: Rig) -> None:
    link = rig.link("half_open")
    rig.run(lambda: rig.gone)
    assert rig.gone == ["its process closed the connection"]
    assert link.ended
    assert not link.ended_in_order()


def test_a_process_that_cannot_even_be_killed_is_given_up(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = rig.link("half_open")
    assert link._process is not None
    with monkeypatch.context() as patch:
        patch.setattr(link._process, "kill", lambda: None)
        rig.run(lambda: rig.gone)
    assert rig.gone == ["its process closed the connection"]
    assert not link.ended
    link.kill("too late for a reason")
    rig.over(link)
    assert rig.gone == ["its process closed the connection"]


@pytest.mark.parametrize("code", [0, 4, 7])
def test_who_looks_too_soon_after_the_connection_s_end_finds_the_exit_code(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """A loaded machine ends a process late; to kill it then takes nothing from what it said."""
    monkeypatch.setattr(process_link_module, "_EXIT_S", 0.0)
    monkeypatch.setattr(process_link_module, "_KILLED_S", LONG_S)
    link = rig.link(f"exit={code}")
    rig.run(lambda: rig.gone)
    assert rig.gone == [f"its process ended with code {code}"]
    assert link.ended_in_order() == (code != 7)


def test_a_process_that_hangs_is_killed_with_the_reason_given(rig: Rig) -> None:
    link = rig.opened("silent")
    link.request(FrameRequest(1, (0,)))
    link.kill("it said nothing for 10 s")
    assert not link.busy
    rig.run(lambda: rig.gone)
    assert rig.gone == ["it said nothing for 10 s"]
    rig.over(link)


def test_a_process_that_does_not_stop_is_told_by_join(rig: Rig) -> None:
    link = rig.opened("silent")
    link.stop()
    assert not rig.loop.run_until_complete(link.join(0.01))


def test_killed_in_the_midst_of_its_start(rig: Rig) -> None:
    link = rig.link()
    link.kill("not wanted any more")
    rig.run(lambda: rig.gone)
    assert rig.gone == ["not wanted any more"]


def test_an_interpreter_that_is_not_there_leaves_nothing_open(rig: Rig) -> None:
    with pytest.raises(FileNotFoundError):
        rig.link(python="/no/python")


def test_of_what_a_process_writes_log_lines_are_passed_on_and_tracebacks_are_not(
    rig: Rig, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    python = tmp_path / "failing"
    python.write_text(
        "#!/bin/sh\n"
        "echo 'GenTL producer does not implement DSGetNumBufferParts' >&2\n"
        "echo '12:00:00 INFO camera A: opened' >&2\n"
        f"exec {sys.executable} -c 'import no_module_of_this_name'\n"
    )
    python.chmod(0o755)
    link = rig.link(python=str(python))
    rig.run(lambda: rig.gone)
    assert rig.gone == [
        "its process failed: the Python module no_module_of_this_name is not installed"
    ]
    assert link.ended
    assert [record.getMessage() for record in caplog.records] == ["12:00:00 INFO camera A: opened"]


def test_when_it_was_last_heard(rig: Rig) -> None:
    before = rig.running()
    link = rig.link()
    assert before <= link.last_heard_s <= rig.running()
    rig.run(lambda: link.opened)
    heard = link.last_heard_s
    assert heard > before
    link.request(FrameRequest(1, (0,)))
    rig.run(lambda: rig.bundles)
    assert link.last_heard_s > heard


def test_a_process_that_was_killed_is_gone_when_it_has_ended(rig: Rig) -> None:
    """Its successor needs the camera."""
    link = rig.opened("silent")
    assert link.pid is not None
    ended: list[bool] = []
    rig.when_gone = lambda: ended.append(link.ended)
    link.kill("it said nothing for 10 s")
    assert rig.gone == [], "not from inside the call"
    rig.run(lambda: rig.gone)
    assert ended == [True]


def test_after_a_stop_no_handler_is_called(rig: Rig) -> None:
    link = rig.opened()
    reports = len(rig.reports)
    link.request(FrameRequest(1, (0,)))
    link.stop()
    rig.over(link)
    assert (rig.bundles, len(rig.reports), rig.gone) == ([], reports, [])


def test_stopped_while_it_waits_for_the_end_of_a_process(rig: Rig) -> None:
    link = rig.opened("silent")
    link.kill("it said nothing for 10 s")
    link.stop()
    rig.over(link)
    assert rig.gone == []


def test_a_process_whose_end_the_kernel_does_not_report_is_polled(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_pid: int) -> int:
        raise PermissionError(errno.EPERM, "a sandbox")

    monkeypatch.setattr(os, "pidfd_open", refuse)
    rig.link("exit=7")
    rig.run(lambda: rig.gone)
    assert rig.gone == ["its process ended with code 7"]


def test_what_waits_for_a_process_that_does_not_read_is_bounded(
    rig: Rig,
) -> None:
    link, caller = rig.opened("silent"), Caller()
    large = Raw(b'"' + bytes(b"x" * 4000) + b'"')
    for call_id in range(500):  # more than the kernel and the limit hold
        link.call(Call(call_id, 1, "hold", large), caller)
    assert 0 < link._packets.unsent < 2 * MAX_UNREAD
    assert set(caller.codes.values()) == {"busy"}
    assert len(caller.replies) + len(link.calls) == 500
    link.kill("over")

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from camstrm.config import CameraSettings, Config, ProcessSettings, ProducerSettings, StreamSettings
from camstrm.grab.camera.group import GroupCamera, ProcessGroup
from camstrm.grab.processes import spare_process as spare_module
from camstrm.grab.processes.ledger import Ledgers
from camstrm.grab.processes.process_link import LinkHandlers, ProcessLink
from camstrm.grab.processes.spare_process import SpareProcesses
from camstrm.grab.processes.supervisor import Supervisor
from camstrm.grab.running_clock import RunningClock
from camstrm.profiles import load_profiles
from camstrm.wire import CameraState, CameraStatus, Report
from tests.fakes.gentl.producers import child_environment, simulator
from tests.fakes.manual_loop import LONG_S, GuardedLoop
from tests.fakes.running_system import DEADLINE_S, is_running, process_name
from tests.fakes.simulator_settings import HEIGHT, WIDTH

ENVIRONMENT = child_environment(CAMSTRM_TEST="for the producer")


def group(serial: str, environment: dict[str, str] = ENVIRONMENT, python: str = "") -> ProcessGroup:
    features: dict[str, bool | int | float | str] = {"Width": WIDTH, "Height": HEIGHT}
    return ProcessGroup(
        cti=simulator(),
        profile=load_profiles()["generic"],
        cameras=(GroupCamera(0, CameraSettings(serial=serial, features=features)),),
        stream=StreamSettings(),
        process=ProcessSettings(),
        environment=environment,
        log_level="ERROR",
        python=python,
    )


class Rig:
    """Spare processes and links in a real loop."""

    def __init__(self, loop: GuardedLoop, running: RunningClock) -> None:
        self.loop = loop
        self.running = running
        self.spares = SpareProcesses()
        self.statuses: dict[ProcessLink, CameraStatus] = {}
        self.gone: list[str] = []
        self.links: list[ProcessLink] = []
        self._handlers = LinkHandlers(
            lambda link, bundle: None, self._report, lambda link, reason: self.gone.append(reason)
        )

    def link(self, serial: str = "1") -> ProcessLink:
        wanted = group(serial)

        async def make() -> ProcessLink:
            spare = self.spares.of(wanted)
            return ProcessLink(self.loop, self.running, wanted, self._handlers, spare)

        self.links.append(self.loop.run_until_complete(make()))
        return self.links[-1]

    def ready(self) -> None:
        """Start a spare process and wait until it can be used or not."""
        self.spares.start(ENVIRONMENT)
        self.spares.watch(self.loop)
        self.settled()

    def settled(self) -> None:
        spare = self.spares.of(group("1"))
        assert spare is not None
        self.loop.run(lambda: spare.settled)

    @property
    def spare_pid(self) -> int:
        spare = self.spares.of(group("1"))
        assert spare is not None
        return spare.pid

    def streaming(self, *links: ProcessLink) -> None:
        self.loop.run(
            lambda: all(
                link in self.statuses and self.statuses[link].state == CameraState.STREAMING
                for link in links
            ),
        )

    def over(self, link: ProcessLink) -> None:
        """Run until nothing is left of the process and its connection."""
        self.loop.run(lambda: link.ended)

    def close(self) -> None:
        for link in self.links:
            link.kill("the test is over")
            self.over(link)
        self.spares.__exit__(None, None, None)

    def _report(self, link: ProcessLink, report: Report) -> None:
        for status in report.cameras:
            self.statuses[link] = status


@pytest.fixture
def rig(loop: GuardedLoop, running: RunningClock) -> Generator[Rig, None, None]:
    rig = Rig(loop, running)
    yield rig
    rig.close()


def forked(link: ProcessLink) -> bool:
    assert link.pid is not None
    return process_name(link.pid) == "camstrm-camera"


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_without_file_descriptors_nothing_stays_open(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.ready()

    def refuse() -> tuple[int, int]:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    before = open_files()
    with monkeypatch.context() as patch:
        patch.setattr(os, "pipe", refuse)
        with pytest.raises(OSError, match="Too many open files") as caught:
            rig.link()
    assert open_files() == before, caught.value
    rig.streaming(rig.link())


def test_it_forks_camera_processes_that_are_the_grabber_s_children(rig: Rig) -> None:
    rig.ready()
    links = [rig.link("0"), rig.link("1")]
    rig.streaming(*links)
    pids = [link.pid for link in links if link.pid is not None]
    assert len({*pids, rig.spare_pid}) == 3
    for pid in pids:
        assert parent(pid) == os.getpid()
        assert os.getsid(pid) == pid, "Ctrl-C of a terminal is not for it"
        assert Path(f"/proc/{pid}/fd/0").resolve() == Path(os.devnull)
    assert all(forked(link) for link in links)
    assert "viky" not in Path(f"/proc/{rig.spare_pid}/maps").read_text(), "it loads no producer"
    links[0].stop()
    rig.over(links[0])
    assert links[0].ended_in_order()
    os.kill(pids[1], signal.SIGSEGV)
    rig.loop.run(lambda: "its process was ended by SIGSEGV" in rig.gone)


def test_its_end_is_not_that_of_the_processes_it_forked(rig: Rig) -> None:
    rig.ready()
    before = rig.link("0")
    os.kill(rig.spare_pid, signal.SIGKILL)
    rig.streaming(before)
    after = rig.link("1")
    rig.streaming(after)
    assert (forked(before), forked(after)) == (True, False)
    assert rig.gone == []


def test_one_that_hangs_is_done_without(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spare_module, "_FORK_S", 0.05)
    rig.ready()
    os.kill(rig.spare_pid, signal.SIGSTOP)
    link = rig.link()
    rig.streaming(link)
    assert not forked(link)
    assert rig.gone == []


@pytest.mark.parametrize("fault", ["never ready", "ends at once"])
def test_one_that_is_never_ready_is_done_without(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    if fault == "ends at once":
        monkeypatch.setattr("sys.executable", "/bin/false")
    rig.spares.start(ENVIRONMENT)
    monkeypatch.undo()
    if fault == "never ready":
        os.kill(rig.spare_pid, signal.SIGSTOP)
        monkeypatch.setattr(spare_module, "_READY_S", 0.05)
    rig.spares.watch(rig.loop)
    rig.settled()
    link = rig.link()
    rig.streaming(link)
    assert not forked(link)


def test_another_interpreter_or_environment_has_no_spare(rig: Rig) -> None:
    rig.spares.start(ENVIRONMENT)
    rig.spares.start(dict(ENVIRONMENT))
    rig.spares.watch(rig.loop)
    assert rig.spares.of(group("1")) is rig.spares.of(group("2"))
    assert rig.spares.of(group("1")) is not None
    assert rig.spares.of(group("1", {**ENVIRONMENT, "LD_LIBRARY_PATH": "/opt/x"})) is None
    assert rig.spares.of(group("1", python=sys.executable)) is None


def test_a_supervisor_waits_for_it(rig: Rig) -> None:
    variables = {k: v for k, v in ENVIRONMENT.items() if os.environ.get(k) != v}
    config = Config(
        cameras=(CameraSettings(serial="0"), CameraSettings(serial="2")),
        producers=(ProducerSettings(cti=simulator(), env=variables),),
    )
    rig.spares.start({**os.environ, **variables})
    ledgers = Ledgers(config.cameras)
    supervisor = Supervisor(
        rig.loop,
        rig.running,
        config,
        load_profiles(),
        ledgers,
        log_level="ERROR",
        spares=rig.spares,
    )
    try:
        supervisor.start(lambda link, bundle: None, lambda: None)
        assert supervisor.links() == []
        rig.loop.run(
            lambda: all(ledgers[i].condition.state == CameraState.STREAMING for i in (0, 1)),
        )
        assert all(forked(link) for link in supervisor.links())
        (victim, _) = supervisor.links()
        assert victim.pid is not None
        os.kill(victim.pid, signal.SIGKILL)
        rig.loop.run(lambda: ledgers[0].counters.restarts == 1)
        rig.loop.run(lambda: ledgers[0].condition.state == CameraState.STREAMING)
        assert all(forked(link) for link in supervisor.links())
    finally:
        rig.loop.run_until_complete(supervisor.stop(LONG_S))


def test_it_ends_with_the_grabber_also_after_kill_9() -> None:
    script = (
        "import os, signal\n"
        "from camstrm.grab.processes.spare_process import SpareProcess\n"
        "print(SpareProcess(os.environ).pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=ENVIRONMENT, stdout=subprocess.PIPE, check=False
    )
    pid = int(done.stdout)
    deadline_s = time.monotonic() + DEADLINE_S
    while is_running(pid):
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


@pytest.mark.parametrize("threads", [None, "4"])
def test_what_it_imports_starts_no_thread_and_changes_no_variable(threads: str | None) -> None:
    script = (
        "import os\n"
        "from pathlib import Path\n"
        "from camstrm.grab.camera.spare import _import_all\n"
        "_import_all()\n"
        "print(len(list(Path('/proc/self/task').iterdir())))\n"
        "print(os.environ.get('OPENBLAS_NUM_THREADS'))\n"
    )
    environment = child_environment()
    environment.pop("OPENBLAS_NUM_THREADS", None)
    if threads is not None:
        environment["OPENBLAS_NUM_THREADS"] = threads
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, check=True
    )
    assert done.stdout.decode().split() == ["1", str(threads)]


def test_it_starts_before_anything_large_is_imported() -> None:
    script = (
        "import sys\n"
        "import camstrm.cli.main, camstrm.cli.commands.grab\n"
        "import camstrm.grab.processes.spare_process\n"
        "print(*{'asyncio', 'numpy', 'harvesters', 'camstrm.grab.app'} & sys.modules.keys())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=child_environment(), stdout=subprocess.PIPE, check=True
    )
    assert done.stdout.split() == []

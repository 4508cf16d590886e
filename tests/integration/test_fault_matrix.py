"""Every fault of a simulated camera, alone, between two healthy cameras.

The healthy ones must deliver every frame, and the faulty one must be back by itself after
the fault's end. ``make soak`` runs every fault, ``make test`` one of each kind.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from camstrm.wire import CameraState, CameraStatus, FrameBundle, Status
from tests.fakes.running_system import RunningSystem, Viewer
from tests.simulator.build import build_simulator
from tests.simulator.control import CameraControl
from tests.simulator.scenario import CameraSpec, RunnableScenario, Scenario

pytestmark = pytest.mark.asyncio(loop_scope="module")

FPS = 100.0
HEALTHY = ("GOOD1", "GOOD2")
FAULTY = "FAULTY"
END_OF_PROCESS = re.compile(r"camera faulty \(FAULTY\): .*its process .+; starting it again in")
DOWN = (CameraState.STALLED, CameraState.LOST, CameraState.BACKING_OFF, CameraState.OPENING)


@dataclass(frozen=True)
class Fault:
    """``knobs`` switch it on. ``seen`` is true for the faulty camera's status during it.

    ``unplug`` ("silent" or "loud"): take the camera away, too. ``reopened``: it is plugged
    in again while the knobs are still set, and this is true for its status then.
    """

    name: str
    seen: Callable[[CameraStatus, CameraStatus], bool]
    knobs: dict[str, int] = field(default_factory=dict)
    unplug: str = ""
    reopened: Callable[[CameraStatus, CameraStatus], bool] | None = None
    slow: bool = False


def is_down(_before: CameraStatus, now: CameraStatus) -> bool:
    return now.state in DOWN


def has_restarted(before: CameraStatus, now: CameraStatus) -> bool:
    return now.restarts > before.restarts


def is_unsupported(_before: CameraStatus, now: CameraStatus) -> bool:
    return now.state == CameraState.UNSUPPORTED and "camera faulty" in now.reason


def is_lost_again(before: CameraStatus, now: CameraStatus) -> bool:
    """Whether it was found, tried, and cannot be opened: the reason is another one."""
    return (
        now.state in DOWN
        and now.reason != before.reason
        and "no camera with serial number" not in now.reason
        and "no frame" not in now.reason
    )


def grows(counter: str) -> Callable[[CameraStatus, CameraStatus], bool]:
    def seen(before: CameraStatus, now: CameraStatus) -> bool:
        more: int = getattr(now, counter) - getattr(before, counter)
        return now.state == CameraState.STREAMING and more >= 5

    return seen


def is_rejected(before: CameraStatus, now: CameraStatus) -> bool:
    return (
        now.state == CameraState.STALLED
        and "every frame is rejected" in now.reason
        and now.rejected >= before.rejected + 5
    )


def is_alive(before: CameraStatus, now: CameraStatus) -> bool:
    return now.state == CameraState.STREAMING and now.delivered > before.delivered + FPS


FAULTS = (
    Fault("unplugged, silent", is_down, unplug="silent"),
    Fault("unplugged, loud", is_down, unplug="loud"),
    Fault("stalled", is_down, {"stall": 1}, slow=True),
    Fault("link down", is_down, {"link_down": 1}, slow=True),
    Fault("half of the frames incomplete", grows("incomplete"), {"incomplete_percent": 50}),
    Fault("only incomplete frames", is_down, {"incomplete_percent": 100}, slow=True),
    Fault("lost frames", grows("gaps"), {"lost_percent": 20}),
    Fault("gaps in frame ids", grows("gaps"), {"gap_every": 5}, slow=True),
    Fault("late frames", is_alive, {"late_us": 30_000}, slow=True),
    Fault("unknown pixel format", is_unsupported, {"pixel_format": 0x81FF0001}),
    Fault("compressed format", is_unsupported, {"hb_format": 1}, slow=True),
    Fault("short payload", is_rejected, {"short_by": 1000}),
    Fault("height 0", is_rejected, {"zero_height": 1}, slow=True),
    Fault("empty buffers", is_rejected, {"zero_size": 1}, slow=True),
    Fault("no time stamps", is_alive, {"no_timestamps": 1}, slow=True),
    Fault("no frame ids", is_alive, {"no_frame_ids": 1}, slow=True),
    Fault("error texts in GBK, unplugged", is_down, {"gbk_errors": 1}, unplug="loud", slow=True),
    Fault("crash of the producer", has_restarted, {"crash": 1}),
    Fault(
        "opening takes seconds", is_down, {"open_ms": 3000}, "silent", reopened=is_alive, slow=True
    ),
    Fault(
        "device query before opening fails",
        is_down,
        {"no_device_query": 1},
        "silent",
        reopened=is_alive,
        slow=True,
    ),
    Fault("opening fails", is_down, {"open_fails": 1}, "silent", reopened=is_lost_again, slow=True),
    Fault("broken zip as XML", is_down, {"bad_xml": 1}, "silent", is_lost_again),
    Fault("no XML", is_down, {"bad_xml": 2}, "silent", is_lost_again, slow=True),
    Fault("no URL of the XML", is_down, {"bad_xml": 3}, "silent", is_lost_again, slow=True),
    Fault("held by another program", is_down, {"busy": 1}, "silent", is_lost_again, slow=True),
    Fault("crash at opening", is_down, {"crash": 2}, "silent", has_restarted, slow=True),
    Fault(
        "told payload too small",
        is_down,
        {"payload_short_by": 1000},
        "silent",
        lambda before, now: now.incomplete + now.rejected > before.incomplete + before.rejected,
        slow=True,
    ),
    Fault("memory growth of the producer", is_alive, {"leak_bytes": 1000}, slow=True),
)


def camera_tables() -> str:
    tables = [("GOOD1", "good1"), (FAULTY, "faulty"), ("GOOD2", "good2")]
    # Buffers for a second: a test machine may stand still for longer than a server.
    return "".join(
        f'[[camera]]\nserial = "{serial}"\nname = "{name}"\nnum_buffers = 100\n'
        for serial, name in tables
    )


@dataclass
class Desk:
    """The running system with the simulator's knobs and one viewer."""

    system: RunningSystem
    scenario: RunnableScenario
    viewer: Viewer

    @property
    def log(self) -> str:
        """Everything that the grabber has logged so far."""
        assert self.system.grabber is not None
        return self.system.grabber.text

    async def status(self, holds: Callable[[Status], bool] = lambda _: True) -> Status:
        def wanted(message: object) -> bool:
            return isinstance(message, Status) and len(message.cameras) == 3 and holds(message)

        status: Status = await self.viewer.until(wanted)
        return status

    async def picture(self, index: int, after_us: int) -> None:
        """Wait for a picture of a camera that was taken after a time."""
        await self.viewer.until(
            lambda m: (
                isinstance(m, FrameBundle)
                and len(m.frames[index].payload) > 0
                and m.frames[index].capture_time_us > after_us
            )
        )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    folder = tmp_path_factory.mktemp("faults")
    cameras = tuple(
        CameraSpec(serial, frame_rate=FPS, bus="Custom", formats=("Mono8",))
        for serial in (*HEALTHY, FAULTY)
    )
    scenario = Scenario(cameras).write(folder)
    cti = str(await asyncio.to_thread(build_simulator))
    with RunningSystem(folder, camera_tables(), cti=cti, environment=scenario.variables) as system:
        async with system.viewer() as viewer:
            await viewer.pictures({0, 1, 2})
            yield Desk(system, scenario, viewer)
    for serial in HEALTHY:
        with scenario.control(serial) as control:
            left = {name: control[name] for name in ("announced", "queued", "owner_pid")}
            assert left == {"announced": 0, "queued": 0, "owner_pid": 0}
            assert control["opens"] == control["closes"]


@pytest.mark.parametrize(
    "fault",
    [pytest.param(f, id=f.name, marks=[pytest.mark.slow] if f.slow else []) for f in FAULTS],
)
@pytest.mark.leaks_allowed(reason="the system runs for all tests of the module")
async def test_a_fault_stays_with_its_camera(desk: Desk, fault: Fault) -> None:
    with desk.scenario.control(FAULTY) as control:
        before = await desk.status(lambda s: s.cameras[1].state == CameraState.STREAMING)
        healthy = [counters(desk, serial) for serial in HEALTHY]
        logged = len(desk.log)
        begin(control, fault)
        try:
            seen = await desk.status(lambda s: fault.seen(before.cameras[1], s.cameras[1]))
            if has_restarted(before.cameras[1], seen.cameras[1]):
                # The next process may have begun already: it has no reason to give for that.
                assert END_OF_PROCESS.search(desk.log[logged:])
            elif seen.cameras[1].state != CameraState.STREAMING:
                assert seen.cameras[1].reason
            if fault.reopened is not None:
                reopened = fault.reopened
                # It may have been opened, and its process gone, before it was seen to be away.
                reference = before if reopened is has_restarted else seen
                control.replug()
                await desk.status(lambda s: reopened(reference.cameras[1], s.cameras[1]))
        finally:
            end(control, fault)
        ended_us, ended_s = time.time_ns() // 1000, time.monotonic()
        await desk.picture(1, ended_us)
        print(f"{fault.name}: back after {time.monotonic() - ended_s:.2f} s")
        # At its full rate again, and nobody else has noticed.
        after = await desk.status(
            lambda s: (
                s.cameras[1].state == CameraState.STREAMING and s.cameras[1].grab_fps > 0.9 * FPS
            )
        )
        for index, serial, old in zip((0, 2), HEALTHY, healthy, strict=True):
            status = after.cameras[index]
            assert status.state == CameraState.STREAMING
            assert (status.incomplete, status.underrun) == (0, 0)
            assert (status.reconnects, status.restarts) == (0, 0)
            new = counters(desk, serial)
            # What the simulator itself could not make in time nobody can deliver.
            assert status.gaps <= new["behind"]
            assert new["underrun"] == old["underrun"] == 0
            assert new["opens"] == old["opens"] == 1
            assert new["produced"] > old["produced"]


def begin(control: CameraControl, fault: Fault) -> None:
    control.set(**fault.knobs)
    if fault.unplug:
        control.unplug(loud=fault.unplug == "loud")


def end(control: CameraControl, fault: Fault) -> None:
    if fault.unplug:
        control.replug()
    control.clear()


def counters(desk: Desk, serial: str) -> dict[str, int]:
    with desk.scenario.control(serial) as control:
        return control.counters()


@pytest.mark.leaks_allowed(reason="the system runs for all tests of the module")
async def test_no_process_is_left_over(desk: Desk) -> None:
    """After all faults: one process a camera, each with a moderate number of descriptors."""
    assert desk.system.grabber is not None
    children = desk.system.grabber.children()
    assert len(children) == 3
    for pid in children:
        names = await asyncio.to_thread(descriptors, pid)
        assert names < 60


def descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))

"""Exclusive access across processes, crashed owners, heartbeats."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from camstrm.acquisition.gentl.library import GcError
from tests.fakes.gentl.producers import child_environment
from tests.simulator.raw_gentl import EXCLUSIVE, GentlError, OpenCamera, RawGentl
from tests.simulator.scenario import CameraSpec, RunnableScenario, Scenario

READ_ONLY, CONTROL = 2, 3
READY, BUSY = 1, 4
USB = CameraSpec("USB", frame_rate=200.0)
GEV = CameraSpec("GEV", bus="GEV", frame_rate=200.0, heartbeat_ms=2000)
QUICK = CameraSpec("QUICK", bus="GEV", heartbeat_ms=600)


@pytest.fixture
def run(write_scenario: Callable[[Scenario], RunnableScenario]) -> RunnableScenario:
    return write_scenario(Scenario((USB, GEV, QUICK)))


@contextlib.contextmanager
def holder(
    camsim: Path, run: RunnableScenario, serial: str, *more: str
) -> Generator[subprocess.Popen[str], None, None]:
    """A process that holds the camera; killed at the end."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.simulator.hold", str(camsim), serial, *more],
        env=child_environment(**run.variables),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == "open\n"
        yield child
    finally:
        child.kill()
        child.wait(30)
        child.stdin.close()
        child.stdout.close()


def attempt(gentl: RawGentl, interfaces: list[int], serial: str) -> int:
    """Open and close the camera; return the GC_ERROR."""
    try:
        with OpenCamera(gentl, interfaces, serial):
            return 0
    except GentlError as error:
        return error.code


def access_status(gentl: RawGentl, interfaces: list[int], serial: str) -> int:
    for interface in interfaces:
        for i in range(gentl.count("IFGetNumDevices", interface)):
            name = gentl.text("IFGetDeviceID", interface, i).encode()
            if gentl.info("IFGetDeviceInfo", interface, name, 7) == serial:
                return int(gentl.info("IFGetDeviceInfo", interface, name, 5))
    raise LookupError(serial)


@pytest.mark.parametrize("serial", ["USB", "GEV"])
def test_camera_belongs_to_one_process(
    gentl: RawGentl, camsim: Path, run: RunnableScenario, serial: str
) -> None:
    interfaces = gentl.open_interfaces()
    assert access_status(gentl, interfaces, serial) == READY
    with holder(camsim, run, serial) as child, run.control(serial) as control:
        assert control["owner_pid"] == child.pid
        assert attempt(gentl, interfaces, serial) == GcError.ACCESS_DENIED
        assert access_status(gentl, interfaces, serial) == BUSY
        assert control["refused_opens"] == 1
        assert child.stdin is not None
        child.stdin.close()
        child.wait(30)
        assert control["owner_pid"] == 0
    assert attempt(gentl, interfaces, serial) == 0


def test_usb_camera_is_free_as_soon_as_its_owner_is_dead(
    gentl: RawGentl, camsim: Path, run: RunnableScenario
) -> None:
    interfaces = gentl.open_interfaces()
    with holder(camsim, run, "USB", "stream") as child:
        child.kill()
        # A zombie holds no camera either: it is not waited for before the attempt.
        with run.control("USB") as control:
            assert control.wait_until(lambda _: attempt(gentl, interfaces, "USB") == 0)


def test_gev_camera_is_locked_until_its_heartbeat_time_is_over(
    gentl: RawGentl, camsim: Path, run: RunnableScenario
) -> None:
    interfaces = gentl.open_interfaces()
    with holder(camsim, run, "GEV", "stream") as child, run.control("GEV") as control:
        assert control.wait_until(lambda c: c["delivered"] > 3)
        child.kill()
        child.wait(30)
        assert attempt(gentl, interfaces, "GEV") == GcError.ACCESS_DENIED
        # As soon as it is free it opens. It still acquires, for nobody, until it is stopped.
        assert control.wait_until(lambda c: time.monotonic_ns() > c["lease_until_ns"])
        with OpenCamera(gentl, interfaces, "GEV") as camera:
            camera.start()
            with pytest.raises(GentlError) as failure:
                camera.fetch(100)
            assert failure.value.code == GcError.TIMEOUT
            camera.set("AcquisitionStop", 1)
            camera.set("AcquisitionStart", 1)
            camera.fetch()


def test_impatient_attempts_keep_a_camera_locked(
    gentl: RawGentl, camsim: Path, run: RunnableScenario
) -> None:
    interfaces = gentl.open_interfaces()
    with holder(camsim, run, "QUICK") as child, run.control("QUICK") as control:
        control.set(retry_lock_ms=60_000)
        # Two attempts, so that the second one comes soon after another whenever it comes.
        assert attempt(gentl, interfaces, "QUICK") == GcError.ACCESS_DENIED
        assert attempt(gentl, interfaces, "QUICK") == GcError.ACCESS_DENIED
        child.kill()
        child.wait(30)
        end = time.monotonic() + 3 * QUICK.heartbeat_ms / 1000
        while time.monotonic() < end:
            # Only an attempt within the heartbeat time counts: the machine may have slept.
            locked = control["lease_until_ns"] > time.monotonic_ns() + 50_000_000
            if locked:
                assert attempt(gentl, interfaces, "QUICK") == GcError.ACCESS_DENIED
        control.set(retry_lock_ms=0)
        assert control.wait_until(lambda _: attempt(gentl, interfaces, "QUICK") == 0)


def test_heartbeat_keeps_the_camera_and_its_timeout_can_be_set(
    gentl: RawGentl, run: RunnableScenario
) -> None:
    with OpenCamera(gentl, gentl.open_interfaces(), "QUICK") as camera, run.control("QUICK") as c:
        begin = c["lease_until_ns"]
        # Twice the heartbeat time later it is still ours.
        assert c.wait_until(lambda c: c["lease_until_ns"] > begin + 1_200_000_000)
        camera.get("Width")
        camera.set("GevHeartbeatTimeout", 50_000)
        assert c.wait_until(lambda c: c["lease_until_ns"] > time.monotonic_ns() + 40_000_000_000)


def test_access_modes(gentl: RawGentl) -> None:
    interfaces = gentl.open_interfaces()
    camera = OpenCamera(gentl, interfaces, "USB")
    interface, name = camera.interface, camera.id
    gentl.do("DevClose", camera.device)
    device = gentl.handle("IFOpenDevice", interface, name, READ_ONLY)
    port = gentl.handle("DevGetPort", device)
    assert gentl.info("DevGetInfo", device, 5) == 6, "open read-only"
    gentl.read(port, 0x10000, 8)
    with pytest.raises(GentlError) as failure:
        gentl.write(port, 0x10000, b"x")
    assert failure.value.code == GcError.ACCESS_DENIED
    gentl.do("DevClose", device)


def test_reading_beside_an_owner_that_allows_it(
    gentl: RawGentl, camsim: Path, run: RunnableScenario
) -> None:
    interfaces = gentl.open_interfaces()
    with holder(camsim, run, "USB"), run.control("USB") as control:
        assert control["owner_exclusive"] == 1
        with pytest.raises(GentlError) as failure:
            _open_only(gentl, interfaces, READ_ONLY)
        assert failure.value.code == GcError.ACCESS_DENIED
    for flags in (CONTROL, EXCLUSIVE):
        gentl.do("DevClose", _open_only(gentl, interfaces, flags))


def _open_only(gentl: RawGentl, interfaces: list[int], flags: int) -> int:
    (interface,) = (i for i in interfaces if gentl.count("IFGetNumDevices", i) == 1)
    name = gentl.text("IFGetDeviceID", interface, 0).encode()
    return gentl.handle("IFOpenDevice", interface, name, flags)


@pytest.mark.parametrize("serial", ["USB", "GEV"])
def test_busy_knob_stands_for_another_program(
    gentl: RawGentl, run: RunnableScenario, serial: str
) -> None:
    interfaces = gentl.open_interfaces()
    with run.control(serial) as control:
        control.set(busy=1)
        assert attempt(gentl, interfaces, serial) == GcError.ACCESS_DENIED
        assert access_status(gentl, interfaces, serial) == BUSY
        control.clear()
    assert attempt(gentl, interfaces, serial) == 0

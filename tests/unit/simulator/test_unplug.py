"""Cameras that go away while they stream, and come back."""

from __future__ import annotations

from ctypes import byref, c_bool, c_void_p

import pytest

from camstrm.acquisition.gentl.library import GcError
from tests.simulator.control import CameraControl
from tests.simulator.raw_gentl import EXCLUSIVE, GentlError, OpenCamera
from tests.simulator.scenario import NETWORK_CAMERA

pytestmark = pytest.mark.parametrize("run", [[NETWORK_CAMERA]], indirect=True, ids=["gev"])


def list_devices(camera: OpenCamera) -> int:
    camera.gentl.do("IFUpdateDeviceList", camera.interface, byref(c_bool()), 100)
    return camera.gentl.count("IFGetNumDevices", camera.interface)


def reopen(camera: OpenCamera) -> int:
    handle = c_void_p()
    arguments = (camera.interface, camera.id, EXCLUSIVE, byref(handle))
    return camera.gentl.code("IFOpenDevice", *arguments)


def test_silent_unplug_looks_healthy(streaming: OpenCamera, control: CameraControl) -> None:
    control.unplug()
    settle_after_end(streaming, control)
    assert streaming.is_silent()
    assert streaming.get("Width") == 640
    assert streaming.gentl.info("DevGetInfo", streaming.device, 5) == 5
    assert list_devices(streaming) == 0
    control.replug()
    assert streaming.is_silent(), "what was open stays dead"
    assert list_devices(streaming) == 1


def test_loud_unplug_blocks_and_fails(streaming: OpenCamera, control: CameraControl) -> None:
    control.unplug(loud=True)
    settle_after_end(streaming, control)
    assert streaming.is_silent()
    codes = []
    for _ in range(3):
        with pytest.raises(GentlError) as failure:
            streaming.get("Width")
        codes.append(failure.value.code)
    assert codes == [GcError.TIMEOUT, GcError.IO, GcError.IO]
    assert control["errors"] == 3
    assert list_devices(streaming) == 0
    control.replug()
    with pytest.raises(GentlError):
        streaming.get("Width")


def settle_after_end(camera: OpenCamera, control: CameraControl) -> None:
    assert control.wait_until(lambda c: not c["streaming"])
    while camera.gentl.info("EventGetInfo", camera.event, 1):
        camera.next_frame()


@pytest.mark.parametrize("keep_settings", [False, True])
def test_replugged_camera_opens_again_by_the_old_list(
    camera: OpenCamera, control: CameraControl, keep_settings: bool
) -> None:
    camera.set("Width", 320)
    control.unplug(keep_settings=keep_settings)
    camera.gentl.do("DevClose", camera.device)
    assert reopen(camera) == GcError.ACCESS_DENIED
    control.replug()
    with OpenCamera(camera.gentl, [camera.interface], "A1") as again:
        assert again.get("Width") == (320 if keep_settings else 640)
        again.start()
        again.fetch()
        camera.device = again.device  # the fixture closes what is open
        again.stop()
    camera.device = camera.gentl.handle("IFOpenDevice", camera.interface, camera.id, EXCLUSIVE)


def test_camera_moves_to_another_port(camera: OpenCamera, control: CameraControl) -> None:
    control.unplug()
    assert list_devices(camera) == 0
    control.replug(port_number=7)
    assert list_devices(camera) == 1
    assert camera.gentl.text("IFGetDeviceID", camera.interface, 0) == "camstrm-A1-7"
    assert reopen(camera) == GcError.INVALID_ID, "the old ID is gone"

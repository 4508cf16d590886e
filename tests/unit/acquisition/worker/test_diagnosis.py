from __future__ import annotations

import os

import pytest

from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.acquisition.gentl.binding import gentl
from camstrm.acquisition.gentl.errors import camera_errors
from camstrm.acquisition.open_mark import OpenCamera
from camstrm.acquisition.worker import diagnosis
from camstrm.acquisition.worker.diagnosis import why_not_opened
from camstrm.errors import (
    CameraBusyError,
    CameraError,
    CameraLostError,
    CameraRefusedError,
    CameraSubnetError,
    CameraUnreachableError,
)

LISTED = DeviceInfo("a.cti", "S", tl_type="GEV")
NEAR = DeviceInfo("a.cti", "S", tl_type="GEV", address="192.168.1.7/24", networks="192.168.1.10/24")
FAR = DeviceInfo("a.cti", "S", tl_type="GEV", address="10.0.0.7/24", networks="192.168.1.10/24")


def failure(text: str, kind: type[Exception] = gentl.AccessDeniedException) -> CameraError:
    with pytest.raises(CameraError) as caught, camera_errors("left", "opening it"):
        raise kind(f"x (Message from the source: {text}) (ID: {CODES[kind]})")
    return caught.value


CODES: dict[type[Exception], int] = {
    gentl.AccessDeniedException: -1005,
    gentl.TimeoutException: -1011,
    gentl.IoException: -1010,
    gentl.InvalidIdException: -1007,
}

PLAIN = "Open device with exclusive access failed"
EITHER = "in use by another application, or the device is in a wrong subnet"


@pytest.mark.parametrize(
    ("text", "device", "kind"),
    [
        (PLAIN, LISTED, CameraBusyError),
        (PLAIN, None, CameraUnreachableError),
        (PLAIN, FAR, CameraSubnetError),
        (EITHER, LISTED, CameraRefusedError),
        (EITHER, NEAR, CameraBusyError),
        (EITHER, FAR, CameraSubnetError),
        ("Maybe the device is not reachable", NEAR, CameraUnreachableError),
        ("the camera does not answer", LISTED, CameraUnreachableError),
        ("Device cannot be reached", LISTED, CameraUnreachableError),
        ("Control channel timed out", LISTED, CameraUnreachableError),
    ],
)
def test_what_a_refusal_means(
    text: str, device: DeviceInfo | None, kind: type[CameraError]
) -> None:
    reason = why_not_opened(failure(text), device, bus="GEV")
    assert type(reason) is kind
    assert text in reason.problem, "the producer's own words stay visible"
    named = ("held by", "no answer", "in a wrong subnet: the camera")
    assert sum(words in reason.problem for words in named) == (kind is not CameraRefusedError)


def test_other_failures_stay_what_they_are_while_the_camera_is_listed() -> None:
    broken = failure("broken", gentl.IoException)
    assert why_not_opened(broken, LISTED) is broken
    assert isinstance(broken, CameraLostError)
    late = why_not_opened(failure("late", gentl.TimeoutException), LISTED, bus="GEV")
    assert isinstance(late, CameraUnreachableError)
    assert late.listed
    gone = why_not_opened(failure("?", gentl.InvalidIdException), None, bus="U3V")
    assert gone.problem.startswith("no answer; check cable, power and USB port (no longer listed; ")


def test_a_camera_that_camstrm_itself_uses_is_named_as_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    marks = (OpenCamera(os.getpid(), "key", "S"), OpenCamera(77, "key", "S"))
    monkeypatch.setattr(diagnosis, "open_cameras_here", lambda: marks)
    reason = why_not_opened(failure(PLAIN), LISTED, bus="GEV")
    assert str(reason).startswith(f"camera left: in use by camstrm, process 77 ({PLAIN} (")
    assert str(reason).endswith("Stop that grabber or command first")
    monkeypatch.setattr(diagnosis, "open_cameras_here", lambda: marks[:1])
    assert "held by another program" in str(why_not_opened(failure(PLAIN), LISTED))

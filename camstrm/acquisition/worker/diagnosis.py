"""Why a camera cannot be opened: one diagnosis, on evidence, with the producer's own words.

GC_ERR_ACCESS_DENIED and its kin mean anything: held by another program, cable pulled, wrong
subnet, locked by a dead connection. What a fresh search says goes before the number, and so
does the producer's text.
"""

from __future__ import annotations

import os
import re

from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.acquisition.gentl.errors import error_code
from camstrm.acquisition.gentl.library import GcError
from camstrm.acquisition.open_mark import open_cameras_here
from camstrm.errors import (
    CameraBusyError,
    CameraError,
    CameraRefusedError,
    CameraSubnetError,
    CameraUnreachableError,
)

__all__ = ["why_not_opened"]

_NO_ANSWER = re.compile(
    r"not (be )?reach|unreachable|no (answer|response|reply)|time(d)?[ -]?out"
    r"|(not|longer|n't) (answer|respond|reply|replied)|disconnected|no longer (there|connected)",
    re.IGNORECASE,
)
"""Words of producers about a camera that does not answer."""


def why_not_opened(error: CameraError, device: DeviceInfo | None, *, bus: str = "") -> CameraError:
    """Return what a failed opening means, after a fresh search for the camera.

    ``error``: what the opening raised, returned where there is nothing to add. ``device``: what
    the search lists, with addresses; None where it no longer lists the camera. ``bus``: the
    transport layer type that it had.
    """
    camera, detail = error.subject, error.problem
    if isinstance(error, CameraRefusedError):
        detail = error.detail
    if device is None:
        return CameraUnreachableError(camera, f"no longer listed; {detail}", bus=bus)
    if device.in_wrong_subnet:
        return CameraSubnetError(camera, device.address, device.networks, detail)
    code = error_code(error.__cause__) if error.__cause__ is not None else None
    if code == GcError.TIMEOUT:
        return CameraUnreachableError(camera, detail, bus=bus, listed=True)
    if not isinstance(error, CameraRefusedError):
        return error
    if _NO_ANSWER.search(detail):
        return CameraUnreachableError(camera, detail, bus=bus, listed=True)
    if "subnet" in detail.casefold() and not (device.address and device.networks):
        # It may be, but the addresses are not known: only the producer's words are shown.
        return error
    return CameraBusyError(camera, detail, _camstrm_process(device.selector))


def _camstrm_process(selector: str) -> int:
    """Return the process of camstrm that has the camera open, 0 if there is none but this."""
    marks = (mark for mark in open_cameras_here() if mark.is_for(selector))
    return next((mark.pid for mark in marks if mark.pid != os.getpid()), 0)

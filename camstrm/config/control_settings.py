"""``[bridge.control]``: what of a camera may be changed by those who watch."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

__all__ = ["ALLOWED", "DENIED", "ControlSettings"]

ALLOWED = (
    "*Exposure*",
    "Gain*",
    "AutoGain*",
    "AutoFunction*",
    "BlackLevel*",
    "Gamma*",
    "*Balance*",
    "AcquisitionFrameRate*",
    "Trigger*",
    "Width",
    "Height",
    "OffsetX",
    "OffsetY",
    "CenterX",
    "CenterY",
    "ReverseX",
    "ReverseY",
    "Binning*",
    "Decimation*",
    "TestPattern*",
    "TestImage*",
    "DeviceIndicatorMode",
    "Focus*",
    "Iris*",
    "Zoom*",
)
"""Features (SFNC 2.7 and older names of makers) that change the picture and are taken back by the
camera's next start: exposure, gain, black level, gamma, white balance, frame rate, trigger and
software trigger, region, binning, test pattern, indicator. A motorised lens stays where it is."""

DENIED = (
    "DeviceReset*",
    "CameraReset*",
    "*Reboot*",
    "*TimestampReset*",
    "*TimestampControlReset*",
    "*Firmware*",
    "File*",
    "UserSetSave*",
    "UserSetDefault*",
    "*Factory*",
    "*Password*",
    "Gev*IP*",
    "Gev*Subnet*",
    "Gev*Gateway*",
    "GevMAC*",
    "GevCCP*",
    "Gev*Heartbeat*",
    "DeviceLinkHeartbeat*",
    "GevSCDA*",
    "GevSCPHostPort*",
    "GevSCPInterface*",
    "GevMCDA*",
    "GevMCPHostPort*",
    "GevPrimary*",
    "AcquisitionStart*",
    "AcquisitionStop*",
    "AcquisitionAbort*",
    "AcquisitionArm*",
    "TLParamsLocked*",
    "DeviceRegisters*",
    "DeviceFeaturePersistence*",
)
"""Features that make a camera useless for everybody, or for good, and those that camstrm sets
itself: reset, firmware, files in the camera, what it starts with, its address, its connection."""

FeaturePattern = Annotated[
    str,
    Meta(
        pattern=r"^(?a:[A-Za-z_*?][\w*?]{0,127})\Z",
        extra={"wanted": "a name of a feature, with * and ? for any characters, as in 'Gain*'"},
    ),
]
CameraLabel = Annotated[str, Meta(min_length=1, max_length=512)]


class ControlSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Who may change what.

    ``folder``: for named tokens, the shared control token and the audit file (empty: that of
    the token file). ``shared_token``: make a token with role control at the first start.
    ``allow``: patterns of the features that a control token may change; an admin token may
    change others too. ``deny``: patterns of those that nobody may change, whatever ``allow``
    says. ``locked``: names or serial numbers of the cameras that only an admin token may change.
    """

    folder: str = ""
    shared_token: bool = True
    allow: Annotated[tuple[FeaturePattern, ...], Meta(max_length=1000)] = ALLOWED
    deny: Annotated[tuple[FeaturePattern, ...], Meta(max_length=1000)] = DENIED
    locked: Annotated[tuple[CameraLabel, ...], Meta(max_length=256)] = ()

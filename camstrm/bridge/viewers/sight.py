"""What a viewer hears whose token is for some cameras only.

By the cameras' names, as the newest hello has them: an index may be another camera's after the
grabber was started again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from camstrm.bridge.events.event_log import Sight, same_name
from camstrm.wire import CameraInfo, Hello, SharedStatus, Status

__all__ = [
    "Sight",
    "hello_within",
    "named",
    "seen",
    "sees",
    "shared_within",
    "status_within",
    "within",
]


def sees(sight: Sight, camera: CameraInfo) -> bool:
    """Return whether the camera is one of those."""
    return sight is None or same_name(camera.name) in sight


def named(name: str, cameras: Iterable[CameraInfo], sight: Sight) -> CameraInfo | None:
    """Return the camera in sight with this name, or else with this serial number.

    Names are compared in Unicode's composed form: a Mac types "é" and Korean syllables taken
    apart.
    """
    wanted = same_name(name)
    visible = [info for info in cameras if sees(sight, info)]
    for info in visible:
        if same_name(info.name) == wanted:
            return info
    return next((info for info in visible if info.serial == name), None)


def seen(sight: Sight, cameras: Mapping[int, CameraInfo]) -> frozenset[int] | None:
    """Return the indices of those cameras; None for all that there are and will be."""
    if sight is None:
        return None
    return frozenset(index for index, info in cameras.items() if sees(sight, info))


def within(cameras: frozenset[int] | None, allowed: frozenset[int] | None) -> frozenset[int] | None:
    """Return those of the wanted cameras that are allowed; None stands for all."""
    if cameras is None or allowed is None:
        return allowed if cameras is None else cameras
    return cameras & allowed


def hello_within(hello: Hello, indices: frozenset[int]) -> Hello:
    """Return a hello with these cameras only."""
    return replace(hello, cameras=tuple(c for c in hello.cameras if c.index in indices))


def status_within(status: Status, indices: frozenset[int] | None) -> Status:
    """Return a status with these cameras only; None: all."""
    if indices is None:
        return status
    return replace(status, cameras=tuple(c for c in status.cameras if c.index in indices))


def shared_within(status: Status, indices: frozenset[int] | None) -> SharedStatus:
    """Return the status of these cameras for viewers that may see just them."""
    return SharedStatus(status_within(status, indices))

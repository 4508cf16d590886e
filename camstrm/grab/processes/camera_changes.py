"""CameraChanges: what a configuration that was read again says of the cameras."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import fields, replace

from camstrm.config import CameraSettings

__all__ = ["CameraChanges", "changed_features", "compare_cameras"]

_IDENTITY = ("serial", "name", "cti", "profile")
"""Keys that say which camera it is, and which library opens it: they need a restart."""


class CameraChanges(NamedTuple):
    """``settings``: those in force from now on, by the camera's label.

    ``applied``, ``pending``: keys with the camera's name, for the user.
    """

    settings: dict[str, CameraSettings]
    applied: tuple[str, ...]
    pending: tuple[str, ...]


def compare_cameras(
    before: Sequence[CameraSettings], after: Sequence[CameraSettings]
) -> CameraChanges:
    """Compare the cameras in force with those of the file.

    Cameras that come, go or change places need a restart: viewers know a camera by its place.
    """
    known = {camera.label: camera for camera in before}
    wanted = {camera.label: camera for camera in after}
    settings = dict(known)
    applied: list[str] = []
    pending: list[str] = []
    for label, old in known.items():
        new = wanted.get(label)
        if new is None:
            pending.append(f"camera {label} (removed)")
            continue
        for field in fields(old):
            if getattr(old, field.name) == getattr(new, field.name):
                continue
            changed = pending if field.name in _IDENTITY else applied
            changed.append(f"{field.encode_name} of camera {label}")
        settings[label] = replace(new, **{name: getattr(old, name) for name in _IDENTITY})
    pending += [f"camera {label} (new)" for label in wanted if label not in known]
    if list(known) != list(wanted) and known.keys() == wanted.keys():
        pending.append("the order of the cameras")
    return CameraChanges(settings, tuple(applied), tuple(pending))


def changed_features(before: CameraSettings, after: CameraSettings) -> set[str]:
    """Return the keys of ``features`` that are others: ``Name`` or ``Name[Selector=Value]``."""
    old, new = before.features, after.features
    return {key for key in {*old, *new} if key not in old or key not in new or old[key] != new[key]}

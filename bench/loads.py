"""The simulated cameras that the benchmark streams."""

from __future__ import annotations

import dataclasses

from tests.simulator.scenario import CameraSpec, reference_cameras

__all__ = ["REFERENCE", "SMALL_FPS", "reference_load", "small_cameras"]

REFERENCE = "2 x 640x480 at 400 fps + 2656x2304 at 60 fps"

SMALL_FPS = 100.0
"""Of the small cameras."""

_GRAIN = 30
"""Noise in grey levels with which the reference load's bundle has 450 KB, as realistic
pictures have: bars alone would flatter encoder, sockets and decoder."""


def reference_load() -> tuple[CameraSpec, ...]:
    """Return the cameras of ``REFERENCE``, colour, with pictures that are hard to compress."""
    return tuple(dataclasses.replace(spec, grain=_GRAIN) for spec in reference_cameras())


def small_cameras(count: int) -> tuple[CameraSpec, ...]:
    """Return so many colour cameras of 320x240 at 100 fps."""
    return tuple(
        CameraSpec(
            f"S{number:04}",
            width=320,
            height=240,
            frame_rate=SMALL_FPS,
            formats=("BayerRG8",),
            grain=_GRAIN,
        )
        for number in range(count)
    )

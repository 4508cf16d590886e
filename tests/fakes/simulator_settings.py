"""How the tests run a camera of the simulator: small pictures, and many of them."""

from __future__ import annotations

from camstrm.acquisition.camera import Camera
from camstrm.acquisition.features.access import write_feature

WIDTH, HEIGHT, FPS = 120, 100, 100.0

FEATURES: tuple[tuple[str, bool | int | float | str], ...] = (
    ("ComponentSelector", "Range"),
    ("ComponentEnable", False),
    ("ComponentSelector", "Intensity"),
    ("ChunkModeActive", False),
    ("PixelFormat", "Mono8"),
    ("Width", WIDTH),
    ("Height", HEIGHT),
    ("AcquisitionFrameRate", FPS),
)


def configure_small(camera: Camera) -> None:
    """Set the simulator's camera up for small, quick, plain pictures."""
    for name, value in FEATURES:
        result = write_feature(camera.node_map, name, value)
        assert result.applied, result

"""The metrics of cameras, each with the label ``camera``."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric

from camstrm.bridge.http import metric_families
from camstrm.bridge.viewers.hub import BundleHub
from camstrm.camera_state import COUNTERS
from camstrm.wire import CameraInfo, CameraStatus

__all__ = ["CAMERA_COUNTERS", "camera_metrics"]

CAMERA_COUNTERS = {
    "delivered": ("frames_delivered", "Complete frames that the producer handed over"),
    "incomplete": ("frames_incomplete", "Frames with missing data"),
    "rejected": ("frames_rejected", "Frames of a wrong size, or that hold no picture"),
    "underrun": ("frames_underrun", "Frames that the producer lost because no buffer was free"),
    "overwritten": ("frames_overwritten", "Frames replaced before anybody asked; normal"),
    "gaps": ("frames_missing", "Frame ids that never came"),
    "encoded": ("frames_encoded", "Frames that became a picture"),
    "missed": ("bundles_missed", "Ticks of the stream at which the picture was not ready"),
    "reconnects": ("reconnects", "Times the camera was opened again"),
    "restarts": ("process_restarts", "Times the camera's process was started again"),
    "reconfigured": ("reconfigurations", "Times it was stopped to set a locked feature"),
}
"""Name and meaning of each counter of CameraCounters."""

_GAUGES: tuple[tuple[str, str, Callable[[CameraStatus], float]], ...] = (
    ("state", "CameraState; 2 is streaming, 7 waiting for a trigger", lambda c: c.state),
    (
        "state_since_timestamp_seconds",
        "Since when the state is so, UTC",
        lambda c: c.since_us / 1e6,
    ),
    ("frame_rate_hertz", "Frames a second from the camera", lambda c: c.grab_fps),
    ("picture_rate_hertz", "Pictures a second that were made of them", lambda c: c.sent_fps),
    (
        "frame_interval_seconds",
        "Usual time between two frames; 0: not known",
        lambda c: c.interval_us / 1e6,
    ),
    ("width_pixels", "Width of the camera's frames", lambda c: c.width),
    ("height_pixels", "Height of the camera's frames", lambda c: c.height),
    (
        "features_differing",
        "Features that were set live and differ from the configuration",
        lambda c: c.differs,
    ),
)


def camera_metrics(hub: BundleHub) -> Iterator[Metric]:
    """Yield the metrics of all cameras that the grabber speaks of: at most 256."""
    cameras = hub.status().cameras
    names = _labels(hub, cameras)
    yield _info(hub.cameras, cameras, names)
    # What was said last does not hold without a grabber.
    up = hub.input == "ok"
    what = "1 while it streams, or would if a trigger came"
    yield _gauge("healthy", what, cameras, names, lambda c: up and c.condition.healthy)
    for name, what, value in _GAUGES:
        yield _gauge(name, what, cameras, names, value)
    for counter in COUNTERS:
        name, what = CAMERA_COUNTERS[counter]
        counts = {(names[c.index],): getattr(c, counter) for c in cameras}
        yield metric_families.counter(f"camera_{name}", what, counts, "camera")
    known = [((names[i],), ages) for i, ages in hub.pictures.ages.cameras.items() if i in names]
    yield metric_families.histogram(
        "camera_encoded_age_seconds",
        "From the capture to the JPEG, of each whole picture",
        ((label, ages.encoded) for label, ages in known),
        "camera",
    )
    yield metric_families.histogram(
        "camera_received_age_seconds",
        "From the capture to the bridge, of each whole picture",
        ((label, ages.received) for label, ages in known),
        "camera",
    )


def _labels(hub: BundleHub, cameras: tuple[CameraStatus, ...]) -> dict[int, str]:
    """Return the name of each camera by its index; the index where the name is not known yet."""
    known = hub.cameras
    return {c.index: known[c.index].name if c.index in known else str(c.index) for c in cameras}


def _info(
    infos: dict[int, CameraInfo], cameras: tuple[CameraStatus, ...], names: dict[int, str]
) -> Metric:
    labels = ["camera", "serial", "vendor", "model", "pixel_format"]
    family = GaugeMetricFamily("camstrm_camera_info", "Always 1; who the camera is", labels=labels)
    for camera in cameras:
        info = infos.get(camera.index) or CameraInfo(camera.index, "")
        words = [names[camera.index], info.serial, info.vendor, info.model, camera.pixel_format]
        family.add_metric(words, 1)
    return family


def _gauge(
    name: str,
    what: str,
    cameras: tuple[CameraStatus, ...],
    names: dict[int, str],
    value: Callable[[CameraStatus], float],
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"camstrm_camera_{name}", what, labels=["camera"])
    for camera in cameras:
        family.add_metric([names[camera.index]], value(camera))
    return family
